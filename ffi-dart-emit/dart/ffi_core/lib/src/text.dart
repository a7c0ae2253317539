part of 'native.dart';

/// The text in the first [length] of [bytes], those of the field [name], or the
/// element [index] of it.
///
/// Throws an [InvalidValueException] if [length] is too large or the bytes are
/// no UTF-8.
@pragma('vm:prefer-inline')
String decodeString(Uint8List bytes, int length, [String? name, int? index]) {
  if (length > bytes.length) throwLength(length, bytes.length, name, index);
  var all = 0;
  for (var i = 0; i < length; i++) {
    all |= bytes[i];
  }
  return all < 0x80
      ? String.fromCharCodes(bytes, 0, length)
      : decodeUtf8(bytes, length, name: name, index: index);
}

/// Returns the text in the first [length] of [bytes], and keeps U+FEFF at the
/// start, which Dart's own decoder would drop as a byte order mark.
///
/// Throws an [InvalidValueException] when the bytes are no UTF-8, unless
/// [allowMalformed] replaces what isn't.
String decodeUtf8(
  Uint8List bytes,
  int length, {
  bool allowMalformed = false,
  String? name,
  int? index,
}) {
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
    throw InvalidValueException(
      '${placeLead(name, index)}the text is not UTF-8',
    );
  }
}

/// Writes [text] to [bytes], those of the field [name], or the element [index] of
/// it, as UTF-8, and returns how many bytes that took.
///
/// Throws a [CapacityException] if it does not fit, and an [ArgumentError] if
/// it holds half of a surrogate pair; then nothing is written.
@pragma('vm:prefer-inline')
int encodeString(String text, Uint8List bytes, String name, [int? index]) {
  final length = text.length;
  // A code unit takes a byte or more.
  checkCapacity(length, bytes.length, name, index);
  for (var i = 0; i < length; i++) {
    if (text.codeUnitAt(i) >= 0x80) {
      return _encodeUtf8(text, bytes, name, index);
    }
  }
  for (var i = 0; i < length; i++) {
    bytes[i] = text.codeUnitAt(i);
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

void _checkUtf8(String text, int capacity, String name, int? index) {
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
    if (unit >= 0xdc00 || low & 0xfc00 != 0xdc00) {
      _throwSurrogate(text, name, index);
    }
    length++;
  }
  checkCapacity(length, capacity, name, index);
}

int _encodeUtf8(String text, Uint8List bytes, String name, int? index) {
  // Nothing is written before it is known to fit and to be Unicode.
  _checkUtf8(text, bytes.length, name, index);
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

Never _throwSurrogate(String text, String name, int? index) =>
    throw ArgumentError.value(
      text,
      placeName(name, index),
      'has an unpaired surrogate, which UTF-8 cannot hold',
    );

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
