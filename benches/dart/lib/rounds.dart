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
  final frequency = Stopwatch().frequency;
  Future<double> sample(String name, Way way) async {
    final watch = Stopwatch()..start();
    final found = await way();
    final ticks = watch.elapsedTicks;
    if (found != expected) throw WrongResult('$title, $name', found, expected);
    return ticks * 1e9 / frequency / units;
  }

  return timed(title, [
    for (final MapEntry(key: name, value: way) in ways.entries)
      (name, () => sample(name, way)),
  ], rounds: rounds);
}

/// Takes samples of [ways] side by side, each in nanoseconds per unit of work; prints a
/// table, and returns it by name.
Future<Map<String, Samples>> timed(
  String title,
  List<(String, Future<double> Function())> ways, {
  int rounds = 15,
}) async {
  final samples = [for (final _ in ways) <double>[]];
  final last = isShort ? 1 : rounds;
  // The first rounds warm up.
  for (var round = -3; round < last; round++) {
    for (var i = 0; i < ways.length; i++) {
      final turn = (round + 3 + i) % ways.length;
      final time = await ways[turn].$2();
      if (round >= 0) samples[turn].add(time);
    }
  }
  final results = [
    for (final (i, way) in ways.indexed) Samples(way.$1, samples[i]),
  ];
  printTable(title, results);
  return {for (final result in results) result.name: result};
}
