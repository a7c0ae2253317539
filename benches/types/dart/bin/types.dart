/// Run by `cargo xtask bench types`: `types.dart MODE LIBRARY`, where MODE is a
/// word for the ratios' names.
library;

import 'dart:io';

import 'package:bench_harness/comparison.dart';
import 'package:types_bench/fields.dart';
import 'package:types_bench/libraries.dart';
import 'package:types_bench/lists.dart';
import 'package:types_bench/result_set.dart';

void main(List<String> arguments) {
  final [mode, library] = arguments;
  print('\nDart ${Platform.version}, ${mode.toUpperCase()}');
  try {
    openLibraries(library);
    compareFields(mode);
    compareLists(mode);
    compareResultSets(mode);
  } on WrongResult catch (wrong) {
    stderr.writeln('wrong result: $wrong');
    exitCode = 1;
  }
}
