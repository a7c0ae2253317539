part of 'native.dart';

/// Objects that typed data over borrowed memory keeps alive, in its isolate.
final Expando<Object> _owners = Expando();

/// Memory that Rust and Dart share.
///
/// **owned**: it comes from the library, and is freed when nothing in Dart
/// refers to it or its views any more, in any isolate. [dispose] ends the use
/// of this object: memory that was never viewed is freed at once, any other
/// when the last view is collected.
/// **borrowed**: it belongs to another owner, which must outlive the view; a
/// view keeps the `owner` it was made with alive.
///
/// Views (typed data, and messages in it) can be sent to other isolates, this
/// object can't. Two isolates or threads may only use one memory in turns.
abstract base class NativeMemory<T extends NativeType> implements Finalizable {
  /// Zeroed memory for [count] elements, **owned**.
  ///
  /// [memory] is that of the library which it belongs to.
  /// Throws a [RangeError] if [count] is negative or too large, and an
  /// [AllocationException].
  NativeMemory.owned(int count, LibraryMemory memory) : _memory = memory {
    RangeError.checkValueInInterval(
      count,
      0,
      _maxBytes ~/ elementSize,
      'length',
    );
    _size = count * elementSize;
    if (_size == 0) return;
    _attachment = memory.allocate(this, _size);
    _pointer = _attachment.ref.memory.cast();
  }

  /// The result of a function of the library that [memory] is of, **owned**.
  NativeMemory.taken(Pointer<FfiOwned> owned, LibraryMemory memory)
    : _memory = memory {
    final FfiOwned(:data, :length) = owned.ref;
    _size = length * elementSize;
    _attachment = memory.attachOwned(this, owned, _size);
    _pointer = data.cast();
  }

  /// [count] elements at [pointer], **borrowed** from [owner].
  ///
  /// Throws an [ArgumentError] if [count] is not 0 and [pointer] is null or no
  /// multiple of [elementAlign].
  NativeMemory.borrowed(Pointer<T> pointer, int count, Object? owner)
    : _pointer = pointer {
    RangeError.checkValueInInterval(
      count,
      0,
      _maxBytes ~/ elementSize,
      'length',
    );
    if (count == 0) return;
    if (pointer == nullptr) {
      throw ArgumentError.value(pointer, 'pointer', 'is null');
    }
    if (pointer.address % elementAlign != 0) _throwMisaligned(pointer);
    _size = count * elementSize;
    // Kept now and not with the first view, since the owner may be disposed of.
    if (owner != null) _keep(owner);
  }

  /// Keeps the attachment of [owner] if this is a part of its memory, or else
  /// [owner].
  void _keep(Object owner) {
    final start = _pointer.address;
    switch (owner) {
      case NativeMemory<NativeType>(pointer: Pointer(:final address))
          when start >= address && start - address <= owner._size - _size:
        _owner = owner._owner;
        _attachment = owner._attachment;
        _memory = owner._memory;
      case NativeColumns<NativeType>() when owner._has(start, _size):
        _attachment = owner._attachment;
        _memory = owner._calls._memory;
        owner._viewed = true;
    }
    if (_attachment == nullptr) {
      _owner ??= owner;
    } else {
      _borrowed = _asks = true;
      _attachment = _memory!.share(_attachment, this, _size);
    }
  }

  Never _throwMisaligned(Pointer<T> pointer) => throw ArgumentError(
    'a $runtimeType at 0x${pointer.address.toRadixString(16)}, which is not a '
    'multiple of $elementAlign; hint: copy the bytes to memory of the library, '
    'which is aligned',
  );

  /// A slot of [pool], **owned**: that at [pointer], or a new one for null.
  ///
  /// Throws an [ArgumentError] if it is no slot in use.
  NativeMemory.slot(Pointer<T>? pointer, NativePool<T> pool)
    : _memory = pool._memory {
    _size = elementSize;
    _attachment = pool._attach(this, pointer);
    _pointer = _attachment.ref.memory.cast();
    _pool = pool;
  }

  static final int _maxBytes = sizeOf<Size>() == 8
      ? 0x7fffffffffffffff
      : 0x7fffffff;

  /// The memory of the library which [_attachment] is of; null without one.
  LibraryMemory? _memory;
  NativePool<T>? _pool;
  bool _disposed = false;

  /// True if the memory may be gone: after [dispose], and for a part of other
  /// memory.
  bool _asks = false;
  int _size = 0;
  Pointer<T> _pointer = nullptr;

  /// Null for memory that the library does not keep, or that is empty.
  Pointer<FfiAttachment> _attachment = nullptr;

  /// True if the attachment is a share in the memory of another owner.
  bool _borrowed = false;

  /// Object that views keep alive, in their isolate, if there is no attachment.
  Object? _owner;

  // The getter is read often, so it makes one test, and the field has one
  // class, that of lists over memory outside of Dart.
  bool _hasBytes = false;
  Uint8List _bytes = _noBytes;
  static final Uint8List _noBytes = Pointer<Uint8>.fromAddress(
    0,
  ).asTypedList(0);

  /// Size of an element in bytes.
  int get elementSize;

  /// Alignment of an element in bytes.
  ///
  /// It is 1 for numbers, as kernels take them from any address. A function of
  /// the library that takes a slice of them checks its alignment itself.
  int get elementAlign => 1;

  /// Address of the memory; null when it is empty.
  ///
  /// A pointer keeps nothing alive. Throws a [StateError] after [dispose], and
  /// for a part of memory that [freeNow] has freed.
  Pointer<T> get pointer {
    if (_asks) _checkUse();
    return _pointer;
  }

  @pragma('vm:never-inline')
  void _checkUse() {
    if (_disposed) throw StateError('used after dispose()');
    if (_attachment.ref.givenBack.value != 0) {
      throw StateError('used after the memory it is a part of was freed');
    }
  }

  /// The memory as bytes, **borrowed**; they keep it alive.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Uint8List get bytes {
    if (!_hasBytes) _firstBytes();
    return _bytes;
  }

  @pragma('vm:never-inline')
  void _firstBytes() {
    final bytes = _untracked;
    _keepFor(bytes);
    _bytes = bytes;
    _hasBytes = true;
  }

  /// Has [view] keep the memory.
  void _keepFor(Object view) {
    if (_attachment != nullptr) {
      _memory!.share(_attachment, view, _pool?._share ?? _size);
    } else if (_owner case final owner?) {
      _owners[view] = owner;
    }
  }

  /// The memory as bytes that keep nothing alive, for use within one method.
  Uint8List get _untracked => pointer.cast<Uint8>().asTypedList(_size);

  /// Removes all views; subclasses that hold others add theirs.
  void _dropViews() {
    _hasBytes = false;
    _bytes = _noBytes;
  }

  /// Ends the use of this object; does nothing the second time.
  ///
  /// Owned memory is freed: at once if no view of it was ever asked for, or
  /// else when the last view is collected. A slot of a pool is freed at once in
  /// any case, and views of it must not be used any more.
  /// Throws a [PoolException] for a slot that was freed through its pointer.
  void dispose() => _end(now: false);

  /// Calls [dispose], and frees owned memory at once: for large memory, whose
  /// views must not be used any more, in any isolate.
  void freeNow() => _end(now: true);

  void _end({required bool now}) {
    if (_disposed) return;
    final attachment = _attachment;
    _disposed = _asks = true;
    _attachment = nullptr;
    _dropViews();
    if (attachment == nullptr) return;
    final pool = _pool;
    if (pool != null) {
      pool._dispose(attachment, this, _pointer);
    } else if (now && !_borrowed) {
      _memory!.release(attachment, this);
    } else {
      _memory!.drop(attachment, this);
    }
  }
}

/// One value in memory that Rust and Dart share.
abstract base class NativeBox<T extends NativeType> extends NativeMemory<T> {
  /// Zeroed memory, **owned**.
  NativeBox(LibraryMemory memory) : super.owned(1, memory);

  /// The value at [pointer], **borrowed**; keeps [owner] alive.
  NativeBox.view(Pointer<T> pointer, {Object? owner})
    : super.borrowed(pointer, 1, owner);

  /// The slot at [pointer] of a pool, or a new one for null, **owned**: it is
  /// freed when nothing refers to this box or its views any more, or with
  /// [dispose].
  NativeBox.slot(super.pointer, super.pool) : super.slot();

  /// Gives the slot of a pool to the caller, which then **owns** it, to pass it
  /// on or to free it.
  ///
  /// The box can't be used afterwards. Throws a [StateError] after [dispose],
  /// and if it owns no slot.
  Pointer<T> release() {
    final slot = pointer;
    final pool = _pool;
    if (pool == null) throw StateError('the box owns no slot of a pool');
    pool._memory.forget(_attachment, this);
    pool._boxes--;
    _disposed = _asks = true;
    _attachment = nullptr;
    _dropViews();
    return slot;
  }
}
