/// The benchmark's messages as one would write them by hand, for the same memory
/// and as safe: what memory says is checked before it is believed.
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

/// What may be absent, as a `T?`.
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

/// The same for the cases of a oneof.
extension HandCases on HandReading {
  double? get celsius => tag == 1 ? payload.celsius : null;

  int? get count => tag == 2 ? payload.count : null;
}

/// UTF-8 with a shorter way for ASCII.
String readText(Uint8List bytes, int length) {
  if (length > bytes.length) throw StateError('length $length');
  for (var i = 0; i < length; i++) {
    if (bytes[i] >= 0x80) {
      return const Utf8Decoder().convert(bytes, 0, length);
    }
  }
  return String.fromCharCodes(bytes, 0, length);
}

/// UTF-8 by the library alone.
String decodeText(Uint8List bytes, int length) {
  if (length > bytes.length) throw StateError('length $length');
  return const Utf8Decoder().convert(bytes, 0, length);
}

/// UTF-8 with a shorter way for ASCII. Text that is refused leaves the bytes as
/// they are.
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

/// The same in one pass: text that is refused may leave half of it behind.
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

/// UTF-8 by the library alone.
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

/// A length of `numbers`.
int checkedLength(int length) => length <= 1000 ? length : badLength(length);

/// The numbers that are in use.
Uint32List numbersOf(HandFields fields) => Uint32List.sublistView(
  fields.numbers.elements,
  0,
  checkedLength(fields.numbersLength),
);
