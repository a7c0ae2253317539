part of 'native.dart';

/// The text in the first [length] of [bytes], those of the field [name], or the
/// element [index] of it.
///
/// Throws an [InvalidValueException] if [length] is too large or the bytes are
/// no UTF-8.
@pragma('vm:prefer-inline')
String decodeString(Uint8List bytes, int length, [String? name, int? index]) {
  if (length > bytes.length) throwLength(length, bytes.length, name, index);
  return decodeAt(bytes, 0, length, name, index);
}

/// Room for a short text on its way, as words and as bytes.
final Uint32List _shortWords = Uint32List(shortText ~/ 4);
final Uint8List _short = _shortWords.buffer.asUint8List();

/// The bytes of a text that is declared as [words], of which it has [capacity].
Uint8List textBytes(Array<Uint32> words, int capacity) {
  final list = words.elements;
  return Uint8List.view(list.buffer, list.offsetInBytes, capacity);
}

/// The text in the first [length] of the [capacity] bytes in [words]: those of the field
/// [name], or the element [index] of it.
///
/// Short text is copied word by word: typed data of the bytes, which a decoder needs, takes
/// longer to make than such a text to copy. The copy is inlined, as an array that is passed
/// on is an object (18 bytes: 21 ns, 33 with it).
///
/// Throws an [InvalidValueException] if [length] is too large or the bytes are
/// no UTF-8.
@pragma('vm:prefer-inline')
String readText(
  Array<Uint32> words,
  int capacity,
  int length, [
  String? name,
  int? index,
]) {
  if (length >= shortText || length > capacity) {
    return _readLong(words, capacity, length, name, index);
  }
  final short = _shortWords;
  final count = (length + 3) >> 2;
  var all = 0, last = 0;
  for (var i = 0; i < count; i++) {
    all |= last;
    last = words[i];
    short[i] = last;
  }
  // What is behind the text in its last word is unknown.
  all |= last & 0xffffffff >> (-length & 3) * 8;
  return _readShort(all, length, name, index);
}

/// The short text that was copied, of words with the bits [all].
String _readShort(int all, int length, String? name, int? index) =>
    all & 0x80808080 == 0
    ? String.fromCharCodes(_short, 0, length)
    : decodeUtf8(_short, length, name: name, index: index);

String _readLong(
  Array<Uint32> words,
  int capacity,
  int length,
  String? name,
  int? index,
) {
  if (length > capacity) throwLength(length, capacity, name, index);
  final bytes = textBytes(words, capacity);
  return decodeUtf8(bytes, length, name: name, index: index);
}

/// Writes [text] to the [capacity] bytes in [words], those of the field [name], or the
/// element [index] of it, as UTF-8, and returns how many bytes that took.
///
/// Throws as [encodeString] does.
int writeText(
  String text,
  Array<Uint32> words,
  int capacity,
  String name, [
  int? index,
]) {
  final length = text.length;
  // A code unit takes a byte or more.
  checkCapacity(length, capacity, name, index);
  if (length < shortText) {
    final bytes = _short, short = _shortWords;
    final count = (length + 3) >> 2;
    // No bytes of another text come behind this one.
    if (count > 0) short[count - 1] = 0;
    var all = 0;
    for (var i = 0; i < length; i++) {
      final unit = text.codeUnitAt(i);
      all |= unit;
      bytes[i] = unit;
    }
    if (all < 0x80) {
      for (var i = 0; i < count; i++) {
        words[i] = short[i];
      }
      return length;
    }
  }
  return encodeString(text, textBytes(words, capacity), name, index);
}

/// Writes [text] to [bytes], those of the field [name], or the element [index] of
/// it, as UTF-8, and returns how many bytes that took.
///
/// Throws a [CapacityException] if it does not fit, and an [ArgumentError] if
/// it holds half of a surrogate pair; then nothing is written.
@pragma('vm:prefer-inline')
int encodeString(String text, Uint8List bytes, String name, [int? index]) =>
    _encode(text, bytes, 0, bytes.length, name, index);

/// Writes [text] to [capacity] of [bytes] from [at] on, as [encodeString] does.
@pragma('vm:prefer-inline')
int _encode(
  String text,
  Uint8List bytes,
  int at,
  int capacity,
  String name,
  int? index,
) {
  final length = text.length;
  // A code unit takes a byte or more.
  checkCapacity(length, capacity, name, index);
  for (var i = 0; i < length; i++) {
    if (text.codeUnitAt(i) >= 0x80) {
      return _encodeUtf8(text, bytes, at, capacity, name, index);
    }
  }
  for (var i = 0; i < length; i++) {
    bytes[at + i] = text.codeUnitAt(i);
  }
  return length;
}

