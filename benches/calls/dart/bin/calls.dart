/// Run by `cargo xtask bench calls`: `calls.dart MODE LIBRARY`, where MODE is a
/// word for the ratios' names.
library;

import 'dart:io';

import 'package:bench_harness/comparison.dart';
import 'package:calls_bench/batches.dart';
import 'package:calls_bench/by_value.dart';
import 'package:calls_bench/calls.dart';
import 'package:calls_bench/exceptions.dart';
import 'package:calls_bench/fields.dart';
import 'package:calls_bench/libraries.dart';
import 'package:calls_bench/objects.dart';
import 'package:calls_bench/resolved.dart';
import 'package:calls_bench/values.dart';

void main(List<String> arguments) {
  final [mode, library] = arguments;
  print('\nDart ${Platform.version}, ${mode.toUpperCase()}');
  try {
    openLibraries(library);
    compareCalls(mode);
    compareResolved(mode);
    compareObjects(mode);
    compareByValue(mode);
    compareFields(mode);
    compareBatches(mode);
    compareValues(mode);
    compareExceptions(mode);
  } on WrongResult catch (wrong) {
    stderr.writeln('wrong result: $wrong');
    exitCode = 1;
  }
}
