part of 'native.dart';

/// Objects that typed data over borrowed memory keeps alive, in its isolate.
final Expando<Object> _owners = Expando();

/// Keeper of a piece of memory. The library attaches memory to this object and not
/// to the box or array that refers to it, since it outlives a box of a pool, and a
/// box of an element needs none.
final class _Hold {
  /// Keeps memory of the library, once it has an [attachment].
  _Hold(LibraryMemory this.memory);

  /// Keeps a slot of [pool], once it has an [attachment].
  _Hold.ofPool(
    LibraryMemory this.memory,
    NativePool<Struct, Object?> this.pool,
  );

  /// Keeps nothing: another owner has the message of [reference] in [pool].
  _Hold.lent(
    NativePool<Struct, Object?> this.pool,
    FfiRef<Object?> this.reference,
  );

  /// Keeps nothing: [stream] lends its events.
  _Hold.lease(NativeStream<Object?> this.stream);

  /// Keeps the memory that [object] keeps.
  _Hold.object(Object this.object);

  /// The function that it was made within, as [LibraryMemory._within] numbers it: calls
  /// that were under way before don't use the memory.
  int madeWithin = LibraryMemory._within;

  /// The memory of the library which [attachment] is of; null without one.
  LibraryMemory? memory;

  /// The pool of a slot, or of a message that is lent.
  NativePool<Struct, Object?>? pool;

  /// The reference to a slot that another owner has.
  FfiRef<Object?>? reference;

  /// The stream whose event it is.
  NativeStream<Object?>? stream;

  /// Null for memory that the library does not keep.
  Pointer<FfiAttachment> attachment = nullptr;

  /// True if the attachment is a share in the memory of another owner.
  bool borrowed = false;

  /// Object that views keep alive, in their isolate, if there is no attachment.
  Object? object;

  /// The bytes that [attachment] is of, if it is not of this object: they keep the
  /// memory until they are collected.
  Uint8List? view;

