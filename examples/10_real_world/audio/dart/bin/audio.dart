/// Plays four tones on a thread of Rust with a real-time priority, under load,
/// and checks each sample that was played.
///
/// Output that is equal in each run goes to the standard output, counts go to the
/// standard error. It plays for a third of a second each time, with the argument
/// `--whole` for five seconds.
library;

import 'dart:io';
import 'dart:math';
import 'dart:typed_data';

import 'package:audio/audio.dart';

import 'bad_inputs.dart';

/// Number of samples in a block.
const frames = 256;

/// Four tones for so many periods, or without an end.
PlayerOptions tones({int periods = 0}) => PlayerOptionsData(
  hertz: const [440, 554.37, 659.25, 880],
  periods: periods,
  priority: 50,
).toBox().ref;

Future<void> main(List<String> arguments) async {
  AudioLibrary.open();
  final periods = arguments.contains('--whole') ? 940 : 60;
  await _play('alone', periods, load: 0);
  await _play('under load', periods, load: 2 * Platform.numberOfProcessors);
  await badInputs();
}

/// Plays with [load] threads beside it that use all the time they get.
Future<void> _play(String what, int periods, {required int load}) async {
  final library = AudioLibrary.instance;
  final options = tones(periods: periods);
  final player = Player(options)..setGain(0.5);
  final others = [for (var i = 0; i < load; i++) library.burn(60000)];
  player.start();
  final ended = player.statsEvery(20).last;
  var heard = 0;
  await for (final block in player.recording()) {
    _check(library, options, block.ref);
    heard++;
  }
  final stats = await ended;
  for (final other in others) {
    other.ignore();
    await other.cancel();
  }
  stderr.writeln('$what: $stats');
  expect(stats.periods == periods, 'each period is counted: $stats');
  expect(stats.played + stats.underruns == periods, 'played or silent: $stats');
  expect(stats.recorded == heard, 'what is recorded is heard: $stats, $heard');
  expect(stats.recorded + stats.unrecorded == stats.played, 'the rest: $stats');
  print('$what: $periods periods, each played or counted as an underrun');
  player.dispose();
}

/// Compares the samples of [block] with those that the synthesizer makes, times
/// the gain. The first period fades from 1 to 0.5.
void _check(AudioLibrary library, PlayerOptions options, AudioBlock block) {
  final sounds = library.expected(options, block.number);
  final list = sounds.list;
  // Rounded as Rust does.
  final expected = Float32List(frames);
  for (var i = 0; i < frames; i++) {
    final gain = block.period == 0 ? 1 - 0.5 / frames * (i + 1) : 0.5;
    expected[i] = list[i] * gain;
  }
  var peak = 0.0;
  for (var i = 0; i < frames; i++) {
    final sample = block.samples[i];
    peak = max(peak, sample.abs());
    expect(
      sample == expected[i],
      'sample $i of block ${block.number}: $sample',
    );
  }
  expect(peak == block.peak, 'the loudest sample is ${block.peak}, not $peak');
  sounds.dispose();
}

/// Ends the program unless [holds].
void expect(bool holds, String what) {
  if (holds) return;
  stderr.writeln('wrong: $what');
  exit(1);
}
