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

  group(
    'what a call reads stays while it calls a function that disposes of',
    () {
      RowData row(int number) => RowData(number: number, weight: number * 2);

      test('a box', () async {
        for (final isViewed in [false, true]) {
          final box = row(6).toBox();
          if (isViewed) expect(box.bytes, isNotEmpty);
          final result = _library.holdRow(box, (_) {
            box.dispose();
            expect(() => box.ref, throwsStateError);
            _reuse();
          });
          expect(result, 7012);
          expect(() => box.ref, throwsStateError);
        }
      });

      test('a box, although the function throws', () {
        final before = RowPool.live, box = RowPool.alloc();
        expect(
          () => _library.holdRow(box, (_) {
            box.dispose();
            throw 'an error';
          }),
          throwsA(isA<RustErrorException>()),
        );
        expect(RowPool.live, before);
      });

      test('a slot, which is free afterwards', () {
        final before = RowPool.live,
            box = RowPool.alloc()..ref = row(3).toBox().ref;
        final others = <RowBox>[];
        final result = _library.holdRow(box, (_) {
          box.dispose();
          expect(RowPool.live, before + 1);
          for (var other = RowPool.tryAlloc(); other != null;) {
            others.add(other..ref.number = 99);
            other = RowPool.tryAlloc();
          }
        });
        expect(result, 4006);
        expect(RowPool.live, before + others.length);
        for (final other in others) {
          other.dispose();
        }
        expect(RowPool.live, before);
      });

      test('a slot, in a call within one', () {
        final before = RowPool.live,
            box = RowPool.alloc()..ref = row(3).toBox().ref;
        final result = _library.holdRow(box, (_) {
          _library.repeat(2, (_) => box.dispose());
          expect(RowPool.live, before + 1);
          RowPool.alloc()
            ..ref.number = 99
            ..dispose();
        });
        expect(result, 4006);
        expect(RowPool.live, before);
      });

      test('an array', () {
        final rows = RowArray(100);
        for (var i = 0; i < rows.length; i++) {
          rows[i] = row(i).toBox().ref;
        }
        final result = _library.holdRows(rows, (_) {
          rows.raw.freeNow();
          _reuse();
        });
        expect(result, 4950);
        expect(() => rows[0], throwsStateError);
      });

      test('columns, and what grows', () {
        for (final grows in [false, true]) {
          final columns = RowColumns(100);
          for (var i = 0; i < 100; i++) {
            columns.push(row(i).toBox().ref);
          }
          final result = _library.holdColumns(columns, (_) {
            if (grows) {
              for (var i = 100; i < 1000; i++) {
                columns.push(row(i).toBox().ref);
              }
            } else {
              columns.dispose();
            }
            _reuse();
          });
          expect(result, 9900);
          if (!grows) continue;
          expect(columns.length, 1000);
          expect(_library.holdColumns(columns, (_) {}), 999000);
        }
      });

      test('columns of a fixed capacity, which do not grow', () {
        final columns = RowColumns.fixed(1)..push(row(1).toBox().ref);
        expect(
          _library.holdColumns(columns, (_) {
            expect(
              () => columns.push(row(2).toBox().ref),
              throwsA(isA<CapacityException>()),
            );
          }),
          2,
        );
      });

      test('an arena, and what grows', () {
        final title = 'a title ' * 20;
        for (final grows in [false, true]) {
          final arena = BookArena()..root.title = title;
          final result = _library.holdBook(arena, (_) {
            if (grows) {
              arena.root.title = 'another' * 10000;
            } else {
              arena.dispose();
            }
            _reuse();
          });
          expect(result, title);
          if (grows) expect(arena.root.title, 'another' * 10000);
        }
      });
    },
  );

  test(
    'what a function makes is freed at once, so it does not fill a pool',
    () {
      final before = RowPool.live;
      _library.repeat(1000, (number) {
        expect(RowPool.live, before);
        RowPool.alloc()
          ..ref.number = number
          ..dispose();
        expect(_library.takeRow(RowPool.alloc()..ref.number = 5), 5);
      });
      expect(RowPool.live, before);
    },
  );

  test('what a call may read is not given away until it is over', () {
    final box = RowPool.alloc()..ref.number = 8;
    final book = BookArena()..root.title = 'kept';
    expect(
      _library.holdRow(box, (_) {
        expect(() => _library.takeRow(box), throwsStateError);
        expect(() => box.raw.release(), throwsStateError);
        expect(() => RowPool.freeTree(box, (_) => []), throwsStateError);
      }),
      9000,
    );
    expect(
      _library.holdBook(book, (_) {
        expect(() => _library.takeBook(book), throwsStateError);
        expect(book.release, throwsStateError);
      }),
      'kept',
    );
    expect(_library.takeRow(box), 9);
    expect(_library.takeBook(book), 'kept');
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

/// Uses memory that was freed, if it was.
void _reuse() {
  for (var i = 0; i < 100; i++) {
    RowArray(i + 1)
      ..[i].number = 77
      ..dispose();
  }
}

final class _Fake implements FixtureCallbacksLibrary {
  @override
  void count(int limit, void Function(int) each) => each(limit);

  @override
  Object? noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}
