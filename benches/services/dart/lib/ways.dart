/// The ways to call an async function.
library;

import 'dart:async';
import 'dart:ffi';
import 'dart:isolate';
import 'dart:typed_data';

typedef _Start = Void Function(Int64, Uint64, Uint64);
typedef _StartDart = void Function(int, int, int);

/// Calls that wait, by a small number.
final class Waiting {
  final List<Completer<int>?> _calls = [];
  final List<int> _free = [];

  int add(Completer<int> call) {
    if (_free.isEmpty) {
      _calls.add(call);
      return _calls.length - 1;
    }
    final index = _free.removeLast();
    _calls[index] = call;
    return index;
  }

  Completer<int> take(int index) {
    final call = _calls[index]!;
    _calls[index] = null;
    _free.add(index);
    return call;
  }
}

/// A port for all calls; the results are in memory of the library.
final class Ports {
  Ports(DynamicLibrary library)
    : _start = library.lookupFunction<_Start, _StartDart>(
        'bench_services_post',
        isLeaf: true,
      ),
      _results = library
          .lookupFunction<
            Pointer<Uint64> Function(),
            Pointer<Uint64> Function()
          >('bench_services_results')() {
    library.lookupFunction<
      Void Function(Pointer<Void>),
      void Function(Pointer<Void>)
    >('bench_services_init')(NativeApi.initializeApiDLData);
  }

  final _StartDart _start;
  final Pointer<Uint64> _results;
  final Waiting _waiting = Waiting();
  late final RawReceivePort _port = RawReceivePort(_done);
  late final int _native = _port.sendPort.nativePort;

  void _done(int index) => _waiting.take(index).complete(_results[index]);

  Future<int> call(int value) {
    final call = Completer<int>();
    _start(_native, _waiting.add(call), value);
    return call.future;
  }
}

/// A function that Rust asks by a port, and that answers by a leaf call.
final class PortFunction {
  PortFunction(DynamicLibrary library)
    : _start = library
          .lookupFunction<
            Void Function(Int64, Uint64),
            void Function(int, int)
          >('bench_services_ask', isLeaf: true),
      _answer = library
          .lookupFunction<Void Function(Uint64), void Function(int)>(
            'bench_services_answer',
            isLeaf: true,
          ),
      _results = library
          .lookupFunction<
            Pointer<Uint64> Function(),
            Pointer<Uint64> Function()
          >('bench_services_results')();

  final void Function(int, int) _start;
  final void Function(int) _answer;
  final Pointer<Uint64> _results;
  late final RawReceivePort _port = RawReceivePort(_asked);
  late final int _native = _port.sendPort.nativePort;
  late int Function(int) _each;
  late Completer<int> _sum;

  void _asked(int number) =>
      number < 0 ? _sum.complete(_results[0]) : _answer(_each(number));

  /// The sum of what [each] answers for the numbers below [count].
  Future<int> ask(int count, int Function(int) each) {
    _each = each;
    _sum = Completer();
    _start(_native, count);
    return _sum.future;
  }
}

typedef _LentC = Uint8 Function(IntPtr, IntPtr, IntPtr, IntPtr);
typedef _CallEachC =
    Uint64 Function(
      Uint64,
      Pointer<NativeFunction<_LentC>>,
      Pointer<Void>,
      Pointer<Void>,
    );
typedef _CallEachDart =
    int Function(
      int,
      Pointer<NativeFunction<_LentC>>,
      Pointer<Void>,
      Pointer<Void>,
    );

/// All memory, by the number of an element from the address 0 on.
final Pointer<Uint64> _words = nullptr;

/// A function that Rust calls by its place in a list, and that may throw.
final class LentByHand {
  LentByHand(DynamicLibrary library)
    : _callEach = library.lookupFunction<_CallEachC, _CallEachDart>(
        'bench_services_ffi_call_each',
      );

  final _CallEachDart _callEach;
  final List<int Function(int)> _lent = [];

  /// The status of a call, which has more room than it needs.
  final Pointer<Void> _status = DynamicLibrary.process()
      .lookupFunction<
        Pointer<Void> Function(Size, Size),
        Pointer<Void> Function(int, int)
      >('calloc')(1, 512);

  late final NativeCallable<_LentC> _callable =
      NativeCallable<_LentC>.isolateLocal((
        int context,
        int argument,
        int result,
        int error,
      ) {
        try {
          _words[result >> 3] = _lent[context](_words[argument >> 3]);
          return 0;
        } on Object {
          return 1;
        }
      }, exceptionalReturn: 2)..keepIsolateAlive = false;

  /// The sum of what [each] returns for the numbers below [count].
  int callEach(int count, int Function(int) each) {
    _lent.add(each);
    final sum = _callEach(count, _callable.nativeFunction, nullptr, _status);
    _lent.removeLast();
    return sum;
  }
}

/// A `NativeCallable.listener` for all calls.
final class Listener {
  Listener(DynamicLibrary library, String symbol)
    : _start = library.lookupFunction<_Start, _StartDart>(symbol, isLeaf: true);

  final _StartDart _start;
  final Waiting _waiting = Waiting();
  late final NativeCallable<Void Function(Int64, Int64)> _callable =
      NativeCallable.listener(_done);
  late final int _native = _callable.nativeFunction.address;

