part of 'native.dart';

typedef _MailboxCallsF = Pointer<_MailboxCalls> Function();
typedef _OpenC = Pointer<FfiAttachment> Function(Handle, Int64);
typedef _OpenD = Pointer<FfiAttachment> Function(Object, int);
typedef _CloseF = NativeFunction<Void Function(Pointer<Void>)>;
typedef _DrainC = Size Function(Pointer<Void>, Pointer<Void>, Size);
typedef _DrainD = int Function(Pointer<Void>, Pointer<Void>, int);
typedef _TakeC = Void Function(Pointer<Void>, Size, Pointer<FfiStatus>);
typedef _TakeD = void Function(Pointer<Void>, int, Pointer<FfiStatus>);
typedef _CancelC = Uint8 Function(Pointer<Void>, Uint64);
typedef _CancelD = int Function(Pointer<Void>, int);
typedef _LimitC = Void Function(Pointer<Void>, Uint64, Uint64);
typedef _LimitD = void Function(Pointer<Void>, int, int);
typedef _TakeItemsC =
    IntPtr Function(
      Pointer<Void>,
      Uint64,
      Pointer<Uint8>,
      Size,
      Pointer<FfiStatus>,
    );
typedef _TakeItemsD =
    int Function(Pointer<Void>, int, Pointer<Uint8>, int, Pointer<FfiStatus>);
typedef _KeepItemC =
    Void Function(Pointer<Void>, Uint64, Size, Pointer<FfiStatus>);
typedef _KeepItemD = void Function(Pointer<Void>, int, int, Pointer<FfiStatus>);
typedef _TakeArgumentC =
    Void Function(Pointer<Void>, Size, Size, Pointer<FfiStatus>);
typedef _TakeArgumentD =
    void Function(Pointer<Void>, int, int, Pointer<FfiStatus>);
typedef _AnswerC =
    Void Function(Pointer<Void>, Uint64, Int32, Pointer<Uint8>, Size);
typedef _AnswerD = void Function(Pointer<Void>, int, int, Pointer<Uint8>, int);
typedef _ClearC = Void Function(Pointer<FfiStatus>);
typedef _ClearD = void Function(Pointer<FfiStatus>);

/// The functions of mailboxes.
final class _MailboxCalls extends Struct {
  /// Number of bytes of the table.
  @Size()
  external int size;

  external Pointer<NativeFunction<_OpenC>> open;
  external Pointer<_CloseF> close;
  external Pointer<NativeFunction<_DrainC>> drain;
  external Pointer<NativeFunction<_TakeC>> take;
  external Pointer<NativeFunction<_CancelC>> cancel;
  external Pointer<NativeFunction<_LimitC>> limit;
  external Pointer<NativeFunction<_TakeItemsC>> takeItems;
  external Pointer<NativeFunction<_KeepItemC>> keepItem;
  external Pointer<NativeFunction<_TakeArgumentC>> takeArgument;
  external Pointer<NativeFunction<_AnswerC>> answer;
  external Pointer<NativeFunction<_PutInputC>> putInput;
}

/// The result in an event: 16 bytes, as the type of C, or a pointer to more. An
/// address, as the VM makes an object of each pointer that is passed on.
extension type EventValue(int _address) {
  /// The pointer to it.
  @pragma('vm:prefer-inline')
  Pointer<T> cast<T extends NativeType>() => Pointer.fromAddress(_address);

  /// Text, a list, or a message of more than 16 bytes.
  Pointer<FfiOwned> get owned => cast<Pointer<FfiOwned>>().value;

  /// A slot or a container.
  Pointer<T> resource<T extends NativeType>() => cast<Pointer<T>>().value;
}

/// Returns a copy of the [size] bytes in [value].
Uint8List copyOf(EventValue value, int size) =>
    Uint8List.fromList(value.cast<Uint8>().asTypedList(size));

/// The result of a function that has none.
void readNothing(EventValue value) {}

/// A call, a stream or an input that waits for events.
sealed class _Waiting {}

/// A call that waits for its event.
final class _Call<T> extends _Waiting {
  _Call(this.read, this.error);

  /// Reads the result from its event.
  final T Function(EventValue value) read;

  /// Makes the exception of an error with variants or fields.
  final ErrorDecoder? error;

  /// Ends for the caller; at once when it is cancelled. What waits for it runs in a
  /// microtask: it may start calls, whose events would come in the middle of a batch.
  final Completer<T> result = Completer();

  /// Ends when the task in Rust is gone; null unless the call is cancelled.
  Completer<void>? gone;

  void complete(EventValue value) => result.complete(read(value));

  void completeWithout() => result.complete(null as T);
}

