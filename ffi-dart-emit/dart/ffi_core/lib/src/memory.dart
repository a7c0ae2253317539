part of 'native.dart';

/// The library's memory; there is one per isolate.
///
/// Memory is kept by an object through a handle of the whole isolate group, not
/// by a `NativeFinalizer`: that one runs when the isolate ends that attached it,
/// though the object may have left, and is lost when the isolate is killed.
final class LibraryMemory {
  /// The memory of the library that passed [check]; the other arguments are
  /// symbols.
  ///
  /// [kernels] returns the table of the kernels, where the library has some.
  factory LibraryMemory(
    LibraryCheck check,
    String dartInit,
    String dartCalls,
    String clear, {
    String? kernels,
  }) {
    final LibraryCheck(:library) = check.._initDart(dartInit);
    final calls = library.lookupFunction<_DartCallsF, _DartCallsF>(dartCalls)();
    final memory = LibraryMemory._(library, clear, calls.ref, kernels);
    _opened.add(memory);
    return memory;
  }

  LibraryMemory._(this.library, this._clear, _DartCalls calls, this._kernels)
    : _attachStatus = calls.attachStatus.asFunction(),
      _attachOwned = calls.attachOwned.asFunction(),
      _attachAlloc = calls.attachAlloc.asFunction(),
      _attachColumns = calls.attachColumns.asFunction(),
      _attachSlot = calls.attachSlot.asFunction(),
      _share = calls.share.asFunction(),
      _detach = calls.detach.asFunction(),
      _freeOwned = calls.freeOwned.asFunction(isLeaf: true);

  /// The libraries that this isolate has opened, in that order.
  static final List<LibraryMemory> _opened = [];

  /// The memory for what belongs to no package, such as arrays of numbers: that of
  /// the library which this isolate opened first. All libraries take it.
  ///
  /// Throws a [StateError] when none is open.
  static LibraryMemory get current => _opened.isEmpty
      ? throw StateError(
          'no library is open in this isolate, whose memory it could be; hint: '
          'call the `open()` of a library before',
        )
      : _opened.first;

  /// The table of the kernels, which are the same in all libraries that have them.
  ///
  /// Throws a [StateError] when no library has kernels.
  static Pointer<Pointer<Void>> get kernelTable {
    for (final LibraryMemory(:library, :_kernels) in _opened) {
      if (_kernels != null) {
        return library.lookupFunction<_KernelsF, _KernelsF>(
          _kernels,
          isLeaf: true,
        )();
      }
    }
    throw StateError(
      'no library that is open in this isolate has kernels; hint: call the '
      '`open()` of one whose messages have `#[ffi(simd)]` before',
    );
  }

  /// The opened library.
  final DynamicLibrary library;

  /// The symbol of what returns the table of the kernels.
  final String? _kernels;

  final _AttachStatusD _attachStatus;
  final _AttachOwnedD _attachOwned;
  final _AttachAllocD _attachAlloc;
  final _AttachColumnsD _attachColumns;
  final _AttachSlotD _attachSlot;
  final _ShareD _share;
  final _DetachD _detach;
  final _FreeOwnedD _freeOwned;

  /// Where calls of this isolate say how they failed. A result that owns memory or
  /// a slot is noted there until it was taken, so that it goes back even when the
  /// isolate is killed before.
  late final Pointer<FfiStatus> status = _attached(_attachStatus(this))
      .ref
      .memory
      .cast();

  late final Pointer<FfiPending> _pending = status.ref.pending;

  /// The symbol of the function that clears a status.
  final String _clear;

  /// Where the functions of messages for protobuf say how they went.
  late final _ProtoStatus _protoStatus = _ProtoStatus._(this, _clear);

  /// Where the text arguments of a call are.
  late final TextArguments texts = TextArguments(this);

  /// Zeroed memory that [keeper] keeps, aligned as SIMD and cache lines want it.
  ///
  /// Throws an [AllocationException].
  Pointer<FfiAttachment> allocate(Object keeper, int bytes) {
    final size = checkSize(bytes, 'bytes');
    final attachment = _attachAlloc(keeper, size, 64);
    if (attachment == nullptr) throw AllocationException(bytes);
    return attachment;
  }

  /// Zeroed memory that this object keeps: there is some as long as the isolate.
  ///
  /// Throws an [AllocationException].
  Pointer<T> scratch<T extends NativeType>(int bytes) =>
      allocate(this, bytes).ref.memory.cast();

  /// Has [keeper] keep what a function returned.
  Pointer<FfiAttachment> attachOwned(
    Object keeper,
    Pointer<FfiOwned> owned,
    int bytes,
  ) => _attached(_attachOwned(keeper, status, owned, bytes));

  Pointer<FfiAttachment> _attached(Pointer<FfiAttachment> attachment) {
    if (attachment != nullptr) return attachment;
    throw StateError('Dart refused to attach memory of the library');
  }

  /// Has [keeper], too, keep what is kept by the object of [attachment].
  Pointer<FfiAttachment> share(
    Pointer<FfiAttachment> attachment,
    Object keeper,
    int bytes,
  ) => _attached(_share(attachment, keeper, bytes));

  /// Ends that [keeper] keeps something, which goes back if nobody else does.
  void drop(Pointer<FfiAttachment> attachment, Object keeper) =>
      _detach(attachment, keeper, 2);

  /// Gives back now what [keeper] kept, whoever else does.
  void release(Pointer<FfiAttachment> attachment, Object keeper) =>
      _detach(attachment, keeper, 1);

  /// Leaves what [keeper] kept to the caller.
  void forget(Pointer<FfiAttachment> attachment, Object keeper) =>
      _detach(attachment, keeper, 0);

  /// The text in [owned], which is freed.
  String takeString(Pointer<FfiOwned> owned) {
    final FfiOwned(:data, :length) = owned.ref;
    final text = decodeString(data.cast<Uint8>().asTypedList(length), length);
    _freeOwned(status, owned);
    return text;
  }

  /// A copy of the bytes in [owned], which is freed.
  Uint8List takeBytes(Pointer<FfiOwned> owned) {
    final FfiOwned(:data, :length) = owned.ref;
    final bytes = Uint8List.fromList(data.cast<Uint8>().asTypedList(length));
    _freeOwned(status, owned);
    return bytes;
  }

  /// The [slot] that a function returned, which is the caller's from now on.
  Pointer<T> takeSlot<T extends NativeType>(Pointer<T> slot) {
    _pending.ref.resource = nullptr;
    return slot;
  }
}
