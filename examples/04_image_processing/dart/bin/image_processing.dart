/// Loads an image, and lets Rust make it grey, brighter and blurred in the
/// memory that both share, at three sizes and with both engines.
///
/// `IMAGE_PROCESSING_INPUT` names a PPM file; without it there is a picture of
/// its own. `IMAGE_PROCESSING_OUTPUT` names the folder for the results; without
/// it they aren't kept. Speeds go to the standard error, as they differ.
library;

import 'dart:io';
import 'dart:math';
import 'dart:typed_data';

import 'package:image_processing/image_processing.dart';

const _sizes = [('1mp', 1024, 1024), ('1080p', 1920, 1080), ('4k', 3840, 2160)];

const _radius = 4;
const _amount = 40;

void main() {
  final library = ImageProcessingLibrary.open();
  final folder = Directory.systemTemp.createTempSync('image_processing');
  try {
    final environment = Platform.environment;
    final input =
        environment['IMAGE_PROCESSING_INPUT'] ??
        _writePicture('${folder.path}/picture.ppm');
    final output = environment['IMAGE_PROCESSING_OUTPUT'] ?? folder.path;
    final picture = _Picture.read(input);
    stderr.writeln('vectors: ${library.level()}');
    for (final (name, width, height) in _sizes) {
      _run(library, picture, name, width, height, output);
    }
  } finally {
    folder.deleteSync(recursive: true);
  }
}

/// Takes [picture], repeated to fill [width] x [height] pixels, through all
/// functions with both engines, and writes what came of it.
void _run(
  ImageProcessingLibrary library,
  _Picture picture,
  String name,
  int width,
  int height,
  String output,
) {
  // Slots of the pool: Rust and Dart see the same bytes, nothing is copied to
  // make a call.
  final original = ImageBufferPool.alloc();
  final grey = ImageBufferPool.alloc();
  final bright = ImageBufferPool.alloc();
  final blurred = ImageBufferPool.alloc();
  final other = ImageBufferPool.alloc();
  picture.fill(original.ref, width, height);

  for (final engine in [Engine.simd, Engine.scalar]) {
    final first = engine == Engine.simd;
    int time(void Function() work) => _megapixels(width * height, work);

    final shades = first ? grey : other;
    final greySpeed = time(
      () => library.grayscale(image: original, shades: shades, engine: engine),
    );
    if (!first) _expectSame(grey.ref, other.ref, 'grayscale, $name');

    final around = first ? blurred : other;
    final blurSpeed = time(
      () => library.blur(
        image: original,
        blurred: around,
        radius: _radius,
        engine: engine,
      ),
    );
    if (!first) _expectSame(blurred.ref, other.ref, 'blur, $name');

    final lighter = first ? bright : other;
    picture.fill(lighter.ref, width, height);
    // As much work as any other amount, and the image stays what it is.
    final brightSpeed = time(
      () => library.brightness(image: lighter, amount: 0, engine: engine),
    );
    library.brightness(image: lighter, amount: _amount, engine: engine);
    if (!first) _expectSame(bright.ref, other.ref, 'brightness, $name');

    late Histogram histogram;
    final countSpeed = time(() => histogram = library.histogram(grey, engine));
    print(
      '$name, ${engine.name}: $width x $height pixels, '
      'half of them no lighter than ${_median(histogram.counts)}',
    );
    stderr.writeln(
      '$name, ${engine.name}, Mpx/s: grayscale $greySpeed, '
      'blur $blurSpeed, brightness $brightSpeed, histogram $countSpeed',
    );
  }

  _write('$output/${name}_grey.pgm', grey.ref);
  _write('$output/${name}_bright.ppm', bright.ref);
  _write('$output/${name}_blurred.ppm', blurred.ref);
  for (final box in [original, grey, bright, blurred, other]) {
    box.dispose();
  }
}

/// Returns the speed of [work] in million [pixels] per second, the best of five
/// turns.
int _megapixels(int pixels, void Function() work) {
  var best = 1 << 62;
  for (var i = 0; i < 5; i++) {
    final watch = Stopwatch()..start();
    work();
    best = min(best, max(1, watch.elapsedMicroseconds));
  }
  return pixels ~/ best;
}

