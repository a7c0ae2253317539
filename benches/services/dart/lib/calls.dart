/// Async calls: one at a time, many in flight, and results in a burst.
library;

import 'dart:async';
import 'dart:ffi';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:bench_harness/rounds.dart';
import 'package:bench_services/bench_services.dart';

import 'ways.dart';

/// A way to call, and how often a sample does.
final class _Way {
  _Way(this.name, this.call, [this.share = 1]);

  final String name;
  final Future<int> Function(int value) call;

  /// Divides the number of calls of a sample, for a way that is slow.
  final int share;
}

final int _frequency = Stopwatch().frequency;

/// Times [ways] side by side, in rounds of changing order, with [lanes] calls in
/// flight; prints a table, and returns it by name.
Future<Map<String, Samples>> _compare(
  String title,
  List<_Way> ways,
  int lanes,
  int calls,
) async {
  Future<double> sample(_Way way) async {
    final each = calls ~/ (lanes * way.share);
    Future<void> lane() async {
      for (var value = 0; value < each; value++) {
        final found = await way.call(value);
        if (found != value + 1)
          throw WrongResult('$title, ${way.name}', found, value + 1);
      }
    }

    final watch = Stopwatch()..start();
    await Future.wait([for (var i = 0; i < lanes; i++) lane()]);
    return watch.elapsedTicks * 1e9 / _frequency / (each * lanes);
  }

  return timed(title, [for (final way in ways) (way.name, () => sample(way))]);
}

const _ours = 'async function';
const _port = 'port by hand, PostInteger';
const _listener = 'NativeCallable.listener by hand';
const _bridge = 'flutter_rust_bridge';
const _isolate = 'Isolate.run';
const _pooled = 'async function, PoolBox';

Future<void> compareCalls(String mode, String path, String frb) async {
  final library = BenchServicesLibrary.open(path: path);
  final dynamicLibrary = DynamicLibrary.open(path);
  final ports = Ports(dynamicLibrary);
  final listener = Listener(dynamicLibrary, 'bench_services_listen');
  final gated = Listener(dynamicLibrary, 'bench_services_listen_gated');
  final bridge = Bridge(DynamicLibrary.open(frb));
  Future<int> pooled(int value) async {
    final page = await library.page(value);
    final number = page.ref.number;
    page.dispose();
    return number;
  }

  final ways = [
    _Way(_ours, library.echo),
    _Way(_port, ports.call),
    _Way(_listener, listener.call),
    _Way(_bridge, bridge.call),
    _Way(_pooled, pooled),
    _Way('async function, inline', library.echoInline),
    _Way('blocking function', library.echoBlocking),
  ];
  final one = await _compare(
    'a call at a time',
    [...ways, _Way(_isolate, byIsolate, 20)],
    1,
    2000,
  );
  void ratio(String name, Samples a, Samples b, double limit) =>
      printRatio('${mode}_$name', a, b, Target.atMost(limit));
  ratio('async_round_trip_vs_raw_post_integer', one[_ours]!, one[_port]!, 1.25);
  ratio('async_round_trip_vs_raw_listener', one[_ours]!, one[_listener]!, 0.8);
  ratio(
    'async_round_trip_vs_isolate_run',
    one[_ours]!,
    one[_isolate]!,
    mode == 'aot' ? 0.25 : 0.05,
  );
  ratio(
    'async_round_trip_vs_flutter_rust_bridge',
    one[_ours]!,
    one[_bridge]!,
    0.9,
  );
  ratio('pool_result_vs_u64_result', one[_pooled]!, one[_ours]!, 1.5);

  final many = await _compare(
    'a thousand calls in flight',
    ways.take(4).toList(),
    1000,
    20000,
  );
  ratio(
    'async_1000_in_flight_vs_raw_listener',
    many[_ours]!,
    many[_listener]!,
    0.85,
  );
  ratio(
    'async_1000_in_flight_vs_flutter_rust_bridge',
    many[_ours]!,
    many[_bridge]!,
    0.5,
  );

  final burst = await timed('a thousand results at once', [
    (_ours, () => _burst(library, library.gated)),
    (_listener, () => _burst(library, gated.call)),
  ]);
  ratio(
    'burst_1000_completions_vs_listener',
    burst[_ours]!,
    burst[_listener]!,
    0.25,
  );

  final cancel = await timed('a thousand sleeping calls', [
    ('start', () => _sleepers(library, timeStart: true)),
    ('cancel', () => _sleepers(library, timeStart: false)),
  ]);
  ratio('cancel_vs_start', cancel['cancel']!, cancel['start']!, 1.5);
}

/// Nanoseconds for each of a thousand results that come at once, from when the gate has
/// woken their tasks: that takes tokio as long in any way to call.
Future<double> _burst(
  BenchServicesLibrary library,
  Future<int> Function(int value) call,
) async {
  const count = 1000;
  final calls = [for (var value = 0; value < count; value++) call(value)];
  while (library.waiting() < count) {
    await Future<void>.delayed(Duration.zero);
  }
  library.openGate();
  final watch = Stopwatch()..start();
  final found = await Future.wait(calls);
  final time = watch.elapsedTicks * 1e9 / _frequency / count;
  for (var value = 0; value < count; value++) {
    if (found[value] != value + 1)
      throw WrongResult('burst', found[value], value + 1);
  }
  return time;
}

/// Nanoseconds to start or to cancel each of a thousand calls that sleep.
Future<double> _sleepers(
  BenchServicesLibrary library, {
  required bool timeStart,
}) async {
  const count = 1000;
  final watch = Stopwatch()..start();
  final calls = [for (var i = 0; i < count; i++) library.sleep()];
  final started = watch.elapsedTicks;
  watch.reset();
  final gone = [for (final call in calls) call.cancel()];
  final cancelled = watch.elapsedTicks;
  await Future.wait(gone);
  return (timeStart ? started : cancelled) * 1e9 / _frequency / count;
}
