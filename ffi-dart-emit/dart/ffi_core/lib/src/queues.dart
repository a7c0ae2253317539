part of 'native.dart';

/// Messages of a pool on their way between threads of Rust, C and Dart.
///
/// It is an interface, so that a test can put something else in its place.
abstract interface class FfiQueue<T extends Struct> {
  /// Passes the slot of [box] to the queue, which then **owns** it; the box is empty
  /// afterwards.
  ///
  /// Throws a [QueueFullException], a [QueueClosedException], an
  /// [InvalidValueException] for an invalid message, or a [StateError] if [box] owns
  /// no slot; the box then still owns what it owned.
  void push(NativeBox<T> box);

  /// As [push], but returns false if the queue is full.
  bool tryPush(NativeBox<T> box);

  /// The message that was pushed first, in a box that **owns** its slot, or null if
  /// the queue is empty.
  ///
  /// Also null if a thread that the system has stopped is still pushing it after a
  /// millisecond: then [length] is not 0.
  NativeBox<T>? tryPop();

  /// Runs [action] with each message in the queue, up to [max], in their order, and
  /// returns their number.
  ///
  /// A message is **borrowed** until [action] returns or throws: then its slot goes
  /// back to the pool. No object is made to own it, which [tryPop] does.
  int drain(void Function(T message) action, {int? max});

  /// The messages of the queue as they come, until it is closed and empty.
  ///
  /// An event is a box of a slot that is **borrowed** until the next event;
  /// `keep()` has the box **own** it. Each call returns another stream, for one
  /// listener. Of several that listen, in any isolate, and those that pop, one gets
  /// a message. A listener takes one message at a time, and none while it is paused,
  /// so what is left when its subscription is cancelled stays in the queue.
  ///
  /// Throws an [UnsupportedError] if the library has no feature `async`.
  Stream<NativeBox<T>> stream();

  /// Number of messages in the queue now.
  int get length;

  /// Largest number of messages.
  int get capacity;

  /// Closes the queue for all threads. Messages in it can still be popped, until
  /// [length] is 0.
  void close();

  /// True if it was closed.
  bool get isClosed;
}

/// The functions of a queue and its pool that empty the queue.
final class DrainCalls extends Struct {
  /// Function that takes the next slot out of the queue.
  external Pointer<NativeFunction<Pointer<Void> Function(Pointer<Int32>)>> pop;

  /// Function that frees a slot.
  external Pointer<NativeFunction<Int32 Function(Pointer<Void>)>> free;

  /// Address of the message that is lent; 0 for none.
  @Size()
  external int current;
}

/// A queue of a library; there is one object per queue and isolate.
abstract base class NativeQueue<T extends Struct> implements FfiQueue<T> {
  /// The queue [_name] of messages in [_pool], with the symbols that the
  /// library exports for it.
  NativeQueue(
    this._name,
    this._pool,
    this.capacity,
    this._push,
    String pop,
    String popMany,
    String length,
    String close,
    String isClosed,
  ) : _pop = _pool._memory.library.lookup(pop),
      _popMany = _pool._memory.library.lookupFunction<_ManyC, _ManyD>(
        popMany,
        isLeaf: true,
      ),
      _length = _pool._memory.library
          .lookupFunction<Size Function(), int Function()>(
            length,
            isLeaf: true,
          ),
      _close = _pool._memory.library
          .lookupFunction<Void Function(), void Function()>(
            close,
            isLeaf: true,
          ),
      _isClosed = _pool._memory.library
          .lookupFunction<Uint8 Function(), int Function()>(
            isClosed,
            isLeaf: true,
          );

  final String _name;
  final NativePool<T, Object?> _pool;
  final int Function(Pointer<T>) _push;
  final Pointer<_PopF> _pop;
  final _ManyD _popMany;
  final int Function() _length;
  final void Function() _close;
  final int Function() _isClosed;

  @override
  final int capacity;

  @override
  int get length => _length();

  @override
  bool get isClosed => _isClosed() != 0;

  @override
  void close() => _close();

  /// Pushes the slot of [box], which is at [slot], and returns the code.
  int _pass(NativeBox<T> box, Pointer<T> slot) {
    box._give();
    final code = _push(slot);
    box._settle(refused: code != 0);
    return code;
  }

  @override
  void push(NativeBox<T> box) {
    final slot = box._slot;
    final code = _pass(box, slot);
    if (code != 0) throwRefused(code, slot);
  }

  @override
  bool tryPush(NativeBox<T> box) {
    final slot = box._slot;
    final code = _pass(box, slot);
    return code == 0 || !isFull(code, slot);
  }

  @override
  NativeBox<T>? tryPop() {
    final box = _pool.newBox();
    return _pool._fill(box, nullptr, _pop) ? box : null;
  }

  @override
  Stream<NativeBox<T>> stream() => throw UnsupportedError(
    'nothing tells of messages in `$_name`; hint: `ffi-core` with the feature '
    '`async`, and write this package again',
  );

  /// Returns the largest number of messages that `drain` runs its action with.
  int checkMax(int? max) => max == null ? capacity : checkSize(max, 'max');

  /// Function that frees the slot of the message that was lent last, and returns the
  /// address of the next one; 0 for none.
  late final int Function(Pointer<DrainCalls>) next = _pool._memory._drainSlot;

  /// The argument of [next].
  late final Pointer<DrainCalls> drainCalls = _makeDrainCalls();

  Pointer<DrainCalls> _makeDrainCalls() {
    final memory = _pool._memory;
    final calls = memory.scratch<DrainCalls>(sizeOf<DrainCalls>());
    calls.ref
      ..pop = _pop
      ..free = memory.library.lookup(_pool._freeSymbol);
    return calls;
  }

  /// Runs [each], which lends messages by [next], and frees the slot of the last one
  /// if that is still lent.
  ///
  /// A `try` around each message would cost as much as a call of Rust.
  int draining(int Function() each) {
    final calls = drainCalls.ref;
    // That of a drain whose action runs this one.
    final outer = calls.current;
    calls.current = 0;
    try {
      return each();
    } finally {
      final last = calls.current;
      calls.current = outer;
      if (last != 0) _pool._freeOrThrow(Pointer.fromAddress(last));
    }
  }

  /// Returns true if [code] says that the queue did not take [slot] because it
  /// is full; throws for any other reason.
  bool isFull(int code, Pointer<T> slot) =>
      code == _queueFull || throwRefused(code, slot);

  /// Throws the reason [code] why the queue did not take [slot].
  Never throwRefused(int code, Pointer<T> slot) => throw _refusal(
    code,
    '${NativePool._hex(slot)}, pushed into the queue `$_name`, '
    '${_refusalText(code)}',
  );

  /// Returns up to [max] messages, in the order in which they were pushed.
  PoolSlots<T> popMany(int max, PoolSlots<T>? into) {
    checkSize(max, 'max');
    // There are no more than the pool has.
    final wanted = min(max, into?.capacity ?? _pool.capacity);
    final slots = into ?? PoolSlots._(_pool, wanted);
    slots
      .._checkRoom(wanted)
      .._length = _popMany(slots._raw, wanted);
    return slots;
  }
}