/// The lightest shade of the darker half.
int _median(List<int> counts) {
  final half = counts.reduce((a, b) => a + b) / 2;
  var below = 0;
  return counts.indexWhere((count) => (below += count) >= half);
}

/// The bytes of an image without gaps, where Rust wrote them.
Uint8List _bytes(ImageBuffer image) => image.pixels.buffer.asUint8List(
  image.pixels.offsetInBytes,
  image.stride * image.height,
);

void _expectSame(ImageBuffer image, ImageBuffer other, String what) {
  final bytes = _bytes(image);
  final others = _bytes(other);
  for (var i = 0; i < max(bytes.length, others.length); i++) {
    if (bytes[i] == others[i]) continue;
    stderr.writeln('wrong: $what: byte $i differs between the engines');
    exit(1);
  }
}

/// Writes a coloured image as PPM, a grey one as PGM.
void _write(String path, ImageBuffer image) {
  final colour = image.colorSpace == ColorSpace.rgba;
  var bytes = _bytes(image);
  if (colour) {
    final pixels = bytes.length ~/ 4;
    final opaque = Uint8List(3 * pixels);
    for (var i = 0; i < pixels; i++) {
      opaque[3 * i] = bytes[4 * i];
      opaque[3 * i + 1] = bytes[4 * i + 1];
      opaque[3 * i + 2] = bytes[4 * i + 2];
    }
    bytes = opaque;
  }
  final kind = colour ? 'P6' : 'P5';
  final file = File(path).openSync(mode: FileMode.write)
    ..writeStringSync('$kind\n${image.width} ${image.height}\n255\n')
    ..writeFromSync(bytes);
  file.closeSync();
}

/// Writes a picture to [path], and returns it: slopes of colour, and a pattern.
String _writePicture(String path) {
  const width = 317;
  const height = 211;
  final pixels = BytesBuilder();
  for (var y = 0; y < height; y++) {
    for (var x = 0; x < width; x++) {
      pixels.add([x * 255 ~/ width, y * 255 ~/ height, (x ^ y) & 255]);
    }
  }
  File(path).writeAsBytesSync([
    ...'P6\n$width $height\n255\n'.codeUnits,
    ...pixels.takeBytes(),
  ]);
  return path;
}

/// A picture from a PPM file with a byte a channel.
final class _Picture {
  _Picture(this.width, this.height, this.channels);

  /// Throws a [FormatException] when there is no such picture in the file.
  factory _Picture.read(String path) {
    final bytes = File(path).readAsBytesSync();
    var at = 0;
    // A word of the header, and the blank behind it.
    String word() {
      final start = at;
      while (at < bytes.length && bytes[at] > 0x20) {
        at++;
      }
      return String.fromCharCodes(bytes, start, at++);
    }

    if (word() != 'P6') throw FormatException('$path is no PPM file');
    final [width, height, most] = [
      for (var i = 0; i < 3; i++) int.parse(word()),
    ];
    if (most != 255 || width < 1 || bytes.length - at != 3 * width * height) {
      throw FormatException('$path is no PPM file with a byte a channel');
    }
    return _Picture(width, height, Uint8List.sublistView(bytes, at));
  }

  final int width;
  final int height;

  /// Red, green and blue of each pixel.
  final Uint8List channels;

  /// Makes [image] one of [width] x [height] opaque pixels, with this picture
  /// repeated as often as it takes.
  void fill(ImageBuffer image, int width, int height) {
    image
      ..width = width
      ..height = height
      ..stride = 4 * width
      ..colorSpace = ColorSpace.rgba;
    final bytes = _bytes(image);
    var to = 0;
    for (var y = 0; y < height; y++) {
      final row = y % this.height * this.width;
      for (var x = 0; x < width; x++) {
        final from = 3 * (row + x % this.width);
        bytes[to] = channels[from];
        bytes[to + 1] = channels[from + 1];
        bytes[to + 2] = channels[from + 2];
        bytes[to + 3] = 255;
        to += 4;
      }
    }
  }
}
