part of 'native.dart';

/// A stream of Rust that this isolate listens to.
///
/// Rust makes items while it has credit, and says once that there are some. A batch
/// of them is taken by one leaf call, which gives credit for those before: no more
/// items exist than the window of the stream says, those in the batch included. While
/// the subscription is paused nothing is taken, and Rust stops.
final class NativeStream<T> extends _Waiting {
  NativeStream._(
    this._mailbox,
    this._start,
    this._read,
    this._size,
    this._error,
  );

  /// Largest number of items in a batch, and size of its memory in bytes.
  static const _mostItems = 256;
  static const _mostBytes = 16384;

  /// Code of the event that there are items.
  static const _ready = 16;

  /// Results of taking a batch other than the number of items: the next one is a
  /// failure, or none comes any more.
  static const _failed = -1;
  static const _over = -2;

  final Mailbox _mailbox;
  final int Function() _start;
  final T Function(NativeStream<Object?> stream, int at) _read;

  /// Size of an item in bytes.
  final int _size;
  final ErrorDecoder? _error;

  /// It is synchronous, so an item is only made when the listener takes it.
  late final StreamController<T> _controller = StreamController(
    sync: true,
    onListen: _listen,
    onPause: _pause,
    onResume: _resume,
    onCancel: _cancel,
  );

  /// Number of the call.
  int _id = 0;

  /// True once nothing comes any more.
  bool _ended = false;

  /// True while no item may be delivered: the subscription is paused or cancelled, or the
  /// stream has ended. One field, as each item asks.
  bool _stopped = false;

  /// Completes when Rust has dropped the stream; null unless it is cancelled.
  Completer<void>? _gone;

  /// True if there may be items, from the event until none were found.
  bool _hasItems = false;

  /// True while the mailbox has it in its turns.
  bool _queued = false;

  /// True while the listener runs.
  bool _adding = false;

  /// The last batch: its memory, null for none, the number of items, and how many were
  /// delivered.
  Pointer<Uint8> _buffer = nullptr;
  int _count = 0;
  int _done = 0;
  Uint8List? _copy;

  /// The box of the last event, while its slot is lent, and its pool and index.
  NativeBox<Struct>? _lent;
  NativePool<Struct, Object?>? _pool;
  int _lentIndex = 0;
  _Hold? _lease;

  /// The item at the byte [at] of the batch.
  @pragma('vm:prefer-inline')
  EventValue value(int at) => EventValue(_buffer.address + at);

  /// The batch, **copied**: messages by value are views of it.
  Uint8List get bytes =>
      _copy ??= Uint8List.fromList(_buffer.asTypedList(_count * _size));

  /// Passes what the item that is read owns to the status, from which it is attached.
  void own() => _mailbox._keepItem(
    _mailbox.handle,
    _id,
    _done - 1,
    _mailbox._memory.status,
  );

  /// A box of [slot], which is lent until the next event.
  NativeBox<S> lend<S extends Struct>(
    NativePool<S, Object?> pool,
    Pointer<S> slot,
  ) {
    _endLease();
    final box = pool.newBox()
      .._pointer = slot
      .._hold = _lease ??= _Hold.lease(this)
      .._use = _Use.allowed
      .._asks = false;
    _pool = pool;
    _lentIndex = _done - 1;
    return _lent = box;
  }

  void _endLease() {
    final lent = _lent;
    if (lent == null) return;
    _lent = null;
    // It was kept, or disposed of.
    if (identical(lent._hold, _lease)) lent._stop(_Use.lent);
  }

  /// Has [box], the event that is lent, own its slot.
  void _keep(NativeBox<Struct> box) {
    final slot = box._pointer, memory = _mailbox._memory;
    _mailbox._keepItem(_mailbox.handle, _id, _lentIndex, memory.status);
    _lent = null;
    if (!_pool!._fill(box, slot, nullptr)) _pool!._throwNotInUse(slot);
  }

  void _listen() {
    final int started;
    try {
      started = _start();
    } on Object catch (error, stack) {
      // An argument was refused before the library was called.
      return _fail(error, stack);
    }
    final id = _mailbox.next;
    if (started == 0) {
      // No event of a refused call may be taken for one of the next.
      _mailbox._age(id & 0xffffffff);
      return _fail(_mailbox._exceptionOf(_error), StackTrace.empty);
    }
    _id = id;
    _mailbox._add(this);
  }

  void _fail(Object error, StackTrace stack) {
    _ended = _stopped = true;
    _controller
      ..addError(error, stack)
      ..close().ignore();
  }

  /// Ends it: frees its place and memory.
  void _finish() {
    _ended = _stopped = true;
    _endLease();
    _releaseBuffer();
    _mailbox._remove(_id & 0xffffffff);
    _gone?.complete();
  }

