import 'package:flutter/widgets.dart';

import 'gallery_app.dart';

void main() => runApp(const GalleryApp());
