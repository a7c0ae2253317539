/// Run by `cargo xtask bench services`: `services.dart MODE LIBRARY FRB`, where MODE
/// is a word for the ratios' names and FRB the library of flutter_rust_bridge.
library;

import 'dart:io';

import 'package:bench_harness/comparison.dart';
import 'package:services_bench/calls.dart';
import 'package:services_bench/flows.dart';
import 'package:services_bench/objects.dart';
import 'package:services_bench/streams.dart';

Future<void> main(List<String> arguments) async {
  final [mode, library, frb] = arguments;
  print('\nDart ${Platform.version}, ${mode.toUpperCase()}');
  try {
    compareObjects(mode, library);
    await compareCalls(mode, library, frb);
    await compareStreams(mode, library, frb);
    await compareFlows(mode, library);
    exit(0);
  } on WrongResult catch (wrong) {
    stderr.writeln('wrong result: $wrong');
    exit(1);
  }
}
