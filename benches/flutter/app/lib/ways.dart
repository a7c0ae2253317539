/// Ways from a slot in Rust's memory to a picture that Flutter can draw.
library;

import 'dart:async';
import 'dart:typed_data';
import 'dart:ui' as ui;

import 'package:bench_flutter/bench_flutter.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:ffi_flutter/ffi_flutter.dart';

/// Width of a frame in pixels.
const frameWidth = 1920;

/// Height of a frame in pixels.
const frameHeight = 1080;

const _bytes = 4 * frameWidth * frameHeight;
final _rounds = isShort ? 1 : 21;
final _times = isShort ? 1 : 5;

/// Order of the ways in a round, to which the number of the round is added: a Williams
/// design, in which each way comes as often behind each other one.
const _turns = [0, 1, 3, 2];

/// A way from a slot to a picture, and the number of times that it copies all bytes.
typedef _Way = ({
  String name,
  int copies,
  Future<ui.Image> Function(FrameBox frame) show,
});

final List<_Way> _ways = [
  (name: 'imageFromPixels of the slot', copies: 1, show: _ours),
  (name: 'decodeImageFromPixels of the slot', copies: 1, show: _decodedView),
  (name: 'decodeImageFromPixels of a Dart list', copies: 2, show: _decodedList),
  (
    name: 'serialize, copy, decodeImageFromPixels',
    copies: 3,
    show: showSerialized,
  ),
];

Future<ui.Image> _ours(FrameBox frame) =>
    imageFromPixels(frame.ref.pixels, width: frameWidth, height: frameHeight);

Future<ui.Image> _decode(Uint8List pixels) {
  final done = Completer<ui.Image>();
  const format = ui.PixelFormat.rgba8888;
  ui.decodeImageFromPixels(
    pixels,
    frameWidth,
    frameHeight,
    format,
    done.complete,
  );
  return done.future;
}

Future<ui.Image> _decodedView(FrameBox frame) =>
    _decode(Uint8List.sublistView(frame.ref.pixels));

Future<ui.Image> _decodedList(FrameBox frame) =>
    _decode(Uint8List.fromList(Uint8List.sublistView(frame.ref.pixels)));

/// Copies the message out of its buffer, which Dart sees in place, as
/// flutter_rust_bridge does with a `Vec<u8>`.
Future<ui.Image> showSerialized(FrameBox frame) {
  final wire = BenchFlutterLibrary.instance.serialized(frame).list;
  final length = ByteData.sublistView(wire).getUint32(0, Endian.little);
  return _decode(
    Uint8List.fromList(Uint8List.sublistView(wire, 4, 4 + length)),
  );
}

/// Times all ways, and prints what each copies and takes.
///
/// Throws a [WrongResult] if a picture has other pixels than its slot.
Future<void> compareWays() async {
  final frame = FramePool.alloc();
  BenchFlutterLibrary.instance.paint(frame, 2654435761);
  for (final way in _ways) {
    final image = await way.show(frame);
    await checkPixels(way.name, image, frame.ref.pixels);
    image.dispose();
  }
  final samples = [for (final _ in _ways) <double>[]];
  for (var round = 0; round <= _rounds; round++) {
    for (final turn in _turns) {
      final index = (round + turn) % _ways.length;
      // Not timed: it may pay for the garbage of the way before.
      (await _ways[index].show(frame)).dispose();
      final watch = Stopwatch()..start();
      for (var i = 0; i < _times; i++) {
        (await _ways[index].show(frame)).dispose();
      }
      if (round > 0) samples[index].add(watch.elapsedMicroseconds / _times);
    }
  }
  frame.dispose();
  print(
    '\n${'a picture of $frameWidth x $frameHeight, us'.padRight(42)}copies  MB    median   fastest 9 of 10 <   of ours',
  );
  final results = [
    for (final (i, way) in _ways.indexed) Samples(way.name, samples[i]),
  ];
  for (final (i, it) in results.indexed) {
    final copies = _ways[i].copies;
    print(
      '  ${it.name.padRight(40)}${'$copies'.padLeft(6)}'
      '${(copies * _bytes / 1e6).toStringAsFixed(1).padLeft(6)}${timesOf(it)}'
      '${(it.median / results.first.median).toStringAsFixed(2).padLeft(10)}',
    );
  }
  final [ours, view, list, serialized] = results;
  printRatio('image_vs_decode_view', ours, view, const Target.atMost(1.10));
  printRatio('image_vs_dart_list', ours, list, const Target.atMost(0.80));
  printRatio(
    'image_vs_serialized',
    ours,
    serialized,
    const Target.atMost(0.60),
  );
}

/// Returns the three times of [samples] as cells of a table.
String timesOf(Samples samples) => [
  for (final value in [samples.median, samples.fastest, samples.ninetieth])
    value.toStringAsFixed(0).padLeft(10),
].join();

/// Checks that [image], which [way] made, has the [expected] pixels.
///
/// Throws a [WrongResult] with the first other one.
Future<void> checkPixels(
  String way,
  ui.Image image,
  Uint32List expected,
) async {
  final data = await image.toByteData();
  final found = data!.buffer.asUint32List();
  if (found.length != expected.length) {
    throw WrongResult('$way: pixels', found.length, expected.length);
  }
  for (var i = 0; i < expected.length; i++) {
    if (found[i] != expected[i]) throw WrongResult(way, found[i], expected[i]);
  }
}
