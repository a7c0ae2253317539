/// Tests arenas on the heap of Dart, without a library.
library;

import 'package:ffi_core/generated.dart';
import 'package:test/test.dart';

void main() {
  test('a chunk that grows is as large as it can be', () {
    expect(grown(0, 1), 1);
    expect(grown(2048, 2049), 8192);
    expect(grown(2048, 100000), 100000);
    expect(grown(1 << 20, (1 << 20) + 1), 1 << 21);
    expect(grown(3 << 30, (3 << 30) + 1), 0xffffffc0);
    expect(grown(3 << 30, 0xffffffc1), 0xffffffc1);
  });

  test('a list is what it is after each change elsewhere', () {
    // The root is a list of lists.
    final arena = HeapArena(8, 0, 0);
    ArenaList<ArenaList<int, int>, List<int>> root() =>
        ArenaList(arena, arenaHeader, const Uint32ListCodec(), 'root');
    final matrix = root()..reserve(8);
    for (var i = 0; i < 4; i++) {
      matrix.addNew().addAll([for (var j = 0; j <= i; j++) 10 * i + j]);
    }
    final held = [for (final list in matrix) list], same = root();
    expect(held, [
      [0],
      [10, 11],
      [20, 21, 22],
      [30, 31, 32, 33],
    ]);

    void changed(void Function() change, List<List<int>> all) {
      change();
      expect(matrix, all);
      expect(same, all);
      expect(held.take(all.length), all);
      expect(
        [for (final it in held.skip(all.length)) it.length],
        [for (var i = all.length; i < held.length; i++) 0],
      );
    }

    changed(() => same.swap(0, 1), [
      [10, 11],
      [0],
      [20, 21, 22],
      [30, 31, 32, 33],
    ]);
    changed(() => same[1].add(1), [
      [10, 11],
      [0, 1],
      [20, 21, 22],
      [30, 31, 32, 33],
    ]);
    changed(() => same.removeAt(0), [
      [0, 1],
      [20, 21, 22],
      [30, 31, 32, 33],
    ]);
    changed(() => same.sort((a, b) => b.length - a.length), [
      [30, 31, 32, 33],
      [20, 21, 22],
      [0, 1],
    ]);
    changed(() => same.insertNew(1), [
      [30, 31, 32, 33],
      [],
      [20, 21, 22],
      [0, 1],
    ]);
    changed(() => same[1].addData(7), [
      [30, 31, 32, 33],
      [7],
      [20, 21, 22],
      [0, 1],
    ]);
    changed(() => same[0].length = 1, [
      [30],
      [7],
      [20, 21, 22],
      [0, 1],
    ]);
    changed(() => same[0].addAll([8, 9]), [
      [30, 8, 9],
      [7],
      [20, 21, 22],
      [0, 1],
    ]);
    changed(
      () => same.setData([
        [5],
      ]),
      [
        [5],
      ],
    );
    changed(() => same.length = 2, [
      [5],
      [],
    ]);
    changed(same.clear, []);
  });
}
