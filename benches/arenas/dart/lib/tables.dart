/// A table of about 100 MB in a file, which is mapped.
library;

import 'dart:io';

import 'package:bench_arenas/bench_arenas.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

import 'libraries.dart';

const _rows = 450000;

const _rounds = 31;

/// Maps a table and reads a text in the middle of it, again and again.
void compareTables(String mode) {
  final folder = Directory.systemTemp.createTempSync('bench_arenas');
  try {
    final path = '${folder.path}/table.ffi', small = '${folder.path}/small.ffi';
    final bytes = library.writeTable(path, _rows);
    // The first map of all has its code compiled and its symbols looked up.
    library.writeTable(small, rows.length);
    _firstText(small, rows.length);

    final times = <int>[], grown = <int>[];
    for (var round = 0; round < _rounds; round++) {
      final before = ProcessInfo.currentRss;
      final watch = Stopwatch()..start();
      final table = ResultSetArena.map(path);
      final text = table.root.rows[_rows ~/ 2].name;
      times.add(watch.elapsedMicroseconds);
      grown.add(ProcessInfo.currentRss - before);
      final expected = rows[_rows ~/ 2 % rows.length].name;
      if (text != expected) throw WrongResult('a text', text.length, 0);
      table.dispose();
    }
    final (time, memory) = (_median(times), _median(grown));
    print(
      '\nA table of ${bytes ~/ 1000000} MB: $time us to map it and read a text, '
      '${memory ~/ 1024} KiB more resident',
    );
    final most = Target.atMost(1), room = Target.atMost(10);
    print(ratioLine('${mode}_map_100_mb_first_text_ms', time / 1000, most));
    print(ratioLine('${mode}_map_100_mb_resident_mb', memory / 1e6, room));
  } finally {
    folder.deleteSync(recursive: true);
  }
}

String _firstText(String path, int rows) {
  final table = ResultSetArena.map(path);
  final text = table.root.rows[rows ~/ 2].name;
  table.dispose();
  return text;
}

int _median(List<int> samples) => (samples..sort())[samples.length ~/ 2];
