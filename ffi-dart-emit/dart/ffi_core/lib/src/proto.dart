part of 'native.dart';

/// Result of a call for protobuf.
final class _ProtoStatus {
  _ProtoStatus._(LibraryMemory memory, String clear)
    : _pointer = memory.status,
      _clear = memory.library
          .lookupFunction<
            Void Function(Pointer<FfiStatus>),
            void Function(Pointer<FfiStatus>)
          >(clear, isLeaf: true);

  final Pointer<FfiStatus> _pointer;
  final void Function(Pointer<FfiStatus>) _clear;

  void _check() {
    if (_pointer.ref.code != 0) throwStatus(_pointer, _clear);
  }
}

typedef _EncodeF =
    Pointer<FfiOwned> Function(Pointer<Void>, Pointer<FfiStatus>);
typedef _DecodeC =
    Void Function(Pointer<Uint8>, Size, Pointer<Void>, Pointer<FfiStatus>);
typedef _DecodeD =
    void Function(Pointer<Uint8>, int, Pointer<Void>, Pointer<FfiStatus>);

typedef _ReleaseC = Void Function(Pointer<Void>, Pointer<FfiStatus>);
typedef _ReleaseD = void Function(Pointer<Void>, Pointer<FfiStatus>);

/// The functions of a message that write and read it as protobuf.
final class NativeProto<T extends NativeType> {
  /// The functions that the library exports as [encode] and [decode], and as [release] if the
  /// message refers to others; [secret] if it holds a secret, so that no copy of its bytes stays
  /// in memory that Rust reads them from.
  NativeProto(
    this._memory,
    String encode,
    String decode, {
    String? release,
    this.secret = false,
  }) : _encode = _memory.library.lookupFunction<_EncodeF, _EncodeF>(encode),
       _decode = _memory.library.lookupFunction<_DecodeC, _DecodeD>(decode),
       _release = release == null
           ? null
           : _memory.library.lookupFunction<_ReleaseC, _ReleaseD>(release);

  /// Size in bytes from which a call allocates memory instead of reusing it.
  static const _large = 1 << 20;

  /// True if the message holds a secret.
  final bool secret;

  final LibraryMemory _memory;
  final _EncodeF _encode;
  final _DecodeD _decode;
  final _ReleaseD? _release;

  /// Has [box] own the messages that it refers to: when it is disposed of, they are freed.
  B owning<B extends NativeBox<Struct>>(B box) {
    box._hold?.decoded = this;
    return box;
  }

  /// Frees the messages that the one at [message] refers to.
  void _free(Pointer<NativeType> message) {
    final status = _memory._protoStatus;
    _release?.call(message.cast(), status._pointer);
    status._check();
  }

  /// Encodes [message] as protobuf.
  Uint8List encode(Pointer<T> message) {
    final status = _memory._protoStatus;
    final owned = _encode(message.cast(), status._pointer);
    status._check();
    return _memory.takeBytes(owned);
  }

  /// Decodes [bytes] into [message].
  void decode(Pointer<T> message, Uint8List bytes) {
    final length = bytes.length;
    final status = _memory._protoStatus;
    if (length < _large && !secret) {
      final scratch = _memory.texts
        ..clear()
        ..addBytes(bytes);
      _decode(scratch.pointer, length, message.cast(), status._pointer);
    } else {
      final keeper = Object();
      final attachment = _memory.allocate(
        keeper,
        max(1, length),
        secret: secret,
      );
      final copy = attachment.ref.memory.cast<Uint8>();
      copy.asTypedList(length).setAll(0, bytes);
      _decode(copy, length, message.cast(), status._pointer);
      _memory.release(attachment, keeper);
    }
    status._check();
  }
}

typedef _DecodeArenaC =
    Pointer<Void> Function(Pointer<Uint8>, Size, Pointer<FfiStatus>);
typedef _DecodeArenaD =
    Pointer<Void> Function(Pointer<Uint8>, int, Pointer<FfiStatus>);

/// The functions of arenas with one root that write and read them as protobuf.
final class NativeArenaProto {
  /// The functions that the library exports as [encode] and [decode].
  NativeArenaProto(this._memory, String encode, String decode)
    : _encode = _memory.library.lookupFunction<_EncodeF, _EncodeF>(encode),
      _decode = _memory.library.lookupFunction<_DecodeArenaC, _DecodeArenaD>(
        decode,
      );

  final LibraryMemory _memory;
  final _EncodeF _encode;
  final _DecodeArenaD _decode;

  /// Encodes the root of [arena] as protobuf.
  Uint8List encode(NativeArena arena) {
    final status = _memory._protoStatus;
    final owned = _encode(arena._native._lend(), status._pointer);
    status._check();
    return _memory.takeBytes(owned);
  }

  /// Decodes [bytes] into a new arena, which the status of this isolate owns until it is
  /// kept.
  Pointer<Void> decode(Uint8List bytes) {
    final status = _memory._protoStatus, keeper = Object();
    final attachment = _memory.allocate(keeper, max(1, bytes.length));
    final copy = attachment.ref.memory.cast<Uint8>();
    copy.asTypedList(bytes.length).setAll(0, bytes);
    final arena = _decode(copy, bytes.length, status._pointer);
    _memory.release(attachment, keeper);
    status._check();
    return arena;
  }
}

typedef _EncodeJsonC =
    Pointer<FfiOwned> Function(Pointer<Void>, Uint32, Pointer<FfiStatus>);
typedef _EncodeJsonD =
    Pointer<FfiOwned> Function(Pointer<Void>, int, Pointer<FfiStatus>);
