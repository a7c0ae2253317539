import 'dart:typed_data';
import 'dart:ui' as ui;

/// Counts of the pixels that were copied into the engine by [imageFromPixels].
final class PixelCopies {
  PixelCopies._();

  /// Number of pictures.
  static int get pictures => _pictures;
  static int _pictures = 0;

  /// Number of bytes.
  static int get bytes => _bytes;
  static int _bytes = 0;
}

/// Returns a picture of [pixels], four bytes each: [width] x [height] of them, row
/// behind row without gaps, from the top.
///
/// The engine takes them by one copy, counted in [PixelCopies]: no picture of Flutter
/// has memory of others. After it, [onCopied] is called: then the memory may be given
/// back or changed, before the picture is complete. It is also called if the engine
/// does not take them.
///
/// Throws a [RangeError] if there are too few [pixels].
Future<ui.Image> imageFromPixels(
  TypedData pixels, {
  required int width,
  required int height,
  ui.PixelFormat format = ui.PixelFormat.rgba8888,
  void Function()? onCopied,
}) async {
  final ui.ImmutableBuffer buffer;
  try {
    final bytes = Uint8List.sublistView(pixels);
    final length = RangeError.checkValueInInterval(
      4 * width * height,
      0,
      bytes.length,
      'width * height',
    );
    buffer = await ui.ImmutableBuffer.fromUint8List(
      Uint8List.sublistView(bytes, 0, length),
    );
    PixelCopies._pictures++;
    PixelCopies._bytes += length;
  } finally {
    onCopied?.call();
  }
  final descriptor = ui.ImageDescriptor.raw(
    buffer,
    width: width,
    height: height,
    pixelFormat: format,
  );
  try {
    final codec = await descriptor.instantiateCodec();
    try {
      return (await codec.getNextFrame()).image;
    } finally {
      codec.dispose();
    }
  } finally {
    descriptor.dispose();
    buffer.dispose();
  }
}
