import 'dart:ui' as ui;

import 'package:ffi_flutter/ffi_flutter.dart';
import 'package:flutter_gallery/flutter_gallery.dart';

/// Width of a picture in pixels.
const pictureWidth = 640;

/// Height of a picture in pixels.
const pictureHeight = 360;

/// Paints a picture in Rust and softens it, in two slots of the pool. The engine's
/// copy is the only one.
///
/// Throws a [PoolExhaustedException], and what [FlutterGalleryLibrary.soften] throws.
Future<ui.Image> picture(double seconds, {required int radius}) {
  final library = FlutterGalleryLibrary.instance;
  final softened = PicturePool.alloc();
  try {
    PicturePool.using((painted) {
      library.paint(painted, seconds);
      library.soften(from: painted, to: softened, radius: radius);
    });
  } on Object {
    softened.dispose();
    rethrow;
  }
  return imageFromPixels(
    softened.ref.pixels,
    width: pictureWidth,
    height: pictureHeight,
    onCopied: softened.dispose,
  );
}