typedef _DecodeJsonC =
    Void Function(
      Pointer<Uint8>,
      Size,
      Uint32,
      Pointer<Void>,
      Pointer<FfiStatus>,
    );
typedef _DecodeJsonD =
    void Function(Pointer<Uint8>, int, int, Pointer<Void>, Pointer<FfiStatus>);
typedef _DecodeArenaJsonC =
    Pointer<Void> Function(Pointer<Uint8>, Size, Uint32, Pointer<FfiStatus>);
typedef _DecodeArenaJsonD =
    Pointer<Void> Function(Pointer<Uint8>, int, int, Pointer<FfiStatus>);

/// Bits of the options that the library takes.
int _readOptions(bool ignoreUnknownFields) => ignoreUnknownFields ? 1 : 0;
int _writeOptions(bool printDefaultValues, bool printOriginalNames) =>
    (printDefaultValues ? 2 : 0) | (printOriginalNames ? 4 : 0);

/// Copies [json] to [texts], where one call reads it.
TextArguments _jsonText(TextArguments texts, String json) => texts
  ..clear()
  ..add(json, 'json');

/// Copies the JSON in [utf8] to [texts], where one call reads it.
TextArguments _jsonBytes(TextArguments texts, Uint8List utf8) => texts
  ..clear()
  ..addBytes(utf8);

/// Decodes the JSON that Rust has written.
String _takeJson(LibraryMemory memory, Pointer<FfiOwned> owned) {
  final bytes = memory.takeBytes(owned);
  return decodeUtf8(bytes, bytes.length, name: 'json');
}

/// The functions of a message that write and read it as JSON, as protobuf maps it.
final class NativeJson<T extends NativeType> {
  /// The functions that the library exports as [encode] and [decode]; [secret] if the message
  /// holds a secret, so that no copy of its JSON stays in memory that Rust reads it from.
  NativeJson(this._memory, String encode, String decode, {this.secret = false})
    : _encode = _memory.library.lookupFunction<_EncodeJsonC, _EncodeJsonD>(
        encode,
      ),
      _decode = _memory.library.lookupFunction<_DecodeJsonC, _DecodeJsonD>(
        decode,
      );

  /// True if the message holds a secret.
  final bool secret;

  final LibraryMemory _memory;
  final _EncodeJsonD _encode;
  final _DecodeJsonD _decode;

  /// Encodes [message] as JSON.
  String encode(
    Pointer<T> message,
    bool printDefaultValues,
    bool printOriginalNames,
  ) {
    final status = _memory._protoStatus;
    final options = _writeOptions(printDefaultValues, printOriginalNames);
    final owned = _encode(message.cast(), options, status._pointer);
    status._check();
    return _takeJson(_memory, owned);
  }

  /// Decodes [json] into [message].
  void decode(Pointer<T> message, String json, bool ignoreUnknownFields) =>
      _read(message, ignoreUnknownFields, (texts) => _jsonText(texts, json));

  /// Decodes the JSON in [utf8] into [message].
  void decodeBytes(
    Pointer<T> message,
    Uint8List utf8,
    bool ignoreUnknownFields,
  ) => _read(message, ignoreUnknownFields, (texts) => _jsonBytes(texts, utf8));

  void _read(
    Pointer<T> message,
    bool ignoreUnknownFields,
    TextArguments Function(TextArguments texts) copy,
  ) {
    final status = _memory._protoStatus;
    final own = secret ? TextArguments._ofSecrets(_memory) : null;
    try {
      final json = copy(own ?? _memory.texts);
      final length = json._end;
      // Rust refuses null, and there is no memory before the first text.
      if (json.pointer == nullptr) json.addBytes(Uint8List(1));
      _decode(
        json.pointer,
        length,
        _readOptions(ignoreUnknownFields),
        message.cast(),
        status._pointer,
      );
    } finally {
      own?._giveBack();
    }
    status._check();
  }
}

/// The functions of arenas with one root that write and read them as JSON, as
/// protobuf maps it.
final class NativeArenaJson {
  /// The functions that the library exports as [encode] and [decode].
  NativeArenaJson(this._memory, String encode, String decode)
    : _encode = _memory.library.lookupFunction<_EncodeJsonC, _EncodeJsonD>(
        encode,
      ),
      _decode = _memory.library
          .lookupFunction<_DecodeArenaJsonC, _DecodeArenaJsonD>(decode);

  final LibraryMemory _memory;
  final _EncodeJsonD _encode;
  final _DecodeArenaJsonD _decode;

  /// Encodes the root of [arena] as JSON.
  String encode(
    NativeArena arena,
    bool printDefaultValues,
    bool printOriginalNames,
  ) {
    final status = _memory._protoStatus;
    final options = _writeOptions(printDefaultValues, printOriginalNames);
    final owned = _encode(arena._native._lend(), options, status._pointer);
    status._check();
    return _takeJson(_memory, owned);
  }

  /// Decodes [json] into a new arena, which the status of this isolate owns until
  /// it is kept.
  Pointer<Void> decode(String json, bool ignoreUnknownFields) =>
      _read(_jsonText(_memory.texts, json), ignoreUnknownFields);

  /// Decodes the JSON in [utf8] into a new arena, like [decode].
  Pointer<Void> decodeBytes(Uint8List utf8, bool ignoreUnknownFields) =>
      _read(_jsonBytes(_memory.texts, utf8), ignoreUnknownFields);

  Pointer<Void> _read(TextArguments json, bool ignoreUnknownFields) {
    final status = _memory._protoStatus;
    final options = _readOptions(ignoreUnknownFields);
    final arena = _decode(json.pointer, json._end, options, status._pointer);
    status._check();
    return arena;
  }
}
