/// Times counts of a large pool, and kernels on few numbers.
library;

import 'dart:typed_data';

import 'package:bench_everyday/bench_everyday.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

/// Compares the counts of a pool.
void comparePools(String mode) {
  // Each slot is used, and then half of them are.
  final unused = TicketPool.raw.allocMany(TicketPool.capacity - _live);
  final live = TicketPool.raw.allocMany(_live);
  unused.free();
  final times = _counts.run();
  print(
    ratioLine(
      '${mode}_pool_live_of_million_us',
      times['live']!.median / 1000,
      const Target.atMost(5),
    ),
  );
  live.free();
}

const _live = 500000;

final _counts = Comparison('count the slots of a pool of a million', const [
  Contender('live', _count),
  Contender('stats', _stats),
], expected: (count) => count * _live);

int _count(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += TicketPool.live;
  }
  return sum;
}

int _stats(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += TicketPool.stats.live;
  }
  return sum;
}

/// Compares kernels on few numbers with loops, and those on numbers of two sizes.
void compareBatches(String mode) {
  for (final (comparison, name, limit) in [
    (_few, 'batch_of_64_vs_loop', 1.0),
    (_halves, 'sum_u16_vs_f32', 1.2),
  ]) {
    final [ours, theirs] = comparison.run().values.toList();
    printRatio('${mode}_$name', ours, theirs, Target.atMost(limit));
  }
}

const _batch = 64;
final _floats = Float32Array.of(_typed);
final Float32List _typed = Float32List(_batch)..fillRange(0, _batch, 2);

final _few = Comparison('sum $_batch numbers', const [
  Contender('simd.sum()', _kernel),
  Contender('loop', _loop),
], expected: (count) => count * _batch * 2);

double _kernel(int count) {
  var sum = 0.0;
  for (var i = 0; i < count; i++) {
    sum += _floats.simd.sum();
  }
  return sum;
}

double _loop(int count) {
  var sum = 0.0;
  for (var i = 0; i < count; i++) {
    final values = _typed;
    var part = 0.0;
    for (var at = 0; at < values.length; at++) {
      part += values[at];
    }
    sum += part;
  }
  return sum;
}

const _length = 1000;
final _shorts = Uint16Array.of(List.filled(_length, 3));
final _singles = Float32Array.of(List.filled(_length, 3));

final _halves = Comparison('sum $_length numbers', const [
  Contender('u16', _sumShorts),
  Contender('f32', _sumSingles),
], expected: (count) => count * _length * 3);

num _sumShorts(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += _shorts.simd.sum();
  }
  return sum;
}

num _sumSingles(int count) {
  var sum = 0.0;
  for (var i = 0; i < count; i++) {
    sum += _singles.simd.sum();
  }
  return sum;
}
