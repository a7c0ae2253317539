part of 'native.dart';

/// Memory of the library; there is one object of this class per isolate.
///
/// A handle of the whole isolate group keeps memory for an object. A
/// `NativeFinalizer` would run when the isolate ends that attached it, although
/// the object may have moved to another one, and would be lost when the isolate
/// is killed.
final class LibraryMemory {
  /// The memory of the library that passed [check]; the other arguments are
  /// symbols.
  ///
  /// [kernels] return the tables of the kernels, where the library has some, and
  /// [mailbox] that of the functions of mailboxes.
  factory LibraryMemory(
    LibraryCheck check,
    String dartInit,
    String dartCalls,
    String clear, {
    List<String> kernels = const [],
    String? mailbox,
  }) {
    final LibraryCheck(:library) = check.._initDart(dartInit);
    final calls = library.lookupFunction<_DartCallsF, _DartCallsF>(dartCalls)();
    final memory = LibraryMemory._(library, clear, calls.ref, kernels, mailbox);
    _opened.add(memory);
    return memory;
  }

  LibraryMemory._(
    this._library,
    this._clear,
    this._calls,
    this._kernels,
    this._mailboxCalls,
  );

  /// The libraries that this isolate has opened, in that order.
  static final List<LibraryMemory> _opened = [];

  /// Memory of Dart's process, for boxes and arrays on a host without the library, whose
  /// place something else has taken.
  LibraryMemory._host()
    : _library = null,
      _calls = null,
      _clear = '',
      _kernels = const [],
      _mailboxCalls = null;

  /// The memory of a library whose place something else has taken.
  static final LibraryMemory host = LibraryMemory._host();

  /// True if there is no library, so memory is that of Dart's process.
  bool get isHost => _library == null;

  /// True once something has taken the place of a library in this isolate.
  static bool _faked = false;

  /// Lets arrays of numbers be made although no library is open.
  static void allowHost() => _faked = true;

  /// The memory for what belongs to no package, such as arrays of numbers: that of
  /// the library which this isolate opened first. All libraries take it.
  ///
  /// Throws a [StateError] when none is open.
  static LibraryMemory get current {
    if (_opened.isNotEmpty) return _opened.first;
    if (_faked) return host;
    throw StateError(
      'no library is open in this isolate, whose memory it could be; hint: '
      'call the `open()` of a library before',
    );
  }

  /// The tables of the kernels, of all libraries that are open. A kernel is the
  /// same in all that have it.
  ///
  /// Throws a [StateError] when no library has kernels.
  static List<Pointer<Pointer<Void>>> get kernelTables {
    final tables = [
      for (final LibraryMemory(:_library, :_kernels) in _opened)
        if (_library != null)
          for (final symbol in _kernels)
            _library.lookupFunction<_KernelsF, _KernelsF>(
              symbol,
              isLeaf: true,
            )(),
    ];
    if (tables.isNotEmpty) return tables;
    throw StateError(
      'no library that is open in this isolate has kernels; hint: call the '
      '`open()` of one whose messages have `#[ffi(simd)]` before',
    );
  }

  final DynamicLibrary? _library;

  /// The opened library.
  ///
  /// Throws a [StateError] if something else has taken its place.
  DynamicLibrary get library => _library ?? _throwFake();

  /// The symbols of what returns the tables of the kernels.
  final List<String> _kernels;

  /// The symbol of what returns the functions of mailboxes.
  final String? _mailboxCalls;

  final _DartCalls? _calls;

