/// Contenders that do the same work asynchronously, timed in rounds: A B C, B C A,
/// C A B, ..
library;

import 'comparison.dart';

/// One way to do the work: returns its result.
typedef Way = Future<num> Function();

/// Times [ways], each of which does [units] units of work with the result
/// [expected]; prints a table of nanoseconds per unit, and returns it by name.
Future<Map<String, Samples>> compareWays(
  String title,
  Map<String, Way> ways, {
  required num expected,
  int units = 1,
  int rounds = 15,
}) async {
  final names = ways.keys.toList();
  final samples = {for (final name in names) name: <double>[]};
  final frequency = Stopwatch().frequency;
  // The first rounds warm up.
  for (var round = -3; round < rounds; round++) {
    for (var i = 0; i < names.length; i++) {
      final name = names[(round + 3 + i) % names.length];
      final watch = Stopwatch()..start();
      final found = await ways[name]!();
      final ticks = watch.elapsedTicks;
      if (found != expected)
        throw WrongResult('$title, $name', found, expected);
      if (round >= 0) samples[name]!.add(ticks * 1e9 / frequency / units);
    }
  }
  print('\n${'$title, ns'.padRight(52)}    median   fastest 9 of 10 <');
  final results = [for (final name in names) Samples(name, samples[name]!)];
  for (final it in results) {
    String cell(double time) => time.toStringAsFixed(0).padLeft(10);
    print(
      '  ${it.name.padRight(50)}'
      '${cell(it.median)}${cell(it.fastest)}${cell(it.ninetieth)}',
    );
  }
  return {for (final result in results) result.name: result};
}
