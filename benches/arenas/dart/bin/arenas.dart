/// Run by `cargo xtask bench arenas`: `arenas.dart MODE LIBRARY`, where MODE is a
/// word for the ratios' names.
library;

import 'dart:io';

import 'package:arenas_bench/arenas.dart';
import 'package:arenas_bench/bounded.dart';
import 'package:arenas_bench/libraries.dart';
import 'package:arenas_bench/tables.dart';
import 'package:bench_harness/comparison.dart';

void main(List<String> arguments) {
  final [mode, library] = arguments;
  print('\nDart ${Platform.version}, ${mode.toUpperCase()}');
  try {
    openLibraries(library);
    compareTables(mode);
    compareArenas(mode);
    compareBounded(mode);
  } on WrongResult catch (wrong) {
    stderr.writeln('wrong result: $wrong');
    exitCode = 1;
  }
}
