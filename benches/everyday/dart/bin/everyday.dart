/// Run by `cargo xtask bench everyday`: `everyday.dart MODE LIBRARY`, where MODE is a
/// word for the ratios' names.
library;

import 'dart:io';

import 'package:bench_everyday/bench_everyday.dart';
import 'package:bench_harness/comparison.dart';
import 'package:everyday_bench/lists.dart';
import 'package:everyday_bench/maps.dart';
import 'package:everyday_bench/memory.dart';
import 'package:everyday_bench/pools.dart';
import 'package:everyday_bench/text.dart';
import 'package:everyday_bench/values.dart';

Future<void> main(List<String> arguments) async {
  final [mode, path] = arguments;
  print('\nDart ${Platform.version}, ${mode.toUpperCase()}');
  try {
    final library = BenchEverydayLibrary.open(path: path);
    compareMemory(mode);
    compareMaps(mode);
    compareText(mode);
    compareValues(mode);
    compareLists(mode);
    comparePools(mode);
    compareBatches(mode);
    await measureText(mode, library);
  } on WrongResult catch (wrong) {
    stderr.writeln('wrong result: $wrong');
    exitCode = 1;
  }
}
