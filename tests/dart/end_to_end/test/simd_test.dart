/// Tests kernels from Dart against plain loops: every operation, short and long
/// arrays, NaN, misuse, and every level.
library;

import 'dart:ffi' show Pointer, sizeOf;
import 'dart:math' as math;
import 'dart:typed_data';

import 'package:fixture_simd/fixture_simd.dart';
import 'package:test/test.dart';

final random = math.Random(5);

/// Returns a number, which is sometimes NaN.
double number() =>
    random.nextInt(23) == 0 ? double.nan : (random.nextDouble() - 0.5) * 2000;

/// Returns [value] rounded to `f32`.
double single(double value) => (Float32List(1)..[0] = value)[0];

/// Returns the sum as Rust defines it: lanes of 256 bytes, folded in halves.
double treeSum(List<double> values, int lanes, double Function(double) round) {
  final sums = List.filled(lanes, 0.0);
  for (var i = 0; i < values.length; i++) {
    sums[i % lanes] = round(sums[i % lanes] + values[i]);
  }
  for (var half = lanes ~/ 2; half > 0; half ~/= 2) {
    for (var i = 0; i < half; i++) {
      sums[i] = round(sums[i] + sums[i + half]);
    }
  }
  return sums[0];
}

double? least(Iterable<double> values) =>
    values.where((it) => !it.isNaN).fold(null, (best, it) {
      return best == null || it < best ? it : best;
    });

double? greatest(Iterable<double> values) =>
    values.where((it) => !it.isNaN).fold(null, (best, it) {
      return best == null || it > best ? it : best;
    });

/// Matches equal numbers; NaN equals NaN.
Matcher same(List<double> expected) =>
    equals([for (final it in expected) it.isNaN ? isNaN : equals(it)]);

/// Returns numbers without NaN, for arithmetic that compares bits.
Float32Array singles(int length) => Float32Array.of([
  for (var i = 0; i < length; i++) (random.nextDouble() - 0.5) * 2000,
]);

void floats() {
  for (var length = 0; length <= 130; length++) {
    final values = Float32Array.of([for (var i = 0; i < length; i++) number()]);
    final clean = singles(length);
    final other = singles(length);
    final doubles = Float64Array.of(clean.list);
    final simd = values.simd;

    expect([simd.sum()], same([treeSum(values.list, 64, single)]));
    expect(clean.simd.sum(), treeSum(clean.list, 64, single));
    expect(doubles.simd.sum(), treeSum(doubles.list, 32, (it) => it));
    expect(simd.min(), least(values.list));
    expect(simd.max(), greatest(values.list));
    final mean = length == 0 ? null : single(clean.simd.sum() / length);
    expect(clean.simd.mean(), mean);
    final products = [
      for (var i = 0; i < length; i++) single(clean.list[i] * other.list[i]),
    ];
    expect(clean.simd.dot(other.simd), treeSum(products, 64, single));

    void changes(
      void Function(SimdNumbers<double, double> values) change,
      double Function(double value, double other) plain,
    ) {
      final changed = Float32Array.of(clean.list);
      change(changed.simd);
      expect(changed.list, [
        for (var i = 0; i < length; i++)
          single(plain(clean.list[i], other.list[i])),
      ]);
    }

    changes((it) => it.add(other.simd), (a, b) => a + b);
    changes((it) => it.sub(other.simd), (a, b) => a - b);
    changes((it) => it.mul(other.simd), (a, b) => a * b);
    changes((it) => it.scale(1.5), (a, _) => a * 1.5);
    changes((it) => it.fill(-2), (_, _) => -2);
    changes((it) => it.axpy(0.5, other.simd), (a, b) => a + single(0.5 * b));
    changes(
      (it) => it.lerp(other.simd, 0.25),
      (a, b) => a + single(single(b - a) * 0.25),
    );
    changes((it) => it.clamp(-100, 200), (a, _) => a.clamp(-100.0, 200.0));
    // One array as both operands.
    changes((it) => it.add(it), (a, _) => a + a);
  }
}

