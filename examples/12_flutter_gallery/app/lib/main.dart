import 'package:flutter/widgets.dart';

import 'gallery_app.dart';
import 'uncaught.dart';

void main() {
  WidgetsFlutterBinding.ensureInitialized();
  reportUncaught((what, _) => debugPrint(what));
  runApp(const GalleryApp());
}
