/// Tests numbers that their type can't hold, which dart:ffi and typed data
/// would cut: each place in which Dart passes one on throws, and leaves the old
/// value. Also tests `u64`, which is an `int` with the same bits in Dart.
library;

import 'dart:ffi';
import 'dart:typed_data';

// Generated code has the check of counts, and no 32-bit machine is available.
import 'package:ffi_core/generated.dart' show checkSize;
import 'package:fixture_calls/fixture_calls.dart' hide Choice, ChoiceData;
import 'package:fixture_columns/fixture_columns.dart' as columns;
import 'package:fixture_layout/fixture_layout.dart' as layout;
import 'package:fixture_pools/fixture_pools.dart' as pools;
import 'package:fixture_simd/fixture_simd.dart' as simd;
import 'package:fixture_types/fixture_types.dart' as types;
import 'package:test/test.dart';

import 'machine.dart';

/// Matches a [RangeError] that names the place, the value and the range.
Matcher outOf(String name, Object value, int min, int max) => throwsA(
  isA<RangeError>()
      .having((it) => it.name, 'name', name)
      .having((it) => it.invalidValue, 'value', value)
      .having((it) => it.start, 'min', min)
      .having((it) => it.end, 'max', max),
);

/// First and last number of each narrow type.
const ranges = {
  'i8': (-0x80, 0x7f),
  'i16': (-0x8000, 0x7fff),
  'i32': (-0x80000000, 0x7fffffff),
  'u8': (0, 0xff),
  'u16': (0, 0xffff),
  'u32': (0, 0xffffffff),
};

/// Returns numbers outside of [range], among them those whose low bits are 0.
List<int> outside((int, int) range) => [
  range.$1 - 1,
  range.$2 + 1,
  1 << 40,
  -1 << 40,
  0x7fffffffffffffff,
  -0x8000000000000000,
];

/// Checks that [write] takes the first and last number of the type [type], and
/// throws for all others, which leave the value of [read] unchanged.
void checks(
  String type,
  String name,
  void Function(int value) write,
  int Function() read,
) {
  final range = ranges[type]!;
  for (final value in [range.$1, range.$2]) {
    write(value);
    expect(read(), value, reason: '$type $name');
  }
  for (final value in outside(range)) {
    expect(
      () => write(value),
      outOf(name, value, range.$1, range.$2),
      reason: '$type $name',
    );
    expect(read(), range.$2, reason: '$type $name');
  }
}

final max = BigInt.from(-1).toUnsigned(64);
final high = BigInt.one << 63;

