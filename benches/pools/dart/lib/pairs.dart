/// Times a slot that is allocated and freed.
library;

import 'dart:ffi';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:bench_pools/bench_pools.dart';
import 'package:ffi/ffi.dart';

import 'libraries.dart';

const _generated = 'ParticlePool.raw.alloc and free';
const _scoped = 'ParticlePool.raw.using';
const _hand = 'by hand, same C functions, results checked';
const _empty = 'two empty leaf calls';
const _calloc = 'package:ffi, calloc and free';
const _malloc = 'package:ffi, malloc and free';

/// Compares the pool with calls that do nothing, and with the C library's heap.
void comparePairs(String mode) {
  final pairs = Comparison('allocate and free', const [
    Contender(_generated, _generatedPairs),
    Contender(_scoped, _scopedPairs),
    Contender(_hand, _handPairs),
    Contender(_empty, _emptyPairs),
    Contender(_calloc, _callocPairs),
    Contender(_malloc, _mallocPairs),
  ], expected: (count) => count).run();
  final ours = pairs[_generated]!;
  printRatio(
    '${mode}_pair_vs_two_empty_calls',
    ours,
    pairs[_empty]!,
    const Target.atMost(2.2),
  );
  printRatio(
    '${mode}_pair_vs_hand_written',
    ours,
    pairs[_hand]!,
    const Target.atMost(1.15),
  );
  printRatio(
    '${mode}_pair_vs_calloc',
    ours,
    pairs[_calloc]!,
    const Target.atMost(0.67),
  );
}

int _generatedPairs(int count) {
  var done = 0;
  for (var i = 0; i < count; i++) {
    final slot = ParticlePool.raw.alloc();
    if (slot.address != 0) done++;
    ParticlePool.raw.free(slot);
  }
  return done;
}

int _scopedPairs(int count) {
  var done = 0;
  for (var i = 0; i < count; i++) {
    done += ParticlePool.raw.using((slot) => slot.address != 0 ? 1 : 0);
  }
  return done;
}

int _handPairs(int count) {
  var done = 0;
  for (var i = 0; i < count; i++) {
    final slot = handAlloc();
    if (slot.address != 0) done++;
    if (handFree(slot) != 0) return -1;
  }
  return done;
}

int _emptyPairs(int count) {
  var done = 0;
  for (var i = 0; i < count; i++) {
    final slot = emptyAlloc();
    if (slot.address != 0) done++;
    if (emptyFree(slot) != 0) return -1;
  }
  return done;
}

int _callocPairs(int count) {
  var done = 0;
  for (var i = 0; i < count; i++) {
    final slot = calloc<Particle>();
    if (slot.address != 0) done++;
    calloc.free(slot);
  }
  return done;
}

int _mallocPairs(int count) {
  var done = 0;
  for (var i = 0; i < count; i++) {
    final slot = malloc<Particle>();
    if (slot.address != 0) done++;
    malloc.free(slot);
  }
  return done;
}
