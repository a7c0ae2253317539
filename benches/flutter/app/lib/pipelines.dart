/// Pipelines that make a picture for each frame of the screen: computed in Rust, and
/// passed to Flutter.
library;

import 'dart:typed_data';
import 'dart:ui' as ui;

import 'package:bench_flutter/bench_flutter.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:ffi_flutter/ffi_flutter.dart';
import 'package:flutter_gallery/flutter_gallery.dart';
import 'package:gallery/picture_pipeline.dart';

import 'ways.dart';

/// Microseconds of a frame at 60 per second.
const _budget = 1e6 / 60;

final _frames = isShort ? 2 : 300;

/// Pixels up to which the gallery's pictures are softened.
const _radius = 8;

/// A pipeline, which returns the picture of the frame with a number, and with it the
/// pixels that it must have.
typedef _Pipeline = ({
  String name,
  Future<ui.Image> Function(int number) show,
  Uint32List Function(int number) pixels,
});

final List<_Pipeline> _pipelines = [
  (
    name: 'gallery: painted, softened, shown',
    show: (number) => picture(number / 60, radius: _radius),
    pixels: _galleryPixels,
  ),
  (
    name: '$frameWidth x $frameHeight: painted, shown',
    show: _shown,
    pixels: _framePixels,
  ),
  (
    name: '$frameWidth x $frameHeight: painted, serialized',
    show: _serialized,
    pixels: _framePixels,
  ),
];

/// Paints in a slot, which goes back as soon as the engine has its copy.
Future<ui.Image> _shown(int number) {
  final frame = FramePool.alloc();
  BenchFlutterLibrary.instance.paint(frame, number);
  return imageFromPixels(
    frame.ref.pixels,
    width: frameWidth,
    height: frameHeight,
    onCopied: frame.dispose,
  );
}

Future<ui.Image> _serialized(int number) => FramePool.using((frame) {
  BenchFlutterLibrary.instance.paint(frame, number);
  return showSerialized(frame);
});

Uint32List _framePixels(int number) => FramePool.using((frame) {
  BenchFlutterLibrary.instance.paint(frame, number);
  return Uint32List.fromList(frame.ref.pixels);
});

Uint32List _galleryPixels(int number) => PicturePool.using((painted) {
  final library = FlutterGalleryLibrary.instance;
  library.paint(painted, number / 60);
  return PicturePool.using((softened) {
    library.soften(from: painted, to: softened, radius: _radius);
    return Uint32List.fromList(softened.ref.pixels);
  });
});

/// Times a frame of each pipeline, and prints which part of the time of a frame at 60
/// per second it takes.
///
/// Throws a [WrongResult] if a picture has other pixels than Rust computed.
Future<void> comparePipelines() async {
  final samples = [for (final _ in _pipelines) <double>[]];
  for (final pipeline in _pipelines) {
    final image = await pipeline.show(7);
    await checkPixels(pipeline.name, image, pipeline.pixels(7));
    image.dispose();
  }
  for (var number = 0; number < _frames; number++) {
    for (var turn = 0; turn < _pipelines.length; turn++) {
      final index = (number + turn) % _pipelines.length;
      final watch = Stopwatch()..start();
      final image = await _pipelines[index].show(number);
      samples[index].add(watch.elapsedMicroseconds.toDouble());
      image.dispose();
    }
  }
  print(
    '\n${'a frame of a pipeline, us'.padRight(48)}    median   fastest 9 of 10 <   of 1/60 s',
  );
  final results = [
    for (final (i, pipeline) in _pipelines.indexed)
      Samples(pipeline.name, samples[i]),
  ];
  for (final it in results) {
    final part = (it.median / _budget).toStringAsFixed(2);
    print('  ${it.name.padRight(46)}${timesOf(it)}${part.padLeft(12)}');
  }
  final [gallery, shown, serialized] = results;
  for (final (name, it) in [('gallery', gallery), ('1080p', shown)]) {
    const most = Target.atMost(0.50);
    print(ratioLine('frame_${name}_of_budget', it.median / _budget, most));
    const ninetieth = Target.atMost(1);
    print(
      ratioLine(
        'frame_${name}_9_of_10_of_budget',
        it.ninetieth / _budget,
        ninetieth,
      ),
    );
  }
  printRatio(
    'frame_1080p_vs_serialized',
    shown,
    serialized,
    const Target.atMost(0.60),
  );
  await _paced();
}

/// Runs both pipelines of slots at 60 frames per second, and counts the pictures that
/// are complete only after the next frame has begun.
Future<void> _paced() async {
  for (final (name, pipeline) in [
    ('gallery', _pipelines[0]),
    ('1080p', _pipelines[1]),
  ]) {
    var late = 0;
    final watch = Stopwatch()..start();
    for (var number = 1; number <= _frames; number++) {
      final begin = number * _budget;
      final wait = begin - watch.elapsedMicroseconds;
      // Timers have milliseconds: the rest is waited for by looking at the clock.
      if (wait > 2000) {
        await Future<void>.delayed(
          Duration(milliseconds: (wait - 1000) ~/ 1000),
        );
      }
      while (watch.elapsedMicroseconds < begin) {}
      (await pipeline.show(number)).dispose();
      if (watch.elapsedMicroseconds > begin + _budget) late++;
    }
    const none = Target.atMost(0);
    print(ratioLine('frames_${name}_late', late.toDouble(), none));
  }
}
