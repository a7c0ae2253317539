/// Run by `cargo xtask bench market`: `market.dart MODE LIBRARY`, where MODE is a word
/// for the ratios' names.
library;

import 'dart:io';
import 'dart:typed_data';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:bench_harness/rounds.dart';
import 'package:market_bench/lists.dart';
import 'package:market_data/market_data.dart';

const _count = 1000000;
const _seed = 7;
const _second = 1000000;
const _window = 200;

const _ours = 'columns, of blocks of the feed';
const _batches = 'lists, of a stream of lists';
const _single = 'lists, of a stream of ticks';
const _kernels = 'columns, by kernels';
const _lists = 'lists, by a loop';
const _views = 'columns, by a loop over their typed data';

Future<void> main(List<String> arguments) async {
  final [mode, path] = arguments;
  print('\nDart ${Platform.version}, ${mode.toUpperCase()}');
  MarketDataLibrary.open(path: path);
  try {
    await _run(mode);
  } on WrongResult catch (wrong) {
    stderr.writeln('wrong result: $wrong');
    exitCode = 1;
  }
}

Future<void> _run(String mode) async {
  final library = MarketDataLibrary.instance;
  final feed = Feed(
    FeedOptionsData(
      ticks: _count,
      seed: _seed,
      policy: Policy.wait,
      faults: const FaultsData(swapped: 0, repeated: 0, lost: 0, clockSet: 0),
    ).toBox().ref,
  );
  final columns = await _stream(feed);
  final list = [await for (final it in blocksOf(_count, _seed, 4096)) ...it];
  _compareAll(columns, list);

  void ratio(
    Map<String, Samples> times,
    String name,
    String ours,
    String alternative,
    double limit,
  ) => printRatio(
    '${mode}_$name',
    times[ours]!,
    times[alternative]!,
    Target.atMost(limit),
  );

  final streamed = await compareWays(
    'a session of $_count ticks',
    {
      _ours: () async {
        final ticks = await _stream(feed);
        final last = ticks.price[_count - 1];
        ticks.dispose();
        return last;
      },
      _batches: () async {
        final ticks = <ListTick>[];
        await blocksOf(_count, _seed, 4096).forEach(ticks.addAll);
        return ticks.last.price;
      },
      _single: () async {
        final ticks = <ListTick>[];
        await ticksOf(_count, _seed).forEach(ticks.add);
        return ticks.last.price;
      },
    },
    expected: list.last.price,
    units: _count,
  );
  ratio(streamed, 'session_vs_stream_of_lists', _ours, _batches, 0.5);
  ratio(streamed, 'session_vs_stream_of_ticks', _ours, _single, 0.2);

  final made = await compareWays(
    'candles of $_count ticks',
    {
      _kernels: () async {
        final candles = library.candles(columns, _second);
        final last = candles.turnover[candles.length - 1];
        candles.dispose();
        return last;
      },
      _lists: () async => candlesOf(list, _second).last.turnover,
      _views: () async => _candlesOfViews(columns).last.turnover,
    },
    expected: candlesOf(list, _second).last.turnover,
    units: _count,
  );
  ratio(made, 'candles_vs_lists', _kernels, _lists, 0.5);
  ratio(made, 'candles_vs_typed_data', _kernels, _views, 0.75);

  final averaged = await compareWays(
    'averages of $_window of $_count prices',
    {
      _kernels: () async {
        final averages = library.movingAverage(columns.priceArray, _window);
        final last = averages.list.last;
        averages.dispose();
        return last;
      },
      _lists: () async => averagesOf(list, _window).last,
      _views: () async => _averagesOfViews(columns).last,
    },
    expected: averagesOf(list, _window).last,
    units: _count,
  );
  ratio(averaged, 'moving_average_vs_lists', _kernels, _lists, 0.75);
  ratio(averaged, 'moving_average_vs_typed_data', _kernels, _views, 0.75);
  columns.dispose();
}

/// Streams a session into columns.
Future<TickColumns> _stream(Feed feed) async {
  final library = MarketDataLibrary.instance;
  final ticks = TickColumns.fixed(_count);
  await for (final block in feed.blocks()) {
    library.append(ticks, block);
  }
  return ticks;
}

/// Compares every tick, candle and average of both.
void _compareAll(TickColumns columns, List<ListTick> list) {
  final library = MarketDataLibrary.instance;
  void same(String what, num ours, num theirs) {
    if (ours != theirs) throw WrongResult(what, theirs, ours);
  }

  same('number of ticks', columns.length, list.length);
  final sequence = columns.sequence;
  final time = columns.time;
  final price = columns.price;
  final volume = columns.volume;
  for (final (i, tick) in list.indexed) {
    same('number of a tick', sequence[i], tick.sequence);
    same('time of a tick', time[i], tick.time);
    same('price of a tick', price[i], tick.price);
    same('volume of a tick', volume[i], tick.volume);
  }
  final candles = library.candles(columns, _second);
  for (final theirs in [candlesOf(list, _second), _candlesOfViews(columns)]) {
    same('number of candles', candles.length, theirs.length);
    for (final (i, candle) in theirs.indexed) {
      final ours = candles[i];
      same('start of a candle', ours.start, candle.start);
      same('open of a candle', ours.open, candle.open);
      same('high of a candle', ours.high, candle.high);
      same('low of a candle', ours.low, candle.low);
      same('close of a candle', ours.close, candle.close);
      same('volume of a candle', ours.volume, candle.volume);
      same('turnover of a candle', ours.turnover, candle.turnover);
      same('trades of a candle', ours.trades, candle.trades);
    }
  }
  candles.dispose();
  final averages = library.movingAverage(columns.priceArray, _window);
  final ours = averages.list;
  for (final theirs in [averagesOf(list, _window), _averagesOfViews(columns)]) {
    same('number of averages', averages.length, theirs.length);
    for (final (i, average) in theirs.indexed) {
      same('an average', ours[i], average);
    }
  }
  averages.dispose();
}

/// The candles of columns, by a loop in Dart.
List<ListCandle> _candlesOfViews(TickColumns columns) {
  final time = columns.time;
  final price = columns.price;
  final volume = columns.volume;
  final candles = <ListCandle>[];
  var end = 0;
  late ListCandle candle;
  for (var i = 0; i < time.length; i++) {
    final at = price[i];
    if (candles.isEmpty || time[i] >= end) {
      final start = time[i] - time[i] % _second;
      end = start + _second;
      candles.add(candle = ListCandle(start, at));
    }
    if (at > candle.high) candle.high = at;
    if (at < candle.low) candle.low = at;
    candle.close = at;
    candle.volume += volume[i];
    candle.turnover += at * volume[i];
    candle.trades++;
  }
  return candles;
}

/// The moving averages of the prices, by a loop in Dart.
Float64List _averagesOfViews(TickColumns columns) {
  final price = columns.price;
  final averages = Float64List(price.length - _window + 1);
  const factor = 1 / _window;
  var sum = 0.0;
  for (var i = 0; i < price.length; i++) {
    sum += price[i];
    if (i >= _window) sum -= price[i - _window];
    if (i >= _window - 1) averages[i - _window + 1] = sum * factor;
  }
  return averages;
}