  void _releaseBuffer() {
    if (_buffer != nullptr) _mailbox._buffers.add(_buffer);
    _buffer = nullptr;
    _copy = null;
    _count = _done = 0;
  }

  /// Handles the event at [event] of the mailbox.
  void _event(int event, int code) {
    if (code == _ready) {
      _hasItems = true;
      return _queue();
    }
    if (code != Mailbox._gone) {
      final memory = _mailbox._memory;
      _mailbox._take(_mailbox.handle, event, memory.status);
      final exception = _mailbox._exceptionOf(_error);
      if (_gone == null) {
        _finish();
        return _fail(exception, StackTrace.empty);
      }
    }
    _finish();
  }

  /// Has the mailbox give it a turn, unless it is paused or cancelled.
  void _queue() {
    if (_queued || _stopped) return;
    _queued = true;
    _mailbox._turns.add(this);
  }

  void _pause() => _stopped = true;

  void _resume() {
    _stopped = _ended || _gone != null;
    if (_stopped || !_hasItems) return;
    _queue();
    _mailbox._goOn();
  }

  /// Delivers up to [most] items, and waits for another turn if there are more.
  void _deliver(int most) {
    _queued = false;
    var left = most;
    while (left > 0) {
      final before = _done;
      try {
        _pass(left);
      } on Object catch (error, stack) {
        // What a listener throws is its zone's, so an item could not be read.
        if (_adding) rethrow;
        _deliverError(error, stack);
      }
      if (_stopped) return;
      left -= _done - before;
      if (_done == _count && left > 0 && !_take()) return;
    }
    _queue();
  }

  /// Delivers up to [most] items of the batch, until it may not. Throws what the reading
  /// of an item throws.
  void _pass(int most) {
    final controller = _controller, read = _read, size = _size;
    final end = min(_count, _done + most);
    while (!_stopped && _done < end) {
      final item = read(this, _done++ * size);
      _adding = true;
      controller.add(item);
      _adding = false;
      if (_gone != null) _drop();
    }
  }

  void _deliverError(Object error, StackTrace stack) {
    _adding = true;
    _controller.addError(error, stack);
    _adding = false;
    if (_gone != null) _drop();
  }

  /// Takes the next batch; returns false if there is none.
  bool _take() {
    final mailbox = _mailbox, memory = mailbox._memory;
    _endLease();
    if (_buffer == nullptr) {
      _buffer = mailbox._buffers.isEmpty
          ? memory.scratch(_mostBytes)
          : mailbox._buffers.removeLast();
    }
    _copy = null;
    _done = 0;
    _count = 0;
    final most = _size * _mostItems > _mostBytes
        ? _mostBytes ~/ _size
        : _mostItems;
    final code = mailbox._takeItems(
      mailbox.handle,
      _id,
      _buffer,
      most,
      memory.status,
    );
    if (code > 0) {
      _count = code;
      return true;
    }
    if (code == _failed) {
      // There may be more behind it.
      if (memory.status.ref.code == noValue) {
        mailbox._clear(memory.status);
        _adding = true;
        _controller.add(null as T);
        _adding = false;
        if (_gone != null) _drop();
      } else {
        _deliverError(mailbox._exceptionOf(_error), StackTrace.empty);
      }
      if (!_ended) _queue();
    } else if (code == _over) {
      _finish();
      _controller.close().ignore();
    } else {
      _hasItems = false;
      _releaseBuffer();
    }
    return false;
  }

  Future<void>? _cancel() {
    if (_ended) return null;
    _stopped = true;
    final gone = _gone = Completer();
    // An event that is lent stays so until its listener has returned.
    if (!_adding) _drop();
    return gone.future;
  }

  /// Has Rust drop the stream.
  void _drop() {
    if (_mailbox._cancel(_mailbox.handle, _id) == 0) _finish();
  }
}

/// Makes an event of a stream that is lent the caller's.
extension KeptBox<B extends NativeBox<Struct>> on B {
  /// Has the box **own** its slot, which is otherwise lent until the next event of the
  /// stream that it came from; returns the box.
  ///
  /// Does nothing if it owns what it has. Throws a [StateError] after the next event.
  B keep() {
    if (_asks) _checkUse();
    if (_hold?.stream case final stream?) stream._keep(this);
    return this;
  }
}

/// The item of a stream whose items are nothing.
void readNoItem(NativeStream<Object?> stream, int at) {}

/// The items of [stream], which are unsigned in Rust.
Stream<BigInt> bigStream(Stream<int> stream) => stream.map(bigFromBits);

/// The items of [stream], which are unsigned in Rust, or null.
Stream<BigInt?> bigStreamOrNull(Stream<int?> stream) => stream.map(bigOrNull);
