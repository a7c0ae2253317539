/// Run by `cargo xtask bench database`: `database.dart MODE LIBRARY ENGINE`,
/// where MODE is a word for the ratios' names and ENGINE the library of the
/// database example.
library;

import 'dart:io';

import 'package:bench_database/bench_database.dart' show BenchDatabaseLibrary;
import 'package:bench_harness/comparison.dart';
import 'package:database_bench/queries.dart';
import 'package:database_bench/shop.dart';
import 'package:database_bench/writes.dart';

Future<void> main(List<String> arguments) async {
  final [mode, peers, engine] = arguments;
  print('\nDart ${Platform.version}, ${mode.toUpperCase()}');
  BenchDatabaseLibrary.open(path: peers);
  final folder = Directory.systemTemp.createTempSync('bench_database');
  try {
    final shop = await Shop.open(engine, folder.path);
    await timeWrites(mode, shop);
    await compareQueries(mode, shop);
    shop.database.dispose();
  } on WrongResult catch (wrong) {
    stderr.writeln('wrong result: $wrong');
    exitCode = 1;
  } finally {
    folder.deleteSync(recursive: true);
  }
}
