import 'dart:async';
import 'dart:ui' as ui;

import 'package:ffi_flutter/ffi_flutter.dart';
import 'package:flutter/material.dart';
import 'package:flutter_gallery/flutter_gallery.dart';

import '../picture_pipeline.dart';

/// Frames of a camera, one every [period]. Rust has each in a slot, converts it to
/// pixels in another one, and the engine's copy is the only one.
class VideoPage extends StatefulWidget {
  const VideoPage({required this.period, super.key});

  final Duration period;

  @override
  State<VideoPage> createState() => _VideoPageState();
}

class _VideoPageState extends State<VideoPage> {
  late final StreamSubscription<VideoFrameBox> _frames;
  ui.Image? _image;
  int _number = 0;

  @override
  void initState() {
    super.initState();
    final camera = FlutterGalleryLibrary.instance.camera(
      widget.period.inMicroseconds,
    );
    // Paused while a frame is shown: a slow machine shows fewer, none late.
    _frames = camera.listen((frame) => _frames.pause(_show(frame)));
  }

  Future<void> _show(VideoFrameBox frame) async {
    final picture = PicturePool.tryAlloc();
    // All slots are in use elsewhere: the next frame comes soon.
    if (picture == null) return;
    // The frame is lent until the next one.
    FlutterGalleryLibrary.instance.develop(frame, picture);
    final number = frame.ref.number;
    final image = await imageFromPixels(
      picture.ref.pixels,
      width: pictureWidth,
      height: pictureHeight,
      onCopied: picture.dispose,
    );
    if (!mounted) return image.dispose();
    setState(() {
      _image?.dispose();
      _image = image;
      _number = number;
    });
  }

  @override
  void dispose() {
    unawaited(_frames.cancel());
    _image?.dispose();
    super.dispose();
  }

  @override
  Widget build(BuildContext context) => Column(
    children: [
      Expanded(
        child: RepaintBoundary(
          child: RawImage(image: _image, fit: BoxFit.contain),
        ),
      ),
      if (_image != null)
        Text(
          'frame $_number, '
          '${FlutterGalleryLibrary.instance.cameraStats().dropped} dropped',
        ),
    ],
  );
}