void integers() {
  for (var length = 0; length <= 130; length++) {
    List<int> bits() => [
      for (var i = 0; i < length; i++) random.nextInt(1 << 32),
    ];
    // Typed data keeps the low bits.
    final int32 = Int32Array(length)..list.setAll(0, bits());
    final uint8 = Uint8Array(length)..list.setAll(0, bits());
    final other = Uint8Array(length)..list.setAll(0, bits());
    int total(List<int> values) => values.fold(0, (sum, it) => sum + it);
    expect(int32.simd.sum(), total(int32.list));
    expect(uint8.simd.sum(), total(uint8.list));
    final mean = length == 0 ? null : total(uint8.list) / length;
    expect(uint8.simd.mean(), mean);
    expect(int32.simd.min(), length == 0 ? null : int32.list.reduce(math.min));
    expect(uint8.simd.max(), length == 0 ? null : uint8.list.reduce(math.max));
    var dot = 0;
    for (var i = 0; i < length; i++) {
      dot += uint8.list[i] * other.list[i];
    }
    expect(uint8.simd.dot(other.simd), dot);

    void changes(
      void Function(SimdNumbers<int, int> values) change,
      int Function(int value, int other) plain,
    ) {
      final changed = Uint8Array.of(uint8.list);
      change(changed.simd);
      expect(changed.list, [
        for (var i = 0; i < length; i++)
          plain(uint8.list[i], other.list[i]) & 0xff,
      ]);
    }

    changes((it) => it.add(other.simd), (a, b) => a + b);
    changes((it) => it.mul(other.simd), (a, b) => a * b);
    changes((it) => it.axpy(3, other.simd), (a, b) => a + 3 * b);
    changes(
      (it) => it.saturatingAdd(other.simd),
      (a, b) => math.min(a + b, 255),
    );
    changes((it) => it.saturatingSub(other.simd), (a, b) => math.max(a - b, 0));
    changes((it) => it.clamp(10, 20), (a, _) => a.clamp(10, 20));

    final words = Uint64Array.of([for (var i = 0; i < length; i++) -1 - i]);
    var wide = BigInt.zero;
    for (final it in words.list) {
      wide += BigInt.from(it).toUnsigned(64);
    }
    expect(words.simd.sum(), wide);
    final longs = Int64Array.of([
      for (var i = 0; i < length; i++) -0x8000000000000000 + i,
    ]);
    expect(
      longs.simd.sum(),
      longs.list.fold(BigInt.zero, (sum, it) => sum + BigInt.from(it)),
    );
    expect(longs.simd.min(), length == 0 ? null : -0x8000000000000000);
  }
  expect((Int8Array.of([-128, -128])..simd.scale(3)).list, [-128, -128]);
  expect(Int8Array.of([-128, -128]).simd.sum(), -256);
  expect(Uint16Array.of([65535, 1]).simd.sum(), 65536);
  expect(Int16Array.of([-5, 7]).simd.min(), -5);
  expect(Uint32Array.of([0xffffffff, 1]).simd.max(), 0xffffffff);
}

ParticleArray particles(int length) {
  final particles = ParticleArray(length);
  final numbers = particles.bytes.buffer.asFloat32List(
    particles.bytes.offsetInBytes,
    length * 7,
  );
  for (var i = 0; i < numbers.length; i++) {
    numbers[i] = (random.nextDouble() - 0.5) * 2000;
  }
  return particles;
}

/// The numbers of all particles, **copied**.
Float32List flat(ParticleArray particles) => Float32List.fromList(
  particles.bytes.buffer.asFloat32List(
    particles.bytes.offsetInBytes,
    particles.length * 7,
  ),
);

ParticleArray copy(ParticleArray particles) =>
    ParticleArray(particles.length)..bytes.setAll(0, particles.bytes);

