/// Bad input of many kinds. Each frame is counted, and no slot is lost.
library;

import 'dart:async';
import 'dart:isolate';

import 'package:video_streaming/video_streaming.dart';

import 'frames.dart';

Future<void> badInputs() async {
  try {
    open(width: 321);
  } on VideoWrongSizeException catch (error) {
    print('${error.width} x ${error.height} is no size of a frame');
  }
  for (final policy in [DropPolicy.oldest, DropPolicy.newest]) {
    await _stops(policy);
  }
  await _emptyPool();

  // A frame that comes after a later one.
  final late = open(frames: 6, lateAt: 3);
  print('out of order: ${await _numbers(late)}');
  print('${(await ended(late)).late} late');

  // The clock of the camera goes back, by ten seconds.
  final jumps = open(frames: 6, jumpAt: 4, jumpMicroseconds: -10000000);
  final times = [
    await for (final FrameBox(ref: frame) in jumps.frames()) frame.timestamp,
  ];
  print('a clock that jumps: $times');
  print('${(await ended(jumps)).clockJumps} jump');

  // The coder fails.
  final fails = open(failAt: 4);
  try {
    await fails.frames().forEach((_) {});
  } on VideoCoderFailedException catch (error) {
    print('frame ${error.number}: ${error.message}');
  }
  final failed = await ended(fails);
  print('${failed.delivered} delivered, ${failed.failed} failed');

  // A listener that throws ends its stream.
  final throws = open(frames: 0);
  try {
    await throws.frames().forEach((_) => throw const FormatException());
  } on FormatException {
    final stats = await ended(throws);
    print('a listener that throws: ${stats.delivered > 0}');
  }
  await _diesWithFrames();
}

Future<List<int>> _numbers(Camera camera) async => [
  await for (final FrameBox(ref: frame) in camera.frames()) frame.number,
];

/// A consumer that stops, while the camera goes on to its last frame.
Future<void> _stops(DropPolicy policy) async {
  final camera = open(dropPolicy: policy);
  final numbers = <int>[];
  final subscription = camera.frames().listen(
    (box) => numbers.add(box.ref.number),
  );
  subscription.pause();
  while (camera.stats().running > 0) {
    await Future<void>.delayed(const Duration(milliseconds: 1));
  }
  final held = camera.stats().frames;
  expect(held <= 12, '$held frames for a window and two queues');
  subscription.resume();
  await subscription.asFuture<void>();
  final stats = await ended(camera);
  expect(stats.dropped > 0, 'a queue is full');
  final has = policy == DropPolicy.oldest
      ? numbers.contains(60)
      : numbers.contains(1);
  print('a consumer that stops, drop the ${policy.name}: $has');
}

/// Every slot is in use.
Future<void> _emptyPool() async {
  final held = [for (var i = 0; i < 120; i++) FramePool.alloc()];
  final camera = open(frames: 5);
  final frames = await _numbers(camera);
  for (final box in held) {
    box.dispose();
  }
  final stats = await ended(camera);
  print('an empty pool: ${frames.length} frames, ${stats.noSlot} not made');
}

/// An isolate that dies with frames in hand.
Future<void> _diesWithFrames() async {
  final camera = open(frames: 0, dropPolicy: DropPolicy.oldest);
  final port = ReceivePort();
  final isolate = await Isolate.spawn(_keeps, (port.sendPort, camera.share()));
  await port.first;
  expect(camera.stats().frames >= 5, 'it holds frames');
  isolate.kill(priority: Isolate.immediate);
  // What it kept goes back when the collector finds that nobody has it.
  final stats = await ended(camera, collect: true);
  print('an isolate that dies: ${stats.delivered >= 5}');
}

/// Takes frames for ever, and keeps five.
Future<void> _keeps((SendPort, FfiToken<Camera>) message) async {
  final (port, token) = message;
  VideoStreamingLibrary.open();
  final camera = Camera.redeem(token);
  final kept = <FrameBox>[];
  await for (final box in camera.frames()) {
    if (kept.length < 5) kept.add(box.keep());
    if (kept.length == 5) port.send(null);
  }
}
