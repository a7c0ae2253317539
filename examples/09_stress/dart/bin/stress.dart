/// Uses 120 messages until something would break: many at once, deep, wide and
/// huge ones, in cycles and in several isolates. Three rounds of all rows show
/// that nothing is left behind.
///
/// Output that is equal in each run goes to the standard output, figures go to
/// the standard error.
library;

import 'dart:async';
import 'dart:io';
import 'dart:typed_data';

import 'package:stress/stress.dart';

import 'edges.dart';
import 'kinds.dart';
import 'many.dart';
import 'raw/resident.dart';
import 'shapes.dart';
import 'speed.dart';

/// The rows of the suite, by name.
final Map<String, FutureOr<String> Function(StressLibrary library)> _rows = {
  '10,000 objects': manyObjects,
  'mixed, 1,000 of each of four kinds': mixed,
  'interleaved': interleaved,
  '1,000 rapid cycles': rapidCycles,
  '20 levels traversed': traversed,
  '100 deep roots': deepRoots,
  'a message of 100 fields': wide,
  'an array of 1,000 messages of 100 fields': wideArray,
  'a huge message': huge,
  '100 huge messages': manyHuge,
  'sizes': sizes,
  'allocation and deallocation speed': speed,
  '100,000 cycles': cycles,
  '10,000 active with rotation': rotation,
  'a chain of 1,000 slots': chain,
  'null': nothing,
  'repeated': repeated,
  'mixed edge cases': edges,
  'linear from 1,000 to 10,000': linear,
  'isolates': isolates,
};

const _rounds = 3;

/// Bytes that the process may grow by from the first round to the last one: heaps
/// have no exact size.
const _most = 96 << 20;

/// Time that the collector gets to find what is no longer used. What is left behind
/// by mistake stays, however long the program waits.
const _patience = Duration(seconds: 60);

Future<void> main() async {
  final library = StressLibrary.open();
  var blocks = 0;
  var resident = 0;
  for (var round = 0; round < _rounds; round++) {
    for (final MapEntry(key: name, value: run) in _rows.entries) {
      final watch = Stopwatch()..start();
      final shown = await run(library);
      if (round == 0) print('$name: $shown');
      stderr.writeln('round $round, $name: ${watch.elapsedMilliseconds} ms');
    }
    if (round == 0) {
      // What is made once, such as pools, is there now.
      blocks = await _settled(library);
      resident = residentBytes();
    } else {
      await _collectUntil(() => library.liveBlocks() <= blocks);
    }
    final left = library.liveBlocks();
    final megabytes = residentBytes() >> 20;
    stderr.writeln('round $round: $left blocks, $megabytes MiB resident');
    expect(left <= blocks, '$left blocks, $blocks after the first round');
  }
  var grown = 0;
  await _collectUntil(() => (grown = residentBytes() - resident) < _most);
  expect(grown < _most, 'the process has grown by $grown bytes');
  for (final stats in [LinksPool.stats, ScalarsPool.stats, FramePool.stats]) {
    expect(stats.live == 0, 'slots are left: $stats');
  }
  print('$_rounds rounds: memory is flat, by the process and by the library');
}

/// Lets the collector run until no more blocks of the library are freed, and returns
/// how many are left.
Future<int> _settled(StressLibrary library) async {
  var left = library.liveBlocks();
  var same = 0;
  await _collectUntil(() {
    final now = library.liveBlocks();
    same = now == left ? same + 1 : 0;
    left = now;
    return same > 3;
  });
  return left;
}

/// Lets the collector run until [isDone], or its time is over.
Future<void> _collectUntil(bool Function() isDone) async {
  final watch = Stopwatch()..start();
  while (!isDone() && watch.elapsed < _patience) {
    // Garbage in both generations.
    for (var i = 0; i < 16; i++) {
      Uint8List(1 << 16);
      Uint8List(4 << 20);
    }
    // Isolates that have ended go on for a moment.
    await Future<void>.delayed(const Duration(milliseconds: 2));
  }
}