  /// The functions of a message that was decoded, and owns the messages that it
  /// refers to.
  NativeProto<NativeType>? decoded;
}

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
  /// [AllocationException]: memory of a page or less with its first use.
  NativeMemory.owned(int count, LibraryMemory memory) : _whole = null {
    RangeError.checkValueInInterval(
      count,
      0,
      _maxBytes ~/ elementSize,
      'length',
    );
    _size = count * elementSize;
    if (_size == 0) return;
    if (memory.isHost) {
      final block = HostBlock(_size);
      _hold = _Hold.object(block);
      _pointer = block.pointer.cast();
      return;
    }
    if (_size <= _mostLate && !isSecret) {
      _late = memory;
      _asks = true;
      return;
    }
    final hold = _hold = _Hold(memory);
    hold.attachment = memory.allocate(hold, _size, secret: isSecret);
    _pointer = hold.attachment.ref.memory.cast();
  }

  /// The result of a function of the library that [memory] is of, **owned**.
  NativeMemory.taken(Pointer<FfiOwned> owned, LibraryMemory memory)
    : _whole = null {
    final FfiOwned(:data, :length) = owned.ref;
    _size = length * elementSize;
    final hold = _hold = _Hold(memory);
    hold.attachment = memory.attachOwned(hold, owned, _size);
    _pointer = data.cast();
  }

  /// [count] elements at [pointer], **borrowed** from [owner].
  ///
  /// Throws an [ArgumentError] if [count] is not 0 and [pointer] is null or no
  /// multiple of [elementAlign].
  NativeMemory.borrowed(Pointer<T> pointer, int count, Object? owner)
    : _whole = null,
      _pointer = pointer {
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
    if (owner case NativeMemory<NativeType>(:final _whole?)) {
      return _keep(_whole);
    }
    final start = _pointer.address;
    LibraryMemory? memory;
    var attachment = nullptr.cast<FfiAttachment>();
    var object = owner;
    switch (owner) {
      case NativeMemory<NativeType>(
            pointer: Pointer(:final address),
            :final _hold?,
          )
          when start >= address && start - address <= owner._size - _size:
        memory = _hold.memory;
        attachment = _hold.attachment;
        object = _hold.object ?? owner;
      case NativeColumns<NativeType>() when owner._has(start, _size):
        memory = owner._calls._memory;
        attachment = owner._attachment;
        owner._viewed = true;
    }
    if (memory == null || attachment == nullptr) {
      _hold = _Hold.object(object);
    } else {
      final hold = _hold = _Hold(memory)..borrowed = true;
      hold.attachment = memory.share(attachment, hold, _size);
      _asks = true;
    }
  }

  Never _throwMisaligned(Pointer<T> pointer) => throw ArgumentError(
    'a $runtimeType at 0x${pointer.address.toRadixString(16)}, which is not a '
    'multiple of $elementAlign; hint: copy the bytes to memory of the library, '
    'which is aligned',
  );

  /// Nothing, until a pool gives it a slot.
  NativeMemory.ofPool() : _whole = null, _asks = true, _use = _Use.moved {
    _size = elementSize;
  }

  /// [count] elements from the one at [index] of [whole], **borrowed** from it: it
  /// is asked for its memory with the first view.
  NativeMemory.part(NativeMemory<T> whole, int index, int count)
    : _whole = whole,
      _asks = true {
    whole._checkPart();
    final size = elementSize;
    _size = count * size;
    _start = index * size;
  }

  /// The message in [pool] that [reference] refers to, which is at [pointer],
  /// **borrowed** from its owner: it is asked for with each use.
  NativeMemory.lent(
    Pointer<T> pointer,
    NativePool<Struct, Object?> pool,
    FfiRef<Object?> reference,
  ) : _whole = null,
      _pointer = pointer,
      _hold = _Hold.lent(pool, reference),
      _asks = true {
    _size = elementSize;
  }

  static final int _maxBytes = sizeOf<Size>() == 8
      ? 0x7fffffffffffffff
      : 0x7fffffff;

  /// Keeper of the memory; null for none, and for a part.
  _Hold? _hold;

  /// The memory that this is a part of, from the byte [_start] on, if it is one.
  final NativeMemory<T>? _whole;
  int _start = 0;

  /// The library that small memory comes from, until its first use. To attach memory
  /// to an object costs more than all else of a box, and so it is attached once: to
  /// the bytes if they are asked for first, or else to the keeper.
  LibraryMemory? _late;

  /// Largest number of bytes of such memory.
  static const _mostLate = 4096;

  _Use _use = _Use.allowed;

  /// True if the memory may be gone: after [dispose], and for a part of other
  /// memory.
  bool _asks = false;
  int _size = 0;

  /// Address of the memory; for a part, null until it is first used.
  Pointer<T> _pointer = nullptr;

  // The getter is read often, so it makes one test. The first is null for
  // memory that may be gone, so each use asks for it.
  Uint8List? _bytes;
  Uint8List? _kept;

  /// Size of an element in bytes.
  int get elementSize;

  /// Alignment of an element in bytes.
  ///
  /// It is 1 for numbers, as kernels take them from any address. A function of
  /// the library that takes a slice of them checks its alignment itself.
  int get elementAlign => 1;

  /// True if an element holds a secret, so that memory is zeroed when it is freed.
  bool get isSecret => false;

  @pragma('vm:never-inline')
  void _checkUse() {
    final use = _use;
    if (use != _Use.allowed) {
      throw StateError('the `$runtimeType` was used after ${use.text}');
    }
    if (_late case final memory?) {
      final hold = _Hold(memory);
      hold.attachment = memory.allocate(hold, _size);
      return _arrive(hold);
    }
    if (_whole case final whole?) {
      whole._checkPart();
      if (_pointer.address == 0) {
        _pointer = Pointer.fromAddress(whole._pointer.address + _start);
      }
    }
    final hold = _hold;
    if (hold == null) return;
    if (hold.reference case final reference?) hold.pool!.require(reference);
    if (hold.attachment.address != 0 &&
        hold.attachment.ref.givenBack.value != 0) {
      throw StateError(
        'the `$runtimeType` was used after the memory it is a part of was freed; '
        'hint: use it before `raw.freeNow()` of its owner',
      );
    }
  }

  /// Takes the memory that came late, which [hold] keeps.
  void _arrive(_Hold hold) {
    _hold = hold;
    _pointer = hold.attachment.ref.memory.cast();
    _late = null;
    _asks = false;
  }

  /// Checks that a part of this memory may still be used.
  void _checkPart() {
    if (_asks) _checkUse();
  }

  /// The memory as bytes, **borrowed**; they keep it alive.
  ///
  /// Throws a [StateError] after [dispose], and for a part of memory that was
  /// freed; a [StaleReferenceException] if the message was lent, and is freed.
  @pragma('vm:prefer-inline')
  Uint8List get bytes => _bytes ?? _askForBytes();

  @pragma('vm:never-inline')
  Uint8List _askForBytes() {
    if (_late case final memory?) {
      final hold = _Hold(memory);
      final view = memory._allocateView(hold, _size);
      _arrive(hold);
      return _bytes = _kept = view;
    }
    if (_asks) _checkUse();
    var bytes = _kept;
    if (bytes == null) {
      bytes = _untracked;
      _keepFor(bytes);
      _kept = bytes;
    }
    if (!_asks) _bytes = bytes;
    return bytes;
  }

  /// Has [view] keep the memory.
  void _keepFor(Object view) {
    if (_whole case final whole?) return whole._keepFor(view);
    final hold = _hold;
    if (hold == null) return;
    if (hold.attachment.address != 0) {
      hold.memory!.share(hold.attachment, view, _size);
    } else if (hold.object case final object?) {
      _owners[view] = object;
    }
  }

  /// The memory as bytes that keep nothing alive, for use within one method.
  Uint8List get _untracked => pointer.cast<Uint8>().asTypedList(_size);

  /// Removes all views; subclasses that hold others add theirs.
  void _dropViews() {
    _bytes = _kept = null;
  }

  /// Ends the use of this object; does nothing the second time.
  ///
  /// Owned memory is freed: at once if no view of it was ever asked for, or
  /// else when the last view is collected. A slot of a pool is freed at once in
  /// any case, and views of it must not be used any more.
  /// Throws a [PoolException] for a slot that was freed through its pointer.
  void dispose() => _end(now: false);

  void _end({required bool now}) {
    if (_use != _Use.allowed) return;
    final hold = _hold;
    _stop(_Use.disposed);
    if (hold == null) return;
    if (hold.attachment.address == 0) return;
    if (!LibraryMemory._mayBeLent(hold.madeWithin)) {
      return _free(hold, now: now);
    }
    // The hold keeps the bytes until then, which keep the memory if they have its attachment.
    LibraryMemory._putOff.add(() => _free(hold, now: now));
  }

  void _free(_Hold hold, {required bool now}) {
    try {
      hold.decoded?._free(_pointer);
    } finally {
      _drop(hold, hold.attachment, now: now);
    }
  }

  void _drop(
    _Hold hold,
    Pointer<FfiAttachment> attachment, {
    required bool now,
  }) {
    if (hold.pool case final pool?) {
      pool._dispose(hold);
    } else if (now && !hold.borrowed) {
      hold.memory!.release(
        attachment,
        hold.view ?? hold,
        madeWithin: hold.madeWithin,
      );
    } else if (hold.view == null) {
      hold.memory!.drop(attachment, hold, madeWithin: hold.madeWithin);
    }
  }

  void _stop(_Use use) {
    _use = use;
    _asks = true;
    _hold = null;
    _late = null;
    _dropViews();
  }
}

