/// Garbage, for tests of what is freed with it.
library;

import 'dart:async';
import 'dart:typed_data';

import 'package:test/test.dart';

/// Makes garbage in both generations, so that the collector runs.
Future<void> collectGarbage() async {
  for (var i = 0; i < 16; i++) {
    Uint8List(1 << 16);
    Uint8List(4 << 20);
  }
  await Future<void>.delayed(Duration.zero);
}

/// Returns what [live] counts when nothing more is collected.
Future<int> fewest(int Function() live) async {
  var fewest = live();
  for (var same = 0; same < 4; same++) {
    await collectGarbage();
    final now = live();
    if (now < fewest) (fewest, same) = (now, 0);
  }
  return fewest;
}

/// Waits until [live] counts [count], or fewer: garbage that was counted may be gone.
Future<void> untilCollected(int Function() live, int count) async {
  for (var round = 0; live() > count; round++) {
    if (round == 200) fail('${live()} are left, and $count were before');
    await collectGarbage();
  }
}