void batches() {
  for (var length = 1; length <= 70; length++) {
    final all = particles(length);
    final other = particles(length);
    final (numbers, others) = (flat(all), flat(other));
    List<double> column(int lane) => [
      for (var i = 0; i < length; i++) numbers[i * 7 + lane],
    ];
    final sums = [
      for (var lane = 0; lane < 7; lane++) treeSum(column(lane), 64, single),
    ];
    expect(all.simd.sums(), sums);
    expect(all.simd.means(), [for (final it in sums) single(it / length)]);
    final mins = [for (var lane = 0; lane < 7; lane++) least(column(lane))];
    expect(all.simd.mins(), mins);
    final maxs = [for (var lane = 0; lane < 7; lane++) greatest(column(lane))];
    expect(all.simd.maxs(), maxs);
    final fields = all.simdFields;
    expect(fields.position.sums(), sums.sublist(0, 2));
    expect(fields.velocity.mins(), mins.sublist(2, 4));
    expect(fields.mass.sum(), sums[4]);
    expect(fields.mass.mean(), single(sums[4] / length));
    expect(fields.mass.max(), maxs[4]);
    expect(fields.tensor.maxs(), maxs.sublist(5));

    void changes(
      void Function(ParticleArray all) change,
      double Function(double value, double other, int lane, int index) plain,
    ) {
      final changed = copy(all);
      change(changed);
      expect(flat(changed), [
        for (var i = 0; i < numbers.length; i++)
          single(plain(numbers[i], others[i], i % 7, i)),
      ]);
    }

    changes((it) => it.simd.add(other), (a, b, _, _) => a + b);
    changes((it) => it.simd.sub(other), (a, b, _, _) => a - b);
    changes((it) => it.simd.mul(other), (a, b, _, _) => a * b);
    changes((it) => it.simd.scale(0.5), (a, _, _, _) => a * 0.5);
    changes((it) => it.simd.axpy(2, other), (a, b, _, _) => a + single(2 * b));
    changes(
      (it) => it.simd.lerp(other, 0.5),
      (a, b, _, _) => a + single(single(b - a) * 0.5),
    );
    final record = ParticleBox()..ref = other[0];
    changes((it) => it.simd.addRecord(record), (a, _, l, _) => a + others[l]);
    changes((it) => it.simd.subRecord(record), (a, _, l, _) => a - others[l]);
    changes((it) => it.simd.mulRecord(record), (a, _, l, _) => a * others[l]);
    changes((it) => it.simd.fillRecord(record), (_, _, l, _) => others[l]);
    changes(
      (it) => it.simd.clampRecord(record, record),
      (_, _, l, _) => others[l],
    );
    double step(double a, double _, int lane, int index) =>
        lane < 2 ? a + single(0.25 * numbers[index + 2]) : a;
    changes((it) {
      final fields = it.simdFields;
      fields.position.axpy(0.25, fields.velocity);
    }, step);
    changes((it) {
      final fields = it.simdFields;
      it.simd.axpyFields(0.25, from: fields.velocity, to: fields.position);
    }, step);
    double mass(double value, int lane, double Function(double) change) =>
        lane == 4 ? change(value) : value;
    changes(
      (it) => it.simdFields.mass.scale(3),
      (a, _, lane, _) => mass(a, lane, (it) => it * 3),
    );
    changes(
      (it) => it.simdFields.mass.add(3),
      (a, _, lane, _) => mass(a, lane, (it) => it + 3),
    );
    changes(
      (it) => it.simdFields.mass.clamp(-1, 1),
      (a, _, lane, _) => mass(a, lane, (it) => it.clamp(-1.0, 1.0)),
    );
    changes(
      (it) => it.simdFields.tensor.fill(9),
      (a, _, lane, _) => lane > 4 ? 9 : a,
    );

    final (dots, lengths) = (Float32Array(length), Float32Array(length));
    all.simd.dots(other, dots.simd);
    all.simd.lengths(lengths.simd);
    final normal = copy(all)..simd.normalize();
    for (var i = 0; i < length; i++) {
      List<double> products(Float32List with_) => [
        for (var l = i * 7; l < i * 7 + 7; l++) single(numbers[l] * with_[l]),
      ];
      expect(dots.list[i], treeSum(products(others), 64, single));
      final long = single(math.sqrt(treeSum(products(numbers), 64, single)));
      expect(lengths.list[i], long);
      expect(normal[i].mass, single(numbers[i * 7 + 4] / long));
    }
  }
}