  // Looked up when they are first called, so that memory without a library has
  // none.
  late final _DartCalls _attach = _calls ?? _throwFake();
  late final _AttachStatusD _attachStatus = _attach.attachStatus.asFunction();
  late final _AttachOwnedD _attachOwned = _attach.attachOwned.asFunction();
  late final _AttachAllocD _attachAlloc = _attach.attachAlloc.asFunction();
  late final _AttachAllocD _attachSecret = _attach.attachSecret.asFunction();
  late final _AllocPendingD _allocPending = _attach.allocPending.asFunction(
    isLeaf: true,
  );
  late final _AttachPendingD _attachPending = _attach.attachPending
      .asFunction();
  late final _AttachColumnsD _attachColumns = _attach.attachColumns
      .asFunction();
  late final _SlotPoolF _slotPool = _attach.slotPool.asFunction(isLeaf: true);
  late final _AttachSlotD _attachSlot = _attach.attachSlot.asFunction();
  late final _RefillSlotF _refillSlot = _attach.refillSlot.asFunction(
    isLeaf: true,
  );
  late final _FreeSlotD _freeSlot = _attach.freeSlot.asFunction(isLeaf: true);
  late final _ForgetSlotD _forgetSlot = _attach.forgetSlot.asFunction(
    isLeaf: true,
  );
  late final _DrainSlotD _drainSlot = _attach.drainSlot.asFunction(
    isLeaf: true,
  );
  late final _ShareD _share = _attach.share.asFunction();
  late final _DetachD _detach = _attach.detach.asFunction();
  late final _FreeOwnedD _freeOwned = _attach.freeOwned.asFunction(
    isLeaf: true,
  );

  static Never _throwFake() => throw StateError(
    'the library is a fake, set as `instance`, which has no functions in Rust; hint: '
    'set the fake before anything uses the library, and give the fake what is used',
  );

  /// Status of calls from this isolate. A result that owns memory or a slot is
  /// noted in it until it is taken, so that it is freed even if the isolate is
  /// killed before.
  late final Pointer<FfiStatus> status = _newStatus();

  /// Status of calls whose results are the caller's at once: it has no place to note
  /// one in.
  late final Pointer<FfiStatus> plainStatus = _newStatus()
    ..ref.pending = nullptr;

  Pointer<FfiStatus> _newStatus() =>
      _attached(_attachStatus(this)).ref.memory.cast();

  /// The mailbox of this isolate, which the first async call opens.
  late final Mailbox mailbox = Mailbox._(this);

  /// The symbol of the function that clears a status.
  final String _clear;

  /// Status of the functions of messages for protobuf.
  late final _ProtoStatus _protoStatus = _ProtoStatus._(this, _clear);

  /// Number of functions that were called by calls under way, one in the other.
  int _depth = 0;

  /// The number of the function of this isolate that a call under way has called last, of
  /// any library, and that has not returned; 0 for none. Later ones have larger numbers.
  static int _within = 0;

  /// The number of the function that was called last.
  static int _lastWithin = 0;

  /// Work that is put off until no function that a call has called is under way.
  static final List<void Function()> _putOff = [];

  /// True if a call under way may use what was made within the function [madeWithin]: one
  /// that began before the function that runs now.
  @pragma('vm:prefer-inline')
  static bool _mayBeLent(int madeWithin) => _within > madeWithin;

  /// Runs what was put off. A failure has no call that it could be told to, so it goes to
  /// the zone.
  static void _catchUp() {
    for (final action in _putOff) {
      try {
        action();
      } on Object catch (error, stack) {
        Zone.current.handleUncaughtError(error, stack);
      }
    }
    _putOff.clear();
  }

  /// Throws a [StateError] if a call under way may use [object], which was made within the
  /// function [madeWithin], so that nobody else can get it.
  static void _checkGiven(int madeWithin, Object object) {
    if (_mayBeLent(madeWithin)) _throwLent(object);
  }

  static Never _throwLent(Object object) => throw StateError(
    'the `${object.runtimeType}` can not be given away by a function that Rust has '
    'called, as the call may still use it; hint: give it after the call, or give one '
    'that the function has made',
  );

  final List<TextArguments> _texts = [];

  /// Memory for the text arguments of a call; another one in a function that a call
  /// has called, as those of the call are still in use.
  TextArguments get texts =>
      _depth < _texts.length ? _texts[_depth] : _moreTexts();

  TextArguments _moreTexts() {
    while (_texts.length <= _depth) {
      _texts.add(TextArguments(this));
    }
    return _texts[_depth];
  }

  /// Writes [text], which a function returned, to [place]; an exception calls it [name].
  void writeText(String text, int place, String name) {
    final texts = this.texts..clear();
    final length = texts.add(text, name);
    Pointer<_CallbackText>.fromAddress(place).ref
      ..data = texts.pointer
      ..length = length;
  }

  /// The lists that a call is given, each in its own place.
  final List<Pointer<FfiGiven>> _given = [];

