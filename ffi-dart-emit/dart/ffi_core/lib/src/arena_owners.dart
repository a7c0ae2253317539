part of 'native.dart';

typedef _ArenaPartsC = Int32 Function(Pointer<Void>, Pointer<_ArenaParts>);
typedef _ArenaPartsD = int Function(Pointer<Void>, Pointer<_ArenaParts>);
typedef _ArenaResizeC = Int32 Function(Pointer<Void>, Size, Size);
typedef _ArenaResizeD = int Function(Pointer<Void>, int, int);
typedef _ArenaMadeC = Pointer<Void> Function(Pointer<Void>, Pointer<FfiStatus>);
typedef _ArenaWastedC = Size Function(Pointer<Void>, Pointer<FfiStatus>);
typedef _ArenaWastedD = int Function(Pointer<Void>, Pointer<FfiStatus>);

typedef _ArenaMapC =
    Pointer<Void> Function(Pointer<Uint8>, Size, Pointer<FfiStatus>);
typedef _ArenaMapD =
    Pointer<Void> Function(Pointer<Uint8>, int, Pointer<FfiStatus>);
typedef _ArenaSchemaC = Pointer<FfiOwned> Function(Pointer<FfiStatus>);
typedef _ArenaCompareC =
    Void Function(Pointer<Uint8>, Size, Pointer<FfiStatus>);
typedef _ArenaCompareD = void Function(Pointer<Uint8>, int, Pointer<FfiStatus>);
typedef _ArenaCheckC = Void Function(Pointer<Void>, Uint8, Pointer<FfiStatus>);
typedef _ArenaCheckD = void Function(Pointer<Void>, int, Pointer<FfiStatus>);

/// The chunks of an arena.
final class _ArenaParts extends Struct {
  external Pointer<Uint8> lists;

  @Size()
  external int listsUsed;

  @Size()
  external int listsCapacity;

  external Pointer<Uint8> text;

  @Size()
  external int textUsed;

  @Size()
  external int textCapacity;

  @Size()
  external int readOnly;
}

/// Functions that the library exports for arenas with one root; there is one object
/// of this class per message and isolate.
final class ArenaCalls {
  /// The arenas whose root is the message [name] of [size] bytes. The number with the
  /// halves [high] and [low] is its layout, with all that it reaches.
  ///
  /// The library is that of the memory, and exports the others.
  ArenaCalls(
    this._memory,
    this.name,
    this.size,
    this.high,
    this.low,
    this._createSymbol,
    this._freeSymbol,
    this._partsSymbol,
    this._resizeSymbol,
    this._renewSymbol,
    this._compactSymbol,
    this._wastedSymbol,
    this._mapSymbol,
    this._checkSymbol,
    this._freezeSymbol,
    this._schemaSymbol,
    this._compareSymbol,
  );

  /// True if the functions are those of the library with [memory].
  bool isOf(LibraryMemory memory) => identical(memory, _memory);

  final LibraryMemory _memory;

  /// Name of the message in Dart.
  final String name;

  /// Size of the message in bytes.
  final int size;

  /// Upper half of the layout.
  final int high;

  /// Lower half of the layout.
  final int low;

  final String _createSymbol;
  final String _freeSymbol;
  final String _partsSymbol;
  final String _resizeSymbol;
  final String _renewSymbol;
  final String _compactSymbol;
  final String _wastedSymbol;
  final String _mapSymbol;
  final String _checkSymbol;
  final String _freezeSymbol;
  final String _schemaSymbol;
  final String _compareSymbol;

