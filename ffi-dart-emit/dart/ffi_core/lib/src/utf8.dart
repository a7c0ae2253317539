/// UTF-8 as Rust has it: U+FEFF is text, and half of a surrogate pair is an error.
library;

import 'dart:convert';
import 'dart:typed_data';

import '../values.dart';
import 'places.dart';

const _strict = Utf8Decoder();
const _lenient = Utf8Decoder(allowMalformed: true);

/// Number of bytes from which on Dart's decoder, which looks at several at a time, is
/// faster than a loop, which needs no decoder: 34 ns each for 24, 5 times for 1,000.
const shortText = 32;

/// Returns the text in [length] of [bytes] from [at] on, those of the field [name], or
/// the element [index] of it.
///
/// Throws as [decodeUtf8] does.
@pragma('vm:prefer-inline')
String decodeAt(
  Uint8List bytes,
  int at,
  int length, [
  String? name,
  int? index,
]) {
  if (length >= shortText) {
    return decodeUtf8(bytes, length, at: at, name: name, index: index);
  }
  final end = at + length;
  var all = 0;
  for (var i = at; i < end; i++) {
    all |= bytes[i];
  }
  return all < 0x80
      ? String.fromCharCodes(bytes, at, end)
      : decodeUtf8(bytes, length, at: at, name: name, index: index);
}

/// Returns the text in [length] of [bytes] from [at] on, and keeps U+FEFF at its
/// start, which Dart's own decoder would drop as a byte order mark.
///
/// Throws an [InvalidValueException] when the bytes are no UTF-8, unless
/// [allowMalformed] replaces what isn't.
String decodeUtf8(
  Uint8List bytes,
  int length, {
  int at = 0,
  bool allowMalformed = false,
  String? name,
  int? index,
}) {
  final end = at + length;
  var start = at;
  while (start + 3 <= end &&
      bytes[start] == 0xef &&
      bytes[start + 1] == 0xbb &&
      bytes[start + 2] == 0xbf) {
    start += 3;
  }
  try {
    final decoder = allowMalformed ? _lenient : _strict;
    final text = decoder.convert(bytes, start, end);
    return start == at ? text : '\ufeff' * ((start - at) ~/ 3) + text;
  } on FormatException {
    throw InvalidValueException(
      '${placeLead(name, index)}the text is not UTF-8',
    );
  }
}

/// Returns how many bytes [text] has in UTF-8. It is for the field [name], or the
/// element [index] of it.
///
/// Throws an [ArgumentError] if it holds half of a surrogate pair.
int utf8Length(String text, String name, [int? index]) {
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
  return length;
}

/// Writes [text], which [utf8Length] has accepted, to [bytes] from [at] on.
void writeUtf8(String text, Uint8List bytes, int at) {
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
}

Never _throwSurrogate(String text, String name, int? index) =>
    throw ArgumentError.value(
      text,
      placeName(name, index),
      'has an unpaired surrogate, which UTF-8 cannot hold',
    );
