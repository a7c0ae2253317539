/// Run by `cargo xtask bench images`: `images.dart MODE LIBRARY RUST`, where
/// MODE is a word for the ratios' names, and RUST the program that does the
/// same work.
library;

import 'dart:io';
import 'dart:typed_data';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:image_processing/image_processing.dart';

const _width = 3840;
const _height = 2160;
const _rounds = 15;
const _times = 5;

void main(List<String> arguments) {
  final [mode, path, rust] = arguments;
  final library = ImageProcessingLibrary.open(path: path);
  final image = ImageBufferPool.alloc();
  final shades = ImageBufferPool.alloc();
  image.ref
    ..width = _width
    ..height = _height
    ..stride = 4 * _width
    ..colorSpace = ColorSpace.rgba;
  _noise(image.ref.pixels);

  final pixels = image.ref.pixels;
  final inDart = Uint8List(_width * _height);
  _grayscale(pixels, inDart);
  library.grayscale(image: image, shades: shades, engine: Engine.simd);
  final found = Uint8List.sublistView(shades.ref.pixels, 0, inDart.length ~/ 4);
  for (var i = 0; i < inDart.length; i++) {
    if (found[i] == inDart[i]) continue;
    stderr.writeln(
      'wrong result: ${WrongResult('shade $i', found[i], inDart[i])}',
    );
    exit(1);
  }

  final called = <double>[];
  final looped = <double>[];
  final inRust = <double>[];
  for (var round = 0; round <= _rounds; round++) {
    final samples = [
      (
        called,
        () => _time(
          () => library.grayscale(
            image: image,
            shades: shades,
            engine: Engine.simd,
          ),
        ),
      ),
      (looped, () => _time(() => _grayscale(pixels, inDart))),
      (inRust, () => _inRust(rust)),
    ];
    for (var turn = 0; turn < samples.length; turn++) {
      final (all, sample) = samples[(round + turn) % samples.length];
      final took = sample();
      if (round > 0) all.add(took);
    }
  }
  final ours = Samples('call from Dart', called);
  final dart = Samples('loop in Dart', looped);
  final other = Samples('call in Rust', inRust);
  final title = 'grayscale, 4k, ${mode.toUpperCase()}, us';
  print('\n${title.padRight(52)}    median   fastest 9 of 10 <');
  for (final it in [ours, dart, other]) {
    String cell(double value) => value.toStringAsFixed(0).padLeft(10);
    print(
      '  ${it.name.padRight(50)}'
      '${cell(it.median)}${cell(it.fastest)}${cell(it.ninetieth)}',
    );
  }
  print(
    ratioLine(
      '${mode}_grayscale_4k_speed_vs_rust',
      other.median / ours.median,
      const Target.atLeast(0.95),
    ),
  );
  printRatio(
    '${mode}_grayscale_4k_vs_dart_loop',
    ours,
    dart,
    const Target.atMost(0.25),
  );
}

/// Returns the time of [work] in microseconds.
double _time(void Function() work) {
  final watch = Stopwatch()..start();
  for (var i = 0; i < _times; i++) {
    work();
  }
  return watch.elapsedMicroseconds / _times;
}

/// Returns the time of the work in Rust in microseconds, measured by [program].
double _inRust(String program) {
  final result = Process.runSync(program, ['frame', '$_times']);
  if (result.exitCode != 0)
    throw ProcessException(program, [], '${result.stderr}');
  return double.parse('${result.stdout}'.trim());
}

void _noise(Uint32List pixels) {
  var state = 0x9E3779B9;
  for (var i = 0; i < _width * _height; i++) {
    state ^= (state << 13) & 0xFFFFFFFF;
    state ^= state >> 17;
    state ^= (state << 5) & 0xFFFFFFFF;
    pixels[i] = state;
  }
}

/// The loop that one would write to get the most out of Dart: a load for each
/// pixel.
void _grayscale(Uint32List pixels, Uint8List shades) {
  for (var i = 0; i < shades.length; i++) {
    final pixel = pixels[i];
    final red = pixel & 255;
    final green = (pixel >> 8) & 255;
    final blue = (pixel >> 16) & 255;
    shades[i] = (77 * red + 150 * green + 29 * blue) >> 8;
  }
}
