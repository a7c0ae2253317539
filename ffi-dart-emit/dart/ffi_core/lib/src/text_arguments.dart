part of 'native.dart';

/// Text arguments of a call, as UTF-8 in memory that every call reuses. What large
/// texts took is given back when the isolate returns to its event loop.
///
/// When the call is over, Rust has copied whatever it keeps.
final class TextArguments implements Finalizable {
  /// No texts; memory comes from [_memory] with the first one.
  TextArguments(this._memory) : _secret = false;

  /// No texts, for some that hold secrets: what they take is given back by [_giveBack],
  /// and zeroed.
  TextArguments._ofSecrets(this._memory) : _secret = true;

  final LibraryMemory _memory;
  final bool _secret;
  Pointer<FfiAttachment> _attachment = nullptr;
  Uint8List _bytes = Uint8List(0);
  int _end = 0;

  /// Largest number of bytes that stay for the next call.
  static const _most = 1 << 20;

  /// Address of the first text. Adding another one may move it.
  Pointer<Uint8> pointer = nullptr;

  /// Removes all texts.
  void clear() => _end = 0;

  /// Puts [text], the argument [name], behind the others, and returns where it
  /// ends; null is empty.
  ///
  /// Throws an [ArgumentError] when it holds half of a surrogate pair.
  int add(String? text, String name) {
    if (text == null) return _end;
    // No code unit takes more than three bytes.
    var room = _end + text.length * 3;
    if (room > _most) room = _end + utf8Length(text, name);
    if (room > _bytes.length) _grow(room);
    final free = _end == 0 ? _bytes : Uint8List.sublistView(_bytes, _end);
    return _end += encodeString(text, free, name);
  }

  /// Puts [text], the argument [name], behind the others with a NUL at its end,
  /// and returns where that ends; null is nothing.
  ///
  /// Throws an [ArgumentError] when it holds a NUL, at which C would end it, or
  /// half of a surrogate pair.
  int addTerminated(String? text, String name) {
    if (text == null) return _end;
    final nul = text.indexOf('\x00');
    if (nul >= 0) {
      throw ArgumentError.value(
        text,
        name,
        'has a NUL at $nul, at which C would end it',
      );
    }
    final end = add(text, name);
    if (end == _bytes.length) _grow(end + 1);
    _bytes[end] = 0;
    return _end = end + 1;
  }

  /// Adds [bytes] after the others, and returns the position of their end.
  int addBytes(Uint8List bytes) {
    final end = _end + bytes.length;
    if (end > _bytes.length) _grow(end);
    _bytes.setRange(_end, end, bytes);
    return _end = end;
  }

  void _grow(int room) {
    final isLarge = room > _most;
    final length = isLarge ? room : max(256, room * 2);
    final larger = _memory.allocate(this, length, secret: _secret);
    final start = larger.ref.memory.cast<Uint8>();
    final bytes = start.asTypedList(length)..setRange(0, _end, _bytes);
    // The calls of this turn of the event loop may be as large, so it isn't given
    // back after each.
    if (isLarge && _bytes.length <= _most && !_secret) {
      Zone.root.scheduleMicrotask(_giveBack);
    }
    _release();
    _attachment = larger;
    pointer = start;
    _bytes = bytes;
  }

  /// Gives memory for large texts back. No call is under way, as none waits for the
  /// event loop.
  void _giveBack() {
    _end = 0;
    _release();
    _attachment = nullptr;
    pointer = nullptr;
    _bytes = Uint8List(0);
  }

  void _release() {
    if (_attachment != nullptr) _memory._releaseOwn(_attachment, this);
  }
}
