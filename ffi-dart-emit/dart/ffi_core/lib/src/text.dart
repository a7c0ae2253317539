part of 'native.dart';

/// Returns the text in the first [length] of [bytes].
///
/// Throws an [InvalidValueException] if [length] is too large or the bytes are
/// no UTF-8.
@pragma('vm:prefer-inline')
String decodeString(Uint8List bytes, int length) {
  if (length > bytes.length) throwLength(length, bytes.length);
  var all = 0;
  for (var i = 0; i < length; i++) {
    all |= bytes[i];
  }
  return all < 0x80
      ? String.fromCharCodes(bytes, 0, length)
      : decodeUtf8(bytes, length);
}

/// Returns the text in the first [length] of [bytes], and keeps U+FEFF at the
/// start, which Dart's own decoder would drop as a byte order mark.
///
/// Throws an [InvalidValueException] if the bytes are no UTF-8, unless
/// [allowMalformed] replaces invalid ones.
String decodeUtf8(Uint8List bytes, int length, {bool allowMalformed = false}) {
  var start = 0;
  while (start + 3 <= length &&
      bytes[start] == 0xef &&
      bytes[start + 1] == 0xbb &&
      bytes[start + 2] == 0xbf) {
    start += 3;
  }
  try {
    final decoder = Utf8Decoder(allowMalformed: allowMalformed);
    final text = decoder.convert(bytes, start, length);
    return start == 0 ? text : '\ufeff' * (start ~/ 3) + text;
  } on FormatException {
    throw const InvalidValueException('the text is not UTF-8');
  }
}

/// Writes [text] to [bytes], those of the field [name], as UTF-8, and returns
/// the number of bytes written.
///
/// Throws a [CapacityException] if it does not fit, and an [ArgumentError] if
/// it holds half of a surrogate pair; then nothing is written.
@pragma('vm:prefer-inline')
int encodeString(String text, Uint8List bytes, [String? name]) {
  final length = text.length;
  // A code unit takes a byte or more.
  if (length > bytes.length) {
    throw CapacityException(length, bytes.length, name);
  }
  for (var i = 0; i < length; i++) {
    if (text.codeUnitAt(i) >= 0x80) return _encodeUtf8(text, bytes, name);
  }
  for (var i = 0; i < length; i++) {
    bytes[i] = text.codeUnitAt(i);
  }
  return length;
}

int _encodeUtf8(String text, Uint8List bytes, String? name) {
  // Nothing is written before it is known to fit and to be Unicode.
  var length = text.length;
  for (var i = 0; i < text.length; i++) {
    final unit = text.codeUnitAt(i);
    if (unit < 0x80) continue;
    length++;
    if (unit < 0x800) continue;
    if (unit & 0xf800 != 0xd800) {
      length++;
      continue;
    }
    i++;
    final low = i < text.length ? text.codeUnitAt(i) : 0;
    if (unit >= 0xdc00 || low & 0xfc00 != 0xdc00) _throwSurrogate(text);
    length++;
  }
  if (length > bytes.length) {
    throw CapacityException(length, bytes.length, name);
  }
  var at = 0;
  for (var i = 0; i < text.length; i++) {
    var rune = text.codeUnitAt(i);
    if (rune < 0x80) {
      bytes[at++] = rune;
      continue;
    }
    if (rune < 0x800) {
      bytes[at++] = 0xc0 | rune >> 6;
    } else {
      if (rune & 0xf800 == 0xd800) {
        i++;
        rune = 0x10000 + ((rune & 0x3ff) << 10) + (text.codeUnitAt(i) & 0x3ff);
        bytes[at++] = 0xf0 | rune >> 18;
        bytes[at++] = 0x80 | rune >> 12 & 0x3f;
      } else {
        bytes[at++] = 0xe0 | rune >> 12;
      }
      bytes[at++] = 0x80 | rune >> 6 & 0x3f;
    }
    bytes[at++] = 0x80 | rune & 0x3f;
  }
  return at;
}

Never _throwSurrogate(String text) => throw ArgumentError.value(
  text,
  'text',
  'has an unpaired surrogate, which UTF-8 cannot hold',
);

/// Returns the first [length] of [bytes], **borrowed**.
///
/// Throws an [InvalidValueException] if [length] is too large.
Uint8List bytesUsed(Uint8List bytes, int length) {
  if (length > bytes.length) throwLength(length, bytes.length);
  return Uint8List.sublistView(bytes, 0, length);
}

/// Copies [from] to the start of [bytes], and returns the number of bytes.
///
/// Throws a [CapacityException] if they do not fit, and a [RangeError] if one
/// of them is no byte; both name [name].
int bytesWritten(List<int> from, Uint8List bytes, String name) {
  final length = checkCapacity(from.length, bytes.length, name);
  bytes.setRange(0, length, checkUint8s(from, name));
  return length;
}