/// The results of async calls of one library and the items of its streams, on their
/// way to this isolate.
///
/// Rust rings at a port when there are some. Each ring is answered by one leaf call
/// that takes up to 256 events. They are completed in groups, with the microtasks
/// that wait for them, for half a millisecond; then other events of the isolate
/// have their turn. Streams that have items take turns, in groups of the same size.
/// The isolate stays alive while a call waits or a stream is listened to.
final class Mailbox implements Finalizable {
  Mailbox._(this._memory) {
    final open = _calls.open.asFunction<_OpenD>();
    _port.keepIsolateAlive = false;
    final attachment = _memory._attached(open(this, _port.sendPort.nativePort));
    handle = attachment.ref.memory;
    // Runs when the isolate ends; the attachment keeps the memory, which this token
    // is not an address of.
    _finalizer.attach(this, attachment.ref.token);
    _all.add(this);
    _watch.start();
  }

  /// Mailboxes of this isolate, one for each library that has made an async call.
  static final List<Mailbox> _all = [];

  static const _most = 256;

  /// Number of events that are completed before the microtasks run.
  static const _group = 32;

  /// Time in microseconds after which other events of the isolate have their turn.
  ///
  /// Half the resolution of timers, so that a flood hardly delays one.
  static const _turn = 500;

  /// Codes of events: Rust calls a function of this isolate, has dropped one, has
  /// dropped a cancelled task.
  static const _asked = 18;
  static const _released = 19;
  static const _gone = 20;

  /// Size in bytes of the largest result of a function.
  static const _mostAnswer = 4096;

  final LibraryMemory _memory;

  /// Functions of the library.
  late final _MailboxCalls _calls = _memory.library
      .lookupFunction<_MailboxCallsF, _MailboxCallsF>(_memory._mailboxCalls!)()
      .ref;
  late final _DrainD _drain = _calls.drain.asFunction(isLeaf: true);
  late final _TakeD _take = _calls.take.asFunction(isLeaf: true);
  late final _CancelD _cancel = _calls.cancel.asFunction(isLeaf: true);
  late final _LimitD _limit = _calls.limit.asFunction(isLeaf: true);
  late final _TakeItemsD _takeItems = _calls.takeItems.asFunction(isLeaf: true);
  late final _KeepItemD _keepItem = _calls.keepItem.asFunction(isLeaf: true);
  late final _TakeArgumentD _takeArgument = _calls.takeArgument.asFunction(
    isLeaf: true,
  );
  late final _AnswerD _answer = _calls.answer.asFunction(isLeaf: true);
  late final _PutInputD _putInput = _calls.putInput.asFunction(isLeaf: true);
  late final _ClearD _clear = _memory.library.lookupFunction<_ClearC, _ClearD>(
    _memory._clear,
    isLeaf: true,
  );
  late final NativeFinalizer _finalizer = NativeFinalizer(_calls.close);
  late final RawReceivePort _port = RawReceivePort(_wake, 'mailbox');

  /// The mailbox in Rust.
  late final Pointer<Void> handle;

  /// The place for the event of a call that is ready at once.
  late final Pointer<Void> now = _memory.scratch<Void>(32);
  late final int _nowCode = now.address + 8;

  /// Addresses of buffers for the values of inputs that are not in use.
  final List<int> _inputBuffers = [];

  late final Pointer<Uint8> _events = _memory.scratch<Uint8>(32 * _most);
  late final int _values = _events.address + 16;
  late final Int64List _ids = _events.cast<Int64>().asTypedList(4 * _most);
  late final Int32List _codes = _events.cast<Int32>().asTypedList(8 * _most);

  /// Events of the last drain, and how many of them are completed.
  int _count = 0;
  int _done = 0;

  /// True if Rust rang after the last drain: it rings once until the next.
  bool _rung = false;

  /// True while a microtask will call [_complete], and while a message of this
  /// isolate to itself will.
  bool _scheduled = false;
  bool _posted = false;

  /// Time since the last message, and with it since other events had their turn.
  final Stopwatch _watch = Stopwatch();

  /// Streams that have items, in the order of their turns.
  final Queue<NativeStream<Object?>> _turns = Queue();

  /// Memory for batches of streams that is not in use.
  final List<Pointer<Uint8>> _buffers = [];

  /// Functions and objects that Rust keeps, by the low half of their numbers; and how
  /// often each index was used.
  final List<_Kept?> _kept = [];
  final List<int> _keptGenerations = [];
  final List<int> _keptFree = [];

  /// The arguments of the call that Rust makes, and the place for its result.
  late final KeptArguments _arguments = KeptArguments._(this);
  late final int _result = _memory.scratch<Void>(_mostAnswer).address;

