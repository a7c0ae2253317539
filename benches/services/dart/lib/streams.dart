/// Streams: events of 16 bytes and of 4 KiB, timers beside a flood, and functions that
/// Rust calls.
library;

import 'dart:async';
import 'dart:ffi';
import 'dart:isolate';
import 'dart:typed_data';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:bench_harness/rounds.dart';
import 'package:bench_services/bench_services.dart';

import 'ways.dart';

const _events = 100000;
const _blocks = 20000;

final int _frequency = Stopwatch().frequency;

typedef _FeedC = Void Function(Int64, Size, Uint64);
typedef _FeedD = void Function(int, int, int);

Never _wrong(String way, int found, int expected) =>
    throw WrongResult(way, found, expected);

/// Nanoseconds for each of [count] events of [stream], whose numbers [number] reads.
Future<double> _listen<T>(
  String way,
  Stream<T> Function() stream,
  int Function(T event) number,
  int count,
) async {
  final done = Completer<void>();
  var next = 0;
  final watch = Stopwatch()..start();
  stream().listen((event) {
    final found = number(event);
    if (found != next++) _wrong(way, found, next - 1);
    if (next == count) done.complete();
  }, onError: done.completeError);
  await done.future;
  return watch.elapsedTicks * 1e9 / _frequency / count;
}

/// As [_listen], for the messages that [feed] sends to a port.
Future<double> _port(
  String way,
  void Function(int port) feed,
  int Function(Object? message) number,
  int count,
) async {
  final done = Completer<void>();
  final controller = StreamController<int>(sync: true);
  final port = RawReceivePort((Object? message) {
    controller.add(number(message));
  });
  var next = 0;
  controller.stream.listen((found) {
    if (found != next++) _wrong(way, found, next - 1);
    if (next == count) done.complete();
  });
  final watch = Stopwatch()..start();
  feed(port.sendPort.nativePort);
  await done.future;
  final time = watch.elapsedTicks * 1e9 / _frequency / count;
  port.close();
  await controller.close();
  return time;
}

/// Nanoseconds for each event of a stream of Dart.
Future<double> _plain() async {
  final controller = StreamController<int>(sync: true);
  var next = 0;
  controller.stream.listen((number) {
    if (number != next++) _wrong('StreamController', number, next - 1);
  });
  final watch = Stopwatch()..start();
  for (var number = 0; number < _events; number++) {
    controller.add(number);
  }
  final time = watch.elapsedTicks * 1e9 / _frequency / _events;
  if (next != _events) _wrong('StreamController', next, _events);
  await controller.close();
  return time;
}

/// Milliseconds by which a timer of 8 ms is late, at the 99th of 100.
Future<double> _lateness() async {
  final late = <int>[];
  final watch = Stopwatch();
  for (var i = 0; i < 100; i++) {
    watch
      ..reset()
      ..start();
    await Future<void>.delayed(const Duration(milliseconds: 8));
    late.add(watch.elapsedMicroseconds - 8000);
  }
  late.sort();
  return late[98] / 1000;
}

const _ours = 'stream, 16 bytes';
const _copied = 'typed data, copied, 16 bytes';
const _bridge = 'flutter_rust_bridge, 16 bytes';
const _dart = 'StreamController';
const _slots = 'stream of PoolBox, 4 KiB';
const _posted = 'slot by PostInteger, 4 KiB';
const _bridged = 'flutter_rust_bridge, 4 KiB';

