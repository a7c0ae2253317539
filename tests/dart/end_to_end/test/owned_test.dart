/// Tests text, vectors and options across the boundary, and that all of them
/// are freed; `tests/fixtures/owned` has the Rust.
library;

import 'package:fixture_owned/fixture_owned.dart';
import 'package:test/test.dart';

/// One, two, three and four bytes of UTF-8, a combining mark, a zero.
const _texts = ['', 'plain', 'Grüße', '日本語', '🦀🇪🇺', 'e\u0301', 'a\u0000b'];

void main() {
  final library = FixtureOwnedLibrary.open();

  group('text', () {
    test('comes back as it went', () {
      for (final text in _texts) {
        expect(library.greet(text), 'Grüße, $text!');
        expect(library.countCharacters(text), text.runes.length);
        expect(library.repeated(text, 3), text * 3);
        expect(
          library.reversed(text).runes,
          text.runes.toList().reversed.toList(),
        );
      }
    });

    test('of any length', () {
      for (final length in [255, 256, 257, 65536, 1000000]) {
        expect(library.countCharacters('x' * length), length);
        expect(library.countCharacters('ü' * length), length);
        expect(library.repeated('日', length ~/ 1000).length, length ~/ 1000);
      }
    });

    test('twice in one call', () {
      expect(library.before('grün=blau', '='), 'grün');
      expect(library.before('x' * 1000, 'y' * 5000), isNull);
      expect(library.before('a🦀b', '🦀'), 'a');
    });

    test('with half of a surrogate pair is refused', () {
      expect(
        () => library.greet('\ud800'),
        throwsA(isA<ArgumentError>().having((it) => it.name, 'name', 'name')),
      );
      expect(() => library.before('a', '\udc00b'), throwsArgumentError);
      expect(library.greet('well'), 'Grüße, well!');
    });
  });

  group('vectors', () {
    test('of numbers', () {
      expect(library.countUp(300).list, [
        for (var i = 0; i < 300; i++) i % 256,
      ]);
      expect(library.countUp(0).list, isEmpty);
      expect(library.squares(Float64Array.of([1.5, -2])).list, [2.25, 4]);
      final given = Int64Array.of([3, -1, 2]);
      expect(library.sorted(given).list, [-1, 2, 3]);
      expect(given.list, [3, -1, 2]);
    });

    test('of messages, enums and booleans', () {
      final points = library.diagonal(3);
      expect(
        [for (final point in points) (point.x, point.y)],
        [(0, 0), (1, 1), (2, 2)],
      );
      final numbers = Uint32Array.of([10, 11]);
      expect(library.sizes(numbers), [Magnitude.small, Magnitude.large]);
      expect(library.evens(numbers), [true, false]);
    });

    test('are written to like any other', () {
      final points = library.diagonal(2);
      points[1].x = 7;
      expect(library.nearest(points.sublistView(1))!.x, 7);
    });

    test('are freed early, once', () {
      final before = library.liveAllocations();
      final values = library.countUp(1000);
      // Three allocations: the bytes, the size for Rust, and the attachment to
      // the object that keeps them.
      expect(library.liveAllocations(), before + 3);
      values.dispose();
      expect(library.liveAllocations(), before);
      values.dispose();
      expect(library.liveAllocations(), before);
      expect(() => values.list, throwsStateError);
    });

    test('a part of what was freed at once is refused', () {
      final values = Float64Array.of([1, 2, 3, 4]);
      final part = values.sublistView(1);
      values.raw.freeNow();
      expect(() => part.sublistView(1), throwsStateError);
      expect(() => part.list, throwsStateError);
      expect(() => part.raw.pointer, throwsStateError);
    });
  });

  group('options', () {
    test('as results', () {
      expect(library.largest(Int32Array.of([1, 3, 2])), 3);
      expect(library.largest(Int32Array(0)), isNull);
      expect(library.nearest(PointArray(0)), isNull);
      expect(library.nearest(library.diagonal(3))!.y, 0);
      expect(library.before('abc', 'b'), 'a');
      expect(library.before('abc', 'x'), isNull);
      expect(
        () => library.before('abc', ''),
        throwsA(
          isA<RustErrorException>().having(
            (it) => it.message,
            'message',
            'the separator is empty',
          ),
        ),
      );
      expect(library.largest(Int32Array.of([5])), 5, reason: 'status cleared');
    });

    test('as parameters', () {
      expect(library.sum(2, 3), 5);
      expect(library.sum(null, 3), 3);
      expect(library.sum(null, null), 0);
      final point = PointBox();
      final numbers = Uint16Array(0);
      expect(
        library.presence(text: null, numbers: null, point: null, size: null),
        0,
      );
      expect(
        library.presence(text: '', numbers: null, point: null, size: null),
        8,
      );
      expect(
        library.presence(text: null, numbers: numbers, point: null, size: null),
        4,
      );
      expect(
        library.presence(text: null, numbers: null, point: point, size: null),
        2,
      );
      expect(
        library.presence(
          text: null,
          numbers: null,
          point: null,
          size: Magnitude.small,
        ),
        1,
      );
      expect(
        library.presence(
          text: 'x',
          numbers: numbers,
          point: point,
          size: Magnitude.large,
        ),
        15,
      );
      expect(point.ref.x, 2);
    });
  });

  test('nothing is left of a million calls', () {
    final numbers = Float64Array.of([1, 2, 3]);
    void round(int rounds) {
      for (var i = 0; i < rounds; i++) {
        library.greet('someone');
        library.squares(numbers).dispose();
        library.diagonal(5).dispose();
        library.before('key=value', i.isEven ? '=' : '#');
        _fails(() => library.repeated('x', 1001));
      }
    }

    round(10);
    final before = library.liveAllocations();
    round(200000);
    // Fewer if finalizers of earlier tests run meanwhile.
    expect(library.liveAllocations(), lessThanOrEqualTo(before));
  });

  test('what a panic left behind is freed', () {
    _fails(() => library.panicsWithMemory(1 << 20));
    final before = library.liveAllocations();
    for (var i = 0; i < 100; i++) {
      _fails(() => library.panicsWithMemory(1 << 20));
    }
    expect(library.liveAllocations(), lessThanOrEqualTo(before));
    expect(library.panicsWithMemory(0).list, isEmpty);
  });

  test('finalizers free what nobody disposed of', () async {
    final before = library.liveAllocations();
    for (var i = 0; i < 2000; i++) {
      library.countUp(1 << 16);
    }
    // The garbage collector was told of 128 MB: most is freed by now.
    final garbage = <Object>[];
    while (library.liveAllocations() > before + 1000) {
      garbage.add(List<int>.filled(1 << 16, 0));
      if (garbage.length > 100) garbage.clear();
      await Future<void>.delayed(Duration.zero);
    }
  }, timeout: const Timeout(Duration(seconds: 30)));
}

void _fails(void Function() call) {
  try {
    call();
  } on FfiException {
    return;
  }
  fail('it did not fail');
}
