part of 'native.dart';

/// Pointers to slots of a pool, in memory that Rust fills and empties with one
/// call.
///
/// **owned**: the caller owns the slots, and frees them with [free] or passes
/// them on with [takeAt]. Only the memory of the pointers is freed when this is
/// collected, or with [dispose]; the slots are not.
final class PoolSlots<T extends Struct> extends Iterable<Pointer<T>>
    implements Finalizable {
  PoolSlots._(this._pool, int capacity) : _capacity = capacity {
    RangeError.checkValueInInterval(capacity, 0, 0xffffffff, 'capacity');
    if (capacity == 0) return;
    final room = _room = _pool._roomFor(capacity);
    _raw = room.attachment.ref.memory;
    _slots = _raw.cast();
  }

  final NativePool<T, Object?> _pool;
  int _capacity;

  /// Keeper of the memory; null for none.
  _Room? _room;
  Pointer<Void> _raw = nullptr;
  Pointer<Pointer<T>> _slots = nullptr;
  int _length = 0;
  int _taken = 0;

  /// Largest number of pointers.
  int get capacity => _capacity;

  @override
  int get length => _length;

  @override
  bool get isEmpty => _length == 0;

  @override
  bool get isNotEmpty => _length != 0;

  @override
  Iterator<Pointer<T>> get iterator =>
      Iterable.generate(_length, (index) => _slots[index]).iterator;

  @override
  Pointer<T> elementAt(int index) => this[index];

  /// The pointer at [index]; null if [takeAt] took it.
  @pragma('vm:prefer-inline')
  Pointer<T> operator [](int index) {
    checkElement(index, _length);
    return _slots[index];
  }

  /// Returns the pointer at [index], which [free] then skips: for code that
  /// takes the slot over.
  Pointer<T> takeAt(int index) {
    final slot = this[index];
    if (slot.address == 0) return slot;
    _slots[index] = nullptr;
    _taken++;
    return slot;
  }

  /// Frees all slots with one call, and empties this list.
  ///
  /// Throws a [PoolException] about the first slot that the pool refuses; the
  /// others are freed nevertheless.
  void free() {
    final length = _length;
    final freed = _pool._freeMany(_raw, length);
    final refused = length - freed - _taken;
    clear();
    if (refused != 0) _throwRefused(length);
  }

  void _throwRefused(int length) {
    for (var index = 0; index < length; index++) {
      final slot = _slots[index];
      if (slot.address != 0) _pool._freeOrThrow(slot);
    }
  }

  /// Removes all pointers without freeing the slots.
  void clear() {
    _length = 0;
    _taken = 0;
  }

  /// Frees the memory of the pointers; the slots stay as they are.
  ///
  /// The list has no capacity afterwards.
  void dispose() {
    clear();
    _capacity = 0;
    final room = _room;
    if (room == null) return;
    _room = null;
    _raw = _slots = nullptr;
    _pool._takeRoom(room);
  }

  void _checkRoom(int wanted) {
    if (_length != 0) {
      throw StateError('there are slots in here: free() or clear() them first');
    }
    checkCapacity(wanted, _capacity, 'slots');
  }

  void _fill(List<Pointer<T>> slots) {
    for (final (index, slot) in slots.indexed) {
      if (slot.address == 0) _taken++;
      _slots[index] = slot;
    }
    _length = slots.length;
  }
}

/// Keeper of memory for pointers to slots, which serves one list after the other: to
/// attach another object costs as much as a hundred slots.
final class _Room implements Finalizable {
  /// Memory for [capacity] pointers.
  ///
  /// Throws an [AllocationException].
  _Room(LibraryMemory memory, this.capacity) {
    attachment = memory.allocate(this, capacity * sizeOf<Pointer<Void>>());
  }

  /// Number of pointers that there is room for.
  final int capacity;

  late final Pointer<FfiAttachment> attachment;
}