Future<void> compareStreams(String mode, String path, String frb) async {
  final library = BenchServicesLibrary.open(path: path);
  final dynamicLibrary = DynamicLibrary.open(path);
  final copies = dynamicLibrary.lookupFunction<_FeedC, _FeedD>(
    'bench_services_feed_copies',
  );
  final slots = dynamicLibrary
      .lookupFunction<Void Function(Int64, Uint64), void Function(int, int)>(
        'bench_services_feed_slots',
      );
  final bridge = DynamicLibrary.open(
    frb,
  ).lookupFunction<_FeedC, _FeedD>('bench_services_frb_stream');
  int numberAt(Object? message, int offset) => ByteData.sublistView(
    message! as Uint8List,
  ).getUint64(offset, Endian.host);
  int slotNumber(Object? message) {
    final slot = Pointer<Block>.fromAddress(message! as int);
    final number = slot.ref.number;
    BlockPool.raw.free(slot);
    return number;
  }

  final times = await timed('an event', [
    (
      _ours,
      () => _listen(
        _ours,
        () => library.events(_events),
        (event) => event.number,
        _events,
      ),
    ),
    (
      _copied,
      () => _port(
        _copied,
        (port) => copies(port, 16, _events),
        (message) => numberAt(message, 0),
        _events,
      ),
    ),
    (
      _bridge,
      () => _port(
        _bridge,
        (port) => bridge(port, 16, _events),
        (message) => numberAt(message, 1),
        _events,
      ),
    ),
    (_dart, _plain),
    (
      _slots,
      () => _listen(
        _slots,
        () => library.blocks(_blocks),
        (event) => event.ref.number,
        _blocks,
      ),
    ),
    (
      _posted,
      () => _port(_posted, (port) => slots(port, _blocks), slotNumber, _blocks),
    ),
    (
      _bridged,
      () => _port(
        _bridged,
        (port) => bridge(port, 4096, _blocks),
        (message) => numberAt(message, 1),
        _blocks,
      ),
    ),
  ]);
  void ratio(String name, Samples a, Samples b, Target target) =>
      printRatio('${mode}_$name', a, b, target);
  Samples of(String way) => times[way]!;
  ratio(
    'stream_16B_events_times_copied_typed_data',
    of(_copied),
    of(_ours),
    Target.atLeast(8),
  );
  ratio(
    'stream_16B_events_times_frb_like',
    of(_bridge),
    of(_ours),
    Target.atLeast(10),
  );
  ratio(
    'stream_4KiB_slots_times_slot_by_PostInteger',
    of(_posted),
    of(_slots),
    Target.atLeast(2),
  );
  ratio(
    'stream_4KiB_slots_times_frb_like',
    of(_bridged),
    of(_slots),
    Target.atLeast(8),
  );
  ratio(
    'stream_times_plain_StreamController',
    of(_ours),
    of(_dart),
    Target.atMost(8),
  );

  final idle = <double>[], flooded = <double>[];
  for (var round = 0; round < 5; round++) {
    idle.add(await _lateness());
    final flood = library.events(1 << 40).listen(null);
    flooded.add(await _lateness());
    await flood.cancel();
  }
  ratio(
    'timer_p99_under_flood_vs_idle',
    Samples('flood', flooded),
    Samples('idle', idle),
    Target.atMost(2),
  );

  await _compareFunctions(mode, library, dynamicLibrary);
  await _compareAsks(mode, library, dynamicLibrary, frb);
}

/// Compares functions that Rust keeps and asks from its executor.
Future<void> _compareAsks(
  String mode,
  BenchServicesLibrary library,
  DynamicLibrary dynamicLibrary,
  String frb,
) async {
  const count = 2000;
  const expected = count * (count + 1) ~/ 2;
  final bridge = BridgeFunction(DynamicLibrary.open(frb));
  final port = PortFunction(dynamicLibrary);
  Future<double> time(String way, Future<int> Function() ask) async {
    final watch = Stopwatch()..start();
    final sum = await ask();
    if (sum != expected) _wrong(way, sum, expected);
    return watch.elapsedTicks * 1e9 / _frequency / count;
  }

  int next(int number) => number + 1;
  const ours = 'DartFn';
  const byHand = 'port by hand, PostInteger';
  const theirs = 'flutter_rust_bridge, DartFn';
  final times = await timed('a function of Dart that is asked', [
    (ours, () => time(ours, () => library.askEach(count, next))),
    (byHand, () => time(byHand, () => port.ask(count, next))),
    (theirs, () => time(theirs, () => bridge.ask(count, next))),
  ]);
  printRatio(
    '${mode}_ask_dart_vs_frb_DartFn',
    times[ours]!,
    times[theirs]!,
    Target.atMost(0.3),
  );
  printRatio(
    '${mode}_ask_dart_vs_port_by_hand',
    times[ours]!,
    times[byHand]!,
    Target.atMost(1.25),
  );
}

/// Compares a function that is lent to a call with a `NativeCallable` for the call.
Future<void> _compareFunctions(
  String mode,
  BenchServicesLibrary library,
  DynamicLibrary dynamicLibrary,
) async {
  const count = 1000;
  const expected = count * (count + 1) ~/ 2;
  final byHand = dynamicLibrary
      .lookupFunction<
        Uint64 Function(
          Pointer<NativeFunction<Uint64 Function(Uint64)>>,
          Uint64,
        ),
        int Function(Pointer<NativeFunction<Uint64 Function(Uint64)>>, int)
      >('bench_services_call_each');
  double time(String way, int Function() call) {
    final watch = Stopwatch()..start();
    for (var i = 0; i < 20; i++) {
      final sum = call();
      if (sum != expected) _wrong(way, sum, expected);
    }
    return watch.elapsedTicks * 1e9 / _frequency / count / 20;
  }

  int next(int number) => number + 1;
  int raw() {
    final callable = NativeCallable<Uint64 Function(Uint64)>.isolateLocal(
      next,
      exceptionalReturn: 0,
    );
    final sum = byHand(callable.nativeFunction, count);
    callable.close();
    return sum;
  }

  final lent = LentByHand(dynamicLibrary);
  const ours = 'a function that is lent';
  const hand = 'NativeCallable.isolateLocal';
  const list = 'a function of a list, by hand';
  final times = await timed('a call of Dart', [
    (ours, () async => time(ours, () => library.callEach(count, next))),
    (hand, () async => time(hand, raw)),
    (list, () async => time(list, () => lent.callEach(count, next))),
  ]);
  printRatio(
    '${mode}_dart_callback_vs_raw_isolate_local',
    times[ours]!,
    times[hand]!,
    Target.atMost(1.2),
  );
  printRatio(
    '${mode}_dart_callback_vs_list_by_hand',
    times[ours]!,
    times[list]!,
    Target.atMost(1.1),
  );
}
