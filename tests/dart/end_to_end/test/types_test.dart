/// Tests every field type, written on one side and read on the other;
/// `tests/fixtures/types` has the Rust, and its `values.rs` the expected
/// values.
library;

import 'dart:collection';
import 'dart:ffi';
import 'dart:typed_data';

import 'package:fixture_types/fixture_types.dart';
import 'package:test/test.dart';

/// Number of random values for each message.
const _seeds = 1000;

void main() {
  final library = FixtureTypesLibrary.open();

  group('Dart reads what Rust wrote', () {
    void reads<T extends FfiValue>(
      String name,
      void Function() write,
      T Function() read,
      T expected,
    ) {
      test(name, () {
        write();
        expect(read(), expected);
      });
    }

    final texts = TextsBox();
    reads(
      'texts',
      () => library.writeTexts(texts),
      () => texts.ref.toData(),
      TextsData(
        before: 1,
        name: 'Zürich, Käferberg 🐞',
        initial: 'Z',
        lines: ['', 'exactly', '\u0000\n\u007f'],
        page: 'é' * 500,
      ),
    );
    final blobs = BlobsBox();
    reads(
      'blobs',
      () => library.writeBlobs(blobs),
      () => blobs.ref.toData(),
      BlobsData(
        digest: Uint8List.fromList([for (var i = 0; i < 20; i++) 200 + i]),
        single: Uint8List(0),
        packets: [
          Uint8List.fromList([1]),
          Uint8List(0),
          Uint8List.fromList([255, 0, 254, 0, 253]),
        ],
      ),
    );
    final lists = ListsBox();
    reads(
      'lists',
      () => library.writeLists(lists),
      () => lists.ref.toData(),
      ListsData(
        numbers: [for (var i = 0; i < 10; i++) 0xffffffff - i],
        doubles: [1.5, -0.0, double.maxFinite],
        bytes: [-128, -1, 127],
        flags: [true, false, true, true, false],
        modes: [Mode.last, Mode.unknown],
        points: [_point(1, 2), _point(-3, 4)],
        names: ['a', '', 'fünf'],
        lists: [
          [1, -2, 3],
          [],
        ],
        pairs: [
          [0.5, -0.5],
        ],
        array: [
          [],
          [-1, 1],
        ],
        options: [1, null, 65535],
        maps: [
          {1: 2, 3: 4},
        ],
      ),
    );
    final options = OptionsBox();
    reads(
      'options',
      () => library.writeOptions(options),
      () => options.ref.toData(),
      OptionsData(
        long: 0x8000000000000000,
        ratio: 0.25,
        flag: false,
        mode: Mode.fast,
        name: 'six by',
        point: _point(7, 8),
        list: [1, 2, 3],
        twice: (null,),
        array: [1, 2, 3],
        each: [null, 0, 500],
        small: const SmallByte(200),
      ),
    );
    final maps = MapsBox();
    reads(
      'maps',
      () => library.writeMaps(maps),
      () => maps.ref.toData(),
      MapsData(
        ages: {'Ada': 36, 'Grace': 85},
        names: {
          0x8000000000000000: 'least',
          -1: '',
          0x7fffffffffffffff: 'greatest',
        },
        points: {Mode.last: _point(1, 2)},
        lists: {
          0: [],
          255: [1, 2, 3, 4],
        },
        limits: {true: 1.5, false: null},
        many: {for (var key = 0; key < 300; key++) key * 7: key & 255},
        smalls: {1: const SmallPing()},
      ),
    );
    final oneofs = OneofsBox();
    reads(
      'oneofs',
      () => library.writeOneofs(oneofs),
      () => oneofs.ref.toData(),
      OneofsData(
        before: 1,
        shape: ShapePath([_point(1, 2), _point(3, 4)]),
        small: const SmallByte(9),
        smalls: const [SmallPing(), SmallFlag(true), SmallNothing()],
        shapes: const [ShapeCaption('twelve bytes'), ShapeInner(SmallByte(1))],
      ),
    );
  });

  group('Rust reads what Dart wrote', () {
    test('texts', () {
      final box = TextsData(
        before: 255,
        name: 'twenty-four bytes in all',
        initial: '',
        lines: ['日本', '\u{10ffff}', 'two'],
        page: '0123456789' * 100,
      ).toBox();
      expect(library.isTextsFromDart(box), isTrue);
      box.ref.initial = 'x';
      expect(library.isTextsFromDart(box), isFalse);
    });

    test('lists, in place', () {
      final box = ListsBox();
      final lists = box.ref;
      lists.numbers
        ..add(4000000000)
        ..add(0);
      lists.doubles.addAll([0.1, 0.2, 0.3, 0.4, 0.5]);
      lists.flags.add(false);
      lists.modes.addAll([Mode.fast, Mode.fast, Mode.last, Mode.unknown]);
      lists.points.addZeroed()
        ..valid = true
        ..x = 8
        ..y = 9;
      lists.names.add('12345');
      lists.lists = [
        [-32768],
        [32767, 0],
      ];
      lists.pairs = [
        [1, 2],
        [3, 4],
        [5, 6],
      ];
      lists.array[0].add(1 << 63);
      lists.options.add(null);
      lists.maps = [
        {},
        {255: 0},
      ];
      expect(library.isListsFromDart(box), isTrue);
      lists.numbers.removeLast();
      expect(library.isListsFromDart(box), isFalse);
    });

    test('options, in place', () {
      final box = OptionsBox();
      library.writeOptions(box);
      box.ref
        ..long = null
        ..byte = 0
        ..ratio = null
        ..flag = true
        ..mode = null
        ..name = null
        ..point = null
        ..list = []
        ..twice = (77,)
        ..array = null
        ..each = [1, null, 3];
      box.ref.newSmall().setNothing();
      expect(library.isOptionsFromDart(box), isTrue);
    });

    test('options of messages, made in place', () {
      final box = OptionsBox();
      final options = box.ref;
      expect((options.point, options.small), (null, null));
      options.newPoint()
        ..valid = true
        ..x = 8
        ..y = 9;
      expect(options.point!.toData(), _point(8, 9));
      // It is the one that is there.
      options.newPoint().x = 7;
      expect(options.point!.toData(), _point(7, 9));
      options.point = null;
      options.newPoint();
      const zeros = PointData(valid: false, x: 0, y: 0);
      expect(options.point!.toData(), zeros);
      options.newSmall().setByte(7);
      expect(options.toData().small, const SmallByte(7));

      // The only byte that isn't 0 now says that there is a point.
      options.small = null;
      final other = OptionsBox()..ref.newPoint();
      final present = other.bytes.indexOf(1);
      expect(other.bytes.where((it) => it != 0), [1]);
      other.bytes[present] = 2;
      expect(
        () => other.ref.newPoint(),
        throwsA(
          isA<InvalidValueException>().having(
            (it) => it.message,
            'message',
            'point: 2 instead of 0 or 1 in an option',
          ),
        ),
      );
    });

    test('texts of a list, whatever memory holds', () {
      final box = ListsBox();
      final names = (box.ref..names = ['a', '\ufeffx', 'fünf']).names;
      expect(names, ['a', '\ufeffx', 'fünf']);
      names.swap(0, 2);
      expect(names, ['fünf', '\ufeffx', 'a']);
      names.removeAt(1);
      expect(names, ['fünf', 'a']);
      names
        ..clear()
        ..length = 2;
      expect(names, ['', '']);
      names[1] = 'fünf';

      final text = box.bytes.indexOf('f'.codeUnitAt(0)), length = text - 4;
      Matcher refused(String problem) => throwsA(
        isA<InvalidValueException>().having(
          (it) => it.message,
          'message',
          'names[1]: $problem',
        ),
      );
      box.bytes[length] = 6;
      expect(() => names[1], refused('length 6 exceeds 5'));
      expect(box.ref.toData, refused('length 6 exceeds 5'));
      box.bytes[length] = 0;
      box.bytes[length + 3] = 0xff;
      expect(() => names[1], refused('length 4278190080 exceeds 5'));
      box.bytes[length + 3] = 0;
      box.bytes[length] = 5;
      box.bytes[text + 2] = 0xff;
      expect(() => names[1], refused('the text is not UTF-8'));
      names[1] = 'x';
      expect(box.ref.toData().names, ['', 'x']);
      expect(() => names[1] = 'sechs!', throwsA(isA<CapacityException>()));
      expect(names[1], 'x');
    });

    test('texts of an array, whatever memory holds', () {
      final box = TextsBox();
      final lines = box.ref.lines;
      lines[1] = 'zwölf';
      expect(lines, ['', 'zwölf', '']);
      final text = box.bytes.indexOf('z'.codeUnitAt(0));
      expect(box.bytes[text - 4], 6);
      box.bytes[text - 4] = 8;
      expect(
        () => lines[1],
        throwsA(
          isA<InvalidValueException>().having(
            (it) => it.message,
            'message',
            'lines[1]: length 8 exceeds 7',
          ),
        ),
      );
      box.bytes[text - 4] = 1;
      expect(box.ref.toData().lines, ['', 'z', '']);
    });

    test('maps, in place', () {
      final box = MapsBox();
      final maps = box.ref;
      maps.ages.addAll({'a': 1, 'b': 20, 'c': 3, 'd': 4});
      maps.ages['b'] = 2;
      maps.names[5] = 'fünf';
      maps.points = {
        Mode.unknown: _point(5, 6).toBox().ref,
        Mode.fast: _point(-1, -2).toBox().ref,
      };
      maps.limits[false] = -0.5;
      maps.many
        ..[9] = 9
        ..[65535] = 1
        ..[0] = 2
        ..remove(9);
      maps.smalls = {
        7: const SmallByte(7).toBox().ref,
        8: const SmallFlag(true).toBox().ref,
      };
      expect(library.isMapsFromDart(box), isTrue);
    });

    test('maps, by text', () {
      final ages = MapsBox().ref.ages..addAll({'ä': 1, 'bc': 2, 'ab': 3});
      expect(ages['ä'], 1);
      expect(ages['ab'], 3);
      expect(ages['abc'], isNull);
      expect(ages['b'], isNull);
      expect(ages[''], isNull);
      expect(ages['a text without room'], isNull);
      expect(ages['\ud800'], isNull);
      expect(ages.containsKey(7), isFalse);
      expect(ages.remove('ä'), 1);
      expect(ages, {'ab': 3, 'bc': 2});
    });

    test('maps, by an index of their keys', () {
      final box = MapsBox();
      final many = box.ref.many.indexed();
      for (var i = 0; i < 300; i++) {
        many[i * 7] = i & 255;
      }
      many
        ..[7] = 9
        ..remove(14);
      expect(many.length, 299);
      expect(many[7], 9);
      expect(many[14], isNull);
      expect(many[299 * 7], 299 & 255);
      many[14] = 1;
      expect(() => many[1] = 1, throwsA(isA<CapacityException>()));
      expect(library.touchMaps(box), isNonNegative);
      expect(box.ref.many[14], 1);
      expect(box.ref.points.indexed().containsKey(Mode.fast), isFalse);
    });

    test('numbers, all at once', () {
      final numbers = ListsBox().ref.numbers
        ..addAll(Uint32List.fromList([1, 2]))
        ..addAll([3, 4].map((it) => it));
      numbers.addAll(numbers);
      expect(numbers, [1, 2, 3, 4, 1, 2, 3, 4]);
      numbers
        ..setRange(0, 2, Uint32List.fromList([7, 8, 9]), 1)
        ..setAll(6, Uint32List.fromList([5, 6]))
        ..setRange(3, 5, numbers.elements);
      expect(numbers, [8, 9, 3, 8, 9, 2, 5, 6]);
      expect([for (final it in numbers) it], numbers.elements);
      expect(() => numbers.addAll([-1]), throwsRangeError);
      expect(() => numbers.addAll(Int32List(1)..[0] = -1), throwsRangeError);
      expect(
        () => numbers.addAll(Uint32List(3)),
        throwsA(isA<CapacityException>()),
      );
      expect(() => numbers.setAll(7, Uint32List(2)), throwsRangeError);
      expect(numbers, [8, 9, 3, 8, 9, 2, 5, 6]);
    });

    test('a loop gives what the index gives', () {
      Object? value(Object? it) => it is FfiView<FfiValue> ? it.toData() : it;
      void loops<E>(List<E> list, int length) {
        expect(
          [for (final it in list) value(it)],
          [for (var i = 0; i < length; i++) value(list[i])],
        );
      }

      final lists = ListsBox();
      library.writeLists(lists);
      final ListsBox(:ref) = lists;
      for (final list in <List<Object?>>[
        ref.numbers,
        ref.doubles,
        ref.bytes,
        ref.flags,
        ref.modes,
        ref.points,
        ref.names,
        ref.lists,
        ref.pairs,
        ref.array,
        ref.options,
        ref.maps,
      ]) {
        expect(list, isNotEmpty);
        loops(list, list.length);
      }
      final texts = TextsBox();
      library.writeTexts(texts);
      loops(texts.ref.lines, 3);
      loops(ListsBox().ref.points, 0);

      final points = ref.points..length = 2;
      expect(() {
        for (final _ in points) {
          points.length = 1;
        }
      }, throwsA(isA<ConcurrentModificationError>()));
      expect(points, hasLength(1));
      final steps = points.iterator;
      expect(() => steps.current, throwsRangeError);
      expect(steps.moveNext(), isTrue);
      expect(steps.current.toData(), points[0].toData());
      for (var i = 0; i < 2; i++) {
        expect(steps.moveNext(), isFalse);
        expect(() => steps.current, throwsRangeError);
      }

      final array = PointArray(3);
      for (final (i, point) in array.indexed) {
        point.x = i + 1;
      }
      loops(array, 3);
      var sum = 0.0;
      for (final point in array) {
        sum += point.x;
      }
      expect(sum, 6);
      loops(PointArray(0), 0);
      array.dispose();
      expect(() => array.iterator, throwsStateError);
    });

    test('only what is used of much room is copied', () {
      final [from, to] = [RoomsBox(), RoomsBox()];
      void fill(Room room, int count) => room
        ..text = 'ä' * count
        ..bytes = Uint8List.fromList(List.filled(count, count))
        ..numbers = List.filled(count, count)
        ..flags = List.filled(count, count.isEven)
        ..names = List.filled(count, '$count')
        ..points = List.filled(count, _point(1.0 * count, 2).toBox().ref)
        ..ages = {for (var i = 0; i < count; i++) '$i': count};

      fill(from.ref.room, 2);
      from.ref.more.length = 1;
      fill(from.ref.more[0], 100);
      fill(to.ref.room, 5);
      to.ref.more.length = 2;
      fill(to.ref.more[0], 150);
      to.ref = from.ref;
      expect(to.ref.toData(), from.ref.toData());
      expect(library.touchRooms(to), library.touchRooms(from));

      // What is behind it was left as it was.
      final room = to.ref.room;
      room.numbers.rawLength = 3;
      room.flags.rawLength = 3;
      room.names.rawLength = 3;
      room.points.rawLength = 3;
      room.ages.rawLength = 3;
      expect(room.numbers, [2, 2, 5]);
      expect(room.flags, [true, true, false]);
      expect(room.names, ['2', '2', '5']);
      expect(room.points[2].x, 5);
      expect(room.ages['2'], 5);

      // A length that no value has is found as before.
      from.ref.room.numbers.rawLength = 3001;
      from.ref.room.points.rawLength = 201;
      from.ref.room.ages.rawLength = 201;
      to.ref = from.ref;
      for (final length in <int Function()>[
        () => room.numbers.length,
        () => room.points.length,
        () => room.ages.length,
      ]) {
        expect(length, throwsA(isA<InvalidValueException>()));
      }

      final array = RoomsArray(2)..[1] = RoomsBox().ref;
      expect(array[1].toData(), RoomsBox().ref.toData());
    });

    test('oneofs', () {
      final box = OneofsData(
        before: 2,
        shape: ShapeTable(const {1: 2, 3: 4}),
        small: const SmallFlag(false),
        smalls: const [SmallByte(255), SmallNothing(), SmallPing()],
        shapes: const [ShapeCircle(2.5)],
      ).toBox();
      expect(library.isOneofsFromDart(box), isTrue);
    });
  });

  group('random values go round', () {
    void goRound<M extends Struct, B extends NativeBox<M>, D extends FfiValue>(
      String name, {
      required B Function() box,
      required void Function(B, int) random,
      required int Function(B) touch,
      required D Function(B) read,
      required B Function(D) write,
      required void Function(B, B) copy,
    }) {
      test(name, () {
        final from = box();
        final to = box();
        for (var seed = 0; seed < _seeds; seed++) {
          random(from, seed);
          final expected = touch(from);
          final value = read(from);
          final written = write(value);
          expect(touch(written), expected, reason: 'seed $seed');
          final again = read(written);
          expect(again, value, reason: 'seed $seed');
          expect(again.hashCode, value.hashCode, reason: 'seed $seed');
          written.dispose();
          copy(from, to);
          expect(touch(to), expected, reason: 'copy, seed $seed');
        }
      });
    }

    goRound<Texts, TextsBox, TextsData>(
      'texts',
      box: TextsBox.new,
      random: library.randomTexts,
      touch: library.touchTexts,
      read: (it) => it.ref.toData(),
      write: (it) => it.toBox(),
      copy: (a, b) => b.ref.setFrom(a.ref),
    );
    goRound<Blobs, BlobsBox, BlobsData>(
      'blobs',
      box: BlobsBox.new,
      random: library.randomBlobs,
      touch: library.touchBlobs,
      read: (it) => it.ref.toData(),
      write: (it) => it.toBox(),
      copy: (a, b) => b.ref.setFrom(a.ref),
    );
    goRound<Lists, ListsBox, ListsData>(
      'lists',
      box: ListsBox.new,
      random: library.randomLists,
      touch: library.touchLists,
      read: (it) => it.ref.toData(),
      write: (it) => it.toBox(),
      copy: (a, b) => b.ref.setFrom(a.ref),
    );
    goRound<Options, OptionsBox, OptionsData>(
      'options',
      box: OptionsBox.new,
      random: library.randomOptions,
      touch: library.touchOptions,
      read: (it) => it.ref.toData(),
      write: (it) => it.toBox(),
      copy: (a, b) => b.ref.setFrom(a.ref),
    );
    goRound<Maps, MapsBox, MapsData>(
      'maps',
      box: MapsBox.new,
      random: library.randomMaps,
      touch: library.touchMaps,
      read: (it) => it.ref.toData(),
      write: (it) => it.toBox(),
      copy: (a, b) => b.ref.setFrom(a.ref),
    );
    goRound<Oneofs, OneofsBox, OneofsData>(
      'oneofs',
      box: OneofsBox.new,
      random: library.randomOneofs,
      touch: library.touchOneofs,
      read: (it) => it.ref.toData(),
      write: (it) => it.toBox(),
      copy: (a, b) => b.ref.setFrom(a.ref),
    );
    goRound<Opens, OpensBox, OpensData>(
      'open enums',
      box: OpensBox.new,
      random: library.randomOpens,
      touch: library.touchOpens,
      read: (it) => it.ref.toData(),
      write: (it) => it.toBox(),
      copy: (a, b) => b.ref.setFrom(a.ref),
    );
    goRound<Node, NodeBox, NodeData>(
      'references',
      box: NodeBox.new,
      random: library.randomNode,
      touch: library.touchNode,
      read: (it) => it.ref.toData(),
      write: (it) => it.toBox(),
      copy: (a, b) => b.ref.setFrom(a.ref),
    );
    goRound<Row, RowBox, RowData>(
      'rows',
      box: RowBox.new,
      random: library.randomRow,
      touch: library.touchRow,
      read: (it) => it.ref.toData(),
      write: (it) => it.toBox(),
      copy: (a, b) => b.ref.setFrom(a.ref),
    );
    goRound<All, AllBox, AllData>(
      'all of them in each other',
      box: AllBox.new,
      random: library.randomAll,
      touch: library.touchAll,
      read: (it) => it.ref.toData(),
      write: (it) => it.toBox(),
      copy: (a, b) => b.ref.setFrom(a.ref),
    );
  });

  group('what does not fit', () {
    test('text throws and changes nothing', () {
      final texts = TextsBox().ref..initial = 'a';
      for (final long in ['ab', 'ü', '🦀']) {
        expect(
          () => texts.initial = long,
          throwsA(
            isA<CapacityException>().having(
              (it) => it.message,
              'message',
              startsWith('initial: length '),
            ),
          ),
        );
      }
      expect(texts.initial, 'a');
      expect(() => texts.name = '\ud800', throwsArgumentError);
    });

    test('changes nothing if one of several elements does not fit', () {
      final lists = ListsBox().ref..names = ['a', 'b', 'c'];
      final exceeds = throwsA(isA<CapacityException>());
      for (final change in [
        () => lists.names.replaceRange(0, 2, ['x', 'sechs!']),
        () => lists.names.setRange(0, 3, ['x', 'y', 'sechs!']),
        () => lists.names.setAll(1, ['x', 'sechs!']),
      ]) {
        expect(change, exceeds);
        expect(lists.names, ['a', 'b', 'c']);
      }
      expect(
        () => lists.names.replaceRange(1, 3, ['x', 'sechs!']),
        throwsA(
          isA<CapacityException>().having(
            (it) => it.message,
            'message',
            startsWith('names[2]: length 6 exceeds 5'),
          ),
        ),
      );
      lists.names = ['a'];
      for (final added in ['sechs!', '\ud800']) {
        expect(() => lists.names.insertAll(0, ['x', added]), throwsA(anything));
        expect(() => lists.names.insert(0, added), throwsA(anything));
        expect(lists.names, ['a']);
      }
      lists.options = [1, null, 3];
      expect(
        () => lists.options.setAll(0, [7, null, 0x10000]),
        throwsRangeError,
      );
      expect(lists.options, [1, null, 3]);
      final texts = TextsBox().ref..lines = ['a', 'b', 'c'];
      expect(() => texts.lines = ['x', 'y', 'too long'], exceeds);
      expect(texts.lines, ['a', 'b', 'c']);
      final opens = OpensBox().ref..modes = [const FfiOpen.raw(1, null)];
      expect(
        () => opens.modes.insertAll(0, const [
          FfiOpen.raw(2, null),
          FfiOpen.raw(300, null),
        ]),
        throwsRangeError,
      );
      expect([for (final it in opens.modes) it.number], [1]);
      final array = TextsArray(2);
      array.field.before.setAll(0, [7, 8]);
      expect(() => array.field.before.setAll(0, [1, 256]), throwsRangeError);
      expect(array.field.before, [7, 8]);
      expect(
        () => array.field.before.setAll(0, [1, 256].map((it) => it)),
        throwsRangeError,
      );
      expect(array.field.before, [7, 8]);
    });

    test(
      'a list or map that is assigned changes nothing if a part is refused',
      () {
        final exceeds = throwsA(isA<CapacityException>());
        final lists = ListsBox().ref..names = ['a', 'b', 'c'];
        for (final names in [
          ['x', 'sechs!'],
          ['x', '\ud800'],
          ['x', '\u00e9\u00e9\u00e9'],
        ]) {
          expect(() => lists.names = names, throwsA(anything));
          expect(() => lists.names.assign(names), throwsA(anything));
          expect(() => lists.names.addAll(names), throwsA(anything));
          expect(lists.names, ['a', 'b', 'c']);
        }
        lists.lists = [
          [1, 2],
          [3],
        ];
        expect(
          () => lists.lists = [
            [7],
            [1, 2, 3, 4],
          ],
          exceeds,
        );
        expect(lists.lists, [
          [1, 2],
          [3],
        ]);

        final maps = MapsBox().ref
          ..ages = {'a': 1, 'b': 2}
          ..names = {1: 'one', 2: 'two'}
          ..lists = {
            1: [1],
          };
        final ages = {'a': 1, 'b': 2}, names = {1: 'one', 2: 'two'};
        for (final change in [
          () => maps.ages.addAll({'a': 7, 'too long for it': 8}),
          () => maps.ages.addAll({'a': 7, 'c': -1}),
          () => maps.ages.addAll({'a': 7, 'c': 3, 'd': 4, 'e': 5}),
          () => maps.ages = {'x': 7, 'c': -1},
          () => maps.ages = {'x': 7, 'too long for it': 8},
          () => maps.names.addAll({1: 'x', 3: 'too long for it'}),
          () => maps.names = {7: 'x', 3: 'too long for it'},
          () => maps.lists.addAll({
            1: [7],
            2: [1, 2, 3, 4, 5],
          }),
          () => maps.lists = {
            7: [7],
            2: [1, 2, 3, 4, 5],
          },
        ]) {
          expect(change, throwsA(anything));
          expect(maps.ages, ages);
          expect(maps.names, names);
          expect(maps.lists, {
            1: [1],
          });
        }
        maps.ages.addAll({'a': 7, 'b': 8, 'c': 9, 'd': 10});
        expect(maps.ages, {'a': 7, 'b': 8, 'c': 9, 'd': 10});
      },
    );

    group('throws with the name of its field:', () {
      Matcher says<E extends FfiException>(String message) =>
          throwsA(isA<E>().having((it) => it.message, 'message', message));
      Matcher refused(String name) =>
          throwsA(isA<ArgumentError>().having((it) => it.name, 'name', name));
      Matcher exceeds(String message) => says<CapacityException>(message);

      test('lists', () {
        final lists = ListsBox().ref..flags = List.filled(5, true);
        const flags = 'flags: length 6 exceeds 5';
        expect(() => lists.flags.add(true), exceeds(flags));
        expect(() => lists.flags.addAll([true]), exceeds(flags));
        expect(() => lists.flags.length = 6, exceeds(flags));
        expect(() => lists.flags = List.filled(6, true), exceeds(flags));
        const numbers = 'numbers: length 11 exceeds 10';
        expect(() => lists.numbers = List.filled(11, 0), exceeds(numbers));
        expect(
          () => lists.numbers.assign(List.filled(11, 0)),
          exceeds(numbers),
        );
        lists.lists = [
          [1],
          [1, 2, 3],
        ];
        const inner = 'lists[1]: length 4 exceeds 3';
        expect(() => lists.lists[1].add(4), exceeds(inner));
        expect(() => lists.lists[1] = [1, 2, 3, 4], exceeds(inner));
        expect(
          () => lists.lists = [
            [],
            [1, 2, 3, 4],
          ],
          exceeds(inner),
        );
        expect(
          () => lists.names = ['a', 'sechs!'],
          exceeds('names[1]: length 6 exceeds 5'),
        );
        expect(
          () => lists.array[1] = [1, 2, 3],
          exceeds('array[1]: length 3 exceeds 2'),
        );
        expect(
          () => lists.maps = [
            {1: 1, 2: 2, 3: 3},
          ],
          exceeds('maps[0]: length 3 exceeds 2'),
        );
        final blobs = BlobsBox().ref;
        expect(
          () => blobs.packets.add(Uint8List(6)),
          exceeds('packets[0]: length 6 exceeds 5'),
        );
      });

      test('maps', () {
        final maps = MapsBox().ref..lists = {7: []};
        expect(
          () => maps.ages = {for (var i = 0; i < 5; i++) '$i': i},
          exceeds('ages: length 5 exceeds 4'),
        );
        maps.limits = {true: 1, false: 2};
        maps.ages.addAll({'a': 1, 'b': 2, 'c': 3, 'd': 4});
        expect(() => maps.ages['e'] = 5, exceeds('ages: length 5 exceeds 4'));
        expect(
          () => maps.ages = {'a key too long': 1},
          exceeds('ages[0]: length 14 exceeds 8'),
        );
        expect(
          () => maps.names = {1: '', 2: 'nine long'},
          exceeds('names[1]: length 9 exceeds 8'),
        );
        expect(
          () => maps.lists[7] = [1, 2, 3, 4, 5],
          exceeds('lists[0]: length 5 exceeds 4'),
        );
      });

      test('options, arrays, oneofs', () {
        final options = OptionsBox().ref;
        expect(
          () => options.name = 'seven b',
          exceeds('name: length 7 exceeds 6'),
        );
        expect(
          () => options.list = [1, 2, 3, 4],
          exceeds('list: length 4 exceeds 3'),
        );
        expect(() => options.array = [1], refused('array.length'));
        expect(() => options.each = [1], refused('each.length'));
        final texts = TextsBox().ref;
        expect(
          () => texts.lines[2] = 'in eight',
          exceeds('lines[2]: length 8 exceeds 7'),
        );
        expect(() => texts.lines = ['a'], refused('lines.length'));
        expect(() => texts.lines[1] = '\ud800', refused('lines[1]'));
        expect(() => texts.name = '\ud800', refused('name'));
        expect(
          () => texts.lines.add(''),
          throwsA(
            isA<UnsupportedError>().having(
              (it) => it.message,
              'message',
              'lines: the length of the list is fixed',
            ),
          ),
        );
        final oneofs = OneofsBox().ref;
        expect(
          () => oneofs.shape.setCaption('fourteen bytes'),
          exceeds('caption: length 14 exceeds 12'),
        );
        expect(
          () => oneofs.shape.value = const ShapeCaption('fourteen bytes'),
          exceeds('caption: length 14 exceeds 12'),
        );
        expect(
          () => oneofs.shape.setPath(List.filled(5, PointBox().ref)),
          exceeds('path: length 5 exceeds 4'),
        );
      });

      test('copies', () {
        TextsData texts(List<String> lines) =>
            TextsData(before: 0, name: '', initial: '', lines: lines, page: '');
        expect(
          texts(['', 'in eight', '']).toBox,
          exceeds('lines[1]: length 8 exceeds 7'),
        );
        expect(texts([]).toBox, refused('lines.length'));
        const point = PointData(valid: true, x: 0, y: 0);
        expect(
          MapsData(
            ages: {},
            names: {},
            points: {for (final mode in Mode.values) mode: point},
            lists: {1: [], 2: List.filled(5, 0)},
            limits: {},
            many: {},
            smalls: {},
          ).toBox,
          exceeds('lists[1]: length 5 exceeds 4'),
        );
        expect(
          OneofsData(
            before: 0,
            shape: const ShapeUnset(),
            small: const SmallNothing(),
            smalls: List.filled(3, const SmallNothing()),
            shapes: List.filled(3, const ShapeUnset()),
          ).toBox,
          exceeds('shapes: length 3 exceeds 2'),
        );
      });

      test('what memory holds', () {
        Matcher invalid(String message) => says<InvalidValueException>(message);
        Matcher unknown(String message) =>
            says<UnknownEnumValueException>(message);
        final lists = ListsBox().ref;
        lists.numbers.rawLength = 11;
        expect(
          () => lists.numbers.length,
          invalid('numbers: length 11 exceeds 10'),
        );
        lists.numbers.rawLength = 0;
        lists.lists = [[], []];
        (lists.lists[1] as Int16Vec).rawLength = 4;
        const inner = 'lists[1]: length 4 exceeds 3';
        expect(() => lists.lists[1].length, invalid(inner));
        expect(() => lists.toData(), invalid(inner));
        lists
          ..lists = []
          ..modes = [Mode.fast, Mode.fast];
        lists.modes.numbers[1] = 9;
        expect(
          () => lists.modes[1],
          unknown('modes[1]: 9 is no value of Mode'),
        );
        expect(
          () => lists.toData(),
          unknown('modes[1]: 9 is no value of Mode'),
        );
        final maps = MapsBox().ref..many = {1: 1, 2: 2};
        maps.many.writeKey(1, 1);
        expect(
          () => maps.toData(),
          invalid('many: a map has the same key twice'),
        );
        maps.many.rawLength = 301;
        expect(() => maps.many.length, invalid('many: length 301 exceeds 300'));
        final row = RowBox()..ref.modeRaw = 9;
        expect(() => row.ref.mode, unknown('mode: 9 is no value of Mode'));
        // The length of the name is behind the `u64`.
        final name = row.raw.pointer.cast<Uint32>() + 2;
        name.value = 33;
        expect(() => row.ref.name, invalid('name: length 33 exceeds 32'));
        name.value = 1;
        (name + 1).cast<Uint8>().value = 0xff;
        expect(() => row.ref.name, invalid('name: the text is not UTF-8'));
        final options = OptionsBox();
        // Whether the `i64` is there is behind it.
        (options.raw.pointer.cast<Uint8>() + 8).value = 2;
        expect(
          () => options.ref.long,
          invalid('long: 2 instead of 0 or 1 in an option'),
        );
        expect(
          () => options.ref.toData(),
          invalid('long: 2 instead of 0 or 1 in an option'),
        );
      });
    });

    test('lists and maps throw', () {
      final lists = ListsBox().ref..flags = List.filled(5, true);
      expect(() => lists.flags.add(true), throwsA(isA<CapacityException>()));
      expect(lists.flags, hasLength(5));
      final maps = MapsBox().ref;
      maps.limits = {true: 1, false: 2};
      maps.limits[true] = 3;
      maps.ages.addAll({'a': 1, 'b': 2, 'c': 3, 'd': 4});
      expect(() => maps.ages['e'] = 5, throwsA(isA<CapacityException>()));
      expect(maps.ages, hasLength(4));
    });

    test('maps in which two keys are equal throw', () {
      // Strings, because equal numbers are identical.
      final twice = Map<String, int>.identity()
        ..['key'] = 1
        ..[['k', 'ey'].join()] = 2;
      expect(twice, hasLength(2));
      final equal = throwsA(
        isA<ArgumentError>().having(
          (it) => it.message,
          'message',
          endsWith(
            ': two keys of the map are equal; hint: `Map.of(map)` has each key '
            'once',
          ),
        ),
      );
      final box = MapsBox();
      box.ref.ages = {'a': 1};
      expect(() => box.ref.ages = twice, equal);
      expect(box.ref.ages, {'a': 1}, reason: 'nothing has changed');
      box.ref.ages = Map.of(twice);
      expect(box.ref.ages, {'key': 2});
      // In values, and with numbers that compare in another way.
      const one = PointData(valid: true, x: 0, y: 0);
      final points = LinkedHashMap<Mode, PointData>(
        equals: (_, _) => false,
        hashCode: identityHashCode,
      );
      points[Mode.fast] = one;
      points[Mode.fast] = one;
      MapsData copy() => MapsData(
        ages: {},
        names: {},
        points: points,
        lists: {},
        limits: {},
        many: {},
        smalls: {},
      );
      expect(copy, equal);
      expect(() => library.touchMaps(box), returnsNormally);
    });
  });

  test('invalid bytes are refused by Rust with their path', () {
    final set = ResultSetBox();
    library.writeResultSet(set);
    final rows = set.raw.pointer.cast<Uint8>() + (sizeOf<ResultSet>() - 64000);
    // The length of the name in the fourth row.
    (rows + 3 * sizeOf<Row>() + 8).cast<Uint32>().value = 70;
    expect(
      () => library.touchResultSet(set),
      throwsA(
        isA<InvalidValueException>().having(
          (it) => it.message,
          'message',
          endsWith('.rows[3].name: length 70 exceeds 32'),
        ),
      ),
    );
    expect(() => set.ref.rows[3].name, throwsA(isA<InvalidValueException>()));
  });

  test('oneofs in an exhaustive switch', () {
    String name(ShapeData shape) => switch (shape) {
      ShapeUnset() => 'unset',
      ShapeCircle(:final value) => 'circle of $value',
      ShapeCaption(:final value) => 'caption $value',
      // ignore: deprecated_member_use
      ShapeCorner() => 'corner',
      ShapePath(:final value) => 'path of ${value.length}',
      ShapeEverything() => 'everything',
      ShapeStyle(:final value) => 'style ${value.name}',
      ShapeLimit(:final value) => 'limit $value',
      ShapeTable(:final value) => 'table of ${value.length}',
      ShapeInner() => 'inner',
      ShapeMatrix() => 'matrix',
      ShapeRaw(:final value) => 'raw ${value.length}',
    };
    expect(name(library.makeShape().value), 'path of 2');
    final shape = ShapeBox().ref;
    expect(name(shape.value), 'unset');
    shape.value = const ShapeLimit(null);
    expect(name(shape.value), 'limit null');
    shape.tag = 99;
    expect(() => shape.value, throwsA(isA<InvalidValueException>()));
    expect(
      () => library.sameShape(shape),
      throwsA(isA<InvalidValueException>()),
    );
  });
}

PointData _point(double x, double y) => PointData(valid: x > 0, x: x, y: y);
