part of 'native.dart';

/// Times of a function's calls: of a sample, one of 16 of each thread, **copied**.
final class CallTimes {
  CallTimes._(Map<String, Object?> json)
    : count = json['count']! as int,
      sum = _duration(json['sum']),
      p50 = _duration(json['p50']),
      p95 = _duration(json['p95']),
      p99 = _duration(json['p99']),
      max = _duration(json['max']);

  // A duration has no nanoseconds.
  static double _duration(Object? nanoseconds) => (nanoseconds! as int) / 1000;

  /// Number of calls that were timed.
  final int count;

  /// Sum of the times, in microseconds, as all times below.
  final double sum;

  /// Time that half of the calls did not exceed, up to an eighth more.
  final double p50;

  /// Time that 95 of 100 calls did not exceed, up to an eighth more.
  final double p95;

  /// Time that 99 of 100 calls did not exceed, up to an eighth more.
  final double p99;

  /// The longest time.
  final double max;

  @override
  String toString() => 'p50 $p50 us, p95 $p95 us, p99 $p99 us, max $max us';
}

/// Numbers of a function's calls, from all isolates, since the start of the process,
/// **copied**.
final class CallMetrics {
  CallMetrics._(Map<String, Object?> json)
    : name = json['name']! as String,
      calls = json['calls']! as int,
      running = json['running']! as int,
      requestBytes = json['request_bytes']! as int,
      resultBytes = json['result_bytes']! as int,
      errors = Map.unmodifiable((json['errors']! as Map).cast<String, int>()),
      times = switch (json['times']) {
        final Map<String, Object?> times => CallTimes._(times),
        _ => null,
      };

  /// Name of the function in Rust; `Type.name` for that of a type.
  final String name;

  /// Number of calls that began.
  final int calls;

  /// Number of calls that run now.
  final int running;

  /// Bytes of the arguments of calls that have ended: of text, lists, messages by reference or
  /// in pools, columns and arenas, as they are in memory.
  ///
  /// Not counted are numbers and messages by value, objects, arguments of functions of
  /// Dart, items of streams of Dart, and calls whose arguments were refused.
  final int requestBytes;

  /// Bytes of the results of calls, and of the items of streams: of text, lists, messages in
  /// pools, columns and arenas, as they are in memory.
  ///
  /// Not counted are numbers and messages by value, objects, and exceptions.
  final int resultBytes;

  /// Numbers of calls that failed, by the kind of the failure: `error` for an `Err`,
  /// `panic`, `invalid_argument`, `closed`, ..
  final Map<String, int> errors;

  /// Times of calls; null if none was timed.
  final CallTimes? times;

  @override
  String toString() =>
      '$name: $calls calls, $running running, errors $errors, '
      '$requestBytes bytes in, $resultBytes bytes out, $times';
}

/// Numbers of a pool, **copied**.
final class PoolMetrics {
  PoolMetrics._(Map<String, Object?> json)
    : name = json['name']! as String,
      capacity = json['capacity']! as int,
      live = json['live']! as int,
      highWater = json['high_water']! as int,
      allocs = json['allocs']! as int,
      failed = json['failed']! as int;

  /// Name of the message.
  final String name;

  /// Number of slots.
  final int capacity;

  /// Number of slots in use.
  final int live;

  /// The highest number of slots in use that was seen.
  final int highWater;

  /// Number of slots that were handed out.
  final int allocs;

  /// Number of allocations that found no slot.
  final int failed;

  @override
  String toString() => '$name: $live of $capacity in use';
}

/// Numbers of an exported queue, **copied**.
final class QueueMetrics {
  QueueMetrics._(Map<String, Object?> json)
    : name = json['name']! as String,
      capacity = json['capacity']! as int,
      length = json['length']! as int,
      pushed = json['pushed']! as int,
      popped = json['popped']! as int,
      full = json['full']! as int,
      isClosed = json['closed']! as bool;

  /// Name of the queue in Rust.
  final String name;

  /// Number of messages that it has room for.
  final int capacity;

  /// Number of messages in it.
  final int length;

  /// Number of messages that were pushed.
  final int pushed;

  /// Number of messages that were popped.
  final int popped;

  /// Number of pushes that found no room; one that is tried again counts again.
  final int full;

  /// True if it is closed.
  final bool isClosed;

  @override
  String toString() =>
      '$name: $length of $capacity, $pushed pushed, $popped popped, $full '
      'found it full';
}

/// Numbers about a library at one moment, **copied**.
final class MetricsSnapshot {
  MetricsSnapshot._(this._json)
    : uptime = Duration(microseconds: _json['uptime']! as int),
      calls = Map.unmodifiable({
        for (final it in (_json['calls']! as List).cast<Map<String, Object?>>())
          it['name']! as String: CallMetrics._(it),
      }),
      pools = Map.unmodifiable({
        for (final it in (_json['pools']! as List).cast<Map<String, Object?>>())
          it['name']! as String: PoolMetrics._(it),
      }),
      queues = Map.unmodifiable({
        for (final it
            in (_json['queues']! as List).cast<Map<String, Object?>>())
          it['name']! as String: QueueMetrics._(it),
      }),
      streams = _json['streams']! as int,
      objects = _json['objects']! as int,
      tasks = _json['tasks']! as int,
      isolates = _json['mailboxes']! as int,
      late = _json['late']! as int;

  final Map<String, Object?> _json;

  /// Time since the library was started.
  final Duration uptime;

  /// The functions that were called, by name.
  final Map<String, CallMetrics> calls;

  /// The pools that were used, by the names of their messages.
  final Map<String, PoolMetrics> pools;

  /// The exported queues that were used, by their names in Rust.
  final Map<String, QueueMetrics> queues;

  /// Number of streams that have not ended, in either direction.
  final int streams;

  /// Number of objects of Rust that isolates hold.
  final int objects;

  /// Number of async calls, streams and other tasks.
  final int tasks;

  /// Number of isolates that have started an async call.
  final int isolates;

  /// Number of results that came too late for their calls.
  final int late;

  /// Returns the numbers for `jsonEncode`; times of calls are in nanoseconds.
  Map<String, Object?> toJson() => _json;

  @override
  String toString() => [
    'uptime $uptime, $objects objects, $tasks tasks, $streams streams',
    ...calls.values,
    ...pools.values,
    ...queues.values,
  ].join('\n');
}
