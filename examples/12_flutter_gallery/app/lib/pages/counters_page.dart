import 'package:ffi_flutter/ffi_flutter.dart';
import 'package:flutter/widgets.dart';
import 'package:flutter_gallery/flutter_gallery.dart';

/// The live counters of this app's pool and calls.
class CountersPage extends StatelessWidget {
  const CountersPage({super.key});

  @override
  Widget build(BuildContext context) => FfiDebugPage(
    pools: {
      'Picture': () => PicturePool.stats,
      'VideoFrame': () => VideoFramePool.stats,
    },
    counters: () {
      final CallCounts(:tasks, :mailboxes, :late) = FlutterGalleryLibrary
          .instance
          .callCounts();
      return {'tasks': tasks, 'mailboxes': mailboxes, 'late results': late};
    },
  );
}
