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

/// Room for a text that [readText] reads.
final Uint8List _short = Uint8List(shortText);

/// The text in the first [length] of [bytes], of which there are [capacity]: those of
/// the field [name], or the element [index] of it.
///
/// Short text is copied byte by byte: typed data of the bytes, which a decoder needs,
/// takes longer to make than such a text to copy (24 bytes: 53 ns with it, 36 without).
///
/// Throws an [InvalidValueException] if [length] is too large or the bytes are
/// no UTF-8.
String readText(
  Array<Uint8> bytes,
  int capacity,
  int length, [
  String? name,
  int? index,
]) {
  if (length > capacity) throwLength(length, capacity, name, index);
  if (length >= shortText) {
    return decodeUtf8(bytes.elements, length, name: name, index: index);
  }
  final short = _short;
  var all = 0;
  for (var i = 0; i < length; i++) {
    final byte = bytes[i];
    short[i] = byte;
    all |= byte;
  }
  return all < 0x80
      ? String.fromCharCodes(short, 0, length)
      : decodeUtf8(short, length, name: name, index: index);
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
