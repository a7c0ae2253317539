/// Consumers and feeds that misbehave. What is dropped is counted, and each block
/// is back at the end.
library;

import 'dart:async';
import 'dart:isolate';
import 'dart:typed_data';

import 'package:market_data/market_data.dart';

import 'market_data.dart';

const _ticks = 100000;

/// Microseconds of a second.
const _second = 1000000;

Future<void> badInputs() async {
  final library = MarketDataLibrary.instance;

  // A consumer that stops, in front of a feed that doesn't wait.
  final live = Feed(session(ticks: _ticks, policy: Policy.drop));
  var taken = 0;
  var missing = 0;
  final blocks = StreamIterator(live.blocks());
  await blocks.moveNext();
  await _ended(live);
  do {
    missing += blocks.current.ref.dropped;
    taken += blocks.current.ref.ticks.length;
  } while (await blocks.moveNext());
  var stats = live.stats();
  expect(stats.delivered == taken, 'what was delivered came: $stats');
  expect(stats.delivered + stats.droppedFull == _ticks, 'each is counted');
  expect(missing <= stats.droppedFull, 'blocks say what is missing before');
  print(
    'a consumer that stops: ${stats.droppedFull > 0 ? 'some' : 'none'} '
    'dropped, and counted',
  );

  // A consumer that goes away.
  final left = Feed(session());
  await for (final _ in left.blocks()) {
    break;
  }
  await _ended(left);
  await _idle();
  print('a consumer that goes away: all blocks are back');

  // Ticks out of order, twice and never, and a clock that jumps.
  const faults = FaultsData(
    swapped: 97,
    repeated: 1009,
    lost: 5003,
    clockSet: 40009,
  );
  final bad = Feed(session(ticks: _ticks, faults: faults));
  final ticks = TickColumns(_ticks);
  await for (final block in bad.blocks()) {
    library.append(ticks, block);
  }
  await _ended(bad);
  stats = bad.stats();
  print(
    'a bad network: ${stats.delivered} ticks, ${stats.missing} missing, '
    '${stats.late} too late, ${stats.reordered} put in their places',
  );
  print(
    'a clock that jumps: ${stats.clockSteps} times, '
    '${library.candles(ticks, _second).length} candles',
  );

  // Ticks of the program itself that are out of order.
  ticks.time[1000] = 0;
  _fails(() => library.candles(ticks, _second));
  _fails(() => library.candles(ticks, 0));
  _fails(() => library.movingAverage(ticks.priceArray, 0));
  ticks.dispose();

  // The pool is empty: the feed waits, or drops.
  await _idle();
  final held = <TickBlockBox>[];
  for (TickBlockBox? box; (box = TickBlockPool.tryAlloc()) != null;) {
    held.add(box!);
  }
  final dropping = Feed(session(ticks: _ticks, policy: Policy.drop));
  expect(await dropping.blocks().isEmpty, 'there is no block for any tick');
  print('an empty pool: ${dropping.stats().droppedNoSlot} dropped');
  final waiting = Feed(session(ticks: _ticks));
  var sum = 0;
  final all = waiting.blocks().forEach((it) => sum += it.ref.ticks.length);
  for (final box in held) {
    box.dispose();
  }
  await all;
  print('a feed that waits for a slot: $sum ticks');

  // An isolate that dies with blocks in hand.
  final port = ReceivePort();
  final isolate = await Isolate.spawn(_hold, port.sendPort);
  await port.first;
  isolate.kill(priority: Isolate.immediate);
  await _idle();
  expect(TickBlockPool.stats.lost == 0, 'none is lost');
  print('a dead isolate: all blocks are back');
}

/// Keeps blocks for ever.
Future<void> _hold(SendPort port) async {
  MarketDataLibrary.open();
  final kept = <TickBlockBox>[];
  await for (final block in Feed(session()).blocks()) {
    block.keep();
    kept.add(block);
    if (kept.length == 5) port.send(null);
  }
}

/// Waits until no stream of [feed] runs.
Future<void> _ended(Feed feed) async {
  while (feed.stats().running > 0) {
    await Future<void>.delayed(const Duration(milliseconds: 1));
  }
}

/// Waits until no block is in use. What a dead isolate has kept goes back when the
/// collector finds it.
Future<void> _idle() async {
  while (TickBlockPool.stats.live > 0) {
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

void _fails(Object? Function() call) {
  try {
    call();
    print('nothing failed');
  } on MarketException catch (error) {
    print(switch (error) {
      MarketOrderException(:final row) => 'out of order: row $row',
      MarketWidthException(:final width) => 'no candle of $width',
      MarketWindowException(:final window) => 'no average of $window',
      _ => '$error',
    });
  }
}
