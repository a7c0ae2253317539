/// Run by `cargo xtask bench video`: `video.dart MODE LIBRARY CAMERA FRB`, where
/// MODE is a word for the ratios' names, CAMERA the library of the example and FRB
/// that of flutter_rust_bridge.
library;

import 'dart:io';

import 'package:bench_harness/comparison.dart';
import 'package:video_bench/frames.dart';
import 'package:video_bench/live.dart';

Future<void> main(List<String> arguments) async {
  final [mode, library, camera, bridge] = arguments;
  print('\nDart ${Platform.version}, ${mode.toUpperCase()}');
  try {
    await compareFrames(mode, library, bridge);
    await timeLive(mode, camera);
    exit(0);
  } on WrongResult catch (wrong) {
    stderr.writeln('wrong result: $wrong');
    exit(1);
  }
}
