part of 'native.dart';

typedef _PutInputC =
    IntPtr Function(
      Pointer<Void>,
      Uint64,
      Uint32,
      Pointer<Void>,
      Size,
      Pointer<FfiStatus>,
    );
typedef _PutInputD =
    int Function(
      Pointer<Void>,
      int,
      int,
      Pointer<Void>,
      int,
      Pointer<FfiStatus>,
    );

/// A stream of this isolate that Rust reads.
///
/// An event is passed by a leaf call, which returns how many more Rust takes now; values
/// that come in one turn of the event loop are passed together, at its end or when the
/// buffer is full. For none, the subscription is paused until an event of the mailbox says
/// that there is room again: as many items as the window of the function has exist, those
/// in the buffer included. An open input doesn't keep the isolate alive; the call that
/// reads it does.
final class NativeInput<T> extends _Waiting {
  NativeInput._(this._mailbox, this._source, this._pass) {
    _index = _mailbox._place(this);
    id = _mailbox._id(_index);
  }

  /// Kinds of what is put.
  static const _item = 0;
  static const _error = 1;
  static const _end = 2;
  static const _lastError = 3;
  static const _nothing = 4;
  static const _items = 5;

  /// Size in bytes of a buffer, and the most values that are passed together.
  static const _bufferSize = 4096;
  static const _mostItems = 256;

  /// Results of putting something.
  static const _refused = -1;
  static const _gone = -2;
  static const _tooMany = -3;

  /// Code of the event that there is room again, or was. After any other, Rust reads nothing.
  static const _wants = 21;

  final Mailbox _mailbox;
  final Stream<T> _source;

  /// Passes an item, and returns the result of [put].
  final int Function(NativeInput<Object?> input, T item) _pass;

  late final int _index;

  /// Number of the input.
  late final int id;

  /// Null until the call has started.
  StreamSubscription<T>? _subscription;

  /// True while Rust takes nothing.
  bool _full = false;

  /// Number of items that Rust takes now, those in the buffer included. Until the first
  /// item was put, it isn't known.
  int _room = 1;

  /// Address of values that were not put yet, 0 if there are none; their number, the size
  /// of each, and how many are put together.
  int _buffer = 0;
  int _buffered = 0;
  int _size = 0;
  int _most = 1;

  /// True while a microtask will put what is in the buffer.
  bool _scheduled = false;

  /// True once nothing is passed any more.
  bool _ended = false;

  /// The address for a value of [size] bytes, which then is [added].
  @pragma('vm:prefer-inline')
  int place(int size) {
    if (_buffer == 0) _takeBuffer(size);
    return _buffer + _buffered * size;
  }

  void _takeBuffer(int size) {
    final buffers = _mailbox._inputBuffers;
    _buffer = buffers.isEmpty
        ? _mailbox._memory.scratch<Void>(_bufferSize).address
        : buffers.removeLast();
    _size = size;
    _most = max(1, min(_mostItems, _bufferSize ~/ size));
  }

  /// Puts the value that was written to [place], now or later; returns the result of
  /// [put], or a positive number.
  @pragma('vm:prefer-inline')
  int added() {
    final buffered = ++_buffered;
    if (buffered >= _most || buffered >= _room) return _putBuffer();
    if (!_scheduled) _schedule();
    return 1;
  }

  void _schedule() {
    _scheduled = true;
    scheduleMicrotask(_putLater);
  }

  void _putLater() {
    _scheduled = false;
    if (_buffered > 0) _settle(_putBuffer());
  }

  /// Puts what is in the buffer, and gives it back.
  int _putBuffer() {
    final buffer = _buffer, length = _buffered * _size;
    _buffer = 0;
    _buffered = 0;
    final room = _put(_items, Pointer<Void>.fromAddress(buffer), length);
    _mailbox._inputBuffers.add(buffer);
    return room;
  }

