/// The loop of an isolate, in the raw layer: it measures the pool, so there is no
/// object for each slot.
library;

import 'dart:developer';
import 'dart:ffi';

import 'package:concurrent_pools/concurrent_pools.dart';

/// Largest number of slots that each worker holds at once.
const _held = 64;

/// Result of a worker, as in Rust's `Report`, and the time of its work.
typedef Found = ({int tasks, int corrupt, int empty, int start, int end});

/// Works like `work` in `src/lib.rs`.
Found work(int owner, int rounds) {
  // A clock that all isolates share, unlike a `Stopwatch`.
  final start = Timeline.now;
  final pool = TaskPool.raw;
  var tasks = 0, corrupt = 0, empty = 0;
  final held = <Pointer<Task>>[];
  for (var round = 0; round < rounds; round++) {
    if (held.length == _held) {
      final at = round * 31 % _held;
      final task = held[at];
      held[at] = held.last;
      held.removeLast();
      if (!_isMarked(task, owner)) corrupt++;
      pool.free(task);
    }
    final task = pool.tryAlloc();
    if (task == null) {
      empty++;
      continue;
    }
    if (!_isMarked(task, 0)) corrupt++;
    task.ref.owner = owner;
    final marks = task.ref.marks;
    for (var i = 0; i < marks.length; i++) {
      marks[i] = owner;
    }
    tasks++;
    held.add(task);
  }
  for (final task in held) {
    if (!_isMarked(task, owner)) corrupt++;
  }
  pool.freeMany(held);
  final end = Timeline.now;
  return (tasks: tasks, corrupt: corrupt, empty: empty, start: start, end: end);
}

bool _isMarked(Pointer<Task> task, int owner) {
  if (task.ref.owner != owner) return false;
  final marks = task.ref.marks;
  for (var i = 0; i < marks.length; i++) {
    if (marks[i] != owner) return false;
  }
  return true;
}