void main() {
  final calls = FixtureCallsLibrary.open();
  simd.FixtureSimdLibrary.open();

  test('arguments', () {
    expect(() => calls.echoSmall(300), outOf('value', 300, 0, 255));
    expect(() => calls.echoSmall(-1), outOf('value', -1, 0, 255));
    expect(calls.echoSmall(255), 255);
    expect(
      () => calls.echoOption(1 << 15),
      outOf('value', 1 << 15, -0x8000, 0x7fff),
    );
    expect(calls.echoOption(-0x8000), -0x8000);
    expect(calls.echoOption(null), null);
    final numbers = {'i8': 1, 'i16': 2, 'i32': 3, 'u8': 5, 'u16': 6, 'u32': 7};
    for (final MapEntry(:key, value: at) in numbers.entries) {
      final range = ranges[key]!;
      for (final value in outside(range)) {
        final all = [0, 0, 0, 0, 0, 0, 0, 0, 0]..[at] = value;
        expect(
          () => calls.countLargest(
            flag: true,
            i8: all[1],
            i16: all[2],
            i32: all[3],
            i64: 0,
            u8: all[5],
            u16: all[6],
            u32: all[7],
            u64: 0,
            f32: 0,
            f64: 0,
          ),
          outOf(key, value, range.$1, range.$2),
        );
      }
    }
    expect(
      () => types.FixtureTypesLibrary.open().sameMode(
        const types.FfiOpen.raw(256, null),
      ),
      outOf('mode', 256, 0, 255),
    );
  });

  test('raw calls cut what is too large, and inherit the rest', () {
    final raw = calls.raw;
    expect(raw.echoSmall(300), 44);
    expect(raw.echoSmall(-1), 255);
    expect(raw.echoOption(1 << 15), -0x8000);
    expect(raw.echoOption(null), null);
    expect(raw.add(1 << 32 | 2, 3), 5);
    expect(() => raw.divide(1, 0), throwsA(isA<RustErrorException>()));
    expect(raw.path, calls.path);
  });

  test('fields', () {
    final it = layout.ScalarsBox().ref;
    checks('i8', 'tiny', (v) => it.tiny = v, () => it.tiny);
    checks('i16', 'short', (v) => it.short = v, () => it.short);
    checks('i32', 'int_', (v) => it.int_ = v, () => it.int_);
    checks('u8', 'byte', (v) => it.byte = v, () => it.byte);
    checks('u16', 'word', (v) => it.word = v, () => it.word);
    checks('u32', 'count', (v) => it.count = v, () => it.count);
    it.byteUnchecked = 300;
    expect(it.byte, 44);
    it.long = -0x8000000000000000;
    expect(it.long, -0x8000000000000000);
  });

  test('offsets are what they were', () {
    expect(sizeOf<layout.Scalars>(), 64);
    final box = layout.ScalarsBox();
    box.ref
      ..tiny = -2
      ..count = 0x01020304;
    expect(box.bytes[16], 0xfe);
    expect(box.bytes.sublist(40, 44), [4, 3, 2, 1]);
  });

  test('arrays in messages, and arrays', () {
    final it = layout.NestedBox().ref;
    final bytes = List.filled(20, 7);
    it.digest = bytes;
    expect(
      () => it.digest = [...bytes]..[3] = 300,
      outOf('digest[3]', 300, 0, 255),
    );
    expect(it.digest, bytes);
    expect(() => it.digest = [1], throwsArgumentError);
    it.paletteRaw[0] = 255;
    expect(it.palette[0], layout.Colour.blue);
    expect(() => Uint8Array.of([1, 256]), outOf('values[1]', 256, 0, 255));
    expect(() => Int8Array.of([128]), outOf('values[0]', 128, -128, 127));
    expect(() => Uint16Array.of([-1]), outOf('values[0]', -1, 0, 0xffff));
    expect(() => Int16Array.of([1 << 15]), throwsRangeError);
    expect(() => Uint32Array.of([1 << 32]), throwsRangeError);
    expect(() => Int32Array.of([1 << 31]), throwsRangeError);
    expect(Uint32Array.of([0xffffffff]).list, [0xffffffff]);
    // Typed data of Dart cuts, as the documentation says.
    expect((Uint8Array(1).list..[0] = 300)[0], 44);
  });

  test('numbers of enums', () {
    final it = types.OpensBox().ref;
    checks('u8', 'modeRaw', (v) => it.modeRaw = v, () => it.modeRaw);
    checks('i32', 'levelRaw', (v) => it.levelRaw = v, () => it.levelRaw);
    types.FfiOpen<types.Mode> mode(int v) => types.FfiOpen.raw(v, null);
    types.FfiOpen<types.Level> level(int v) => types.FfiOpen.raw(v, null);
    checks('u8', 'mode', (v) => it.mode = mode(v), () => it.mode.number);
    checks('i32', 'level', (v) => it.level = level(v), () => it.level.number);
    checks('i32', 'maybe', (v) => it.maybe = level(v), () => it.maybe!.number);
    it.modes.add(mode(1));
    checks(
      'u8',
      'modes',
      (v) => it.modes[0] = mode(v),
      () => it.modes[0].number,
    );
    final nested = layout.NestedBox().ref;
    checks(
      'u8',
      'colourRaw',
      (v) => nested.colourRaw = v,
      () => nested.colourRaw,
    );
  });

  test('lists', () {
    final it = types.ListsBox().ref;
    it.numbers.add(1);
    checks('u32', 'numbers', (v) => it.numbers[0] = v, () => it.numbers[0]);
    it.bytes.add(1);
    checks('i8', 'bytes', (v) => it.bytes[0] = v, () => it.bytes[0]);
    expect(() => it.bytes.add(128), outOf('bytes', 128, -128, 127));
    expect(() => it.bytes.addAll([1, 128]), outOf('bytes[1]', 128, -128, 127));
    expect(() => it.bytes.setAll(0, [-129]), throwsRangeError);
    expect(() => it.bytes.fillRange(0, 1, 128), throwsRangeError);
    expect(() => it.bytes.insert(0, 128), throwsRangeError);
    expect(it.bytes[0], 127);
    it.bytes.assign([1, 2]);
    expect(
      () => it.bytes.assign([1, 2, 128]),
      outOf('bytes[2]', 128, -128, 127),
    );
    expect(() => it.bytes = [3, -129], outOf('bytes[1]', -129, -128, 127));
    expect(it.bytes, [1, 2]);
    it.bytes = Int8List.fromList([-1]);
    expect(it.bytes, [-1]);
    expect(() => it.bytes.rawLength = 1 << 32, throwsRangeError);
    it.lists.addZeroed();
    expect(
      () => it.lists[0].add(1 << 15),
      outOf('lists', 1 << 15, -0x8000, 0x7fff),
    );
    expect(
      () => it.lists[0] = [1, 1 << 15],
      outOf('lists[0][1]', 1 << 15, -0x8000, 0x7fff),
    );
    it.options.addZeroed();
    expect(() => it.options[0] = 1 << 16, throwsRangeError);
    expect(it.options[0], null);
    final blobs = types.BlobsBox().ref;
    expect(() => blobs.digest = [0, 256], outOf('digest[1]', 256, 0, 255));
    expect(() => blobs.packets.add(Uint8List(2)), returnsNormally);
    expect(blobs.digest, isEmpty);
  });

  test('maps', () {
    final it = types.MapsBox().ref;
    expect(() => it.ages['a'] = 1 << 32, outOf('ages', 1 << 32, 0, 0xffffffff));
    expect(it.ages, isEmpty);
    expect(() => it.many[1 << 16] = 1, outOf('many', 1 << 16, 0, 0xffff));
    expect(() => it.many[1] = 256, outOf('many', 256, 0, 255));
    expect(() => it.many = {1: 256}, throwsRangeError);
    expect(it.many, isEmpty);
    expect(it.many[1 << 16], null);
    expect(() => it.many.rawLength = -1, throwsRangeError);
    // Nothing changes.
    it.ages = {'a': 1, 'b': 2};
    expect(() => it.ages = {'b': 3, 'c': 1 << 32}, throwsRangeError);
    expect(() => it.ages = {'b': 1 << 32}, throwsRangeError);
    expect(it.ages, {'a': 1, 'b': 2});
    // Copies are checked as well.
    final box = types.MapsBox();
    types.MapsData maps(Map<int, types.SmallData> smalls) => types.MapsData(
      ages: {},
      names: {},
      points: {},
      lists: {},
      limits: {},
      many: {},
      smalls: smalls,
    );
    const fits = types.SmallByte(1);
    maps({1: fits, 2: fits}).writeTo(box.ref);
    expect(
      () => maps({2: const types.SmallByte(300)}).writeTo(box.ref),
      throwsRangeError,
    );
    expect(box.ref.smalls, isEmpty);
  });

  test('options', () {
    final it = types.OptionsBox().ref;
    it.byte = 255;
    expect(() => it.byte = 256, outOf('byte', 256, 0, 255));
    expect(it.byte, 255);
    expect(() => it.twice = (1 << 32,), throwsRangeError);
    expect(() => it.array = [1, 2, 256], throwsRangeError);
    expect(() => it.each[0] = -1, throwsRangeError);
    expect(() => it.list = [1 << 16], throwsRangeError);
    expect((it.twice, it.array, it.each[0], it.list), (null, null, null, null));
  });

  test('oneofs', () {
    final it = types.OneofsBox().ref;
    checks('u8', 'before', (v) => it.before = v, () => it.before);
    it.small.setByte(255);
    expect(() => it.small.setByte(256), outOf('byte', 256, 0, 255));
    expect(() => it.small.tag = 1 << 32, outOf('tag', 1 << 32, 0, 0xffffffff));
    expect(it.small.byte, 255);
    expect(() => it.small.value = const types.SmallByte(256), throwsRangeError);
    expect(() => it.shape.setMatrix([0, 0, 0, 1 << 15]), throwsRangeError);
    expect(() => it.shape.setRaw([256]), throwsRangeError);
    expect(() => it.shape.setTable({1 << 16: 1}), throwsRangeError);
    expect(it.shape.tag, 0);
  });

  test('copies', () {
    expect(
      types.OneofsData(
        before: 256,
        shape: const types.ShapeUnset(),
        small: const types.SmallNothing(),
        smalls: const [],
        shapes: const [],
      ).toBox,
      outOf('before', 256, 0, 255),
    );
  });

  test('columns', () {
    final shapes = columns.ShapeColumns();
    shapes.push(columns.ShapeBox().ref);
    expect(
      () => shapes.state[0] = const columns.FfiOpen.raw(256, null),
      outOf('state', 256, 0, 255),
    );
    expect(() => shapes.weights[0] = [1 << 16], throwsRangeError);
    expect(() => shapes.tags[0] = {256: 1}, throwsRangeError);
    final particles = columns.ParticleColumns()
      ..push(columns.ParticleBox().ref..id = -1);
    expect(particles.idBig, [max]);
    particles.idBig[0] = high;
    expect(particles.id[0], -0x8000000000000000);
  });

  test('references', () {
    final node = types.NodeBox().ref;
    const far = types.FfiRef<types.NodeData>.raw(1 << 32, 1);
    expect(
      () => node.next = far,
      outOf('indexPlusOne', 1 << 32, 0, 0xffffffff),
    );
    const late = types.FfiRef<types.NodeData>.raw(1, -1);
    expect(() => node.next = late, outOf('generation', -1, 0, 0xffffffff));
    expect(node.next.isNone, isTrue);
    expect(() => types.NodePool.raw.resolve(far), throwsRangeError);
  });

  test('operands of kernels', () {
    final bytes = simd.Uint8Array.of([1, 2]);
    expect(() => bytes.simd.fill(300), outOf('value', 300, 0, 255));
    expect(() => bytes.simd.scale(-1), outOf('factor', -1, 0, 255));
    expect(() => bytes.simd.clamp(0, 256), outOf('high', 256, 0, 255));
    expect(() => bytes.simd.clamp(-1, 2), outOf('low', -1, 0, 255));
    expect(() => bytes.simd.axpy(256, bytes.simd), outOf('a', 256, 0, 255));
    expect(bytes.list, [1, 2]);
    expect(() => simd.Int8Array(1).simd.fill(128), throwsRangeError);
    expect(() => simd.Int16Array(1).simd.fill(1 << 15), throwsRangeError);
    expect(() => simd.Uint16Array(1).simd.fill(1 << 16), throwsRangeError);
    expect(() => simd.Int32Array(1).simd.fill(1 << 31), throwsRangeError);
    expect(() => simd.Uint32Array(1).simd.fill(1 << 32), throwsRangeError);
    simd.Uint64Array(1).simd.fill(-1);
    final samples = simd.SampleArray(1);
    final byte = samples.simdFields.byte;
    expect(() => byte.add(256), outOf('value', 256, 0, 255));
    expect(() => byte.scale(256), outOf('factor', 256, 0, 255));
    expect(() => byte.fill(-1), outOf('value', -1, 0, 255));
    expect(() => byte.clamp(0, 256), outOf('high', 256, 0, 255));
    expect(samples[0].byte, 0);
  });

  group('u64', () {
    test('arguments and results', () {
      for (final big in [
        BigInt.zero,
        BigInt.one,
        high - BigInt.one,
        high,
        max,
      ]) {
        final bits = bitsFromBig(big);
        expect(bigFromBits(bits), big);
        expect(calls.echoWide(bits), bits);
        expect(calls.echoWideBig(bits), big);
      }
      expect(calls.echoWide(-1), -1);
      expect(calls.notZeroBig(-1), max);
      expect(calls.notZeroBig(0), null);
      expect(calls.countDown(-1).listBig, [max, max - BigInt.one]);
      expect(() => bitsFromBig(max + BigInt.one), throwsArgumentError);
      expect(() => bitsFromBig(-BigInt.one), throwsArgumentError);
    });

    final it = UnsignedBox().ref
      ..idBig = max
      ..maybeBig = high
      ..row = [-1, 1]
      ..list = [-2]
      ..lists = [
        [-1],
      ]
      ..table = {-1: -2}
      ..signs = {-1: -2}
      ..mask = const FfiOpen.rawUnsigned(-2, null)
      ..choice.setNumber(-1);
    final two = max - BigInt.one;

    test('fields, options, lists and oneofs', () {
      expect((it.id, it.idBig), (-1, max));
      expect((it.maybe, it.maybeBig), (-0x8000000000000000, high));
      expect(it.rowBig, [max, BigInt.one]);
      expect(it.listBig, [two]);
      it.listBig.add(high);
      expect(it.list, [-2, -0x8000000000000000]);
      it.listBig[0] = max;
      expect(it.list[0], -1);
      expect(() => it.listBig[0] = max + BigInt.one, throwsArgumentError);
      final before = it.listBig.toList();
      for (final change in [
        () => it.listBig.setAll(0, [BigInt.one, max + BigInt.one]),
        () => it.listBig.setRange(0, 2, [BigInt.one, -BigInt.one]),
        () => it.listBig.insertAll(0, [BigInt.one, -BigInt.one]),
        () => it.listBig.replaceRange(0, 2, [BigInt.one, -BigInt.one]),
        () => it.listBig.addAll([BigInt.one, -BigInt.one]),
      ]) {
        expect(change, throwsArgumentError);
        expect(it.listBig, before);
      }
      it.list = [-2];
      expect(it.choice.numberBig, max);
      it.maybeBig = null;
      expect((it.maybe, it.maybeBig), (null, null));
      it.maybe = -0x8000000000000000;
    });

    test('copies', () {
      final copy = it.toData();
      expect((copy.idBig, copy.maybeBig), (max, high));
      expect(copy.rowBig, [max, BigInt.one]);
      expect(copy.listBig, [two]);
      expect((copy.choice as ChoiceNumber).valueBig, max);
      expect(copy.toBox().ref.toData(), copy);
    });

    test('as text they have no sign', () {
      expect(
        '${it.toData()}',
        'UnsignedData(id: $max, maybe: $high, row: [$max, 1], list: [$two], '
            'lists: [[$max]], table: {$max: $two}, signs: {$max: -2}, '
            'mask: FfiOpen($two), choice: ChoiceNumber(value: $max))',
      );
      expect('${it.list}', '[$two]');
      expect('${it.lists}', '[[$max]]');
      expect('${it.table}', '{$max: $two}');
      expect('${it.signs}', '{$max: -2}');
      expect('${it.mask}', 'FfiOpen($two)');
      expect('${FfiOpen(Mask.all)}', 'FfiOpen(${Mask.all})');
      expect(
        () => Mask.fromValue(-2),
        throwsA(
          isA<UnknownEnumValueException>().having(
            (it) => it.message,
            'message',
            '$two is no value of Mask',
          ),
        ),
      );
      expect(calls.echoMask(it.mask), it.mask);
    });
  });

  group('counts', () {
    test('are checked for the size of the machine', () {
      const most = 0x7fffffffffffffff;
      for (final count in [0, 1, 0xffffffff]) {
        expect(checkSize(count, 'count', 4), count);
        expect(checkSize(count, 'count', 8), count);
      }
      for (final count in [1 << 32, (1 << 32) + 5, 1 << 60, most]) {
        expect(
          () => checkSize(count, 'count', 4),
          outOf('count', count, 0, 0xffffffff),
        );
        expect(checkSize(count, 'count', 8), count);
      }
      for (final count in [-1, -1 << 63]) {
        for (final bytes in [4, 8]) {
          expect(() => checkSize(count, 'count', bytes), throwsRangeError);
        }
        expect(
          () => checkSize(count, 'count'),
          outOf('count', count, 0, hasShortSizes ? 0xffffffff : most),
        );
      }
    });

    test('that no memory has', () {
      for (final count in [-1, -1 << 63]) {
        expect(() => columns.ParticleColumns(count), throwsRangeError);
        expect(() => columns.ParticleColumns.fixed(count), throwsRangeError);
        final some = columns.ParticleColumns();
        expect(() => some.resize(count), throwsRangeError);
        expect(() => some.reserve(count), throwsRangeError);
        expect(() => Uint8Array(count), throwsRangeError);
        expect(() => LampArray(count), throwsRangeError);
        expect(() => types.NodePool.raw.allocMany(count), throwsRangeError);
        expect(() => types.NodePool.raw.slots(count), throwsRangeError);
      }
      expect(() => pools.EventsQueue.raw.popMany(-1), throwsRangeError);
      expect(
        () => columns.ParticleColumns(countless),
        throwsA(
          isA<columns.AllocationException>().having(
            (it) => it.bytes,
            'bytes',
            greaterThan(countless),
          ),
        ),
      );
    });
  });
}