void mixed() {
  final samples = SampleArray(9);
  for (var i = 0; i < samples.length; i++) {
    samples[i]
      ..live = true
      ..tiny = -i
      ..byte = 250 + i % 5
      ..int_ = i - 4
      ..count = 0xfffffff0 + i
      ..long = i - 0x8000000000000000
      ..big = -1
      ..single = i / 2
      ..wide = i.isEven ? double.nan : i / 4
      ..channels.setAll(0, [i, 2, 65535]);
  }
  final fields = samples.simdFields;
  expect(fields.tiny.sum(), -36);
  expect(fields.byte.max(), 254);
  expect(fields.int_.min(), -4);
  expect(fields.count.sum(), 9 * 0xfffffff0 + 36);
  expect(
    fields.long.sum(),
    BigInt.from(-0x8000000000000000) * BigInt.from(9) + BigInt.from(36),
  );
  expect(fields.big.sum(), BigInt.from(-1).toUnsigned(64) * BigInt.from(9));
  expect(fields.single.mean(), 2);
  expect([fields.wide.min(), fields.wide.max()], [0.25, 1.75]);
  expect(fields.wide.sum(), isNaN);
  expect(fields.channels.sums(), [36, 18, 9 * 65535]);
  fields.channels.add(1);
  expect(samples[3].channels, [4, 3, 0]);
  fields.spot.fill(1.5);
  expect(fields.spot.sums(), [13.5, 13.5]);
  expect(samples.every((it) => it.live), isTrue);

  final totals = TotalsArray(3);
  for (var i = 0; i < 3; i++) {
    totals[i].first = 0x7fffffffffffffff;
    totals[i].third = -i;
  }
  expect(totals.simd.sums(), [
    BigInt.from(0x7fffffffffffffff) * BigInt.from(3),
    BigInt.zero,
    BigInt.from(-3),
  ]);
  final rows = RowArray(3);
  for (var i = 0; i < 300; i++) {
    rows[i ~/ 100].cells[i % 100] = i;
  }
  expect(rows.simd.sums(), [for (var i = 0; i < 100; i++) 300 + 3 * i]);
  expect(rows.simdFields.cells.maxs().last, 299);
}

/// Returns a hash of the results of kernels on one array.
List<Object?> results(Float32Array values, ParticleArray all) {
  final changed = Float32Array.of(values.list);
  changed.simd
    ..axpy(0.3, values.simd)
    ..clamp(-500, 700);
  final moved = copy(all);
  final fields = moved.simdFields;
  moved.simd
    ..axpyFields(0.1, from: fields.velocity, to: fields.position)
    ..normalize();
  return [
    values.simd.sum(),
    values.simd.dot(changed.simd),
    values.simd.min(),
    values.simd.max(),
    ...changed.list,
    ...moved.simd.sums(),
    ...flat(moved),
  ];
}