/// Throws as [encodeString] does if [text] can't be written to [capacity] bytes.
void checkText(String text, int capacity, String name, [int? index]) {
  checkCapacity(text.length, capacity, name, index);
  for (var i = 0; i < text.length; i++) {
    if (text.codeUnitAt(i) >= 0x80) {
      _checkUtf8(text, capacity, name, index);
      return;
    }
  }
}

int _checkUtf8(String text, int capacity, String name, int? index) =>
    checkCapacity(utf8Length(text, name, index), capacity, name, index);

int _encodeUtf8(
  String text,
  Uint8List bytes,
  int at,
  int capacity,
  String name,
  int? index,
) {
  // Nothing is written before it is known to fit and to be Unicode.
  final length = _checkUtf8(text, capacity, name, index);
  writeUtf8(text, bytes, at);
  return length;
}

/// The place of an `FfiStr` among others in the same bytes: a length, and room for
/// text. It makes no typed data of its own.
final class TextPlace {
  /// The place at [_at] in [_bytes], with room for [_capacity] bytes of text.
  @pragma('vm:prefer-inline')
  const TextPlace(this._bytes, this._at, this._capacity);

  final Uint8List _bytes;
  final int _at;
  final int _capacity;

  /// The text, that of the field [name], or the element [index] of it.
  ///
  /// Throws as [decodeString] does.
  @pragma('vm:prefer-inline')
  String read(String name, int? index) {
    final bytes = _bytes, at = _at;
    final length =
        bytes[at] |
        bytes[at + 1] << 8 |
        bytes[at + 2] << 16 |
        bytes[at + 3] << 24;
    if (length > _capacity) throwLength(length, _capacity, name, index);
    return decodeAt(bytes, at + 4, length, name, index);
  }

  /// Changes the text.
  ///
  /// Throws as [encodeString] does.
  @pragma('vm:prefer-inline')
  void write(String value, String name, int? index) {
    final bytes = _bytes, at = _at;
    final length = _encode(value, bytes, at + 4, _capacity, name, index);
    bytes[at] = length;
    bytes[at + 1] = length >> 8;
    bytes[at + 2] = length >> 16;
    bytes[at + 3] = length >> 24;
  }
}

/// Returns the index of the entry whose key is [text] among [length] entries of
/// [stride] bytes in [entries], or -1 if there is none. Each begins with an `FfiStr`
/// of [capacity].
///
/// It compares words of bytes, and makes no text of the keys.
int findText(
  String text,
  Uint8List entries,
  int length,
  int stride,
  int capacity,
) {
  final bytes = _keyBytes(text);
  final count = bytes?.length ?? -1;
  if (bytes == null || count > capacity) return -1;
  // The key as words, the last of which may be a part of one. What is behind a key in
  // memory is unknown.
  final key = Uint32List((count + 3) >> 2);
  key.buffer.asUint8List().setRange(0, count, bytes);
  final last = key.length - 1;
  final tail = count == 0 ? 0 : key[last];
  final mask = 0xffffffff >> (-count & 3) * 8;
  final words = Uint32List.sublistView(entries);
  final each = stride >> 2;
  for (var index = 0, at = 0; index < length; index++, at += each) {
    if (words[at] != count) continue;
    // From the end, as keys often begin alike.
    if (last >= 0 && words[at + 1 + last] & mask != tail) continue;
    var left = last - 1;
    while (left >= 0 && words[at + 1 + left] == key[left]) {
      left--;
    }
    if (left < 0) return index;
  }
  return -1;
}

/// Returns [text] as UTF-8, or null if it holds half of a surrogate pair, which no key
/// does.
Uint8List? _keyBytes(String text) {
  final bytes = Uint8List(text.length);
  for (var i = 0; i < text.length; i++) {
    final unit = text.codeUnitAt(i);
    if (unit >= 0x80) return _unicodeKey(text);
    bytes[i] = unit;
  }
  return bytes;
}

Uint8List? _unicodeKey(String text) {
  final isUnicode = text.runes.every((rune) => rune & ~0x7ff != 0xd800);
  return isUnicode ? utf8.encode(text) : null;
}

/// The first [length] of [bytes], those of the field [name], or the element
/// [index] of it, **borrowed**.
///
/// Throws an [InvalidValueException] when [length] is too large.
Uint8List bytesUsed(Uint8List bytes, int length, String name, [int? index]) {
  if (length > bytes.length) throwLength(length, bytes.length, name, index);
  return Uint8List.sublistView(bytes, 0, length);
}

/// Copies [from] to the start of [bytes], those of the field [name], or the element
/// [index] of it, and returns how many there are.
///
/// Throws a [CapacityException] when there is no room for them, and a
/// [RangeError] when one of them is no byte.
int bytesWritten(List<int> from, Uint8List bytes, String name, [int? index]) {
  final length = checkCapacity(from.length, bytes.length, name, index);
  bytes.setRange(0, length, checkUint8s(from, name, null, index));
  return length;
}