/// State of an object: usable, or the reason why it is not.
enum _Use {
  allowed(''),
  disposed('dispose(); hint: dispose of it when nothing uses it any more'),
  given(
    'it was given to a call; hint: make another, or a copy before the call',
  ),
  moved(
    'its slot was passed on; hint: use what the call returned, or make another',
  ),
  lent(
    'the next event of its stream; hint: call `keep()` in the listener, which then '
    'owns it',
  );

  const _Use(this.text);

  /// The event that ended the use, and the fix.
  final String text;
}

/// Addresses of memory, for generated code; users have them by `raw`.
extension NativePointers<T extends NativeType> on NativeMemory<T> {
  /// Address of the memory; null when it is empty.
  ///
  /// Throws a [StateError] after [dispose], and for a part of memory that was freed.
  @pragma('vm:prefer-inline')
  Pointer<T> get pointer {
    if (_asks) _checkUse();
    return _pointer;
  }
}

/// The address of memory that Rust and Dart share, for loops in which an object
/// costs too much, and for other code that takes pointers.
///
/// Nothing here is checked once it has the pointer, which keeps nothing alive.
extension type RawMemory<T extends NativeType>._(NativeMemory<T> _memory) {
  /// Address of the memory; null when it is empty.
  ///
  /// A pointer keeps nothing alive. Throws a [StateError] after `dispose()`, and for
  /// a part of memory that [freeNow] has freed.
  @pragma('vm:prefer-inline')
  Pointer<T> get pointer => _memory.pointer;