  /// Calls and streams that wait, by their index; and how often each index was used.
  final List<_Waiting?> _waiting = [];
  final List<int> _generations = [];
  final List<int> _free = [];
  int _pending = 0;

  /// Index of the call that was started last, which most timeouts are for.
  int _latest = 0;

  /// Indices of the calls that wait, by their futures: made by the first search for one that
  /// is not the latest, so that other programs don't pay for it.
  Map<Future<Object?>, int>? _byFuture;

  /// Number of the next call: its index, and above that how often that was used.
  int get next {
    final index = _free.isEmpty ? _waiting.length : _free.last;
    if (index == _generations.length) _generations.add(1);
    return _generations[index] << 32 | index;
  }

  /// Returns the future of the call [next], which has been [started]: 0 if Rust has
  /// refused it, 2 if its event is [now].
  FfiFuture<T> started<T>(
    int started,
    T Function(EventValue value) read, [
    ErrorDecoder? error,
  ]) {
    if (started == 1) return FfiFuture._(_wait(_Call<T>(read, error)));
    final code = started == 0
        ? _memory.status.ref.code
        : Pointer<Int32>.fromAddress(_nowCode).value;
    // No event of a refused call may be taken for one of the next.
    if (started == 0) _age(next & 0xffffffff);
    if (code > 0) return FfiFuture._(Future.error(_exceptionOf(error)));
    if (code < 0) {
      if (started == 0) _clear(_memory.status);
      return FfiFuture._(Future.value(null as T));
    }
    return FfiFuture._(Future.sync(() => read(EventValue(_nowCode + 8))));
  }

  void _age(int index) =>
      _generations[index] = (_generations[index] + 1) & 0x7fffffff;

  /// Keeps an object with [methods] until Rust drops it, and returns its number.
  int keep(List<KeptFunction<Object?>> methods) {
    final kept = _Kept(methods);
    final int index;
    if (_keptFree.isEmpty) {
      index = _kept.length;
      _kept.add(kept);
      _keptGenerations.add(1);
    } else {
      index = _keptFree.removeLast();
      _kept[index] = kept;
    }
    return _keptGenerations[index] << 32 | index;
  }

  _Kept? _keptAt(int number) {
    final index = number & 0xffffffff;
    return _keptGenerations[index] == number >> 32 ? _kept[index] : null;
  }

  void _release(int number) {
    final index = number & 0xffffffff;
    if (_keptAt(number) == null) return;
    _kept[index] = null;
    _keptGenerations[index] = (_keptGenerations[index] + 1) & 0x7fffffff;
    _keptFree.add(index);
  }

  /// Calls the function that Rust asks for by the event at [event].
  void _call(int event, int number) {
    final ask = _ids[4 * event + 3];
    final kept = _keptAt(number);
    if (kept == null) {
      if (ask != 0) _answer(handle, ask, 2, nullptr, 0);
      return;
    }
    _arguments
      .._event = event
      .._places = Pointer<Pointer<Void>>.fromAddress(
        _events.address + 32 * event + 16,
      ).value.address;
    final method = kept.methods[_codes[8 * event + 3]];
    final zone = kept.zone;
    if (identical(zone, Zone.current)) return method._run(this, ask);
    zone.run(() => method._run(this, ask));
  }

  Future<T> _wait<T>(_Call<T> call) {
    final index = _add(call);
    _latest = index;
    final future = call.result.future;
    _byFuture?[future] = index;
    return future;
  }

  /// Has [waiting] get the events of the call [next], and returns its index.
  int _add(_Waiting waiting) {
    if (_pending++ == 0) _port.keepIsolateAlive = true;
    return _place(waiting);
  }

  /// Has [waiting] get the events of the call [next], but the isolate not wait for them.
  int _place(_Waiting waiting) {
    final index = next & 0xffffffff;
    if (_free.isEmpty) {
      _waiting.add(waiting);
    } else {
      _waiting[_free.removeLast()] = waiting;
    }
    return index;
  }

  /// Frees the place of what has got its last event.
  void _remove(int index) {
    _vacate(index);
    if (--_pending == 0) {
      _port.keepIsolateAlive = false;
      _byFuture = null;
    }
  }

  /// Frees the place at [index].
  void _vacate(int index) {
    _waiting[index] = null;
    _age(index);
    _free.add(index);
  }

  /// An input of the call that follows, for the events of [source]: [pass] puts each.
  NativeInput<T> input<T>(
    Stream<T> source,
    int Function(NativeInput<Object?> input, T item) pass,
  ) => NativeInput<T>._(this, source, pass);

