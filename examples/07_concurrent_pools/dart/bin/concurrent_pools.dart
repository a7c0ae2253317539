/// Threads of Rust and isolates of Dart use one pool, separately and together.
/// Prints their speed, and checks that no slot ever had two owners.
///
/// Output that is equal in each run goes to the standard output, figures go to
/// the standard error.
library;

import 'dart:developer';
import 'dart:io';
import 'dart:isolate';
import 'dart:math';

import 'package:concurrent_pools/concurrent_pools.dart';

import 'raw/worker.dart';

/// Number of slots that all workers of a run allocate and free.
const _tasks = 400000;

Future<void> main() async {
  final library = ConcurrentPoolsLibrary.open();
  for (final workers in [1, 2, 4, 8]) {
    final rounds = _tasks ~/ workers;
    await _run('threads', [_threads(1000, workers, rounds)], workers);
    await _run('isolates', [
      for (var owner = 1; owner <= workers; owner++) _isolate(owner, rounds),
    ], workers);
    await _run('threads and isolates', [
      _threads(1000, workers, rounds ~/ 2),
      for (var owner = 1; owner <= workers; owner++)
        _isolate(owner, rounds ~/ 2),
    ], workers);
  }

  // A reference may outlive its slot.
  final task = TaskPool.alloc()..ref.owner = 1;
  final reference = TaskPool.reference(task);
  _expect(reference.message?.owner == 1, 'the slot is there');
  final lent = reference.box!;
  task.dispose();
  _expect(reference.message == null, 'the slot is gone');
  try {
    _expect(lent.ref.owner == 1, 'it has an owner');
    _expect(false, 'a slot that was given back is not used any more');
  } on StaleReferenceException {
    print('a slot that was given back is refused');
  }

  final stats = TaskPool.stats;
  stderr.writeln(stats);
  _expect(stats.allocs == stats.frees, 'as many given back as allocated');
  _expect(library.shutdown() == 0, 'nothing leaks');
  print('all slots are back');
}

/// Waits for the workers of a run, and checks their results.
Future<void> _run(String who, List<Future<Found>> parts, int workers) async {
  final found = await Future.wait(parts);
  final start = found.map((it) => it.start).reduce(min);
  final end = found.map((it) => it.end).reduce(max);
  final tasks = found.fold(0, (sum, it) => sum + it.tasks);
  final corrupt = found.fold(0, (sum, it) => sum + it.corrupt);
  final empty = found.fold(0, (sum, it) => sum + it.empty);
  final live = TaskPool.stats.live;
  _expect(corrupt == 0, '$corrupt slots had two owners');
  _expect(live == 0, '$live slots are missing');
  _expect(tasks + empty >= _tasks, '$tasks tasks');
  print('$workers $who: no slot had two owners, all are back');
  final millions = (tasks / (end - start)).toStringAsFixed(1);
  stderr.writeln(
    '$workers $who: $millions M slots/s taken, checked and given back; '
    '$empty times empty',
  );
}

/// Lets [count] threads of Rust work, which have the numbers from [owner] on.
Future<Found> _threads(int owner, int count, int rounds) => Isolate.run(() {
  // The call takes long: the isolate that waits for it is not the main one.
  final library = ConcurrentPoolsLibrary.instance;
  final start = Timeline.now;
  final Report(:tasks, :corrupt, :empty) = library.hammer(
    threads: count,
    rounds: rounds,
    firstOwner: owner,
  );
  final end = Timeline.now;
  return (tasks: tasks, corrupt: corrupt, empty: empty, start: start, end: end);
});

Future<Found> _isolate(int owner, int rounds) =>
    Isolate.run(() => work(owner, rounds));

void _expect(bool holds, String what) {
  if (holds) return;
  stderr.writeln('wrong: $what');
  exit(1);
}
