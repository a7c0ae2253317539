import 'dart:ui' show PointMode;

import 'package:flutter/material.dart';
import 'package:flutter/scheduler.dart';
import 'package:flutter_gallery/flutter_gallery.dart';

/// A fountain of [count] sparks. Rust moves them, and Flutter draws the column of
/// their places as it is.
class SparksPage extends StatefulWidget {
  const SparksPage({required this.count, super.key});

  final int count;

  @override
  State<SparksPage> createState() => _SparksPageState();
}

class _SparksPageState extends State<SparksPage>
    with SingleTickerProviderStateMixin {
  late final SparkColumns _sparks = SparkColumns.fixed(widget.count);
  late final Ticker _ticker;
  final ValueNotifier<Duration> _time = ValueNotifier(Duration.zero);
  Size _size = Size.zero;

  @override
  void initState() {
    super.initState();
    _ticker = createTicker(_tick)..start();
  }

  void _tick(Duration elapsed) {
    final Size(:width, :height) = _size;
    final library = FlutterGalleryLibrary.instance;
    if (_sparks.isEmpty) {
      library.light(
        sparks: _sparks,
        count: widget.count,
        width: width,
        height: height,
      );
    } else {
      // A frame that came late moves them no further than a tenth of a second.
      final passed = (elapsed - _time.value).inMicroseconds / 1e6;
      library.fly(
        sparks: _sparks,
        seconds: passed.clamp(0, 0.1),
        width: width,
        height: height,
      );
    }
    _time.value = elapsed;
  }

  @override
  void dispose() {
    _ticker.dispose();
    _time.dispose();
    _sparks.dispose();
    super.dispose();
  }

  @override
  Widget build(BuildContext context) => LayoutBuilder(
    builder: (context, constraints) {
      _size = constraints.biggest;
      return RepaintBoundary(
        child: CustomPaint(painter: SparksPainter(_sparks, _time), size: _size),
      );
    },
  );
}

/// Draws [sparks] where they are, whenever the time changes.
class SparksPainter extends CustomPainter {
  SparksPainter(this.sparks, Listenable time) : super(repaint: time);

  final SparkColumns sparks;

  @override
  void paint(Canvas canvas, Size size) {
    final paint = Paint()
      ..color = Colors.deepOrange
      ..strokeCap = StrokeCap.round
      ..strokeWidth = 3;
    // A view of Rust's column: x and y, spark behind spark.
    canvas.drawRawPoints(PointMode.points, sparks.position, paint);
  }

  @override
  bool shouldRepaint(SparksPainter old) => !identical(old.sparks, sparks);
}
