part of 'native.dart';

/// What the class of a queue does seldom enough to share it with the others;
/// there is one per queue and isolate.
final class NativeQueue<T extends NativeType> {
  /// The queue [_name] of messages in [_pool], and what the library exports
  /// for it.
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

  /// How many messages wait.
  int get length => _length();

  /// Whether nothing is taken any more.
  bool get isClosed => _isClosed() != 0;

  /// Takes nothing any more.
  void close() => _close();

  /// Whether it was for lack of room that the queue did not take [slot], of
  /// which it said [code]; throws where it was for something else.
  bool isFull(int code, Pointer<T> slot) =>
      code == _queueFull || throwRefused(code, slot);

  /// Throws why the queue did not take [slot], of which it said [code].
  Never throwRefused(int code, Pointer<T> slot) => throw _refusal(
    code,
    '${NativePool._hex(slot)}, pushed into the queue `$_name`, '
    '${_refusalText(code)}',
  );

  /// Up to [max] messages, those first that have been there longest.
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