  /// Calls `dispose()`, and frees owned memory at once: for large memory, whose
  /// views must not be used any more, in any isolate.
  void freeNow() => _memory._end(now: true);
}

/// One message in memory that Rust and Dart share.
///
/// It is what functions of the library take for `&T` and `&mut T`, and for a
/// `PoolBox<T>` if it owns a slot of a pool.
abstract base class NativeBox<T extends Struct> extends NativeMemory<T> {
  /// Zeroed memory, **owned**.
  NativeBox(LibraryMemory memory) : super.owned(1, memory);

  /// The message at [pointer], **borrowed**; keeps [owner] alive.
  NativeBox.raw(Pointer<T> pointer, {Object? owner})
    : super.borrowed(pointer, 1, owner);

  /// The element at [index] of [array], **borrowed** from it.
  NativeBox.element(MessageArray<T> array, int index)
    : super.part(array, array.checkIndex(index), 1);

  /// Nothing, until a pool gives it a slot; then it **owns** the slot, which is
  /// freed when nothing refers to this box or its views any more, or with
  /// [dispose].
  NativeBox.ofPool() : super.ofPool();

  /// The message that [reference] refers to, **borrowed** from its owner.
  NativeBox.lent(super.pointer, super.pool, super.reference) : super.lent();

  /// The message, **borrowed**: a view that keeps the memory alive; assigning
  /// copies.
  T get ref;

  set ref(T value);

  /// The message's fields, or the reason why it can't be read.
  ///
  /// It throws nothing, as it is for logs and debuggers.
  @override
  String toString() {
    if (_use != _Use.allowed) return '$runtimeType(${_use.name})';
    try {
      return '$runtimeType($ref)';
    } on FfiException catch (error) {
      return '$runtimeType($error)';
    } on StateError catch (error) {
      return '$runtimeType(${error.message})';
    }
  }

  /// The box as a pointer.
  RawBox<T> get raw => RawBox._(this);

  /// Returns the slot that this box owns.
  Pointer<T> get _slot {
    final slot = pointer;
    if (_hold case _Hold(pool: _?, reference: null, :final madeWithin)) {
      LibraryMemory._checkGiven(madeWithin, this);
      return slot;
    }
    throw StateError(
      'the `$runtimeType` owns no slot of a pool; hint: make it with `alloc()` of '
      'the pool of its message, or `keep()` the event of a stream',
    );
  }

  /// Marks the slot as that of the function it is about to be passed to, so that
  /// the collector does not free it any more.
  void _give() {
    _hold!.attachment.ref.givenBack.value = 1;
    _use = _Use.moved;
    _asks = true;
    _bytes = null;
  }

  /// Ends a call to which the slot was passed: it was taken, or [refused].
  void _settle({required bool refused}) {
    if (refused) {
      _hold!.attachment.ref.givenBack.value = 0;
      _use = _Use.allowed;
      _asks = false;
    } else {
      final hold = _hold!;
      _stop(_Use.moved);
      hold.memory!._forgetSlot(hold.attachment);
      hold.pool!._recycle(hold);
    }
  }
}

/// The box of a message as a pointer.
extension type RawBox<T extends Struct>._(NativeBox<T> _box)
    implements RawMemory<T> {
  /// Gives the slot of a pool to the caller, which then **owns** it, to pass it
  /// on or to free it.
  ///
  /// The box can't be used afterwards. Throws a [StateError] after `dispose()`, and
  /// if it owns no slot.
  Pointer<T> release() {
    final slot = _box._slot;
    _box
      .._give()
      .._settle(refused: false);
    return slot;
  }
}

/// Returns the slot that [box] owns, to be passed to Rust; null for none.
///
/// Throws a [StateError] when it owns none.
Pointer<T> slotOf<T extends Struct>(NativeBox<T>? box) => box?._slot ?? nullptr;

/// Has [box] give its slot to the call that follows.
void give(NativeBox<Struct>? box) => box?._give();

/// Ends the call that [box] gave its slot to: the box keeps the slot if [status]
/// says that an argument was refused, as then the function did not run.
void settle(NativeBox<Struct>? box, Pointer<FfiStatus> status) {
  if (box == null) return;
  final code = status.ref.code;
  box._settle(
    refused:
        code == _invalidArgument || code == _invalidValue || code == _closed,
  );
}

const _invalidArgument = 3;
const _invalidValue = 4;
