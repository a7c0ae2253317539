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
  final given = ReadingArray(3)..setAll(0, readings);
  print('a list that is given away: median ${library.median(given)} °C');
  library.correct(readings, (degrees) => degrees >= 21 ? -0.5 : 0);
  print('a callback: now ${readings[1].degrees} °C');

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

  final hot = await library.tooHot(readings, (sensor) async => 20.0);
  print('a callback that Rust keeps: ${hot?.degrees} °C is too hot');
  final seconds = [
    await for (final reading in library.readings(9, 3)) reading.seconds,
  ];
  print('a stream: $seconds');
  final sum = await library.total(Stream.fromIterable([1, 2, 3.5]));
  print('a stream of Dart: $sum');

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
  time('median of 3', () => library.median(ReadingArray(3)));
  time('correct 3, by callback', () => library.correct(readings, (_) => 0));
  time('record and dispose', () => library.record(box).dispose());
  time('an error', () {
    try {
      library.mean(_none);
    } on MeanException catch (_) {}
  });

  Future<void> wait(String name, int units, Future<void> Function() run) async {
    var best = double.infinity;
    for (var round = 0; round < 5; round++) {
      final watch = Stopwatch()..start();
      await run();
      final nanoseconds = watch.elapsedTicks * 1e9 / watch.frequency / units;
      if (nanoseconds < best) best = nanoseconds;
    }
    print('${name.padRight(24)} ${best.toStringAsFixed(0).padLeft(7)} ns');
  }

  const calls = 2000;
  await wait('nextReading, awaited', calls, () async {
    for (var i = 0; i < calls; i++) {
      await library.nextReading(1, 0);
    }
  });
  await wait('simulate, on a thread', calls, () async {
    for (var i = 0; i < calls; i++) {
      (await library.simulate(1)).dispose();
    }
  });
  await wait('tooHot, each of 3 asks', calls, () async {
    for (var i = 0; i < calls ~/ 3; i++) {
      await library.tooHot(readings, (_) => 100.0);
    }
  });
  await wait('an item of a stream', 100000, () async {
    await for (final _ in library.readings(1, 100000)) {}
  });
  final numbers = List.filled(100000, 1.0);
  await wait('an item of one of Dart', numbers.length, () async {
    await library.total(Stream.fromIterable(numbers));
  });
}

final _none = ReadingArray(0);