  /// Puts the item at [data], of [length] bytes or elements.
  int put(Pointer<NativeType> data, int length) => _put(_item, data, length);

  int _put(int kind, Pointer<NativeType> data, int length) {
    final memory = _mailbox._memory;
    final code = _mailbox._putInput(
      _mailbox.handle,
      id,
      kind,
      data.cast(),
      length,
      memory.status,
    );
    if (code == _refused) throw _mailbox._exceptionOf(null);
    if (code >= 0) _room = code;
    return code;
  }

  /// Has the stream listened to, once the call is under way, unless it was refused:
  /// then [started] is 0.
  void start(int started) =>
      scheduleMicrotask(started == 0 ? _finish : _listen);

  void _listen() {
    // Rust may have dropped it already.
    if (_ended) return;
    try {
      final subscription = _source.listen(
        _add,
        onError: _addError,
        onDone: _done,
      );
      if (_ended) {
        subscription.cancel().ignore();
        return;
      }
      _subscription = subscription;
      if (_full) subscription.pause();
    } on Object catch (error) {
      _fail(error);
    }
  }

  void _add(T item) {
    if (_ended) return;
    final int room;
    try {
      room = _pass(this, item);
    } on Object catch (error) {
      // It could not be passed, which Rust is told in its place.
      return _addError(error);
    }
    if (room <= 0) _settle(room);
  }

  void _addError(Object error, [StackTrace? stack]) {
    if (!_ended) _settle(_putError(_error, error));
  }

  /// Puts [error] behind what is in the buffer.
  int _putError(int kind, Object error) {
    if (_buffered > 0) _putBuffer();
    final texts = _mailbox._memory.texts..clear();
    var length = 0;
    try {
      length = texts.add('$error', 'error');
    } on Object {
      // The text is none: Rust says so.
    }
    return _put(kind, texts.pointer, length);
  }

  void _settle(int room) {
    if (room == 0) {
      _full = true;
      _subscription?.pause();
    } else if (room == _gone) {
      _finish();
    } else if (room == _tooMany) {
      _fail(
        StateError(
          'the stream has sent an event while its subscription was paused',
        ),
      );
    }
  }

  /// Ends with [error], for which there is always room.
  void _fail(Object error) {
    if (_ended) return;
    _putError(_lastError, error);
    _finish();
  }

  void _done() {
    if (_ended) return;
    if (_buffered > 0) _putBuffer();
    _put(_end, nullptr, 0);
    _finish();
  }

  /// Frees its number.
  void _finish() {
    if (_ended) return;
    _ended = true;
    if (_buffer != 0) _mailbox._inputBuffers.add(_buffer);
    _buffer = 0;
    _buffered = 0;
    _mailbox._vacate(_index);
    _subscription?.cancel().ignore();
  }

  /// Handles an event of the mailbox.
  void _event(int code) {
    if (code != _wants) return _finish();
    // The event may be one of before the last pause.
    if (!_full || _put(_nothing, nullptr, 0) <= 0) return;
    _full = false;
    _subscription?.resume();
  }
}

/// Passes text to [input].
int putText(NativeInput<Object?> input, String text) {
  final texts = input._mailbox._memory.texts..clear();
  final length = texts.add(text, 'item');
  return input.put(texts.pointer, length);
}

/// Passes what is in [arena] to [input], which then **owns** it; the arena stays as it is
/// if Rust doesn't take it.
int putArena(NativeInput<Object?> input, NativeArena arena) {
  final room = input.put(giveArena(arena), 1);
  if (room >= 0) arena._native._end(forget: false);
  return room;
}

/// Passes the slot of [box] to [input], which then **owns** it.
int putBox<T extends Struct>(NativeInput<Object?> input, NativeBox<T> box) {
  final slot = box._slot;
  box._give();
  var refused = true;
  try {
    final room = input.put(slot, 1);
    refused = room < 0;
    return room;
  } finally {
    box._settle(refused: refused);
  }
}
