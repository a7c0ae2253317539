/// Times text that is read, and measures what text arguments leave behind.
library;

import 'dart:convert';
import 'dart:io';
import 'dart:math';
import 'dart:typed_data';

import 'package:bench_everyday/bench_everyday.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

/// Compares texts of 1,000 and of 100,000 characters.
void compareText(String mode) {
  for (final length in const [1000, 100000]) {
    _box.ref.text = 'x' * length;
    _bytes = _box.ref.textBytes;
    final times = Comparison('read text of $length characters', const [
      Contender('text', _read),
      Contender('utf8.decode', _decode),
    ], expected: (count) => count * length).run();
    printRatio(
      '${mode}_text_${length}_vs_utf8_decode',
      times['text']!,
      times['utf8.decode']!,
      const Target.atMost(1.2),
    );
  }
}

final _box = ArticleBox();
Uint8List _bytes = Uint8List(0);

int _read(int count) {
  final article = _box.ref;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    sum += article.text.length;
  }
  return sum;
}

int _decode(int count) {
  final bytes = _bytes;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    sum += utf8.decode(bytes).length;
  }
  return sum;
}

/// Prints how much memory a call with a text of 50 million characters keeps, once the
/// isolate has returned to its event loop.
Future<void> measureText(String mode, BenchEverydayLibrary library) async {
  const length = 50000000;
  final text = 'x' * length;
  library.bytesOf('warm');
  final before = ProcessInfo.currentRss;
  final found = library.bytesOf(text);
  if (found != length) throw WrongResult('text argument', found, length);
  await Future<void>.delayed(Duration.zero);
  // Memory that is given back in the meantime is not counted against it.
  final kept = max(0, ProcessInfo.currentRss - before) / 1e6;
  print(
    ratioLine('${mode}_text_argument_kept_mb', kept, const Target.atMost(4)),
  );
}
