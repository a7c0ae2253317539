/// Run by `cargo xtask bench pools`: `pools.dart MODE LIBRARY`, where MODE is a
/// word for the ratios' names.
library;

import 'dart:io';

import 'package:bench_harness/comparison.dart';
import 'package:pools_bench/libraries.dart';
import 'package:pools_bench/many.dart';
import 'package:pools_bench/pairs.dart';

void main(List<String> arguments) {
  final [mode, library] = arguments;
  print('\nDart ${Platform.version}, ${mode.toUpperCase()}');
  try {
    openLibraries(library);
    comparePairs(mode);
    compareMany(mode);
    checkAtRest();
  } on WrongResult catch (wrong) {
    stderr.writeln('wrong result: $wrong');
    exitCode = 1;
  }
}
