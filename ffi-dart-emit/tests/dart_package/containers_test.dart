/// Every kind of field, read where C wrote it and written where C reads it;
/// then memory that holds no value.
library;

import 'dart:ffi';
import 'dart:math';
import 'dart:typed_data';

import 'lib/containers.dart';

const off = Mode.off, on = Mode.on, auto = Mode.auto;
const zero = PointData(x: 0, y: 0);

final flat = FlatData(
  before: 1,
  name: 'Zoë',
  after: 2,
  data: Uint8List.fromList([1, 255]),
  tight: 3,
  mode: auto,
  big: -1,
  last: true,
);

void main(List<String> arguments) {
  final library = ContainersLibrary.open(path: arguments.single);

  // C writes, Dart reads; Dart writes the copy, C reads.
  final box = FlatBox();
  library.fillFlat(box);
  check(box.ref.toData() == flat, true);
  check('${box.ref.toData()}', '$flat');
  check(box.ref.toData() == box.ref.toData(), true);
  check(box.ref.toData().hashCode == box.ref.toData().hashCode, true);
  check(library.isFilledFlat(box.ref.toData().toBox()), true);
  box.ref.after = 0;
  check(library.isFilledFlat(box), false);

  final lists = ListsBox();
  library.fillLists(lists);
  checkLists(lists.ref);
  final listsCopy = lists.ref.toData();
  check(library.isFilledLists(listsCopy.toBox()), true);
  check(listsCopy == listsCopy.toBox().ref.toData(), true);
  final second = ListsBox();
  second.ref.setFrom(lists.ref);
  check(library.isFilledLists(second), true);
  assignLists(second.ref, lists.ref);
  check(second.ref.toData() == listsCopy, true);

  final fixed = FixedBox();
  library.fillFixed(fixed);
  checkFixed(fixed.ref);
  final fixedCopy = fixed.ref.toData();
  check(library.isFilledFixed(fixedCopy.toBox()), true);
  check(fixedCopy == fixedCopy.toBox().ref.toData(), true);

  checkShapes(library);
  checkEditing();
  checkText();
  checkHostile();
  print('all checks passed');
}

void checkLists(Lists it) {
  check(it.numbers, [0, 0xffffffff]);
  check(it.numbers.elements, [0, 0xffffffff]);
  check(it.bytes, [0, 0, 0, 0, 9]);
  // ignore: deprecated_member_use
  check(it.doubles, [0.5]);
  check(it.flags, [false, false, true]);
  check(it.modes, [off, auto]);
  check(it.modes.numbers, [0, 7]);
  check(it.points.length, 4);
  check(it.points.last.y, 1.5);
  check(it.shapes[0].isUnset, true);
  check(it.shapes[1].polygon!.single.x, 2);
  check(it.names, ['', '', '€!']);
  check(it.blobs.single, [128]);
  check(it.rows, [
    <int>[],
    [0, 0, -2],
  ]);
  check(it.grid, [
    [0, 0, 0],
    [0, 0, 3],
  ]);
  check(it.maybes, [null, -1]);
  check(it.maybePoints[0], null);
  check(it.maybePoints[1]!.x, 4);
  check(it.links[0].isNone, true);
  check(it.links[1], const FfiRef<PointData>.raw(6, 7));
  check(it.wides[1].byte, 8);
  check(it.tables.single, {0: '', 5: 'abc'});
}

/// Each list of [from] through the setter of [to].
void assignLists(Lists to, Lists from) {
  to
    ..numbers = [...from.numbers]
    ..bytes = from.bytes
    // ignore: deprecated_member_use
    ..doubles = [0.5]
    ..flags = from.flags
    ..modes = from.modes
    ..points = from.points
    ..shapes = from.shapes
    ..names = from.names
    ..blobs = from.blobs
    ..rows = [
      [],
      [0, 0, -2],
    ]
    ..grid = from.grid
    ..maybes = from.maybes
    ..maybePoints = from.maybePoints
    ..links = from.links
    ..wides = from.wides
    ..tables = [
      {0: '', 5: 'abc'},
    ];
}