  /// A stream of Rust, which [start] starts when it is listened to: it returns 0 if
  /// the library has refused that. [read] makes an item of the [size] bytes at a place
  /// in the batch.
  Stream<T> stream<T>(
    int Function() start,
    T Function(NativeStream<Object?> stream, int at) read,
    int size, [
    ErrorDecoder? error,
  ]) => NativeStream<T>._(this, start, read, size, error)._controller.stream;

  /// Takes the exception of the status, which is clear afterwards.
  FfiException _exceptionOf(ErrorDecoder? error) {
    final status = _memory.status;
    try {
      return _exception(status.ref, error);
    } on FfiException catch (error) {
      // The payload is no error that this package knows.
      return error;
    } finally {
      _clear(status);
    }
  }

  /// Answers a ring of Rust's, which is a number, or the message of this isolate to
  /// itself.
  void _wake(Object? message) {
    if (message == null) {
      _posted = false;
    } else {
      _rung = true;
    }
    _watch.reset();
    _complete();
  }

  /// Completes a group of calls and delivers a group of items, and then, behind the
  /// microtasks that these start, the next ones.
  void _complete() {
    if (_done == _count && _rung) {
      _rung = false;
      _done = 0;
      _count = _drain(handle, _events.cast(), _most);
    }
    final end = min(_count, _done + _group);
    while (_done < end) {
      _completeOne(_done++);
    }
    if (_turns.isNotEmpty) _turns.removeFirst()._deliver(_group);
    if (_done < _count || _rung || _turns.isNotEmpty) _goOn();
  }

  /// Has [_complete] called again, behind the microtasks or, when the turn is over,
  /// the other events of the isolate.
  void _goOn() {
    if (_scheduled || _posted) return;
    if (_watch.elapsedMicroseconds < _turn) {
      _scheduled = true;
      scheduleMicrotask(_completeScheduled);
    } else {
      _posted = true;
      _port.sendPort.send(null);
    }
  }

  void _completeScheduled() {
    _scheduled = false;
    _complete();
  }

  void _completeOne(int event) {
    final id = _ids[4 * event];
    final code = _codes[8 * event + 2];
    if (code == _asked) return _call(event, id);
    if (code == _released) return _release(id);
    final index = id & 0xffffffff;
    // The event of a call that was refused.
    if (_generations[index] != id >> 32) return;
    final waiting = _waiting[index]!;
    if (waiting is NativeStream<Object?>) return waiting._event(event, code);
    if (waiting is NativeInput<Object?>) return waiting._event(code);
    final call = waiting as _Call<Object?>;
    if (_byFuture case final byFuture?) byFuture.remove(call.result.future);
    _remove(index);
    if (code == _gone) {
      call.gone!.complete();
      return;
    }
    // From now on the status owns what the event did, until it is attached or read.
    if (code >= 0 && _codes[8 * event + 3] != 0) {
      _take(handle, event, _memory.status);
    }
    try {
      if (code > 0) {
        call.result.completeError(_exceptionOf(call.error), StackTrace.empty);
      } else if (code < 0) {
        call.completeWithout();
      } else {
        call.complete(EventValue(_values + 32 * event));
      }
    } on Object catch (error, stack) {
      call.result.completeError(error, stack);
    }
  }

  /// Returns the index of the call that [future] is of; null if the call is none of this
  /// mailbox, or has ended.
  int? _indexOf(Future<Object?> future) {
    if (_pending == 0) return null;
    if (_waiting[_latest] case final _Call<Object?> latest
        when identical(latest.result.future, future)) {
      return _latest;
    }
    final byFuture = _byFuture ??= Map.identity()
      ..addEntries([
        for (final (index, call) in _waiting.indexed)
          if (call is _Call<Object?>) MapEntry(call.result.future, index),
      ]);
    return byFuture[future];
  }

  int _id(int index) => _generations[index] << 32 | index;

  /// Tells Rust the deadline of the call that [future] is of. Returns false if the call is
  /// none of this mailbox, or has ended.
  bool _limitCall(Future<Object?> future, Duration left) {
    final index = _indexOf(future);
    if (index == null) return false;
    _limit(handle, _id(index), max(0, left.inMicroseconds));
    return true;
  }

  /// Cancels the call that [future] is of. Returns when its task is gone; null if the
  /// call is none of this mailbox, or has ended.
  Future<void>? _cancelCall(Future<Object?> future) {
    final index = _indexOf(future);
    if (index == null) return null;
    final call = _waiting[index]! as _Call<Object?>;
    if (call.gone case final gone?) return gone.future;
    if (_cancel(handle, _id(index)) == 0) return null;
    // Nobody has to wait for what was cancelled.
    call.result
      ..future.ignore()
      ..completeError(const FfiCancelledException(), StackTrace.empty);
    return (call.gone = Completer()).future;
  }
}
