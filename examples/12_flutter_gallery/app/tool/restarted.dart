/// The gallery, which takes slots and starts calls that it never ends, and says at
/// each start what the one before has left. A hot restart ends the isolate of this
/// program and starts it anew in the same process.
library;

import 'dart:async';

import 'package:flutter/widgets.dart';
import 'package:flutter_gallery/flutter_gallery.dart';
import 'package:gallery/gallery_app.dart';
import 'package:gallery/picture_pipeline.dart';

/// Slots and views that this program never gives back.
final List<Object> held = [];

Future<void> main() async {
  final PoolStats(:live, :lost, :failedAllocs) = PicturePool.stats;
  final library = FlutterGalleryLibrary.open();
  // A thread may not have seen yet that its call was cancelled.
  for (var tries = 0; library.callCounts().tasks > 0 && tries < 500; tries++) {
    await Future<void>.delayed(const Duration(milliseconds: 10));
  }
  final CallCounts(:tasks) = library.callCounts();
  print('left: $live live, $lost lost, $failedAllocs refused, $tasks tasks');

  for (var i = 0; i < 3; i++) {
    final box = PicturePool.alloc();
    library.paint(box, 0);
    // The view keeps the slot, also without the box.
    held.add(i == 0 ? box.ref.pixels : box);
  }
  final search = library.newestOrders(1000000);
  held.add(search);
  unawaited(search.then(held.add));
  unawaited(picture(0, radius: 8).then(held.add));
  runApp(const GalleryApp(page: 4));
  WidgetsBinding.instance.addPostFrameCallback((_) {
    print('running: ${PicturePool.stats.live} live');
  });
}