void checkFixed(Fixed it) {
  check(it.shape.names!['home']!.y, -1);
  check(it.shape.names!['none'], null);
  check(it.node.wide!.byte, 200);
  check(it.node.leaf, null);
  check(it.point.x, 0.25);
  check(it.names, ['', 'two']);
  check(it.points[2].x, 10);
  check(it.shapes[1].maybe, -3);
  check(it.rows[2], [0, 11]);
  check(it.modes, [off, off, on]);
  check(it.maybeShape!.blob!, [1, 2]);
  check(it.maybeName, 'x');
  check(it.maybeList!.single.y, 12);
  check(it.maybeArray, [0, 0, 13]);
  check(it.maybeModes, [off, on]);
  check(it.link.index, 0);
  check(it.byName, {'a': 1.25, 'b': 2.5});
  check(it.byMode[auto]!.x, 14);
  check(it.byLink[const FfiRef<PointData>.raw(2, 0)]!.single.flag, true);
  check(it.byId, {1 << 40: 'hi'});
  check(it.wide!.byte, 15);
  check(it.open.number, 99);
  check(it.open.value, null);
  check(it.opens, [FfiOpen(on), const FfiOpen<Mode>.raw(0xffff, null)]);
  check(it.openArray[1].number, 98);
  check(it.maybeOpen, FfiOpen(auto));
  check(it.twice, (null,));
  check(it.thrice[0], (null,));
  final (inner,) = it.thrice[1]!;
  check(inner!.$1!.x, 17);
  check(it.byOpen[const FfiOpen<Mode>.raw(97, null)], 1);
  check(it.tail, 16);
}

void checkShapes(ContainersLibrary library) {
  final values = <ShapeData>[
    const ShapeUnset(),
    const ShapeCircle(1.5),
    ShapePolygon(const [PointData(x: 1, y: 2), zero]),
    // ignore: deprecated_member_use
    const ShapeLabel('ten bytes!'),
    const ShapeHidden(),
    const ShapeAt(PointData(x: 3, y: 4)),
    const ShapeMode(auto),
    const ShapeFlag(true),
    ShapeMatrix(const [1, 2, 3, 4]),
    const ShapeMaybe(null),
    const ShapeMaybe(-1),
    ShapeNames(const {'a': zero, 'b': PointData(x: 5, y: 6)}),
    const ShapeLink(FfiRef.raw(3, 4)),
    ShapeBlob(Uint8List.fromList([1, 2, 3])),
  ];
  for (final value in values) {
    final shape = ShapeBox()..ref.value = value;
    check(shape.ref.value == value, true);
    check(shape.ref.value.hashCode, value.hashCode);
    check(shape.ref.tag, value.tag);
    final all = ShapeArray(2);
    check(library.draw(shape, all).value == value, true);
    check(all[1].value == value, true);
    final described = switch (shape.ref.value) {
      ShapeUnset() || ShapeHidden() => 'nothing',
      ShapeCircle(:final value) => 'r = $value',
      ShapePolygon(:final value) => '${value.length} corners',
      ShapeAt(value: PointData(:final x)) => 'x = $x',
      final other => '$other',
    };
    check(described.isEmpty, false);
  }
  final none = ModeArray(0);
  const unknown = FfiOpen<Mode>.raw(1234, null);
  check(library.sameMode(mode: unknown, all: none, one: none), unknown);
  check(
    library.sameMode(mode: FfiOpen(auto), all: none, one: none).value,
    auto,
  );
  check(
    library
        .sameMode(mode: unknown, all: ModeArray(2)..[1] = on, one: none)
        .value,
    on,
  );

  final shape = Struct.create<Shape>()..setCircle(0.5);
  library.turn(shape);
  check(shape.circle, 0.5);
  check(shape.polygon, null);
  shape.setPolygon([Struct.create<Point>()..x = 1]);
  check(shape.circle, null);
  check(shape.polygon!.single.x, 1);
  shape.polygon!.addZeroed().y = 2;
  check(shape.polygon!.map((it) => it.y), [0, 2]);
  shape.setHidden();
  check(shape.isHidden, true);
  refuses<InvalidArgumentException>(() => library.turn(shape));
}

