import 'dart:ui' show PointMode;

import 'package:flutter/material.dart';
import 'package:flutter/scheduler.dart';
import 'package:flutter_gallery/flutter_gallery.dart';

/// A market that goes on. Rust makes the trades and lays out the candles, and
/// Flutter draws the columns of their lines as they are.
class CandlesPage extends StatefulWidget {
  const CandlesPage({super.key});

  @override
  State<CandlesPage> createState() => _CandlesPageState();
}

class _CandlesPageState extends State<CandlesPage>
    with SingleTickerProviderStateMixin {
  /// Number of candles of a chart, and of trades in each frame.
  static const _candles = 120;
  static const _trades = 200;

  final Market _market = Market();
  final CandleShapeColumns _rising = CandleShapeColumns.fixed(_candles);
  final CandleShapeColumns _falling = CandleShapeColumns.fixed(_candles);
  final ValueNotifier<ChartScale?> _scale = ValueNotifier(null);
  late final Ticker _ticker;
  Size _size = Size.zero;

  @override
  void initState() {
    super.initState();
    _ticker = createTicker(_tick)..start();
  }

  void _tick(Duration elapsed) {
    _market.trade(_trades);
    _scale.value = _market.chart(
      rising: _rising,
      falling: _falling,
      width: _size.width,
      height: _size.height,
    );
  }

  @override
  void dispose() {
    _ticker.dispose();
    _scale.dispose();
    _market.dispose();
    _rising.dispose();
    _falling.dispose();
    super.dispose();
  }

  @override
  Widget build(BuildContext context) => Column(
    children: [
      ValueListenableBuilder(
        valueListenable: _scale,
        builder: (context, scale, _) => Text(
          scale == null
              ? 'no trade yet'
              : 'last ${scale.last.toStringAsFixed(2)}, '
                    '${scale.low.toStringAsFixed(2)} to '
                    '${scale.high.toStringAsFixed(2)}',
        ),
      ),
      Expanded(
        child: LayoutBuilder(
          builder: (context, constraints) {
            _size = constraints.biggest;
            return RepaintBoundary(
              child: CustomPaint(
                painter: CandlesPainter(_rising, _falling, _scale),
                size: _size,
              ),
            );
          },
        ),
      ),
    ],
  );
}

/// Draws candles where they are, whenever [scale] changes.
class CandlesPainter extends CustomPainter {
  CandlesPainter(this.rising, this.falling, this.scale) : super(repaint: scale);

  final CandleShapeColumns rising;
  final CandleShapeColumns falling;
  final ValueNotifier<ChartScale?> scale;

  @override
  void paint(Canvas canvas, Size size) {
    final step = scale.value?.step ?? 0;
    for (final (candles, color) in [
      (rising, Colors.green),
      (falling, Colors.red),
    ]) {
      final paint = Paint()..color = color;
      // Views of Rust's columns: both ends of each line, line behind line.
      canvas
        ..drawRawPoints(PointMode.lines, candles.wick, paint)
        ..drawRawPoints(
          PointMode.lines,
          candles.body,
          paint..strokeWidth = step * 0.7,
        );
    }
  }

  @override
  bool shouldRepaint(CandlesPainter old) => !identical(old.rising, rising);
}
