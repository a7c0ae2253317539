/// Tests what an application does with values, lists and views: values are
/// compared, copied and printed, and lists of views behave as lists of values.
library;

import 'dart:math';
import 'dart:typed_data';

import 'package:ffi_core/generated.dart' show valueOf;
import 'package:fixture_types/fixture_types.dart';
import 'package:fixture_types/values.dart' as values;
import 'package:test/test.dart';

OptionsData options() => OptionsData(
  long: 1,
  byte: 2,
  name: 'three',
  list: const [4],
  twice: const (5,),
  each: const [6, null],
);

ListsData lists({List<int>? numbers, List<List<int>>? lists}) => ListsData(
  numbers: numbers ?? const [1, 2],
  doubles: const [0.5],
  bytes: const [7],
  flags: const [true],
  modes: const [Mode.fast],
  points: const [PointData(valid: true, x: 1, y: 2)],
  names: const ['a'],
  lists:
      lists ??
      const [
        [1],
        [],
      ],
  pairs: const [
    [1, 2],
  ],
  array: const [
    [1],
    [2],
  ],
  options: const [null],
  maps: const [
    {1: 2},
  ],
);

/// A number of an element, which is a value or a view of one.
int key(Object? element) => switch (valueOf(element)) {
  PointData(:final x) => x.toInt(),
  SmallByte(:final value) => value,
  final List<Object?> it => it.first! as int,
  final other => throw ArgumentError.value(other),
};

/// Function that changes or reads a list, with equal random numbers for one of
/// views and for one of values; it returns what the list returned.
typedef Operation = Object? Function<E>(List<E> list, Random random);

/// Returns elements of the list itself: another list, or one that is read while
/// the list changes.
Iterable<E> partOf<E>(List<E> list, Random random, {bool lazy = true}) {
  final odd = random.nextBool();
  final start = random.nextInt(list.length);
  final source = switch (random.nextInt(5)) {
    0 => list.reversed,
    1 => list.where((it) => key(it).isOdd == odd),
    2 => list.skip(start),
    3 => list.map((it) => it),
    _ => list.getRange(start, list.length),
  };
  return lazy && random.nextBool() ? source : source.toList();
}

/// Returns an element of [list].
E oneOf<E>(List<E> list, Random random) => list[random.nextInt(list.length)];

final fixed = <String, Operation>{
  '[]=': <E>(list, random) {
    list[random.nextInt(list.length)] = oneOf(list, random);
    return null;
  },
  'swap': <E>(list, random) {
    final [i, j] = [random.nextInt(list.length), random.nextInt(list.length)];
    if (list case final SharedList<E> shared) {
      shared.swap(i, j);
    } else {
      final kept = list[i];
      list[i] = list[j];
      list[j] = kept;
    }
    return null;
  },
  'setAll': <E>(list, random) {
    final source = partOf(list, random);
    list.setAll(random.nextInt(list.length - source.length + 1), source);
    return null;
  },
  'setRange': <E>(list, random) {
    final source = partOf(list, random);
    final skip = random.nextInt(source.length + 1);
    final start = random.nextInt(list.length);
    final most = min(source.length - skip, list.length - start);
    list.setRange(start, start + random.nextInt(most + 1), source, skip);
    return null;
  },
  'setRange of itself': <E>(list, random) {
    final skip = random.nextInt(list.length);
    final start = random.nextInt(list.length);
    list.setRange(start, list.length - max(0, skip - start), list, skip);
    return null;
  },
  'fillRange': <E>(list, random) {
    final start = random.nextInt(list.length);
    final end = start + random.nextInt(list.length - start + 1);
    list.fillRange(start, end, oneOf(list, random));
    return null;
  },
  'sort': <E>(list, random) {
    list.sort((a, b) => key(a).compareTo(key(b)));
    return null;
  },
  'shuffle': <E>(list, random) {
    list.shuffle(random);
    return null;
  },
  'contains': <E>(list, random) => list.contains(oneOf(list, random)),
  'indexOf': <E>(list, random) =>
      list.indexOf(oneOf(list, random), random.nextInt(list.length)),
  'lastIndexOf': <E>(list, random) =>
      list.lastIndexOf(oneOf(list, random), random.nextInt(list.length)),
  'reversed': <E>(list, random) => list.reversed.map(key).toList(),
};

final growable = <String, Operation>{
  ...fixed,
  'add': <E>(list, random) {
    list.add(oneOf(list, random));
    return null;
  },
  'addAll': <E>(list, random) {
    list.addAll(partOf(list, random, lazy: false));
    return null;
  },
  'insert': <E>(list, random) {
    list.insert(random.nextInt(list.length + 1), oneOf(list, random));
    return null;
  },
  'insertAll': <E>(list, random) {
    final source = partOf(list, random, lazy: false);
    list.insertAll(random.nextInt(list.length + 1), source);
    return null;
  },
  'replaceRange': <E>(list, random) {
    final start = random.nextInt(list.length);
    final end = start + random.nextInt(list.length - start + 1);
    list.replaceRange(start, end, partOf(list, random, lazy: false));
    return null;
  },
  'remove': <E>(list, random) => list.remove(oneOf(list, random)),
  'removeAt': <E>(list, random) =>
      key(list.removeAt(random.nextInt(list.length))),
  'removeLast': <E>(list, random) => key(list.removeLast()),
  'removeRange': <E>(list, random) {
    final start = random.nextInt(list.length);
    list.removeRange(start, start + random.nextInt(list.length - start));
    return null;
  },
  'removeWhere': <E>(list, random) {
    list.removeWhere((it) => key(it) % 5 == 0);
    return null;
  },
  'retainWhere': <E>(list, random) {
    list.retainWhere((it) => key(it) % 5 != 0);
    return null;
  },
};

