part of 'native.dart';

/// Function that returns the references to the children of a message in a tree.
///
/// [T] is the message's view, [D] its value.
typedef TreeChildren<T extends NativeType, D> =
    Iterable<FfiRef<D>> Function(T message);

/// A fixed number of slots for messages, which Rust, C and all isolates share.
///
/// It is an interface, so that a test can put something else in its place.
abstract interface class FfiPool<T extends Struct, D> {
  /// A box that **owns** a slot, which goes back to the pool with `dispose()`, or
  /// when the box and its views are garbage.
  ///
  /// The garbage collector is told which part of the pool that is, so it runs before
  /// the pool is exhausted by boxes that are garbage.
  ///
  /// Throws a [PoolExhaustedException], [PoolMemoryException] or
  /// [PoolClosedException].
  NativeBox<T> alloc();

  /// A box as [alloc] returns it, or null; then [stats] give the reason.
  NativeBox<T>? tryAlloc();

  /// The reference to the message in [box], **copied**: it keeps nothing alive. None
  /// if the box is not of this pool.
  FfiRef<D> reference(NativeBox<T> box);

  /// The message of [reference], **borrowed** from its owner; null if the message was
  /// freed, while Rust owns or reads it, or for none.
  T? resolve(FfiRef<D> reference);

  /// The message of [reference] in a box to pass to functions, **borrowed** from its
  /// owner; null if [resolve] returns null.
  ///
  /// Use of the box throws a [StaleReferenceException] once the message was freed.
  NativeBox<T>? borrow(FfiRef<D> reference);

  /// Frees the message in [root] and all messages below it, which [children] finds,
  /// and returns the number of freed slots. The box is empty afterwards.
  ///
  /// Skips slots that were freed before, and those that Rust owns with all below them.
  /// Throws a [StateError] if [root] owns no slot, and a [PoolException] if the pool
  /// does not take it; then, and when [children] throws for [root], nothing is freed
  /// and the box stays as it was. When [children] throws for a message further down,
  /// that message and all that were not freed yet stay allocated, without an owner.
  int freeTree(NativeBox<T> root, TreeChildren<T, D> children);

  /// Counters of the pool so far, **copied**.
  ///
  /// They take longer the more slots there are, 0.4 ms for a million used ones:
  /// [live] is the cheap one of them.
  PoolStats get stats;

  /// Number of slots in use, by Rust, C and all isolates: some microseconds for a
  /// million slots.
  int get live;

  /// Number of slots.
  int get capacity;
}

/// Runs [action] with [box], and then disposes of it if it was not passed on: when
/// [action] returns or throws; if it returns a [Future], when that is complete.
R usingBox<B extends NativeBox<Struct>, R>(B box, R Function(B box) action) {
  final R result;
  try {
    result = action(box);
  } catch (_) {
    box.dispose();
    rethrow;
  }
  if (result is Future) return result.whenComplete(box.dispose) as R;
  box.dispose();
  return result;
}

/// Returns the message of [reference] in [pool].
///
/// Throws a [StaleReferenceException] if there is none.
T requireMessage<T extends Struct, D>(
  FfiPool<T, D> pool,
  FfiRef<D> reference,
) => pool.resolve(reference) ?? _throwStale<T>(reference);

Never _throwStale<T extends Struct>(FfiRef<Object?> reference) =>
    throw StaleReferenceException(
      '$reference refers to no `$T` in use; hint: resolve() gives null where '
      'that is no mistake',
    );

typedef _ManyC = Size Function(Pointer<Void>, Size);
typedef _ManyD = int Function(Pointer<Void>, int);

/// Functions and facts of a pool for the objects that keep its slots.
final class _SlotCalls extends Struct {
  external Pointer<NativeFunction<Pointer<Void> Function()>> alloc;
  external Pointer<NativeFunction<Int32 Function(Pointer<Void>)>> free;
  external Pointer<NativeFunction<Uint64 Function(Pointer<Void>)>> reference;
  external Pointer<_ReleaseF> release;

  /// Size of a slot in bytes.
  @Size()
  external int stride;

  /// Number of slots.
  @Size()
  external int capacity;

