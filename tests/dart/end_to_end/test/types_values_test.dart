/// Tests every field type, and all of them in each other: values that Dart
/// writes and Rust reads, and memory that each field refuses;
/// `tests/fixtures/types` has the Rust.
library;

import 'dart:math';
import 'dart:typed_data';

import 'package:fixture_types/fixture_types.dart';
import 'package:test/test.dart';

PointData point(double x, double y) => PointData(valid: x > 0, x: x, y: y);

final texts = TextsData(
  before: 255,
  name: 'twenty-four bytes in all',
  initial: '',
  lines: const ['日本', '\u{10ffff}', 'two'],
  page: '0123456789' * 100,
);

final blobs = BlobsData(
  digest: Uint8List.fromList([9, 8, 7]),
  single: Uint8List.fromList([255]),
  packets: [
    Uint8List.fromList([128, 127]),
  ],
);

final lists = ListsData(
  numbers: const [4000000000, 0],
  doubles: const [0.1, 0.2, 0.3, 0.4, 0.5],
  bytes: const [],
  flags: const [false],
  modes: const [Mode.fast, Mode.fast, Mode.last, Mode.unknown],
  points: [point(8, 9)],
  names: const ['12345'],
  lists: const [
    [-32768],
    [32767, 0],
  ],
  pairs: const [
    [1, 2],
    [3, 4],
    [5, 6],
  ],
  array: const [
    [1 << 63],
    [],
  ],
  options: const [null],
  maps: const [
    {},
    {255: 0},
  ],
);

final options = OptionsData(
  byte: 0,
  flag: true,
  list: const [],
  twice: (77,),
  each: const [1, null, 3],
  small: const SmallNothing(),
);

final maps = MapsData(
  ages: const {'a': 1, 'b': 2, 'c': 3, 'd': 4},
  names: const {5: 'fünf'},
  points: {Mode.unknown: point(5, 6), Mode.fast: point(-1, -2)},
  lists: const {},
  limits: const {false: -0.5},
  many: const {65535: 1, 0: 2},
  smalls: const {7: SmallByte(7), 8: SmallFlag(true)},
);

final oneofs = OneofsData(
  before: 2,
  shape: ShapeTable(const {1: 2, 3: 4}),
  small: const SmallFlag(false),
  smalls: const [SmallByte(255), SmallNothing(), SmallPing()],
  shapes: const [ShapeCircle(2.5)],
);

final opens = OpensData(
  mode: FfiOpen(Mode.last),
  level: const FfiOpen.raw(5, null),
  modes: [
    const FfiOpen.raw(1, null),
    const FfiOpen.raw(2, null),
    FfiOpen(Mode.unknown),
  ],
);

final node = NodeData(
  value: -1.5,
  next: const FfiRef.none(),
  lists: const FfiRef.raw(5, 5),
  children: const [],
);

const row = RowData(id: 1 << 53, name: 'Reihe für Reihe', mode: Mode.last);

void main() {
  final library = FixtureTypesLibrary.open();

  test('Rust reads what Dart wrote', () {
    expect(library.isTextsFromDart(texts.toBox()), isTrue);
    expect(library.isBlobsFromDart(blobs.toBox()), isTrue);
    expect(library.isListsFromDart(lists.toBox()), isTrue);
    expect(library.isOptionsFromDart(options.toBox()), isTrue);
    expect(library.isMapsFromDart(maps.toBox()), isTrue);
    expect(library.isOneofsFromDart(oneofs.toBox()), isTrue);
    expect(library.isOpensFromDart(opens.toBox()), isTrue);
    expect(library.isNodeFromDart(node.toBox()), isTrue);
    expect(library.isRowFromDart(row.toBox()), isTrue);
    final written = ListsBox();
    library.writeLists(written);
    final all = AllData(
      texts: texts,
      blobs: blobs,
      lists: lists,
      options: options,
      maps: maps,
      oneofs: oneofs,
      opens: opens,
      node: node,
      more: [lists, written.ref.toData()],
      maybe: maps,
    ).toBox();
    expect(library.isAllFromDart(all), isTrue);
    all.ref.oneofs.small.setPing();
    expect(library.isAllFromDart(all), isFalse);
  });

  test('Dart reads what Rust wrote', () {
    final box = AllBox();
    library.writeAll(box);
    final all = box.ref;
    expect(all.texts.name, 'Zürich, Käferberg 🐞');
    expect(all.texts.lines, ['', 'exactly', '\u0000\n\u007f']);
    expect(all.texts.page, 'é' * 500);
    expect(all.blobs.packets[2], [255, 0, 254, 0, 253]);
    expect(all.lists.numbers.elements.last, 0xffffffff - 9);
    expect(all.lists.array[1], [-1, 1]);
    expect(all.options.twice, (null,));
    expect(all.options.long, -1 << 63);
    expect(all.maps.ages, {'Ada': 36, 'Grace': 85});
    expect(all.maps.many[7 * 299], 299 & 255);
    expect(all.oneofs.shape.path!.last.x, 3);
    expect(all.oneofs.shapes[0].caption, 'twelve bytes');
    expect(all.opens.mode.number, 77);
    expect(all.node.next.index, 0);
    expect(all.more.single.flags, [true, false, true, true, false]);
    expect(all.maybe, isNull);
    expect(all.toData().toBox().ref.toData(), all.toData());
  });

  test('a result set is read in place', () {
    final box = ResultSetBox();
    library.writeResultSet(box);
    expect(box.ref.next, 1000);
    expect(box.ref.rows, hasLength(1000));
    expect(box.ref.rows[500].name, 'row 500');
    expect(box.ref.rows[3].score, isNull);
    final written = RowBox();
    library.writeRow(written);
    final mine = ResultSetData(rows: [row, written.ref.toData()]).toBox();
    expect(library.isResultSetFromDart(mine), isTrue);
  });

  test('oneofs cross by value', () {
    for (final shape in <ShapeData>[
      const ShapeUnset(),
      const ShapeCircle(1.5),
      const ShapeCaption('twelve bytes'),
      ShapePath([point(1, 2)]),
      const ShapeEverything(),
      const ShapeStyle(Mode.last),
      const ShapeLimit(null),
      const ShapeInner(SmallByte(3)),
      ShapeMatrix(const [1, 2, 3, -4]),
      ShapeRaw(Uint8List(9)),
    ]) {
      final native = shape.toBox();
      expect(library.sameShape(native.ref).value, shape);
      expect(library.touchShape(native), isA<int>());
    }
    const seconds = MeasureSeconds(2.5);
    expect(library.sameMeasure(seconds.toBox().ref).value, seconds);
    const ping = SmallPing();
    expect(library.sameSmall(ping.toBox().ref).value, ping);
    expect(library.sameMode(const FfiOpen.raw(99, null)).number, 99);
  });

  test('what Rust accepts, Dart can read', () {
    final box = AllBox();
    library.writeAll(box);
    final good = Uint8List.fromList(box.bytes);
    final random = Random(1);
    var accepted = 0;
    for (var round = 0; round < 2000; round++) {
      box.bytes.setAll(0, good);
      for (var change = 0; change < 1 + round % 3; change++) {
        box.bytes[random.nextInt(good.length)] = random.nextInt(256);
      }
      try {
        library.touchAll(box);
      } on InvalidValueException {
        continue;
      }
      accepted++;
      expect(box.ref.toData().toString(), isNotEmpty);
    }
    expect(accepted, greaterThan(100));
  });
}
