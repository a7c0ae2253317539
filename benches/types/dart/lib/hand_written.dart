/// The benchmark's messages as one would write them by hand, for the same
/// memory and as safe: values from memory are checked before they are used.
library;

import 'dart:convert';
import 'dart:ffi';
import 'dart:typed_data';

final class HandPoint extends Struct {
  @Double()
  external double x;

  @Double()
  external double y;
}

final class HandPayload extends Union {
  @Double()
  external double celsius;

  @Int64()
  external int count;
}

final class HandReading extends Struct {
  @Uint32()
  external int tag;

  external HandPayload payload;
}

final class HandFields extends Struct {
  @Uint32()
  external int nameLength;

  @Array(24)
  external Array<Uint8> nameBytes;

  @Uint32()
  external int numbersLength;

  @Array(1000)
  external Array<Uint32> numbers;

  @Double()
  external double limitValue;

  @Uint8()
  external int limitPresent;

  external HandReading reading;

  external HandPoint point;
}

/// Fields that may be absent, as a `T?`.
extension HandNullable on HandFields {
  double? get limit => switch (limitPresent) {
    1 => limitValue,
    0 => null,
    final byte => badPresence(byte),
  };

  set limit(double? value) {
    if (value == null) {
      limitPresent = 0;
    } else {
      limitValue = value;
      limitPresent = 1;
    }
  }
}

/// Cases of a oneof, as a `T?`.
extension HandCases on HandReading {
  double? get celsius => tag == 1 ? payload.celsius : null;

  int? get count => tag == 2 ? payload.count : null;
}

/// Decodes UTF-8 with a fast path for ASCII.
String readText(Uint8List bytes, int length) {
  if (length > bytes.length) throw StateError('length $length');
  for (var i = 0; i < length; i++) {
    if (bytes[i] >= 0x80) {
      return const Utf8Decoder().convert(bytes, 0, length);
    }
  }
  return String.fromCharCodes(bytes, 0, length);
}

/// Decodes UTF-8 only with the library.
String decodeText(Uint8List bytes, int length) {
  if (length > bytes.length) throw StateError('length $length');
  return const Utf8Decoder().convert(bytes, 0, length);
}

/// Encodes UTF-8 with a fast path for ASCII. Text that is refused leaves the
/// bytes unchanged.
int writeText(String text, Uint8List bytes) {
  final length = text.length;
  if (length > bytes.length) throw StateError('length $length');
  for (var i = 0; i < length; i++) {
    if (text.codeUnitAt(i) >= 0x80) return encodeText(text, bytes);
  }
  for (var i = 0; i < length; i++) {
    bytes[i] = text.codeUnitAt(i);
  }
  return length;
}

/// Encodes UTF-8 in one pass: text that is refused may leave half of it in the
/// bytes.
int writeTextAtOnce(String text, Uint8List bytes) {
  final length = text.length;
  if (length > bytes.length) throw StateError('length $length');
  for (var i = 0; i < length; i++) {
    final unit = text.codeUnitAt(i);
    if (unit >= 0x80) return encodeText(text, bytes);
    bytes[i] = unit;
  }
  return length;
}

/// Encodes UTF-8 only with the library.
int encodeText(String text, Uint8List bytes) {
  final encoded = const Utf8Encoder().convert(text);
  if (encoded.length > bytes.length) {
    throw StateError('length ${encoded.length}');
  }
  bytes.setRange(0, encoded.length, encoded);
  return encoded.length;
}

Never badPresence(int byte) => throw StateError('presence $byte');

Never badLength(int length) => throw StateError('length $length');

/// Returns a checked length of `numbers`.
int checkedLength(int length) => length <= 1000 ? length : badLength(length);

/// Returns the numbers that are in use.
Uint32List numbersOf(HandFields fields) => Uint32List.sublistView(
  fields.numbers.elements,
  0,
  checkedLength(fields.numbersLength),
);