  // Looked up when they are first called, as a fake library has none.
  late final Pointer<_NewColumnsF> _create = _memory.library.lookup(
    _createSymbol,
  );
  late final Pointer<NativeFunction<_FreeColumnsC>> _free = _memory.library
      .lookup(_freeSymbol);
  late final _ArenaPartsD _parts = _memory.library
      .lookupFunction<_ArenaPartsC, _ArenaPartsD>(_partsSymbol, isLeaf: true);
  late final _ArenaResizeD _resize = _memory.library
      .lookupFunction<_ArenaResizeC, _ArenaResizeD>(
        _resizeSymbol,
        isLeaf: true,
      );
  late final _ArenaMadeC _renew = _memory.library
      .lookupFunction<_ArenaMadeC, _ArenaMadeC>(_renewSymbol, isLeaf: true);
  late final _ArenaMadeC _compact = _memory.library
      .lookupFunction<_ArenaMadeC, _ArenaMadeC>(_compactSymbol);
  late final _ArenaWastedD _wasted = _memory.library
      .lookupFunction<_ArenaWastedC, _ArenaWastedD>(_wastedSymbol);

  late final _ArenaMapD _map = _memory.library
      .lookupFunction<_ArenaMapC, _ArenaMapD>(_mapSymbol);
  late final _ArenaCheckD _check = _memory.library
      .lookupFunction<_ArenaCheckC, _ArenaCheckD>(_checkSymbol);

  late final _ArenaMadeC _freeze = _memory.library
      .lookupFunction<_ArenaMadeC, _ArenaMadeC>(_freezeSymbol);
  late final _ArenaSchemaC _schema = _memory.library
      .lookupFunction<_ArenaSchemaC, _ArenaSchemaC>(_schemaSymbol);
  late final _ArenaCompareD _compare = _memory.library
      .lookupFunction<_ArenaCompareC, _ArenaCompareD>(_compareSymbol);

  /// The schema of the arenas.
  Uint8List _schemaBytes() {
    final owned = _schema(_memory.status);
    _memory._protoStatus._check();
    return _memory.takeBytes(owned);
  }

  /// Throws an [InvalidValueException] that names the first difference, if [bytes] are an
  /// arena of another layout with its schema inside.
  void _refuseOther(Uint8List bytes) {
    final schema = BytesArena.otherSchema(bytes, high, low);
    if (schema == null) return;
    final texts = _memory.texts..clear();
    final length = texts.addBytes(schema);
    _compare(texts.pointer, length, _memory.status);
    _memory._protoStatus._check();
  }

  /// Memory for the chunks of an arena.
  late final Pointer<_ArenaParts> _found = _memory.scratch(
    sizeOf<_ArenaParts>(),
  );
}

/// Memory of an arena of the library.
final class _NativeArena extends ArenaMemory {
  /// An arena with room for [lists] and [text] bytes.
  _NativeArena(this._calls, int lists, int text)
    : super(Uint8List(0), Uint8List(0), 0, 0, isMutable: true) {
    _attach(nullptr, lists, _bits(text));
    _find();
  }

  /// The arena at [_header], which a function returned or another isolate gave away.
  _NativeArena.taken(this._calls, Pointer<Void> header)
    : super(Uint8List(0), Uint8List(0), 0, 0, isMutable: true) {
    _attach(header, 0, 0);
    _find();
  }

  /// The arena in the file at [path], which is only read.
  factory _NativeArena.mapped(ArenaCalls calls, String path) {
    final memory = calls._memory;
    final texts = memory.texts..clear();
    final length = texts.add(path, 'path');
    final header = calls._map(texts.pointer, length, memory.status);
    memory._protoStatus._check();
    return _NativeArena.taken(calls, header);
  }

  final ArenaCalls _calls;
  Pointer<FfiAttachment> _attachment = nullptr;
  Pointer<Void> _header = nullptr;

  // What [bytes] and [text] keep the chunks by; null for no text. The collector counts
  // the bytes here and not for this object, which goes with them.
  Pointer<FfiAttachment> _listsHold = nullptr;
  Pointer<FfiAttachment> _textHold = nullptr;

  // Addresses of the typed data.
  Pointer<Uint8> _listsAt = nullptr;
  Pointer<Uint8> _textAt = nullptr;

