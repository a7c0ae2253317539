/// Contenders that do the same work, timed in rounds: A B C, B C A, C A B, ..
library;

import 'dart:io';
import 'dart:math';

import 'ratio.dart';

/// True if one sample of everything is to be taken: `cargo xtask bench NAME --short`.
final bool isShort = Platform.environment.containsKey('FFI_BENCH_SHORT');

/// One way to do the work.
final class Contender {
  const Contender(this.name, this.run, {this.prepare = _nothing});

  final String name;

  /// Does the work `count` times and returns its result.
  ///
  /// A top-level function of its own with the loop inside: it is only optimised
  /// for this contender, and the call through this field is one per sample.
  final num Function(int count) run;

  /// Preparation before [run], which isn't timed.
  final void Function() prepare;

  static void _nothing() {}
}

/// Nanoseconds per unit of work, one per round.
final class Samples {
  Samples(this.name, List<double> samples) : _sorted = samples..sort();

  final String name;
  final List<double> _sorted;

  double get median => _at(0.5);
  double get fastest => _sorted.first;
  double get ninetieth => _at(0.9);

  double _at(double part) => _sorted[((_sorted.length - 1) * part).round()];
}

/// A wrong result, which makes all times meaningless.
final class WrongResult implements Exception {
  WrongResult(this.contender, this.found, this.expected);

  final String contender;
  final num found;
  final num expected;

  @override
  String toString() => '$contender: the result is $found, not $expected';
}

/// Contenders for one kind of work.
final class Comparison {
  const Comparison(
    this.title,
    this.contenders, {
    required this.expected,
    this.unit = 1,
  });

  final String title;
  final List<Contender> contenders;

  /// The right result of doing the work `count` times.
  final num Function(int count) expected;

  /// Number of units of work in the table that are done at a time.
  final int unit;

  static final _rounds = isShort ? 1 : 31;
  static const _warmUps = 4;
  static final _sampleMicroseconds = isShort ? 100 : 10000;

  /// Times all contenders, prints a table, and returns it by name.
  Map<String, Samples> run() {
    _check();
    final count = _calibrate();
    final expected = this.expected(count);
    for (var i = 0; i < _warmUps; i++) {
      for (final contender in contenders) {
        _sample(contender, count, expected);
      }
    }
    final samples = [for (final _ in contenders) <double>[]];
    for (var round = 0; round < _rounds; round++) {
      for (var i = 0; i < contenders.length; i++) {
        final turn = (round + i) % contenders.length;
        final ticks = _sample(contenders[turn], count, expected);
        samples[turn].add(ticks * 1e9 / _frequency / (count * unit));
      }
    }
    final results = [
      for (final (i, contender) in contenders.indexed)
        Samples(contender.name, samples[i]),
    ];
    printTable(title, results);
    return {for (final result in results) result.name: result};
  }

  static final int _frequency = Stopwatch().frequency;

  /// Returns the ticks of one sample, whose result is checked.
  int _sample(Contender contender, int count, num expected) {
    contender.prepare();
    final watch = Stopwatch()..start();
    final result = contender.run(count);
    final ticks = watch.elapsedTicks;
    if (result != expected) {
      throw WrongResult('$title, ${contender.name}', result, expected);
    }
    return ticks;
  }

  /// Few repetitions: mistakes may cancel out over many.
  void _check() {
    for (var count = 1; count <= 16; count++) {
      for (final contender in contenders) {
        _sample(contender, count, expected(count));
      }
    }
  }

  /// Returns the number of turns of a sample: as many as the first contender,
  /// when warm, does in [_sampleMicroseconds].
  int _calibrate() {
    for (var count = 16; ; count *= 2) {
      final expected = this.expected(count);
      var ticks = _sample(contenders.first, count, expected);
      for (var i = 0; i < _warmUps; i++) {
        ticks = min(ticks, _sample(contenders.first, count, expected));
      }
      if (ticks * 1e6 / _frequency >= _sampleMicroseconds) return count;
    }
  }
}

/// Prints a table of nanoseconds per unit of work.
void printTable(String title, List<Samples> results) {
  String cell(double nanoseconds) =>
      nanoseconds.toStringAsFixed(nanoseconds < 1000 ? 2 : 0).padLeft(10);
  print('\n${'$title, ns'.padRight(52)}    median   fastest 9 of 10 <');
  for (final it in results) {
    print(
      '  ${it.name.padRight(50)}'
      '${cell(it.median)}${cell(it.fastest)}${cell(it.ninetieth)}',
    );
  }
}

/// Prints the ratio of [ours] to [alternative].
void printRatio(
  String name,
  Samples ours,
  Samples alternative,
  Target target,
) => print(ratioLine(name, ours.median / alternative.median, target));
