import 'package:ffi_flutter/ffi_flutter.dart';
import 'package:flutter/material.dart';
import 'package:flutter_gallery/flutter_gallery.dart';

/// The latest reading of a sensor in Rust, every [period]. The button pauses the
/// stream, and Rust with it.
class ReadingsPage extends StatefulWidget {
  const ReadingsPage({required this.period, super.key});

  final Duration period;

  @override
  State<ReadingsPage> createState() => ReadingsPageState();
}

class ReadingsPageState extends State<ReadingsPage> {
  /// The stream: its latest reading, null before the first.
  late final StreamValue<Reading?> readings = StreamValue(
    FlutterGalleryLibrary.instance.readings(widget.period.inMicroseconds),
    null,
  );

  @override
  void dispose() {
    readings.dispose();
    super.dispose();
  }

  void _toggle() =>
      setState(readings.isPaused ? readings.resume : readings.pause);

  @override
  Widget build(BuildContext context) => Center(
    child: Column(
      mainAxisSize: MainAxisSize.min,
      children: [
        ValueListenableBuilder(
          valueListenable: readings,
          builder: (context, reading, _) => Text(
            reading == null
                ? 'no reading yet'
                : '${reading.celsius.toStringAsFixed(2)} °C, '
                      'reading ${reading.number}',
          ),
        ),
        TextButton(
          onPressed: _toggle,
          child: Text(readings.isPaused ? 'Go on' : 'Pause'),
        ),
      ],
    ),
  );
}
