/// Run by `cargo xtask bench flutter`, in Flutter's engine.
library;

import 'dart:async';
import 'dart:io';
import 'dart:isolate';
import 'dart:typed_data';
import 'dart:ui' as ui;

import 'package:bench_flutter/bench_flutter.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:ffi_flutter/ffi_flutter.dart';

const _width = 1920;
const _height = 1080;
const _bytes = 4 * _width * _height;
const _rounds = 21;
const _times = 5;

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
    show: _serialized,
  ),
];

Future<ui.Image> _ours(FrameBox frame) =>
    imageFromPixels(frame.ref.pixels, width: _width, height: _height);

Future<ui.Image> _decode(Uint8List pixels) {
  final done = Completer<ui.Image>();
  const format = ui.PixelFormat.rgba8888;
  ui.decodeImageFromPixels(pixels, _width, _height, format, done.complete);
  return done.future;
}

Future<ui.Image> _decodedView(FrameBox frame) =>
    _decode(Uint8List.sublistView(frame.ref.pixels));

Future<ui.Image> _decodedList(FrameBox frame) =>
    _decode(Uint8List.fromList(Uint8List.sublistView(frame.ref.pixels)));

/// Copies the message out of its buffer, which Dart sees in place, as
/// flutter_rust_bridge does with a `Vec<u8>`.
Future<ui.Image> _serialized(FrameBox frame) {
  final wire = BenchFlutterLibrary.instance.serialized(frame).list;
  final length = ByteData.sublistView(wire).getUint32(0, Endian.little);
  return _decode(
    Uint8List.fromList(Uint8List.sublistView(wire, 4, 4 + length)),
  );
}

Future<void> main() async {
  // The engine ends when no port is open.
  final open = ReceivePort();
  try {
    await _compare();
    exit(0);
  } on WrongResult catch (wrong) {
    stderr.writeln('wrong result: $wrong');
    exit(1);
  } finally {
    open.close();
  }
}

Future<void> _compare() async {
  final frame = FramePool.alloc();
  BenchFlutterLibrary.instance.paint(frame, 2654435761);
  for (final way in _ways) {
    await _check(way, frame);
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
  print(
    '\n${'a picture of 1920 x 1080, us'.padRight(42)}copies  MB    median   fastest 9 of 10 <   of ours',
  );
  final results = [
    for (final (i, way) in _ways.indexed) Samples(way.name, samples[i]),
  ];
  for (final (i, it) in results.indexed) {
    final copies = _ways[i].copies;
    String cell(double value) => value.toStringAsFixed(0).padLeft(10);
    print(
      '  ${it.name.padRight(40)}${'$copies'.padLeft(6)}'
      '${(copies * _bytes / 1e6).toStringAsFixed(1).padLeft(6)}'
      '${cell(it.median)}${cell(it.fastest)}${cell(it.ninetieth)}'
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

/// Checks that the picture of [way] has the pixels of [frame].
Future<void> _check(_Way way, FrameBox frame) async {
  final image = await way.show(frame);
  final data = await image.toByteData();
  final found = data!.buffer.asUint32List();
  final pixels = frame.ref.pixels;
  for (var i = 0; i < pixels.length; i++) {
    if (found[i] != pixels[i]) throw WrongResult(way.name, found[i], pixels[i]);
  }
  image.dispose();
}
