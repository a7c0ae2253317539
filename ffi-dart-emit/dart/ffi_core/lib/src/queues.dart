part of 'native.dart';

/// Functions of a queue's class that are called so seldom that all queues share
/// them; there is one object of this class per queue and isolate.
final class NativeQueue<T extends NativeType> {
  /// The queue [_name] of messages in [_pool], with the symbols that the
  /// library exports for it.
  NativeQueue(
    this._name,
    this._pool,
    String popMany,
    String length,
    String close,
    String isClosed,
  ) : _popMany = _pool._memory.library.lookupFunction<_ManyC, _ManyD>(
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
  final NativePool<T> _pool;
  final _ManyD _popMany;
  final int Function() _length;
  final void Function() _close;
  final int Function() _isClosed;

  /// Number of messages in the queue.
  int get length => _length();

  /// True if the queue was closed.
  bool get isClosed => _isClosed() != 0;

  /// Closes the queue, which then refuses messages.
  void close() => _close();

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