/// Returns what the [operation] returns, or the class of the error for a range that
/// it made of a list which it changed.
Object? attempt<E>(Operation operation, List<E> list, Random random) {
  try {
    return operation(list, random);
  } on RangeError {
    return RangeError;
  }
}

/// Does random [operations] to [list] and to a list of its values, which must stay
/// equal. What makes it longer than [capacity] must throw, and change nothing.
void behavesAsValues<E>(
  List<E> list,
  E Function(int number) element,
  Map<String, Operation> operations, {
  int? capacity,
}) {
  var values = <Object?>[for (final it in list) valueOf(it)];
  for (var seed = 0; seed < 3000; seed++) {
    if (capacity != null && list.length < 2) {
      list.clear();
      values.clear();
      for (var number = 1; number <= min(capacity, 4); number++) {
        list.add(element(number));
        values.add(valueOf(element(number)));
      }
    }
    final name = operations.keys.elementAt(
      Random(seed).nextInt(operations.length),
    );
    final operation = operations[name]!;
    final before = values.toList(growable: capacity != null);
    final expected = attempt(operation, values, Random(seed));
    final reason = '$name, seed $seed, of $before';
    if (capacity != null && values.length > capacity) {
      values = before;
      expect(
        () => operation(list, Random(seed)),
        throwsA(isA<CapacityException>()),
        reason: reason,
      );
    } else {
      expect(attempt(operation, list, Random(seed)), expected, reason: reason);
    }
    expect([for (final it in list) valueOf(it)], values, reason: reason);
  }
}

