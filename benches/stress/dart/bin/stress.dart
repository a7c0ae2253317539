/// Run by `cargo xtask bench stress`: `stress.dart MODE LIBRARY`, where MODE is a
/// word for the ratios' names.
library;

import 'dart:io';

import 'package:bench_harness/comparison.dart';
import 'package:stress/stress.dart';
import 'package:stress_bench/kinds.dart';
import 'package:stress_bench/scaling.dart';

void main(List<String> arguments) {
  final [mode, library] = arguments;
  print('\nDart ${Platform.version}, ${mode.toUpperCase()}');
  StressLibrary.open(path: library);
  try {
    timeKinds(mode);
    compareSizes(mode);
  } on WrongResult catch (wrong) {
    stderr.writeln('wrong result: $wrong');
    exitCode = 1;
  }
}
