/// Calls functions of every kind; with the argument `times`, prints what a call of each costs.
library;

import 'dart:async';

import 'package:functions/functions.dart';

Future<void> main(List<String> arguments) async {
  final library = FunctionsLibrary.open();
  final readings = ReadingArray(3);
  for (final (index, degrees) in [18.5, 21.0, 19.5].indexed) {
    readings[index]
      ..seconds = index * 60
      ..degrees = degrees
      ..sensor = 7
      ..unit = Unit.celsius;
  }

  print('a number: ${library.kelvin(20, Unit.celsius)} K');
  print('a message by value: ${library.toKelvin(readings[0]).degrees} K');
  library.calibrate(readings.boxAt(0), 0.5);
  print('a message by reference: now ${readings[0].degrees} °C');
  print('a slice: mean ${library.mean(readings).toStringAsFixed(2)} °C');
  print(
    'an option: ${library.hottest(readings)?.degrees}, and ${library.hottest(ReadingArray(0))}',
  );
  print('a vector: ${library.above(readings, 19.2).length} readings');
  print('text: ${library.describe(readings.boxAt(1), 'Küche')}');

  try {
    library.mean(ReadingArray(0));
  } on MeanEmptyException catch (error) {
    print('an error: ${error.message}');
  }
  try {
    library.pick(readings, 3);
  } on RustPanicException catch (panic) {
    print('a panic: ${panic.message}');
  }

  final slot = library.record(readings.boxAt(2));
  print(
    'a slot of a pool: ${slot.ref.degrees} °C, ${ReadingPool.stats.live} in use',
  );
  print(
    'moved back: ${library.take(slot).degrees} °C, ${ReadingPool.stats.live} in use',
  );

  print('a future: sensor ${(await library.nextReading(9, 5)).sensor}');
  print('a busy thread: ${(await library.simulate(1000)).length} readings');
  try {
    await library.simulate(4000000000).timeout(const Duration(milliseconds: 5));
  } on TimeoutException {
    print('a timeout: cancelled in Rust');
  }

  if (arguments.contains('times')) await _times(library, readings);
}

/// Prints nanoseconds per call: the fastest of several rounds.
Future<void> _times(FunctionsLibrary library, ReadingArray readings) async {
  void time(String name, void Function() call) {
    const calls = 20000;
    var best = double.infinity;
    for (var round = 0; round < 20; round++) {
      final watch = Stopwatch()..start();
      for (var i = 0; i < calls; i++) {
        call();
      }
      final nanoseconds = watch.elapsedTicks * 1e9 / watch.frequency / calls;
      if (nanoseconds < best) best = nanoseconds;
    }
    print('${name.padRight(24)} ${best.toStringAsFixed(0).padLeft(7)} ns');
  }

  final box = readings.boxAt(0);
  time('nothing', () {});
  time('kelvin, a leaf', () => library.kelvin(20, Unit.celsius));
  time('calibrate', () => library.calibrate(box, 0));
  time('mean of 3', () => library.mean(readings));
  time('toKelvin', () => library.toKelvin(box.ref));
  time('hottest of 3', () => library.hottest(readings));
  time('above, of 3', () => library.above(readings, 19.2).dispose());
  time('describe', () => library.describe(box, 'Küche'));
  time('record and dispose', () => library.record(box).dispose());
  time('an error', () {
    try {
      library.mean(_none);
    } on MeanException catch (_) {}
  });

  const calls = 2000;
  final watch = Stopwatch()..start();
  for (var i = 0; i < calls; i++) {
    await library.nextReading(1, 0);
  }
  final nanoseconds = watch.elapsedTicks * 1e9 / watch.frequency / calls;
  print(
    '${'nextReading, awaited'.padRight(24)} ${nanoseconds.toStringAsFixed(0).padLeft(7)} ns',
  );
}

final _none = ReadingArray(0);