void main() {
  FixtureTypesLibrary.open();

  group('values', () {
    test('copyWith replaces what is given, also by null', () {
      final before = options();
      expect(before.copyWith(), before);
      final after = before.copyWith(name: null, long: 9, list: null);
      expect(after.name, isNull);
      expect(after.list, isNull);
      expect(after.long, 9);
      expect((after.byte, after.twice), (before.byte, before.twice));
      expect(before.name, 'three');
      const circle = ShapeCircle(1);
      expect(circle.copyWith(value: 2), const ShapeCircle(2));
      expect(const ShapeUnset().copyWith(), const ShapeUnset());
    });

    test("do not change with the caller's lists, nor by themselves", () {
      final numbers = [1, 2];
      final inner = [3];
      final outer = [inner];
      final value = lists(numbers: numbers, lists: outer);
      final same = lists(
        numbers: const [1, 2],
        lists: const [
          [3],
        ],
      );
      final copy = same.copyWith(numbers: numbers);
      numbers.add(5);
      inner[0] = 6;
      outer.add([]);
      expect(value, same);
      expect(copy, same);
      expect(() => value.numbers[0] = 1, throwsUnsupportedError);
      expect(() => value.lists[0][0] = 1, throwsUnsupportedError);
      expect(() => value.lists.clear(), throwsUnsupportedError);

      final bytes = Uint8List.fromList([1, 2]);
      final blobs = BlobsData(digest: bytes, single: bytes, packets: [bytes]);
      bytes[0] = 9;
      expect(blobs.digest, [1, 2]);
      expect(blobs.packets.single, [1, 2]);
      expect(() => blobs.packets.single[0] = 1, throwsUnsupportedError);

      final table = {1: 2};
      final shape = ShapeTable(table);
      table[1] = 3;
      expect(shape, ShapeTable(const {1: 2}));
      expect(() => shape.value[1] = 4, throwsUnsupportedError);

      final list = [1];
      final optional = options().copyWith(list: list);
      list[0] = 2;
      expect(optional.list, [1]);
      expect(() => optional.list!.add(1), throwsUnsupportedError);
    });

    test('that are read from memory do not change with it', () {
      final box = lists().toBox();
      final value = box.ref.toData();
      box.ref.numbers[0] = 99;
      box.ref.lists[0][0] = 99;
      box.ref.points[0].x = 99;
      expect(value, lists());
      expect(() => value.lists.first.add(1), throwsUnsupportedError);
      expect(() => value.maps.first[1] = 1, throwsUnsupportedError);
    });

    test('are equal if their fields are, with one hash', () {
      for (final (a, b) in <(FfiValue, FfiValue)>[
        (options(), options()),
        (lists(), lists()),
        (ShapeTable(const {1: 2, 3: 4}), ShapeTable(const {3: 4, 1: 2})),
      ]) {
        expect(a, b);
        expect(a.hashCode, b.hashCode);
        expect({a, b}.length, 1);
      }
      expect(options(), isNot(options().copyWith(twice: (null,))));
      expect(options(), isNot(options().copyWith(each: [6, 7])));
      expect(
        lists(),
        isNot(
          lists(
            lists: const [
              [1],
              [0],
            ],
          ),
        ),
      );
      expect(ShapeTable(const {1: 2}), isNot(ShapeTable(const {1: 3})));
      expect(const ShapeCircle(1), isNot(const SmallNothing()));
    });

    test('print their fields', () {
      expect(
        const PointData(valid: true, x: 1, y: 2).toString(),
        'PointData(valid: true, x: 1.0, y: 2.0)',
      );
      expect(const ShapeCircle(1.5).toString(), 'ShapeCircle(value: 1.5)');
      expect(const ShapeUnset().toString(), 'ShapeUnset()');
      expect(
        options().toString(),
        contains('name: three, point: null, list: [4]'),
      );
    });

    test('are of a library without memory', () {
      const values.PointData value = PointData(valid: true, x: 1, y: 2);
      expect(value.toBox().ref.x, 1);
    });
  });

  test('a view prints its fields, or what it can not read', () {
    final box = const PointData(valid: true, x: 1, y: 2).toBox();
    expect('${box.ref}', 'PointData(valid: true, x: 1.0, y: 2.0)');
    final shape = ShapeBox();
    shape.ref.tag = 99;
    expect(
      '${shape.ref}',
      'Shape(InvalidValueException: Shape has no case with tag 99)',
    );
    expect('${PointArray(1)}', '[PointData(valid: false, x: 0.0, y: 0.0)]');
  });

  group('a list behaves as one of values:', () {
    test('array of messages', () {
      final array = PointArray(7);
      for (var index = 0; index < 7; index++) {
        point(index % 5).writeTo(array[index]);
      }
      behavesAsValues(array, (it) => point(it).toBox().ref, fixed);
    });

    test('list of messages in a message', () {
      final box = ListsBox();
      behavesAsValues(
        box.ref.points,
        (it) => point(it).toBox().ref,
        growable,
        capacity: box.ref.points.capacity,
      );
    });

    test('list of lists in a message', () {
      final box = ListsBox();
      behavesAsValues<List<int>>(
        box.ref.lists,
        (it) => [it],
        growable,
        capacity: box.ref.lists.capacity,
      );
    });

    test('array of oneofs in a message', () {
      final box = OneofsBox();
      final smalls = box.ref.smalls;
      for (var index = 0; index < smalls.length; index++) {
        SmallByte(index).writeTo(smalls[index]);
      }
      behavesAsValues(smalls, (it) => SmallByte(it).toBox().ref, fixed);
    });
  });

  test('what the list of the report said', () {
    final array = PointArray(3);
    for (var index = 0; index < 3; index++) {
      array[index].x = index.toDouble();
    }
    expect(array.contains(array[0]), isTrue);
    expect(array.indexOf(array[2]), 2);
    expect(array.contains(array[1].toData()), isTrue);
    array.setAll(0, array.reversed.toList());
    expect([for (final it in array) it.x], [2, 1, 0]);
    // Bytes between fields are no part of a message.
    array.bytes[1] = 0xff;
    expect(array.contains(PointData(valid: false, x: 2, y: 0)), isTrue);

    final box = lists().toBox();
    final points = box.ref.points;
    expect(points.remove(points.first), isTrue);
    expect(points, isEmpty);
    // Elements that are no longer used are no part of it.
    expect(points.contains(points.toList()), isFalse);

    final maps = MapsBox();
    maps.ref.points = {
      Mode.fast: point(1).toBox().ref,
      Mode.last: point(2).toBox().ref,
    };
    final map = maps.ref.points;
    expect(map.containsValue(point(2)), isTrue);
    expect(map.containsValue(map[Mode.fast]), isTrue);
    expect(map.containsValue(point(3)), isFalse);
    map.addAll({Mode.fast: map[Mode.last]!, Mode.last: map[Mode.fast]!});
    expect(map[Mode.fast]!.x, 2);
    expect(map[Mode.last]!.x, 1);
    maps.ref.points = {Mode.last: map[Mode.fast]!, Mode.fast: map[Mode.last]!};
    expect(map[Mode.fast]!.x, 1);
  });

  test('one field of all messages is a list', () {
    final array = PointArray(3);
    final x = array.field.x;
    x.setAll(0, [1, 2, 3]);
    expect([for (final it in array) it.x], [1, 2, 3]);
    array[1].x = 5;
    expect(x, [1, 5, 3]);
    expect(array.sublistView(1).field.x, [5, 3]);
    for (final index in [-1, 3]) {
      expect(() => x[index], throwsRangeError);
      expect(() => x[index] = 1, throwsRangeError);
    }
    expect(() => x.add(1), throwsUnsupportedError);
    final small = RowArray(2).field.id;
    expect(small.length, 2);
  });
}

PointData point(int number) =>
    PointData(valid: true, x: number.toDouble(), y: 0);