void main() {
  FixtureSimdLibrary.open();
  tearDown(() => Simd.setLevel(null));

  test('floats are as plain loops', floats);
  test('integers are as plain loops', integers);
  test('arrays of messages are as plain loops', batches);
  test('mixed messages have their numeric fields', mixed);

  test('every level gives the same bits', () {
    final (values, all) = (singles(1000), particles(333));
    final strongest = Simd.level;
    final expected = results(values, all);
    for (final cap in SimdLevel.values) {
      final level = Simd.setLevel(cap);
      expect(level.index, lessThanOrEqualTo(cap.index));
      expect(Simd.level, level);
      expect(results(values, all), expected, reason: '$level');
      floats();
    }
    expect(Simd.setLevel(null), strongest);
  });

  test('Rust says the same', () {
    final values = singles(12345);
    final library = FixtureSimdLibrary.open();
    expect(values.simd.sum(), library.sum(values));
    final doubles = Float64Array.of(values.list);
    expect(doubles.simd.dot(doubles.simd), library.dot(doubles, doubles));
  });

  test('nothing is there to compute with', () {
    final none = Float32Array(0);
    expect(none.simd.sum(), 0);
    expect(
      [none.simd.mean(), none.simd.min(), none.simd.max()],
      [null, null, null],
    );
    none.simd.scale(2);
    final nobody = ParticleArray(0);
    expect(nobody.simd.sums(), List.filled(7, 0));
    expect(nobody.simd.means(), isNull);
    expect(nobody.simd.mins(), List.filled(7, null));
    expect(nobody.simdFields.mass.max(), isNull);
    expect(Float32Array.of([double.nan]).simd.min(), isNull);
  });

  test('views are computed with in place, unaligned ones too', () {
    final values = singles(100);
    final view = values.sublistView(3, 50);
    expect(view.simd.sum(), treeSum(values.list.sublist(3, 50), 64, single));
    view.simd.fill(1);
    expect(values.list.sublist(3, 50), List.filled(47, 1));
    final bytes = Uint8Array(401);
    final unaligned = Float32Array.raw(
      Pointer.fromAddress(bytes.raw.pointer.address + 1),
      100,
      owner: bytes,
    );
    unaligned.simd
      ..fill(2)
      ..add(values.simd);
    final expected = [for (final it in values.list) single(it + 2)];
    expect(unaligned.simd.sum(), treeSum(expected, 64, single));
  });

  test('misaligned views of messages are refused', () {
    final bytes = Uint8Array(10 * sizeOf<Particle>());
    final start = bytes.raw.pointer.address;
    for (var misaligned = 1; misaligned < 4; misaligned++) {
      final address = start + misaligned;
      final says = throwsA(
        isA<ArgumentError>().having(
          (it) => '${it.message}',
          'message',
          allOf(
            contains('0x${address.toRadixString(16)}'),
            contains('not a multiple of 4'),
            contains('hint: copy'),
          ),
        ),
      );
      final pointer = Pointer<Particle>.fromAddress(address);
      expect(() => ParticleArray.raw(pointer, 3, owner: bytes), says);
      expect(() => ParticleBox.raw(pointer, owner: bytes), says);
      expect(ParticleArray.raw(pointer, 0), isEmpty);
    }
    final wide = Pointer<Totals>.fromAddress(start + 4);
    expect(() => TotalsArray.raw(wide, 1, owner: bytes), throwsArgumentError);
    final aligned = Pointer<Particle>.fromAddress(start + 4);
    final view = ParticleArray.raw(aligned, 3, owner: bytes);
    view.simd.fillRecord(ParticleBox()..ref.mass = 2);
    expect(view.simd.sums()[4], 6);
    expect(view.sublistView(1).simd.sums()[4], 4);
  });

  test('results that overlap the messages are refused', () {
    final messages = ParticleArray(8);
    final inside = Float32Array.raw(messages.raw.pointer.cast(), 8);
    expect(() => messages.simd.lengths(inside.simd), throwsArgumentError);
    expect(
      () => messages.simd.dots(ParticleArray(8), inside.simd),
      throwsArgumentError,
    );
  });

  test('misuse is refused', () {
    final (three, four) = (Float32Array(3), Float32Array(4));
    for (final wrong in <void Function()>[
      () => three.simd.add(four.simd),
      () => three.simd.sub(four.simd),
      () => three.simd.mul(four.simd),
      () => three.simd.dot(four.simd),
      () => three.simd.axpy(1, four.simd),
      () => three.simd.lerp(four.simd, 1),
      () => three.simd.clamp(1, 0),
      () => three.simd.clamp(double.nan, 0),
      () => ParticleArray(1).simd.add(ParticleArray(2)),
      () => ParticleArray(1).simd.lengths(three.simd),
      () => ParticleArray(3).simd.lengths(Float64Array(3).simd),
      () {
        final all = ParticleArray(3);
        all.simd.axpyFields(
          1,
          from: all.simdFields.mass,
          to: all.simdFields.mass,
        );
      },
      () {
        final all = ParticleArray(3);
        all.simdFields.mass.axpy(1, all.simdFields.position);
      },
      () {
        final (one, other) = (ParticleArray(3), ParticleArray(3));
        one.simdFields.mass.axpy(1, other.simdFields.mass);
      },
      () {
        final high = ParticleBox()..ref.mass = -1;
        ParticleArray(3).simd.clampRecord(ParticleBox(), high);
      },
    ]) {
      expect(wrong, throwsArgumentError);
    }
    three.dispose();
    expect(() => three.simd.sum(), throwsStateError);
  });

  test('a message has the kernels that it names', () {
    final all = ReadingArray(2);
    all[0]
      ..celsius = 20
      ..humidity = 0.5;
    all[1].celsius = 1;
    expect(all.simd.sums(), [21, 0.5]);
    all.simd.scale(2);
    expect(all[0].celsius, 40);
    final one = ReadingBox();
    for (final leftOut in [
      () => all.simd.means(),
      () => all.simd.maxs(),
      () => all.simd.addRecord(one),
      () => all.simd.clampRecord(one, one),
      () => all.simd.axpyFields(
        1,
        from: all.simdFields.celsius,
        to: all.simdFields.humidity,
      ),
    ]) {
      expect(
        leftOut,
        throwsA(
          isA<UnsupportedError>().having(
            (it) => it.message,
            'message',
            contains('`#[ffi(simd(..))]`'),
          ),
        ),
      );
    }
    // Another message of the library has all kernels on numbers of this type.
    all.simd.mul(all);
    expect(all[0].celsius, 1600);
  });
}
