/// Run by `cargo xtask bench flutter`, in Flutter's engine.
library;

import 'dart:io';
import 'dart:isolate';

import 'package:bench_harness/comparison.dart';

import 'pipelines.dart';
import 'ways.dart';

Future<void> main() async {
  // The engine ends when no port is open.
  final open = ReceivePort();
  try {
    await compareWays();
    await comparePipelines();
    exit(0);
  } on WrongResult catch (wrong) {
    stderr.writeln('wrong result: $wrong');
    exit(1);
  } finally {
    open.close();
  }
}
