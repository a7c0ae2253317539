/// Frames of 4K at 60 per second, from the camera of the example.
library;

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:video_streaming/video_streaming.dart';

const _frames = 300;

Future<void> timeLive(String mode, String path) async {
  VideoStreamingLibrary.open(path: path);
  final options = OptionsData(
    width: 3840,
    height: 2160,
    framesPerSecond: 60,
    live: true,
    dropPolicy: DropPolicy.oldest,
    frames: _frames,
    faults: const FaultsData(
      lateAt: 0,
      jumpAt: 0,
      jumpMicroseconds: 0,
      failAt: 0,
    ),
  ).toBox();
  final camera = Camera.open(options);
  var checked = 0;
  final checking = Stopwatch();
  await for (final FrameBox(ref: frame) in camera.frames()) {
    camera.shown(frame.timestamp, frame.captured);
    checking.start();
    final found = _checksum(frame);
    checking.stop();
    if (found != frame.checksum) {
      throw WrongResult('frame ${frame.number}', found, frame.checksum);
    }
    checked++;
  }
  final Stats(:latency, :jitter, :dropped) = camera.stats();
  camera.dispose();
  print(
    '\n$checked frames of 4K at 60 per second; the checksum of one takes '
    '${checking.elapsedMicroseconds ~/ checked} us in Dart',
  );
  for (final (name, it) in [('latency', latency), ('jitter', jitter)]) {
    print('  $name, us: median ${it.p50}, 99 % ${it.p99}, most ${it.most}');
  }
  print(
    ratioLine(
      '${mode}_frame_4k_p99_ms',
      latency.p99 / 1000,
      const Target.atMost(5),
    ),
  );
  print(
    ratioLine(
      '${mode}_frame_4k_dropped',
      dropped.toDouble(),
      const Target.atMost(0),
    ),
  );
}

/// Fletcher's checksum, as the camera computes it.
int _checksum(Frame frame) {
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