  /// Position of the generation's lowest bit in the token that frees a slot.
  @Uint32()
  external int generationShift;
}

/// A pool of a library; there is one object per pool and isolate.
abstract base class NativePool<T extends Struct, D> implements FfiPool<T, D> {
  /// The pool of the message [name], with the symbols that the library exports
  /// for it.
  NativePool(
    this._memory,
    this.name,
    this._free,
    this._resolve,
    this._reference,
    this._allocSymbol,
    this._freeSymbol,
    String allocMany,
    String freeMany,
    this._releaseSymbol,
    this._referenceSymbol,
    String stats,
    this._liveSymbol,
  ) : _allocMany = _memory.library.lookupFunction<_ManyC, _ManyD>(
        allocMany,
        isLeaf: true,
      ),
      _freeMany = _memory.library.lookupFunction<_ManyC, _ManyD>(
        freeMany,
        isLeaf: true,
      ),
      _stats = _memory.library
          .lookupFunction<
            Void Function(Pointer<Uint64>),
            void Function(Pointer<Uint64>)
          >(stats, isLeaf: true);

  /// Name of the message in Rust.
  final String name;

  final int Function(Pointer<T>) _free;
  final Pointer<T> Function(int, int) _resolve;
  final int Function(Pointer<T>) _reference;
  final LibraryMemory _memory;
  final _ManyD _allocMany;
  final _ManyD _freeMany;
  final String _allocSymbol;
  final String _freeSymbol;
  final String _releaseSymbol;
  final String _referenceSymbol;
  final void Function(Pointer<Uint64>) _stats;

  /// Null if the library has no such function.
  final String? _liveSymbol;
  late final int Function() _live = switch (_liveSymbol) {
    null => () => stats.live,
    final symbol =>
      _memory.library.lookupFunction<Size Function(), int Function()>(
        symbol,
        isLeaf: true,
      ),
  };

  static const _counterCount = 16;

  late final Pointer<Uint64> _counters = _memory.scratch(_counterCount * 8);

  /// The pool as the library knows it.
  late final Pointer<Void> _slotPool = _makeSlotPool();

  Pointer<Void> _makeSlotPool() {
    final library = _memory.library;
    final calls = _memory.scratch<_SlotCalls>(sizeOf<_SlotCalls>());
    calls.ref
      ..alloc = library.lookup(_allocSymbol)
      ..free = library.lookup(_freeSymbol)
      ..reference = library.lookup(_referenceSymbol)
      ..release = library.lookup(_releaseSymbol)
      ..stride = _first.stride
      ..capacity = capacity
      ..generationShift = sizeOf<Pointer<Void>>() == 8
          ? 32
          : capacity.bitLength;
    return _memory._slotPool(calls);
  }

  /// Objects that kept slots of boxes that were disposed of or passed on, for the
  /// next boxes: to attach another object costs more than all else of a box.
  ///
  /// The collector does not hear of a box whose keeper is an old one, so there are
  /// few.
  final List<_Hold> _idle = [];
  late final int _mostIdle = min(32, capacity ~/ 8);

  /// Takes [hold] back, whose slot was freed or passed on.
  void _recycle(_Hold hold) {
    _boxes--;
    if (_idle.length < _mostIdle) {
      _idle.add(hold);
    } else {
      _memory.forget(hold.attachment, hold);
    }
  }

  /// Memory of a list of pointers that was disposed of, for the next one.
  _Room? _idleRoom;

  /// Largest number of pointers that idle memory has room for: 64 KiB.
  static const _mostRoom = 8192;

  /// Returns memory for at least [capacity] pointers.
  _Room _roomFor(int capacity) {
    final idle = _idleRoom;
    if (idle == null || idle.capacity < capacity) {
      return _Room(_memory, capacity);
    }
    _idleRoom = null;
    return idle;
  }

  /// Takes the memory of a list back that was disposed of.
  void _takeRoom(_Room room) {
    if (_idleRoom == null && room.capacity <= _mostRoom) {
      _idleRoom = room;
    } else {
      _memory._releaseOwn(room.attachment, room);
    }
  }

  /// Number of boxes of this isolate that were neither disposed of nor
  /// released; it includes those that the collector has freed.
  int _boxes = 0;

  /// Makes a box without a slot.
  NativeBox<T> newBox();

  /// Makes a box of the message at [slot], which [reference] refers to.
  NativeBox<T> lentBox(Pointer<T> slot, FfiRef<D> reference);

  /// Returns the message at [slot].
  T view(Pointer<T> slot);

  /// Has [box] keep [slot], or for null what [pop] returns, or for null a new one.
  /// Returns false if there is none.
  bool _fill(NativeBox<T> box, Pointer<T> slot, Pointer<_PopF> pop) {
    final memory = _memory;
    final _Hold hold;
    final Pointer<Void> found;
    if (_idle.isEmpty) {
      hold = _Hold.ofPool(memory, this);
      final attachment = memory._attachSlot(
        hold,
        memory.status,
        _slotPool,
        slot.cast(),
        pop,
      );
      if (attachment.address == 0) return false;
      hold.attachment = attachment;
      found = attachment.ref.memory;
    } else {
      hold = _idle.last;
      found = memory._refillSlot(
        hold.attachment,
        memory.status,
        slot.cast(),
        pop,
      );
      if (found.address == 0) return false;
      _idle.length--;
    }
    box
      .._hold = (hold..madeWithin = LibraryMemory._within)
      .._pointer = found.cast()
      .._use = _Use.allowed
      .._asks = false;
    _boxes++;
    return true;
  }

  /// Returns a box that owns the slot that a function returned.
  NativeBox<T> taken(Pointer<T> slot) {
    final box = newBox();
    if (slot == nullptr || !_fill(box, slot, nullptr)) _throwNotInUse(slot);
    return box;
  }

  @override
  NativeBox<T>? tryAlloc() {
    final box = newBox();
    return _fill(box, nullptr, nullptr) ? box : null;
  }

  @override
  NativeBox<T> alloc() => tryAlloc() ?? throwEmpty();

  @override
  FfiRef<D> reference(NativeBox<T> box) => referenceAt(box.pointer);

  @override
  T? resolve(FfiRef<D> reference) {
    final slot = _resolve(reference.indexPlusOne, reference.generation);
    return slot.address == 0 ? null : view(slot);
  }

  @override
  NativeBox<T>? borrow(FfiRef<D> reference) {
    final slot = _resolve(reference.indexPlusOne, reference.generation);
    return slot.address == 0 ? null : lentBox(slot, reference);
  }

  @override
  int freeTree(NativeBox<T> root, TreeChildren<T, D> children) {
    // The slots below may be older than the root.
    LibraryMemory._checkGiven(0, root);
    _checkInUse(root._slot);
    final below = children(view(root._slot)).toList();
    // Asked for again, as [children] may have passed the box on.
    final slot = root._slot;
    root._give();
    final code = _free(slot);
    root._settle(refused: code != 0);
    if (code != 0) throwRefused(code, slot);
    return 1 + _freeBelow(below, children);
  }

  @override
  PoolStats get stats {
    _stats(_counters);
    return PoolStats.fromCounters(_counters.asTypedList(_counterCount));
  }

  @override
  int get live => _live();

  late final PoolStats _first = stats;

  @override
  int get capacity => _first.capacity;

  /// Throws the reason why the pool gives no slot.
  Never throwEmpty() {
    final PoolStats(:state, :stride, :live) = stats;
    final boxes = min(_boxes, live);
    throw switch (state) {
      PoolState.open => PoolExhaustedException(
        'the pool of `$name` is exhausted: fewer of its $capacity slots are '
        'free than were asked for'
        '${boxes == 0 ? '' : ', and this isolate has not disposed of $boxes boxes'}'
        '; hint: free messages${boxes == 0 ? '' : ', dispose() of boxes'}, or raise '
        'the number in `#[ffi(pool = $capacity)]`',
      ),
      PoolState.reservationFailed => PoolMemoryException(
        'the pool of `$name` could not reserve ${capacity * stride} bytes '
        'for its $capacity slots; hint: lower the number in '
        '`#[ffi(pool = $capacity)]`, or raise the limit of address space',
      ),
      PoolState.closed => PoolClosedException(
        'the pool of `$name` is closed; hint: do not allocate after the '
        'library was shut down',
      ),
    };
  }

  /// Throws the reason [code] why the pool did not take [slot].
  Never throwRefused(int code, Pointer<T> slot) => throw _refusal(
    code,
    '${_hex(slot)}, given back to the pool of `$name`, ${_refusalText(code)}',
  );

  static String _hex(Pointer<NativeType> pointer) =>
      '0x${pointer.address.toRadixString(16)}';

  void _freeOrThrow(Pointer<T> slot) {
    final code = _free(slot);
    if (code != 0) throwRefused(code, slot);
  }

  /// Runs [action] with [slot], and frees the slot in any case.
  R using<R>(Pointer<T> slot, R Function(Pointer<T>) action) {
    final R result;
    try {
      result = action(slot);
    } catch (_) {
      // The exception of [action] tells more than that of a refusal.
      _free(slot);
      rethrow;
    }
    if (result is Future) {
      return result.whenComplete(() => _freeOrThrow(slot)) as R;
    }
    _freeOrThrow(slot);
    return result;
  }

  /// Returns an empty list of pointers with space for [capacity].
  PoolSlots<T> slots(int capacity) => PoolSlots._(this, capacity);

  /// Allocates [count] slots, all or none of them.
  PoolSlots<T> allocMany(int count, PoolSlots<T>? into) {
    checkSize(count, 'count');
    // Asking for more slots than all fails; so one more than all is enough.
    final wanted = min(count, capacity + 1);
    final slots = into ?? PoolSlots._(this, wanted);
    slots._checkRoom(wanted);
    final length = _allocMany(slots._raw, wanted);
    if (length < wanted) {
      _freeMany(slots._raw, length);
      if (into == null) slots.dispose();
      throwEmpty();
    }
    slots._length = length;
    return slots;
  }

  /// Frees all [slots].
  void freeMany(Iterable<Pointer<T>> slots) {
    if (slots is PoolSlots<T>) return slots.free();
    final all = slots.toList(growable: false);
    final copies = PoolSlots._(this, all.length);
    try {
      copies
        .._fill(all)
        ..free();
    } finally {
      copies.dispose();
    }
  }

  void _checkInUse(Pointer<T> slot) {
    if (_reference(slot) == 0) _throwNotInUse(slot);
  }

  Never _throwNotInUse(Pointer<T> slot) => throw ArgumentError.value(
    _hex(slot),
    'slot',
    'is no slot in use of the pool of `$name`',
  );

  /// Frees the slot that [hold] keeps.
  void _dispose(_Hold hold) {
    final slot = hold.attachment.ref.memory.cast<T>();
    final code = _memory._freeSlot(hold.attachment);
    _recycle(hold);
    if (code != 0 && code != _poolClosed) throwRefused(code, slot);
  }

  /// Returns the reference to [slot], or none if it is no slot in use.
  FfiRef<D> referenceAt(Pointer<T> slot) {
    final bits = _reference(slot);
    return FfiRef.raw(bits & 0xffffffff, bits >>> 32);
  }

  /// Returns the address that [reference] refers to.
  Pointer<T> require(FfiRef<Object?> reference) {
    final slot = _resolve(reference.indexPlusOne, reference.generation);
    return slot.address != 0 ? slot : _throwStale<T>(reference);
  }

  /// Frees [root] and all messages below it, and returns the number of freed
  /// slots.
  int freeTreeAt(Pointer<T> root, TreeChildren<T, D> children) {
    _checkInUse(root);
    final below = children(view(root)).toList();
    _freeOrThrow(root);
    return 1 + _freeBelow(below, children);
  }

  /// Frees the messages of the references in [todo] and all below them, and
  /// returns the number of freed slots.
  int _freeBelow(List<FfiRef<D>> todo, TreeChildren<T, D> children) {
    var count = 0;
    while (todo.isNotEmpty) {
      final FfiRef(:indexPlusOne, :generation) = todo.removeLast();
      final slot = _resolve(indexPlusOne, generation);
      if (slot.address == 0) continue;
      final below = children(view(slot)).toList(growable: false);
      if (_free(slot) != 0) continue;
      count++;
      todo.addAll(below);
    }
    return count;
  }
}
