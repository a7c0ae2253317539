/// Garbage, for tests of what is freed with it.
library;

import 'dart:typed_data';

/// Makes garbage in both generations, so that the collector runs.
Future<void> collectGarbage() async {
  for (var i = 0; i < 16; i++) {
    Uint8List(1 << 16);
    Uint8List(4 << 20);
  }
  await Future<void>.delayed(Duration.zero);
}
