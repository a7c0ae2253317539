/// Streams of Dart that Rust reads, and a queue that is listened to.
library;

import 'dart:async';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:bench_harness/rounds.dart';
import 'package:bench_services/bench_services.dart';


const _events = 100000;
const _blocks = 20000;
const _pairs = 200000;

final int _frequency = Stopwatch().frequency;

double _perEvent(Stopwatch watch, int count) =>
    watch.elapsedTicks * 1e9 / _frequency / count;

Never _wrong(String way, int found, int expected) =>
    throw WrongResult(way, found, expected);

/// Nanoseconds for each event of a stream that Rust reads.
Future<double> _input(String way, BenchServicesLibrary library) async {
  var resumed = Completer<void>();
  final controller = StreamController<Event>(
    sync: true,
    onResume: () => resumed.complete(),
  );
  final event = const EventData(number: 0, value: 0).toBox().ref;
  final count = library.readEvents(controller.stream);
  // Rust listens by now.
  await Future<void>.delayed(Duration.zero);
  final watch = Stopwatch()..start();
  for (var number = 0; number < _events; number++) {
    if (controller.isPaused) {
      await resumed.future;
      resumed = Completer();
    }
    controller.add(event..number = number);
  }
  await controller.close();
  final found = await count;
  final time = _perEvent(watch, _events);
  if (found != _events) _wrong(way, found, _events);
  return time;
}

/// Nanoseconds for each event of a stream that Dart reads.
Future<double> _plain(String way) async {
  final controller = StreamController<Event>(sync: true);
  final event = const EventData(number: 0, value: 0).toBox().ref;
  var count = 0;
  controller.stream.listen((event) {
    if (event.number == count) count++;
  });
  final watch = Stopwatch()..start();
  for (var number = 0; number < _events; number++) {
    controller.add(event..number = number);
  }
  final time = _perEvent(watch, _events);
  await controller.close();
  if (count != _events) _wrong(way, count, _events);
  return time;
}

/// Nanoseconds for each message of a queue that is listened to.
Future<double> _queue(String way, BenchServicesLibrary library) async {
  final watch = Stopwatch()..start();
  library.pushBlocks(_blocks);
  var next = 0;
  await _received(QueuedQueue.stream(), (block) {
    if (block.ref.number != next++) _wrong(way, block.ref.number, next - 1);
    return next == _blocks;
  });
  return _perEvent(watch, _blocks);
}

/// Nanoseconds for each item of a stream of Rust.
Future<double> _stream(String way, BenchServicesLibrary library) async {
  final watch = Stopwatch()..start();
  var next = 0;
  await _received(library.blocks(_blocks), (block) {
    if (block.ref.number != next++) _wrong(way, block.ref.number, next - 1);
    return next == _blocks;
  });
  return _perEvent(watch, _blocks);
}

/// Listens until [last] returns true.
Future<void> _received(
  Stream<BlockBox> stream,
  bool Function(BlockBox event) last,
) {
  final done = Completer<void>();
  late final StreamSubscription<BlockBox> subscription;
  subscription = stream.listen((event) {
    if (last(event)) subscription.cancel().then(done.complete);
  }, onError: done.completeError);
  return done.future;
}

Future<void> compareFlows(String mode, String path) async {
  final library = BenchServicesLibrary.open(path: path);
  const input = 'FfiInput, 16 bytes', plain = 'StreamController, 16 bytes';
  const queue = 'queue.stream(), 4 KiB', stream = 'stream of PoolBox, 4 KiB';
  final times = await timed('an event', [
    (input, () => _input(input, library)),
    (plain, () => _plain(plain)),
    (queue, () => _queue(queue, library)),
    (stream, () => _stream(stream, library)),
  ]);
  printRatio(
    '${mode}_input_events_vs_plain_StreamController',
    times[input]!,
    times[plain]!,
    Target.atMost(8),
  );
  printRatio(
    '${mode}_queue_stream_vs_stream_of_slots',
    times[queue]!,
    times[stream]!,
    Target.atMost(2),
  );
  const ours = 'FfiQueue, nobody listens', peer = 'crossbeam ArrayQueue';
  final pairs = await timed('a push and a pop', [
    (ours, () async => library.queuePair(_pairs) / 1000),
    (peer, () async => library.crossbeamPair(_pairs) / 1000),
  ]);
  printRatio(
    '${mode}_queue_push_pop_vs_crossbeam',
    pairs[ours]!,
    pairs[peer]!,
    Target.atMost(1.5),
  );
}
