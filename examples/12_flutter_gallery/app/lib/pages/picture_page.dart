import 'dart:ui' as ui;

import 'package:flutter/material.dart';
import 'package:flutter/scheduler.dart';

import '../picture_pipeline.dart';

/// A new picture for each frame, as long as the engine takes them.
class PicturePage extends StatefulWidget {
  const PicturePage({super.key});

  @override
  State<PicturePage> createState() => _PicturePageState();
}

class _PicturePageState extends State<PicturePage>
    with SingleTickerProviderStateMixin {
  late final Ticker _ticker;
  ui.Image? _image;
  double _radius = 8;
  bool _isBusy = false;

  @override
  void initState() {
    super.initState();
    _ticker = createTicker(_tick)..start();
  }

  Future<void> _tick(Duration elapsed) async {
    // One at a time: a slow machine shows fewer pictures, none late.
    if (_isBusy) return;
    _isBusy = true;
    final seconds = elapsed.inMicroseconds / 1e6;
    final image = await picture(seconds, radius: _radius.round());
    _isBusy = false;
    if (!mounted) return image.dispose();
    setState(() {
      _image?.dispose();
      _image = image;
    });
  }

  @override
  void dispose() {
    _ticker.dispose();
    _image?.dispose();
    super.dispose();
  }

  @override
  Widget build(BuildContext context) => Column(
    children: [
      Expanded(
        child: RawImage(image: _image, fit: BoxFit.contain),
      ),
      Slider(
        value: _radius,
        max: 32,
        onChanged: (radius) => setState(() => _radius = radius),
      ),
    ],
  );
}
