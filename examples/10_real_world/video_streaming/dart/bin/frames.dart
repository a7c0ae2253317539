/// Options of a camera and the check of a frame, which all parts of the program
/// share.
library;

import 'dart:io';
import 'dart:typed_data';

import 'package:video_streaming/video_streaming.dart';

/// A camera of small frames, which come as fast as they are taken.
Camera open({
  int width = 320,
  int height = 180,
  int frames = 60,
  bool live = false,
  DropPolicy dropPolicy = DropPolicy.wait,
  int lateAt = 0,
  int jumpAt = 0,
  int jumpMicroseconds = 0,
  int failAt = 0,
}) {
  final options = OptionsData(
    width: width,
    height: height,
    framesPerSecond: 60,
    live: live,
    dropPolicy: dropPolicy,
    frames: frames,
    faults: FaultsData(
      lateAt: lateAt,
      jumpAt: jumpAt,
      jumpMicroseconds: jumpMicroseconds,
      failAt: failAt,
    ),
  ).toBox();
  return Camera.open(options);
}

/// Fletcher's checksum of the planes, by words of 64 bits: each byte is read
/// where Rust wrote it.
int checksum(Frame frame) {
  final planes = frame.planes;
  final bytes = frame.width * frame.height * 3 ~/ 2;
  final words = planes.buffer.asUint64List(planes.offsetInBytes, bytes ~/ 8);
  var sum = 0;
  var sums = 0;
  for (var i = 0; i < words.length; i++) {
    sum += words[i];
    sums += sum;
  }
  return sum ^ (sums << 32 | sums >>> 32);
}

/// Ends the program unless [holds].
void expect(bool holds, String what) {
  if (holds) return;
  stderr.writeln('wrong: $what');
  exit(1);
}

/// Waits until no stream of [camera] runs and all slots are back, and returns
/// its counts, which add up. Makes garbage if it is to [collect], so that the
/// collector runs.
Future<Stats> ended(Camera camera, {bool collect = false}) async {
  for (;;) {
    if (collect) expect(Uint8List(1 << 20).last == 0, 'garbage');
    final stats = camera.stats();
    if (stats.running == 0 && stats.frames == 0 && stats.packets == 0) {
      final Stats(:delivered, :dropped, :late, :failed, :abandoned) = stats;
      final sum = delivered + dropped + late + failed + abandoned;
      expect(sum == stats.captured, '$sum frames of ${stats.captured}');
      return stats;
    }
    await Future<void>.delayed(const Duration(milliseconds: 1));
  }
}
