part of '../../values.dart';

/// State of a pool.
enum PoolState {
  /// The pool can be used, or was not used yet.
  open,

  /// The system did not reserve the memory when it was last asked.
  reservationFailed,

  /// The library was shut down.
  closed,
}

/// Counters of a pool, **copied**.
///
/// The counters of a pool in use are of slightly different moments.
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

  /// Number of slots.
  final int capacity;

  /// Distance from one slot to the next in bytes.
  final int stride;

  /// Number of slots in use.
  final int live;

  /// Highest number of slots in use that was seen: sometimes while allocating,
  /// at exhaustion, and when these counters are read.
  final int highWater;

  /// Number of allocated messages.
  final int allocs;

  /// Number of freed messages.
  final int frees;

  /// Number of failed allocations; one of several slots counts once.
  final int failedAllocs;

  /// Number of null pointers that were passed to be freed.
  final int badNull;

  /// Number of pointers outside of the pool that were passed to be freed.
  final int badForeign;

  /// Number of pointers to the inside of a slot that were passed to be freed.
  final int badInterior;

  /// Number of free slots that were passed to be freed.
  final int badDouble;

  /// Number of slots owned by Rust that were passed to be freed.
  final int badOwned;

  /// Number of slots that were passed to be freed after the library was shut
  /// down.
  final int badClosed;

  /// Number of references that did not resolve.
  final int stale;

  /// State of the pool.
  final PoolState state;

  /// Number of slots that were in use when the library was opened again after a
  /// shutdown, and may have no owner any more.
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
