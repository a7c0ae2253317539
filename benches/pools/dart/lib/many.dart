/// Times a thousand slots that are allocated at once, and freed at once.
library;

import 'dart:ffi';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:bench_pools/bench_pools.dart';

const _objects = 1000;

const _again = 'allocMany into the same list, and its free';
const _fresh = 'allocMany, its free, its dispose';
const _single = 'ParticlePool.raw.alloc and free, one by one';

final _slots = ParticlePool.raw.slots(_objects);

final _pointers = List<Pointer<Particle>>.filled(_objects, nullptr);

/// Compares one call for many slots with a call for each.
void compareMany(String mode) {
  final many = Comparison(
    'allocate $_objects, then free them, for each',
    const [
      Contender(_again, _manyAgain),
      Contender(_fresh, _manyFresh),
      Contender(_single, _oneByOne),
    ],
    expected: (count) => count * _objects,
    unit: _objects,
  ).run();
  for (final (name, samples) in [
    ('again', many[_again]!),
    ('fresh', many[_fresh]!),
  ]) {
    print(
      ratioLine(
        '${mode}_many_${name}_vs_3_nanoseconds_each',
        samples.median / 3,
        const Target.atMost(1),
      ),
    );
  }
}

int _manyAgain(int count) {
  var done = 0;
  for (var i = 0; i < count; i++) {
    final slots = ParticlePool.raw.allocMany(_objects, into: _slots);
    done += slots.length;
    slots.free();
  }
  return done;
}

int _manyFresh(int count) {
  var done = 0;
  for (var i = 0; i < count; i++) {
    final slots = ParticlePool.raw.allocMany(_objects);
    done += slots.length;
    slots
      ..free()
      ..dispose();
  }
  return done;
}

int _oneByOne(int count) {
  final pointers = _pointers;
  var done = 0;
  for (var i = 0; i < count; i++) {
    for (var k = 0; k < _objects; k++) {
      pointers[k] = ParticlePool.raw.alloc();
      done++;
    }
    for (var k = 0; k < _objects; k++) {
      ParticlePool.raw.free(pointers[k]);
    }
  }
  return done;
}