  /// True once a call got the chunks: it may still read them, if it called Dart.
  bool _lent = false;

  /// The function that the chunks were made within, as [LibraryMemory._within] numbers it.
  int _madeWithin = 0;

  /// The function within which the chunks may be freed at once.
  int get _freeWithin => _lent ? _madeWithin : LibraryMemory._within;

  /// The smallest number to whose power 2 is [text] or more; 0 for no text.
  static int _bits(int text) => text <= 0 ? 0 : max(1, (text - 1).bitLength);

  /// Keeps the arena at [header], or a new one for null.
  void _attach(Pointer<Void> header, int lists, int text) {
    final ArenaCalls(:_create, :_free, :_memory) = _calls;
    checkSize(lists, 'lists');
    final attachment = _memory._attachColumns(
      this,
      _memory.status,
      header,
      _create,
      lists,
      text,
      _free,
      0,
    );
    if (attachment == nullptr) throw AllocationException(lists + (1 << text));
    _attachment = attachment;
    _header = attachment.ref.memory;
    _madeWithin = LibraryMemory._within;
  }

  /// Makes the typed data of the chunks.
  void _find() {
    final parts = _calls._found;
    _calls._parts(_header, parts);
    final _ArenaParts(
      lists: at,
      :listsUsed,
      :listsCapacity,
      text: textAt,
      :textUsed,
      :textCapacity,
      :readOnly,
    ) = parts.ref;
    isMutable = readOnly == 0;
    final memory = _calls._memory;
    _listsAt = at;
    _textAt = textAt;
    bytes = at.asTypedList(listsCapacity);
    _listsHold = memory.share(_attachment, bytes, listsCapacity);
    lists = ByteData.sublistView(bytes);
    if (textCapacity == 0) {
      text = Uint8List.sublistView(bytes, 0, 0);
      _textHold = nullptr;
    } else {
      text = textAt.asTypedList(textCapacity);
      _textHold = memory.share(_attachment, text, textCapacity);
    }
    this.listsUsed = listsUsed;
    this.textUsed = textUsed;
    exposed = _lent = false;
    forgetRooms();
  }

  @override
  void grow(int end, int textEnd) {
    // Both chunks move, so one that is half full grows at once, and the text isn't much
    // smaller than the lists.
    final lists = end > bytes.length ~/ 2
        ? grown(bytes.length, end)
        : bytes.length;
    final texts = textEnd > text.length ~/ 2
        ? grown(text.length, textEnd)
        : text.length;
    _replace(lists, max(texts, lists ~/ 2));
  }

  /// Moves to chunks of other sizes. The old ones stay as long as typed data of them is
  /// used, or are freed at once.
  void _replace(int listsSize, int textSize) {
    if (listsSize > 0xffffffff || textSize > 0xffffffff) {
      throw CapacityException(
        max(listsSize, textSize),
        0xffffffff,
        'an arena of ${_calls.name}',
      );
    }
    final old = _attachment, oldBytes = bytes, oldText = text;
    final listsHold = _listsHold, textHold = _textHold;
    final isRead = exposed || _lent, madeWithin = _freeWithin;
    final listsUsed = this.listsUsed, textUsed = this.textUsed;
    final spare = rooms;
    _attach(nullptr, listsSize, _bits(textSize));
    _find();
    bytes.setRange(0, listsUsed, oldBytes);
    text.setRange(0, textUsed, oldText);
    this.listsUsed = listsUsed;
    this.textUsed = textUsed;
    takeRooms(spare);
    final memory = _calls._memory;
    if (isRead) return memory.drop(old, this, madeWithin: madeWithin);
    memory._releaseOwn(old, this);
    _forget(oldBytes, listsHold, oldText, textHold, madeWithin);
  }

