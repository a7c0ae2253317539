import 'package:flutter/material.dart';
import 'package:flutter_gallery/flutter_gallery.dart';

import '../picture_pipeline.dart';

/// Mistakes to make, and what Dart has of each.
class MistakesPage extends StatefulWidget {
  const MistakesPage({super.key});

  @override
  State<MistakesPage> createState() => _MistakesPageState();
}

class _MistakesPageState extends State<MistakesPage> {
  static final _mistakes = <String, Object? Function()>{
    'an error with fields': () => picture(0, radius: 99),
    'a panic': () => FlutterGalleryLibrary.instance.discounted(OrderBox(), 150),
    'a box that was disposed of': () {
      final box = OrderBox()..dispose();
      return FlutterGalleryLibrary.instance.discounted(box, 10);
    },
  };

  String _shown = 'Nothing has gone wrong yet.';

  void _make(Object? Function() mistake) {
    try {
      mistake();
      setState(() => _shown = 'It went well.');
    } on PictureRadiusException catch (error) {
      _show(error, 'radius ${error.radius}, at most ${error.most}');
    } on RustPanicException catch (error) {
      _show(error, 'in ${error.file}, line ${error.line}');
    } on StateError catch (error) {
      _show(error, 'the app goes on');
    }
  }

  void _show(Object error, String details) =>
      setState(() => _shown = '${error.runtimeType}\n$error\n$details');

  @override
  Widget build(BuildContext context) => ListView(
    padding: const EdgeInsets.all(16),
    children: [
      for (final MapEntry(key: name, value: mistake) in _mistakes.entries)
        TextButton(onPressed: () => _make(mistake), child: Text(name)),
      Text(_shown),
    ],
  );
}
