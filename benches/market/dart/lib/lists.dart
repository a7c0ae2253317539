/// The market data example in lists of Dart: the same session, candles and averages,
/// to the last bit.
library;

/// A trade.
final class ListTick {
  ListTick(this.sequence, this.time, this.price, this.volume);

  final int sequence;
  final int time;
  final double price;
  final double volume;
}

/// Trades of a span of time.
final class ListCandle {
  ListCandle(this.start, this.open)
    : high = open,
      low = open,
      close = open,
      volume = 0,
      turnover = 0,
      trades = 0;

  final int start;
  final double open;
  double high;
  double low;
  double close;
  double volume;
  double turnover;
  int trades;
}

/// The random walk of `exchange.rs`, without its faults.
final class ListExchange {
  ListExchange(this.count, int seed) : _state = seed;

  final int count;
  int _state;
  int _next = 0;
  int _time = 0;
  int _price = 10000;

  bool get hasNext => _next < count;

  ListTick next() {
    final random = _random();
    _time += 500 + _remainder(random, 1001);
    _price += _remainder(random >>> 16, 11) - 5;
    if (_price < 100) _price = 100;
    final volume = 1 + (random >>> 32) % 100;
    return ListTick(_next++, _time, _price.toDouble(), volume.toDouble());
  }

  /// SplitMix64.
  int _random() {
    _state += 0x9E3779B97F4A7C15;
    var mixed = (_state ^ _state >>> 30) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EB;
    return mixed ^ mixed >>> 31;
  }

  /// The remainder of [number] as an unsigned one.
  static int _remainder(int number, int divisor) {
    if (number >= 0) return number % divisor;
    return ((number >>> 1) % divisor * 2 + (number & 1)) % divisor;
  }
}

/// All ticks of a session in lists of [block], as a stream.
Stream<List<ListTick>> blocksOf(int count, int seed, int block) async* {
  final exchange = ListExchange(count, seed);
  while (exchange.hasNext) {
    yield [for (var i = 0; i < block && exchange.hasNext; i++) exchange.next()];
  }
}

/// All ticks of a session, one by one.
Stream<ListTick> ticksOf(int count, int seed) async* {
  final exchange = ListExchange(count, seed);
  while (exchange.hasNext) {
    yield exchange.next();
  }
}

/// The candles of [ticks], each of [width] microseconds.
List<ListCandle> candlesOf(List<ListTick> ticks, int width) {
  final candles = <ListCandle>[];
  var end = 0;
  late ListCandle candle;
  for (final tick in ticks) {
    final price = tick.price;
    if (candles.isEmpty || tick.time >= end) {
      final start = tick.time - tick.time % width;
      end = start + width;
      candles.add(candle = ListCandle(start, price));
    }
    if (price > candle.high) candle.high = price;
    if (price < candle.low) candle.low = price;
    candle.close = price;
    candle.volume += tick.volume;
    candle.turnover += price * tick.volume;
    candle.trades++;
  }
  return candles;
}

/// The moving averages of the prices of [ticks].
List<double> averagesOf(List<ListTick> ticks, int window) {
  final averages = <double>[];
  final factor = 1 / window;
  var sum = 0.0;
  for (var i = 0; i < ticks.length; i++) {
    sum += ticks[i].price;
    if (i >= window) sum -= ticks[i - window].price;
    if (i >= window - 1) averages.add(sum * factor);
  }
  return averages;
}
