/// Players without blocks, without readers, without an isolate. Each goes on, and
/// counts what was missing.
library;

import 'dart:async';
import 'dart:isolate';
import 'dart:typed_data';

import 'package:audio/audio.dart';

import 'audio.dart';

Future<void> badInputs() async {
  // What is no sound.
  _fails(() => Player(tones()).setGain(-1));
  _fails(() => Player(tones()..hertz[2] = 30000));

  // The pool is empty: silence, until there are slots again. The synthesizers of the
  // players before it end a moment after their devices, and give back blocks then.
  await _idle();
  final held = <AudioBlockBox>[];
  for (AudioBlockBox? box; (box = AudioBlockPool.tryAlloc()) != null;) {
    held.add(box!);
  }
  final starving = Player(tones())..start();
  _fails(starving.start);
  await _until(starving, (it) => it.underruns > 3 && it.starved > 3);
  expect(starving.stats().played == 0, 'there was no block to play');
  for (final box in held) {
    box.dispose();
  }
  await _until(starving, (it) => it.played > 3);
  print('an empty pool: silence, and sound again');

  // The synthesizer stops.
  starving.setSilent(isSilent: true);
  final before = starving.stats().underruns;
  await _until(starving, (it) => it.underruns > before + 3);
  starving.setSilent(isSilent: false);
  print('no blocks: underruns');

  // A consumer that stops: what it doesn't read is counted, and the sound goes on.
  final recording = StreamIterator(starving.recording());
  await recording.moveNext();
  await _until(starving, (it) => it.unrecorded > 3);
  final played = starving.stats().played;
  await _until(starving, (it) => it.played > played);
  await recording.cancel();
  starving.dispose();
  await _idle();
  print('a consumer that stops: the sound goes on, all blocks are back');

  // An isolate that dies with blocks in hand, and its player with it.
  final port = ReceivePort();
  final isolate = await Isolate.spawn(_hold, port.sendPort);
  await port.first;
  isolate.kill(priority: Isolate.immediate);
  await _idle();
  expect(AudioBlockPool.stats.lost == 0, 'none is lost');
  print('a dead isolate: its player ends, all blocks are back');
}

/// Keeps blocks for ever.
Future<void> _hold(SendPort port) async {
  AudioLibrary.open();
  final kept = <AudioBlockBox>[];
  final player = Player(tones())..start();
  await for (final block in player.recording()) {
    block.keep();
    kept.add(block);
    if (kept.length == 5) port.send(null);
  }
}

/// Waits until the counts of [player] are as wanted.
Future<void> _until(Player player, bool Function(PlayerStats) wanted) async {
  await player.statsEvery(2).firstWhere(wanted);
}

/// Waits until no block is in use. What a dead isolate has kept, and its player, go
/// when the collector finds them.
Future<void> _idle() async {
  while (AudioBlockPool.stats.live > 0) {
    _makeGarbage();
    await Future<void>.delayed(const Duration(milliseconds: 1));
  }
}

/// Makes garbage in both generations, so that the collector runs.
void _makeGarbage() {
  for (var i = 0; i < 4; i++) {
    Uint8List(1 << 16);
    Uint8List(4 << 20);
  }
}

void _fails(void Function() call) {
  try {
    call();
    print('nothing failed');
  } on AudioException catch (error) {
    print(switch (error) {
      AudioGainException(:final gain) => 'no gain: $gain',
      AudioToneException(:final hertz) => 'no tone: $hertz Hz',
      AudioStartedException() => 'a player starts once',
      _ => '$error',
    });
  }
}