void checkEditing() {
  final it = Struct.create<Lists>();
  it.numbers
    ..add(3)
    ..addAll([1, 2])
    ..sort();
  check(it.numbers, [1, 2, 3]);
  it.numbers.elements[0] = 9;
  it.numbers.insert(1, 7);
  check(it.numbers, [9, 7, 2, 3]);
  check(it.numbers.removeAt(1), 7);
  check(it.numbers.removeLast(), 3);
  it.numbers.length = 4;
  check(it.numbers, [9, 2, 0, 0]);
  refuses<CapacityException>(() => it.numbers.length = 9);
  refuses<CapacityException>(() => it.numbers = List.filled(9, 1));
  refuses<CapacityException>(() => it.numbers.addAll([1, 2, 3, 4, 5]));
  check(it.numbers, [9, 2, 0, 0]);
  refuses<RangeError>(() => it.numbers[4]);
  refuses<RangeError>(() => it.numbers[-1] = 0);
  it.numbers.clear();
  refuses<StateError>(() => it.numbers.first);

  for (final x in [3.0, 1.0, 2.0]) {
    it.points.addZeroed().x = x;
  }
  it.points.sort((a, b) => a.x.compareTo(b.x));
  check(it.points.map((it) => it.x), [1, 2, 3]);
  final removed = it.points.removeAt(0);
  check(removed.x, 1);
  check(it.points.map((it) => it.x), [2, 3]);
  it.points.insert(0, it.points[1]);
  check(it.points.map((it) => it.x), [3, 2, 3]);
  it.points.shuffle(Random(1));
  check(it.points.map((it) => it.x).toList()..sort(), [2, 3, 3]);

  it.names = ['b', 'a'];
  it.names.sort();
  check(it.names, ['a', 'b']);
  refuses<CapacityException>(() => it.names[0] = 'seven..');
  check(it.names, ['a', 'b']);
  it.rows = [
    [3],
    [1, 2],
  ];
  it.rows.sort((a, b) => b.length - a.length);
  check(it.rows, [
    [1, 2],
    [3],
  ]);
  it.rows[1].add(4);
  check(it.rows[1], [3, 4]);
  it.maybePoints = [null, Struct.create<Point>()..x = 5];
  check(it.maybePoints.reversed.map((it) => it?.x), [5, null]);

  final maps = Struct.create<Fixed>();
  maps.byName['x'] = 1;
  maps.byName['y'] = 2;
  maps.byName['x'] = 3;
  check(maps.byName, {'x': 3.0, 'y': 2.0});
  maps.byName['z'] = 4;
  refuses<CapacityException>(() => maps.byName['w'] = 5);
  refuses<CapacityException>(() => maps.byName = {'a longer key': 1});
  check(maps.byName.remove('x'), 3);
  check(maps.byName.remove('x'), null);
  check(maps.byName.keys, ['z', 'y']);
  check(maps.byName.containsKey('y'), true);
  maps.byMode = {on: Struct.create<Point>()..x = 1};
  maps.byMode[on]!.x = 2;
  check(maps.byMode.values.single.x, 2);
  maps.byMode.clear();
  check(maps.byMode.isEmpty, true);
  refuses<ArgumentError>(() => maps.modes = [on]);
  maps.names[1] = 'eins';
  check(maps.names, ['', 'eins']);
  refuses<UnsupportedError>(() => maps.names.add('x'));
  refuses<RangeError>(() => maps.names[2]);
  maps.wide = null;
  check(maps.wide, null);
  maps.twice = (5,);
  check(maps.twice, (5,));
  maps.twice = null;
  check(maps.twice, null);
  maps.opens.add(const FfiOpen.raw(3, null));
  check(maps.opens.single.number, 3);
  maps.open = FfiOpen(on);
  check(maps.openRaw, 1);
  maps.maybeName = 'abc';
  check(maps.maybeName, 'abc');
}

void checkText() {
  final it = Struct.create<Flat>();
  for (final text in [
    '',
    'a',
    'ü',
    '€€€',
    '😀',
    'a😀b',
    '123456789',
    '\u{0}',
  ]) {
    it.name = text;
    check(it.name, text);
  }
  it.name = 'kept';
  refuses<CapacityException>(() => it.name = '0123456789');
  refuses<CapacityException>(() => it.name = '€€€€');
  refuses<ArgumentError>(() => it.name = 'a\ud800');
  refuses<ArgumentError>(() => it.name = '\udc00b');
  refuses<CapacityException>(() => it.data = [1, 2, 3, 4]);
  check(it.name, 'kept');
  check(it.nameBytes, 'kept'.codeUnits);
  // ignore: deprecated_member_use
  check(it.data, <int>[]);
}

