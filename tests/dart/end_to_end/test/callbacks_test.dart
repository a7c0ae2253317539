/// Tests functions of Dart that functions of Rust call while Dart waits: every kind of
/// argument and result, exceptions, and calls within calls.
library;

import 'package:fixture_callbacks/fixture_callbacks.dart';
import 'package:test/test.dart';

final _library = FixtureCallbacksLibrary.open();

void main() {
  test('is called in order, and may return nothing', () {
    final numbers = <int>[];
    _library.count(1000, numbers.add);
    expect(numbers, [for (var i = 0; i < 1000; i++) i]);
  });

  test('numbers, truths and messages cross in both directions', () {
    expect(_library.weigh(5, (number) => number * 10), 100);
    expect(_library.asks(7, (number) => number.isEven), isTrue);
    expect(_library.asks(7, (number) => true), isFalse);
    final end = _library.walk(
      from: const PointData(x: 1, y: 0).toBox().ref,
      steps: 10,
      next: (point) => PointData(x: point.x * 2, y: point.y + 1).toBox().ref,
    );
    expect(end.toData(), const PointData(x: 1024, y: 10));
  });

  test('enums, newtypes and times cross in both directions', () {
    final seen = <Object>[];
    final painted = _library.paint(
      color: Color.red,
      other: (color) {
        seen.add(color);
        return Color.green;
      },
      open: (color) {
        seen.add(color);
        return Color.openFromValue(77);
      },
    );
    expect(seen, [Color.red, Color.openFromValue(1)]);
    expect(painted.number, 77);
    expect(
      _library.rename(
        id: const Id(4),
        next: (id) => Id(id.value + 1),
        time: (time) => time * 2,
      ),
      const Duration(seconds: 10),
    );
  });

  test('several arguments, none, and text', () {
    expect(
      _library.table(
        rows: 3,
        columns: 2,
        cell: (row, column, point) =>
            row * 100 + column * 10 + point.x.toInt() + point.y.toInt(),
      ),
      // Rows 0, 1, 2 twice: 600 + 6; columns 0, 1 three times: 30 + 3.
      639,
    );
    final texts = ['a', 'bc', 'd\u{1f980}', ''].iterator;
    expect(
      _library.collect(() => (texts..moveNext()).current),
      'abcd\u{1f980}',
    );
    expect(
      () => _library.collect(() => '\ud800'),
      throwsA(isA<RustErrorException>()),
    );
  });

  group('an exception', () {
    test('is an error in Rust, with its text', () {
      final numbers = <int>[];
      expect(
        () => _library.count(10, (number) {
          numbers.add(number);
          if (number == 3) throw const FormatException('three');
        }),
        throwsA(
          isA<RustErrorException>().having(
            (it) => it.message,
            'message',
            'FormatException: three',
          ),
        ),
      );
      expect(numbers, [0, 1, 2, 3]);
    });

    test('can be survived by Rust', () {
      expect(
        _library.weigh(3, (number) => number == 1 ? throw 'no' : number),
        1002,
      );
    });

    test('comes of a result out of range', () {
      expect(_library.weigh(2, (_) => 70000), 2000);
      expect(
        () => _library.rename(
          id: const Id(1),
          next: (_) => const Id(70000),
          time: (time) => time,
        ),
        throwsA(
          isA<RustErrorException>().having(
            (it) => it.message,
            'message',
            contains('the result of next'),
          ),
        ),
      );
    });

    test('whose text is no text is one nevertheless', () {
      expect(
        () => _library.count(1, (_) => throw '\ud800'),
        throwsA(isA<RustErrorException>()),
      );
    });
  });

  test('a panic behind the call is an exception', () {
    var called = 0;
    expect(
      () => _library.panics((number) => called += number),
      throwsA(isA<RustPanicException>()),
    );
    expect(called, 1);
    // The next call has its own function.
    expect(_library.weigh(2, (_) => 3), 6);
  });

  test('calls may call, four deep', () {
    int nested(int depth) => depth == 0
        ? 1
        : _library.weigh(2, (number) => nested(depth - 1) + number);
    // f(0) = 1, f(n) = 2 f(n - 1) + 1
    expect(nested(4), 31);
  });

  test('text of a call is not that of the calls in it', () {
    final inner = <String>[];
    String search(String text, bool Function(int) accepts, String otherwise) =>
        _library.search(text: text, accepts: accepts, otherwise: otherwise);
    final found = search('a few words that are long', (length) {
      inner.add(search('x' * 100, (_) => length > 2, 'other'));
      try {
        search('', (_) => throw 'an error', '');
      } on RustErrorException catch (error) {
        inner.add(error.message);
      }
      return length == 5;
    }, 'nothing');
    expect(found, 'words');
    expect(inner.length, 6);
    expect(inner[0], 'other');
    expect(inner[2], 'x' * 100);
    expect(inner[5], 'the predicate threw an error');
    expect(search('one', (_) => false, 'that'), 'that');
  });

  test('nothing is left behind by an argument that is refused', () {
    for (var i = 0; i < 100; i++) {
      expect(
        () => _library.count(-1, (_) => fail('it is not called')),
        throwsRangeError,
      );
    }
    var called = 0;
    _library.count(3, (number) => called += number);
    expect(called, 3);
  });

  test('a fake calls what it likes', () {
    FixtureCallbacksLibrary.instance = _Fake();
    try {
      final numbers = <int>[];
      FixtureCallbacksLibrary.instance.count(2, numbers.add);
      expect(numbers, [2]);
    } finally {
      FixtureCallbacksLibrary.instance = null;
    }
  });
}

final class _Fake implements FixtureCallbacksLibrary {
  @override
  void count(int limit, void Function(int) each) => each(limit);

  @override
  Object? noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}