  void _done(int index, int value) => _waiting.take(index).complete(value);

  Future<int> call(int value) {
    final call = Completer<int>();
    _start(_native, _waiting.add(call), value);
    return call.future;
  }
}

/// flutter_rust_bridge: the argument serialized, a port for each call, bytes back, as its
/// generator and runtime for Dart do.
final class Bridge {
  Bridge(DynamicLibrary library)
    : _echo = library
          .lookupFunction<
            Void Function(Int64, Pointer<Uint8>, Int32, Int32),
            void Function(int, Pointer<Uint8>, int, int)
          >('bench_services_frb_echo'),
      _vector = library
          .lookupFunction<
            Pointer<Uint8> Function(Int32),
            Pointer<Uint8> Function(int)
          >('frb_rust_vec_u8_new') {
    library.lookupFunction<
      Void Function(
        Pointer<NativeFunction<Int8 Function(Int64, Pointer<Dart_CObject>)>>,
      ),
      void Function(
        Pointer<NativeFunction<Int8 Function(Int64, Pointer<Dart_CObject>)>>,
      )
    >('store_dart_post_cobject')(NativeApi.postCObject);
  }

  final void Function(int, Pointer<Uint8>, int, int) _echo;
  final Pointer<Uint8> Function(int) _vector;

  Future<int> call(int value) {
    final call = Completer<int>();
    final port = RawReceivePort();
    final zone = Zone.current;
    final callback = zone.registerUnaryCallback((Object? response) {
      final bytes = ByteData.sublistView(response! as Uint8List);
      if (bytes.getUint8(0) == 0) call.complete(bytes.getInt64(1, Endian.host));
    });
    port.handler = (Object? response) {
      port.close();
      zone.runUnary(callback, response);
    };
    final memory = _vector(8);
    ByteData.sublistView(memory.asTypedList(8)).setInt64(0, value, Endian.host);
    _echo(port.sendPort.nativePort, memory, 8, 8);
    return call.future;
  }
}

/// flutter_rust_bridge: a function that Rust calls, as its generator and runtime for Dart
/// do it: a message with the function's handle, the number of the call and the arguments,
/// and the answer as bytes.
final class BridgeFunction {
  BridgeFunction(DynamicLibrary library)
    : _encode = library
          .lookupFunction<
            Pointer<Void> Function(Handle, Int64),
            Pointer<Void> Function(Object, int)
          >('frb_dart_opaque_dart2rust_encode'),
      _decode = library
          .lookupFunction<Handle Function(Size), Object Function(int)>(
            'frb_dart_opaque_rust2dart_decode',
          ),
      _drop = library.lookupFunction<Void Function(Size), void Function(int)>(
        'frb_dart_opaque_drop_thread_box_persistent_handle',
      ),
      _ask = library
          .lookupFunction<
            Void Function(Int64, Pointer<Void>, Int64),
            void Function(int, Pointer<Void>, int)
          >('bench_services_frb_ask'),
      _answer = library
          .lookupFunction<
            Void Function(Int32, Pointer<Uint8>, Int32, Int32),
            void Function(int, Pointer<Uint8>, int, int)
          >('bench_services_frb_answer'),
      _vector = library
          .lookupFunction<
            Pointer<Uint8> Function(Int32),
            Pointer<Uint8> Function(int)
          >('frb_rust_vec_u8_new') {
    library.lookupFunction<
      IntPtr Function(Pointer<Void>),
      int Function(Pointer<Void>)
    >('frb_init_frb_dart_api_dl')(NativeApi.initializeApiDLData);
  }

  final Pointer<Void> Function(Object, int) _encode;
  final Object Function(int) _decode;
  final void Function(int) _drop;
  final void Function(int, Pointer<Void>, int) _ask;
  final void Function(int, Pointer<Uint8>, int, int) _answer;
  final Pointer<Uint8> Function(int) _vector;
  late final RawReceivePort _handler = RawReceivePort(_invoke);

  /// Answers a message, whose first part says what it is: 0 that Rust has dropped a
  /// function, 1 that it calls one.
  Future<void> _invoke(List<Object?> message) async {
    if (message[0] == 0) return _drop(message[1]! as int);
    final function =
        _decode(message[1]! as int) as Future<void> Function(int, Object?);
    await function(message[2]! as int, message[3]);
  }

  /// The sum of what [each] answers for the numbers below [count].
  Future<int> ask(int count, FutureOr<int> Function(int) each) {
    final sum = Completer<int>();
    final port = RawReceivePort();
    port.handler = (Object? response) {
      port.close();
      final bytes = ByteData.sublistView(response! as Uint8List);
      sum.complete(bytes.getInt64(1, Endian.host));
    };
    Future<void> function(int call, Object? argument) async {
      final answer = await each(argument! as int);
      final memory = _vector(9);
      ByteData.sublistView(memory.asTypedList(9))
        ..setUint8(0, 0)
        ..setInt64(1, answer, Endian.host);
      _answer(call, memory, 9, 9);
    }

    _ask(
      port.sendPort.nativePort,
      _encode(function, _handler.sendPort.nativePort),
      count,
    );
    return sum.future;
  }
}

/// An isolate for each call.
Future<int> byIsolate(int value) => Isolate.run(() => value + 1);