/// Memory that holds no value is refused when it is read, byte by byte.
void checkHostile() {
  final bytes = Uint8List(sizeOf<Flat>());
  final it = Struct.create<Flat>(bytes);
  void put(int offset, List<int> values) => bytes.setAll(offset, values);
  // `name` is at 4: 4 bytes of length, 9 of text.
  for (final length in [10, 0x7fffffff, 0x80000000, 0xffffffff]) {
    bytes.buffer.asByteData().setUint32(4, length, Endian.host);
    refuses<InvalidValueException>(() => it.name);
    refuses<InvalidValueException>(() => it.nameBytes);
    refuses<InvalidValueException>(() => it.toData());
  }
  for (final malformed in [
    [0x80],
    [0xc3],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf8, 0x88, 0x80, 0x80],
  ]) {
    bytes.buffer.asByteData().setUint32(4, malformed.length, Endian.host);
    put(8, malformed);
    refuses<InvalidValueException>(() => it.name);
    check(it.nameBytes, malformed);
  }
  it.name = 'mended';
  it.speed = 1;
  for (final presence in [2, 7, 255]) {
    // `speed` is at 32: 4 bytes of `f32`, then the presence.
    bytes[36] = presence;
    refuses<InvalidValueException>(() => it.speed);
  }
  it.speed = null;
  it.mode = on;
  check(it.toData().mode, on);

  final lists = Uint8List(sizeOf<Lists>());
  lists.fillRange(0, lists.length, 0xff);
  final wild = Struct.create<Lists>(lists);
  refusesAll(wild.numbers);
  refusesAll(wild.bytes);
  refusesAll(wild.points);
  refusesAll(wild.shapes);
  refuses<InvalidValueException>(() => wild.numbers.elements);
  refuses<InvalidValueException>(() => wild.modes.numbers);
  refuses<InvalidValueException>(() => wild.toData());
  wild.modes.rawLength = 1;
  refuses<UnknownEnumValueException>(() => wild.modes.single);
  check(wild.modes.numbers, [0xffff]);
  wild.numbers.clear();
  check(wild.numbers, <int>[]);

  final fixed = Uint8List(sizeOf<Fixed>())..fillRange(0, sizeOf<Fixed>(), 0xff);
  final wildest = Struct.create<Fixed>(fixed);
  refuses<InvalidValueException>(() => wildest.shape.value);
  refuses<InvalidValueException>(() => wildest.node.toData());
  check(wildest.shape.tag, 0xffffffff);
  check(wildest.shape.circle, null);
  refuses<InvalidValueException>(() => wildest.maybeShape);
  refuses<InvalidValueException>(() => wildest.maybeName);
  refuses<InvalidValueException>(() => wildest.maybeList);
  refuses<InvalidValueException>(() => wildest.byName.length);
  refuses<InvalidValueException>(() => wildest.byName['a']);
  refuses<InvalidValueException>(() => wildest.byMode.containsKey(on));
  refuses<InvalidValueException>(() => wildest.names[0]);
  refuses<InvalidValueException>(() => wildest.rows[2].length);
  refuses<UnknownEnumValueException>(() => wildest.modes[0]);
  refuses<InvalidValueException>(() => wildest.toData());

  // Any bytes at all: a value, or one of the exceptions.
  final random = Random(7);
  for (var round = 0; round < 2000; round++) {
    for (final memory in [bytes, lists, fixed]) {
      final strength = random.nextInt(8);
      for (var i = 0; i < memory.length; i++) {
        memory[i] = random.nextInt(1 << strength);
      }
    }
    for (final read in [it.toData, wild.toData, wildest.toData]) {
      try {
        read();
      } on InvalidValueException {
        continue;
      } on UnknownEnumValueException {
        continue;
      }
    }
  }
}

void refusesAll<E>(FfiVec<E> list) {
  refuses<InvalidValueException>(() => list.length);
  refuses<InvalidValueException>(() => list[0]);
  refuses<InvalidValueException>(() => list.toList());
  refuses<InvalidValueException>(() => list.add(list.read(0)));
  check(list.rawLength, 0xffffffff);
}

void check(Object? actual, Object? expected) {
  if (_same(actual, expected)) return;
  throw StateError('$actual is not $expected');
}

bool _same(Object? a, Object? b) => switch ((a, b)) {
  (final Map<Object?, Object?> a, final Map<Object?, Object?> b) =>
    a.length == b.length && a.keys.every((key) => _same(a[key], b[key])),
  (final Iterable<Object?> a, final Iterable<Object?> b) =>
    a.length == b.length &&
        a.indexed.every((it) => _same(it.$2, b.elementAt(it.$1))),
  _ => a == b,
};

void refuses<E extends Object>(Object? Function() act) {
  final Object? result;
  try {
    result = act();
  } on E {
    return;
  }
  throw StateError('$result, and no $E');
}