  /// Returns the place for the list that is the argument [index] of its kind.
  Pointer<FfiGiven> _placeForList(int index) {
    while (_given.length <= index) {
      _given.add(scratch<FfiGiven>(sizeOf<FfiGiven>()));
    }
    return _given[index];
  }

  /// Allocates zeroed memory that [keeper] keeps, aligned for SIMD and cache
  /// lines. If it is [secret], it is zeroed again when it is freed.
  ///
  /// Throws an [AllocationException].
  Pointer<FfiAttachment> allocate(
    Object keeper,
    int bytes, {
    bool secret = false,
  }) {
    final size = checkSize(bytes, 'bytes');
    final attachment = secret
        ? _attachSecret(keeper, size, 64)
        : _attachAlloc(keeper, size, 64);
    if (attachment == nullptr) throw AllocationException(bytes);
    return attachment;
  }

  /// Allocates zeroed memory as [allocate] does, and returns its bytes, which keep it;
  /// [hold] gets their attachment.
  ///
  /// Throws an [AllocationException].
  Uint8List _allocateView(_Hold hold, int bytes) {
    // The status has a note of it until the bytes keep it, in case the isolate is killed.
    final start = _allocPending(status, bytes, 64);
    if (start.address == 0) throw AllocationException(bytes);
    final view = start.cast<Uint8>().asTypedList(bytes);
    hold
      ..attachment = _attached(_attachPending(view, status, start, bytes))
      ..view = view;
    return view;
  }

  /// Allocates zeroed memory that lives as long as the isolate.
  ///
  /// Throws an [AllocationException].
  Pointer<T> scratch<T extends NativeType>(int bytes) =>
      allocate(this, bytes).ref.memory.cast();

  /// Has [keeper] keep the memory that a function returned.
  Pointer<FfiAttachment> attachOwned(
    Object keeper,
    Pointer<FfiOwned> owned,
    int bytes,
  ) => _attached(_attachOwned(keeper, status, owned, bytes));

  Pointer<FfiAttachment> _attached(Pointer<FfiAttachment> attachment) {
    if (attachment != nullptr) return attachment;
    throw StateError('Dart refused to attach memory of the library');
  }

  /// Has [keeper] also keep the memory that the object of [attachment] keeps.
  Pointer<FfiAttachment> share(
    Pointer<FfiAttachment> attachment,
    Object keeper,
    int bytes,
  ) => _attached(_share(attachment, keeper, bytes));

  /// Ends the hold of [keeper] on its memory, which is freed with the last
  /// hold: after the calls under way that may use it, which it was not [madeWithin].
  void drop(
    Pointer<FfiAttachment> attachment,
    Object keeper, {
    int madeWithin = 0,
  }) => _end(attachment, keeper, 2, madeWithin);

  /// Frees the memory of [keeper] now, although other objects may keep it; but after the
  /// calls under way that may use it, which it was not [madeWithin].
  void release(
    Pointer<FfiAttachment> attachment,
    Object keeper, {
    int madeWithin = 0,
  }) => _end(attachment, keeper, 1, madeWithin);

  void _end(
    Pointer<FfiAttachment> attachment,
    Object keeper,
    int how,
    int madeWithin,
  ) => _mayBeLent(madeWithin)
      ? _putOff.add(() => _detach(attachment, keeper, how))
      : _detach(attachment, keeper, how);

  /// Frees the memory of [keeper] now, which no call under way was given.
  void _releaseOwn(Pointer<FfiAttachment> attachment, Object keeper) =>
      _detach(attachment, keeper, 1);

  /// Ends the hold of [keeper] without freeing; the caller owns the memory.
  void forget(Pointer<FfiAttachment> attachment, Object keeper) =>
      _detach(attachment, keeper, 0);

  /// Returns the text in [owned], and frees it.
  String takeString(Pointer<FfiOwned> owned) {
    final FfiOwned(:data, :length) = owned.ref;
    final text = decodeString(data.cast<Uint8>().asTypedList(length), length);
    _freeOwned(status, owned);
    return text;
  }

  /// Returns a copy of the bytes in [owned], and frees them.
  Uint8List takeBytes(Pointer<FfiOwned> owned) {
    final FfiOwned(:data, :length) = owned.ref;
    final bytes = Uint8List.fromList(data.cast<Uint8>().asTypedList(length));
    _freeOwned(status, owned);
    return bytes;
  }
}
