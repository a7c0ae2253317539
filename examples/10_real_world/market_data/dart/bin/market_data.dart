/// A session of a million ticks: streamed into columns by a consumer that pauses
/// again and again, then candles and moving averages, which plain loops over lists
/// confirm to the last bit.
library;

import 'dart:io';
import 'dart:typed_data';

import 'package:market_data/market_data.dart';

import 'bad_inputs.dart';

/// Number of ticks of the session.
const sessionTicks = 1000000;

const noFaults = FaultsData(swapped: 0, repeated: 0, lost: 0, clockSet: 0);

FeedOptions session({
  int ticks = sessionTicks,
  Policy policy = Policy.wait,
  FaultsData faults = noFaults,
}) => FeedOptionsData(
  ticks: ticks,
  seed: 7,
  policy: policy,
  faults: faults,
).toBox().ref;

Future<void> main() async {
  final library = MarketDataLibrary.open();

  final ticks = TickColumns.fixed(sessionTicks);
  final feed = Feed(session());
  await _consume(feed, ticks);
  final stats = feed.stats();
  expect(stats.delivered == sessionTicks, 'nothing is lost: $stats');
  // A view of the column: fixed columns stay where they are.
  final sequence = ticks.sequence;
  for (var row = 0; row < sessionTicks; row++) {
    expect(sequence[row] == row, 'the ticks are in order');
  }
  print('${ticks.length} ticks, each in its place');

  const second = 1000000;
  final candles = library.candles(ticks, second);
  final averages = library.movingAverage(candles.closeArray, 20);
  print('${candles.length} candles, ${averages.length} averages of 20');
  final Candle(:open, :high, :low, :close, :trades) = candles[0];
  print('the first: $open, up to $high, down to $low, $close, $trades trades');
  final mean =
      candles.turnover.fold(0.0, (sum, it) => sum + it) /
      candles.volume.fold(0.0, (sum, it) => sum + it);
  print('mean price of a share: ${mean.toStringAsFixed(2)} cents');

  _confirmCandles(ticks, candles, second);
  _confirmAverages(candles.close, averages.list, 20);
  final ofTicks = library.movingAverage(ticks.priceArray, 200);
  _confirmAverages(ticks.price, ofTicks.list, 200);
  print('loops over lists have the same candles and averages');

  for (final owner in [averages, ofTicks]) {
    owner.dispose();
  }
  candles.dispose();
  ticks.dispose();
  feed.dispose();
  await badInputs();
}

/// Appends all blocks to [ticks]. It pauses after every tenth block, and the feed
/// with it.
Future<void> _consume(Feed feed, TickColumns ticks) async {
  final library = MarketDataLibrary.instance;
  var blocks = 0;
  var most = 0;
  await for (final block in feed.blocks()) {
    library.append(ticks, block);
    if (++blocks % 10 == 0) {
      await Future<void>.delayed(const Duration(milliseconds: 2));
      final live = TickBlockPool.stats.live;
      if (live > most) most = live;
    }
  }
  // Four that wait in the stream, as many in front of it, one that is filled, and
  // the lent one.
  expect(most <= 10, 'the feed waits, with $most blocks');
}

/// Makes the candles of [ticks] from lists, and compares.
void _confirmCandles(TickColumns ticks, CandleColumns candles, int width) {
  final time = List.of(ticks.time);
  final price = List.of(ticks.price);
  final volume = List.of(ticks.volume);
  var row = 0;
  for (var i = 0; i < candles.length; i++) {
    final Candle candle = candles[i];
    final start = time[row] - time[row] % width;
    final open = price[row];
    var high = open;
    var low = open;
    var close = open;
    var shares = 0.0;
    var turnover = 0.0;
    var trades = 0;
    for (; row < time.length && time[row] < start + width; row++) {
      close = price[row];
      if (close > high) high = close;
      if (close < low) low = close;
      shares += volume[row];
      turnover += close * volume[row];
      trades++;
    }
    expect(
      candle.start == start &&
          candle.open == open &&
          candle.high == high &&
          candle.low == low &&
          candle.close == close &&
          candle.volume == shares &&
          candle.turnover == turnover &&
          candle.trades == trades,
      'candle $i: $candle',
    );
  }
  expect(row == time.length, 'each tick is in a candle');
}

/// Makes the averages of [values] by a plain loop, and compares.
void _confirmAverages(Float64List values, Float64List averages, int window) {
  var sum = 0.0;
  for (var i = 0; i < values.length; i++) {
    sum += values[i];
    if (i >= window) sum -= values[i - window];
    if (i < window - 1) continue;
    final average = averages[i - window + 1];
    expect(average == sum * (1 / window), 'average $i: $average');
  }
  expect(averages.length == values.length - window + 1, 'all averages');
}

/// Ends the program unless [holds].
void expect(bool holds, String what) {
  if (holds) return;
  stderr.writeln('wrong: $what');
  exit(1);
}