  /// Ends the holds of typed data that only this object has had, of chunks that are free. The
  /// collector would count their bytes until it finds it, and so run for nothing.
  void _forget(
    Uint8List bytes,
    Pointer<FfiAttachment> listsHold,
    Uint8List text,
    Pointer<FfiAttachment> textHold,
    int madeWithin,
  ) {
    final memory = _calls._memory;
    memory.drop(listsHold, bytes, madeWithin: madeWithin);
    if (textHold == nullptr) return;
    memory.drop(textHold, text, madeWithin: madeWithin);
  }

  /// Says how much of the chunks is in use, and returns the arena for a call.
  Pointer<Void> _lend() {
    if (_header == nullptr) _throwGone();
    _lent = true;
    if (isMutable) _calls._resize(_header, listsUsed, textUsed);
    return _header;
  }

  /// Makes the typed data again, after a call that may have changed the arena.
  void _refresh() {
    final parts = _calls._found;
    _calls._parts(_header, parts);
    if (parts.ref.lists == _listsAt && parts.ref.text == _textAt) {
      listsUsed = parts.ref.listsUsed;
      textUsed = parts.ref.textUsed;
      forgetRooms();
      return;
    }
    // The old chunks belong to the old object, and go with its last view.
    final old = _attachment;
    final renewed = _calls._renew(_header, _calls._memory.status);
    _attach(renewed, parts.ref.listsCapacity, 0);
    _find();
    _calls._memory.drop(old, this);
  }

  Never _throwGone() => throw StateError(
    'the arena of `${_calls.name}` was used after it was disposed of, released or '
    'given to the library',
  );

  /// Ends the use of the arena.
  void _end({required bool forget}) {
    final attachment = _attachment, oldBytes = bytes, oldText = text;
    _header = nullptr;
    isMutable = false;
    bytes = text = Uint8List(0);
    lists = ByteData(0);
    listsUsed = textUsed = 0;
    final memory = _calls._memory, madeWithin = _freeWithin;
    if (forget) {
      memory.forget(attachment, this);
    } else if (exposed) {
      return memory.drop(attachment, this, madeWithin: madeWithin);
    } else {
      memory.release(attachment, this, madeWithin: madeWithin);
    }
    _forget(oldBytes, _listsHold, oldText, _textHold, madeWithin);
  }
}

