/// A camera whose frames Dart reads where Rust wrote them.
///
/// Without arguments a second of small frames, coders, and bad input. `--whole`
/// adds ten seconds of 4K at 60 frames per second, `--minute` a minute of it, and
/// `--coders` looks for the largest frames that each coder codes 30 of in a second;
/// their figures go to the standard error.
library;

import 'dart:io';
import 'dart:math';

import 'package:video_streaming/video_streaming.dart';

import 'bad_inputs.dart';
import 'frames.dart';

/// Samples of sound per second.
const _rate = 48000;

Future<void> main(List<String> arguments) async {
  final library = VideoStreamingLibrary.open();
  await _second();
  await _coders();
  await badInputs();
  final seconds = switch (arguments) {
    ['--whole'] => 10,
    ['--minute'] => 60,
    _ => 0,
  };
  if (seconds > 0) await _live(seconds);
  if (arguments case ['--coders']) await _largest();
  expect(library.shutdown() == 0, 'slots are lost');
  print('all slots are back');
}

/// A second of video, with its sound.
Future<void> _second() async {
  final camera = open();
  final sound = AudioClock(_rate);
  var frames = 0;
  // A frame is lent until the next one comes.
  await for (final FrameBox(ref: frame) in camera.frames()) {
    expect(frame.number == ++frames, 'frame ${frame.number}');
    expect(frame.checksum == checksum(frame), 'the bytes of frame $frames');
    expect(sound.decide(frame.timestamp) == Action.show, 'frame $frames waits');
    camera.shown(frame.timestamp, frame.captured);
    sound.play(_rate ~/ 60);
  }
  print('$frames frames in order, each with its checksum');
  print('sound: ${sound.position()} us');
  final stats = await ended(camera);
  print('${stats.delivered} delivered, ${stats.dropped} dropped');
}

/// Packets of each format that the library has a coder for.
Future<void> _coders() async {
  for (final codec in Codec.values) {
    final camera = open(width: 640, height: 360, frames: 120);
    final watch = Stopwatch()..start();
    var packets = 0;
    var bytes = 0;
    try {
      await for (final PacketBox(ref: packet) in camera.packets(codec)) {
        expect(packet.number == ++packets, 'packet ${packet.number}');
        bytes += packet.bytes.length;
      }
      final seconds = watch.elapsedMicroseconds / 1e6;
      print('${codec.name}: $packets packets');
      stderr.writeln(
        '${codec.name}, 640 x 360: ${(packets / seconds).round()} frames/s, '
        '${bytes ~/ packets} bytes each',
      );
    } on VideoCodecUnavailableException catch (error) {
      print('${error.codec.name}: ${error.hint}');
    }
    await ended(camera);
  }
}

/// Sizes of frames, the largest first.
const _sizes = [
  (3840, 2160),
  (2560, 1440),
  (1920, 1080),
  (1280, 720),
  (960, 540),
  (640, 360),
  (320, 180),
];

/// The largest frames of which each coder codes 30 in a second, of three seconds.
Future<void> _largest() async {
  for (final codec in Codec.values) {
    for (final (width, height) in _sizes) {
      final camera = open(width: width, height: height, frames: 90);
      final watch = Stopwatch()..start();
      var packets = 0;
      try {
        await for (final _ in camera.packets(codec)) {
          packets++;
          if (watch.elapsedMilliseconds > 3000) break;
        }
      } on VideoCodecUnavailableException catch (error) {
        stderr.writeln('${codec.name}: ${error.hint}');
        break;
      } on VideoPacketTooLargeException catch (error) {
        stderr.writeln('${codec.name}, $width x $height: $error');
        continue;
      } finally {
        watch.stop();
        await ended(camera);
      }
      final perSecond = packets * 1e6 / max(1, watch.elapsedMicroseconds);
      stderr.writeln(
        '${codec.name}, $width x $height: ${perSecond.toStringAsFixed(1)} '
        'frames/s',
      );
      if (perSecond >= 30) {
        stderr.writeln('${codec.name} holds $width x $height at 30 frames/s');
        break;
      }
    }
  }
}

/// Frames of 4K in real time, 12.4 MB each, whose every byte is read in Dart.
Future<void> _live(int seconds) async {
  final camera = open(
    width: 3840,
    height: 2160,
    frames: 60 * seconds,
    live: true,
    dropPolicy: DropPolicy.oldest,
  );
  final sound = AudioClock(_rate);
  final playing = Stopwatch();
  final checking = Stopwatch();
  final actions = {for (final action in Action.values) action: 0};
  var played = 0;
  var frames = 0;
  await for (final FrameBox(ref: frame) in camera.frames()) {
    camera.shown(frame.timestamp, frame.captured);
    // The sound card plays on by itself: it began with the first frame.
    playing.start();
    final due = playing.elapsedMicroseconds * _rate ~/ 1000000;
    sound.play(due - played);
    played = due;
    final action = sound.decide(frame.timestamp);
    actions[action] = actions[action]! + 1;
    checking.start();
    final right = frame.checksum == checksum(frame);
    checking.stop();
    expect(right, 'the bytes of frame ${frame.number}');
    frames++;
  }
  final stats = await ended(camera);
  String times(Percentiles it) => '${it.p50} / ${it.p95} / ${it.p99} us';
  stderr.writeln(
    '4K: $frames frames in $seconds s, ${stats.dropped} dropped, '
    '${stats.noSlot} without a slot; '
    'the check of a frame takes ${checking.elapsedMicroseconds ~/ frames} us\n'
    'half / 95 % / 99 % of frames: latency ${times(stats.latency)}, '
    'jitter ${times(stats.jitter)}\n'
    'by the sound: ${actions[Action.show]} in time, '
    '${actions[Action.wait]} early, ${actions[Action.drop]} late',
  );
}
