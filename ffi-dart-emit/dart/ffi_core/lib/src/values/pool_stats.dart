part of '../../values.dart';

/// Whether a pool can be used.
enum PoolState {
  /// It can, or was not used yet.
  open,

  /// The system did not reserve the memory when it was last asked.
  reservationFailed,

  /// The library was shut down.
  closed,
}

/// What happened in a pool so far, **copied**.
///
/// Numbers of a pool in use are of slightly different moments.
final class PoolStats {
  /// The numbers as the library writes them, for generated code.
  PoolStats.fromCounters(List<int> counters)
    : capacity = counters[0],
      stride = counters[1],
      live = counters[2],
      highWater = counters[3],
      allocs = counters[4],
      frees = counters[5],
      failedAllocs = counters[6],
      badNull = counters[7],
      badForeign = counters[8],
      badInterior = counters[9],
      badDouble = counters[10],
      badOwned = counters[11],
      badClosed = counters[12],
      stale = counters[13],
      state = PoolState.values[counters[14]],
      lost = counters[15];

  /// Slots.
  final int capacity;

  /// Bytes from one slot to the next.
  final int stride;

  /// Slots in use.
  final int live;

  /// The highest number of slots in use that was seen: now and then while
  /// allocating, at exhaustion, and by asking for these numbers.
  final int highWater;

  /// Messages that were allocated.
  final int allocs;

  /// Messages that were given back.
  final int frees;

  /// Allocations that failed; several at once count as one.
  final int failedAllocs;

  /// Null pointers that were to be given back.
  final int badNull;

  /// Pointers from elsewhere that were to be given back.
  final int badForeign;

  /// Pointers to the inside of a slot that were to be given back.
  final int badInterior;

  /// Free slots that were to be given back.
  final int badDouble;

  /// Slots of Rust's that were to be given back.
  final int badOwned;

  /// Slots that were to be given back after the library was shut down.
  final int badClosed;

  /// References that did not resolve.
  final int stale;

  /// Whether it can be used.
  final PoolState state;

  /// Slots that were in use when the library was opened again after it was shut
  /// down, and may have no owner any more.
  final int lost;

  @override
  String toString() =>
      'PoolStats(state: ${state.name}, capacity: $capacity, stride: $stride, '
      'live: $live, highWater: $highWater, allocs: $allocs, frees: $frees, '
      'failedAllocs: $failedAllocs, badNull: $badNull, '
      'badForeign: $badForeign, badInterior: $badInterior, '
      'badDouble: $badDouble, badOwned: $badOwned, badClosed: $badClosed, '
      'stale: $stale, lost: $lost)';
}