/// An arena: a message without bounds and all that it refers to, shared with Rust.
///
/// **owned**: the memory is freed when nothing in Dart refers to the arena, its views
/// or typed data of it any more, or by [dispose]. It grows as it is filled.
///
/// One isolate uses it at a time; [release] hands it to another one.
abstract base class NativeArena implements Finalizable {
  /// An arena whose root is zeros, with room for [lists] and [text] bytes.
  NativeArena(ArenaCalls calls, int lists, int text)
    : memory$ = calls._memory.isHost
          ? HeapArena(calls.size, lists, text)
          : _NativeArena(calls, lists, text),
      _calls = calls;

  /// The result of a function, or the arena that another isolate has released.
  NativeArena.taken(ArenaCalls calls, Pointer<Void> header)
    : memory$ = _NativeArena.taken(calls, header),
      _calls = calls;

  /// The arena at [address], which another isolate has released.
  NativeArena.adopted(ArenaCalls calls, int address)
    : this.taken(calls, Pointer.fromAddress(address));

  /// A copy of the arena in [bytes].
  NativeArena.copied(ArenaCalls calls, Uint8List bytes)
    : memory$ = _copied(calls, bytes),
      _calls = calls;

  /// The arena in the file at [path], which is only read.
  NativeArena.mapped(ArenaCalls calls, String path)
    : memory$ = _NativeArena.mapped(calls, path),
      _calls = calls;

  static ArenaMemory _copied(ArenaCalls calls, Uint8List all) {
    if (!calls._memory.isHost) calls._refuseOther(all);
    final from = BytesArena(all, calls.high, calls.low, calls.size, calls.name);
    final ArenaMemory to = calls._memory.isHost
        ? HeapArena(calls.size, from.listsUsed, from.textUsed)
        : _NativeArena(calls, from.listsUsed, from.textUsed);
    to
      ..bytes.setRange(arenaHeader, from.listsUsed, from.bytes, arenaHeader)
      ..text.setRange(0, from.textUsed, from.text)
      ..listsUsed = from.listsUsed
      ..textUsed = from.textUsed;
    if (to is _NativeArena) {
      calls._check(to._lend(), 1, calls._memory.status);
      calls._memory._protoStatus._check();
    }
    return to;
  }

  /// The memory, for generated code.
  final ArenaMemory memory$;

  final ArenaCalls _calls;

  _NativeArena get _native => switch (memory$) {
    final _NativeArena it => it,
    _ => LibraryMemory._throwFake(),
  };

  /// The memory of an arena that is in use.
  ArenaMemory get _used {
    final memory = memory$;
    if (memory is _NativeArena && memory._header == nullptr) {
      memory._throwGone();
    }
    return memory;
  }

  /// Number of bytes in use, header included.
  int get lengthInBytes => _used.listsUsed + memory$.textUsed;

  /// The bytes of the arena, as they are in a file: a copy.
  ///
  /// Call [compact] before if there is much that nothing refers to.
  Uint8List toBytes() => _used.toBytes(_calls.high, _calls.low);

  /// Number of bytes that nothing refers to: old texts, and lists that moved.
  ///
  /// Throws an [InvalidValueException] if the arena isn't valid.
  int get wasted {
    final memory = _native;
    final wasted = _calls._wasted(memory._lend(), _calls._memory.status);
    _calls._memory._protoStatus._check();
    return wasted;
  }

  /// True if the arena is frozen, or a mapped file: what is written to it throws an
  /// [UnsupportedError].
  bool get isReadOnly => !_used.isMutable;

  /// Makes the arena read-only for good, in memory of its own that nobody can write to: it
  /// is checked once, so each call that it is lent to costs nothing more, and other isolates
  /// can read it at the same time by what [share] returns. [compact] makes a copy of it that
  /// can be changed. Does nothing if it is read-only.
  ///
  /// Views other than that of the root go on reading the memory of before. Throws an
  /// [InvalidValueException] if the arena isn't valid.
  void freeze() {
    final memory = _native;
    if (isReadOnly) return;
    final frozen = _calls._freeze(memory._lend(), _calls._memory.status);
    _calls._memory._protoStatus._check();
    _moveTo(memory, frozen);
  }

  /// Returns an address with which another isolate can adopt the same memory, once, while
  /// this one keeps it: nothing is copied. If nothing adopts it, it leaks.
  ///
  /// Throws a [StateError] if the arena isn't read-only: [freeze] it, or [release] it.
  int share() {
    final memory = _native;
    final header = memory._lend();
    if (memory.isMutable) {
      throw StateError(
        'an arena of `${_calls.name}` is shared after `freeze()`; `release()` hands it over',
      );
    }
    final shared = _calls._freeze(header, _calls._memory.status);
    _calls._memory._protoStatus._check();
    // Until it is kept here, it belongs to the status of this isolate, which would free it.
    final other = _NativeArena.taken(_calls, shared);
    final address = other._header.address;
    other._end(forget: true);
    return address;
  }

  /// Copies all that the root refers to to new memory, without what is wasted. Views
  /// other than that of the root are of other messages then: ask for them again. The copy
  /// of an arena that is read-only can be changed.
  ///
  /// Throws an [InvalidValueException] if the arena isn't valid.
  void compact() {
    final memory = _native;
    final status = _calls._memory.status;
    final compact = _calls._compact(memory._lend(), status);
    _calls._memory._protoStatus._check();
    _moveTo(memory, compact);
  }

  /// Has [memory] be the arena at [header]. The old one goes with its last view.
  void _moveTo(_NativeArena memory, Pointer<Void> header) {
    final old = memory._attachment;
    memory
      .._attach(header, lengthInBytes, 0)
      .._find();
    _calls._memory.drop(old, memory);
  }

  /// Writes the arena to the file at [path], after a [compact] if more than half of it is
  /// wasted. The file is replaced as a whole: a reader sees the old arena or this one.
  ///
  /// With [schema], the layout of all that the root reaches is behind the arena, some
  /// kilobytes: a library with another layout then names the first difference, and
  /// `ffi-dart-emit inspect` shows it.
  ///
  /// Throws a [FileSystemException], and an [InvalidValueException] if the arena isn't valid;
  /// then the file is as it was.
  void write(String path, {bool schema = false}) {
    if (_native.isMutable && wasted > lengthInBytes ~/ 2) compact();
    final memory = memory$;
    final inside = schema ? _calls._schemaBytes() : null;
    final temporary = File('$path.$pid.${_written++}.tmp');
    try {
      final file = temporary.openSync(mode: FileMode.writeOnly);
      try {
        file
          ..writeFromSync(
            memory.header(_calls.high, _calls.low, hasSchema: schema),
          )
          ..writeFromSync(memory.bytes, arenaHeader, memory.listsUsed)
          ..writeFromSync(memory.text, 0, memory.textUsed);
        if (inside != null) file.writeFromSync(inside);
        file.flushSync();
      } finally {
        file.closeSync();
      }
      temporary.renameSync(path);
    } on FileSystemException {
      if (temporary.existsSync()) temporary.deleteSync();
      rethrow;
    }
  }

  /// Number of files that were written, for the names of temporary ones.
  static int _written = 0;

  /// Gives the arena away, and returns its address, with which another isolate can
  /// adopt it, once. It can't be used here any more. If nothing adopts it, it leaks.
  ///
  /// Typed data of it that was taken before stays what it is.
  int release() {
    final memory = _native;
    if (isReadOnly) {
      final address = share();
      dispose();
      return address;
    }
    LibraryMemory._checkGiven(memory._freeWithin, this);
    _detach(memory);
    final address = memory._lend().address;
    memory._end(forget: true);
    return address;
  }

  /// Moves to new memory if somebody has typed data of this one.
  static void _detach(_NativeArena memory) {
    if (memory.exposed && memory.isMutable) {
      memory._replace(memory.bytes.length, memory.text.length);
    }
  }

  /// Ends the use of this object and its views; does nothing the second time. The memory
  /// is freed when typed data of it, if there is any, is collected.
  void dispose() {
    final memory = memory$;
    if (memory is _NativeArena && memory._header != nullptr) {
      memory._end(forget: false);
    }
  }
}

/// Returns the memory of [arena], which must be in use.
ArenaMemory usedMemory(NativeArena arena) => arena._used;

/// Returns [arena] for a call that reads or changes it; null for none.
Pointer<Void> lendArena(NativeArena? arena) =>
    arena?._native._lend() ?? nullptr;

/// Notes that a call may have changed [arena].
void refreshArena(NativeArena? arena) => arena?._native._refresh();

/// Returns [arena] for a call that takes what is in it; null for none.
Pointer<Void> giveArena(NativeArena? arena) {
  if (arena == null) return nullptr;
  LibraryMemory._checkGiven(arena._native._freeWithin, arena);
  NativeArena._detach(arena._native);
  return arena._native._lend();
}

/// Ends the call that got [arena]: it stays as it is if [status] says that an argument was
/// refused, as then the function did not run.
void settleArena(NativeArena? arena, Pointer<FfiStatus> status) {
  if (arena == null) return;
  final code = status.ref.code;
  if (code == _invalidArgument || code == _invalidValue || code == _closed) {
    return;
  }
  arena._native._end(forget: false);
}

/// Returns the bytes of the file at [path].
Uint8List readFile(String path) => File(path).readAsBytesSync();
