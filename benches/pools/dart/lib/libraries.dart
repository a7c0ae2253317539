/// The native library, as generated and by hand.
library;

import 'dart:ffi';

import 'package:bench_harness/comparison.dart';
import 'package:bench_pools/bench_pools.dart';

typedef _Alloc = Pointer<Particle> Function();
typedef _FreeC = Int32 Function(Pointer<Particle>);
typedef _FreeDart = int Function(Pointer<Particle>);

late final DynamicLibrary _library;

final emptyAlloc = _library.lookupFunction<_Alloc, _Alloc>(
  'bench_pools_empty_alloc',
  isLeaf: true,
);

final emptyFree = _library.lookupFunction<_FreeC, _FreeDart>(
  'bench_pools_empty_free',
  isLeaf: true,
);

final handAlloc = _library.lookupFunction<_Alloc, _Alloc>(
  'bench_pools_ffi_particle_pool_alloc',
  isLeaf: true,
);

final handFree = _library.lookupFunction<_FreeC, _FreeDart>(
  'bench_pools_ffi_particle_pool_free',
  isLeaf: true,
);

void openLibraries(String path) {
  BenchPoolsLibrary.open(path: path);
  _library = DynamicLibrary.open(path);
  _checkSlots();
}

/// Checks that no slot is allocated twice, that all are zeroed, and that all
/// are freed.
void _checkSlots() {
  for (var turn = 0; turn < 2; turn++) {
    final slots = ParticlePool.raw.allocMany(ParticlePool.capacity);
    final addresses = {for (final slot in slots) slot.address};
    _expect('different slots', addresses.length, ParticlePool.capacity);
    _expect('slots left', ParticlePool.raw.tryAlloc() == null ? 0 : 1, 0);
    var sum = 0;
    for (final slot in slots) {
      sum += slot.ref.id;
      slot.ref.id = 1;
    }
    _expect('what slots hold', sum, 0);
    slots
      ..free()
      ..dispose();
    checkAtRest();
  }
}

/// Checks the counters that must hold when no slot is allocated.
void checkAtRest() {
  final stats = ParticlePool.stats;
  _expect('slots that did not come back', stats.live, 0);
  _expect('frees', stats.frees, stats.allocs);
}

void _expect(String what, int found, int expected) {
  if (found != expected) throw WrongResult(what, found, expected);
}
