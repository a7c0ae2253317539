/// Checks of numbers, for generated code: `dart:ffi` and typed data keep only
/// the low bits of a number that is too large.
library;

import 'dart:typed_data';

import 'places.dart';

/// Throws the [RangeError] about [value], which [name] can't hold.
@pragma('vm:never-inline')
Never throwRange(int value, int min, int max, String name) =>
    throw RangeError.range(value, min, max, name);

// A check compares the number with itself cut to its bits. Comparing with both
// bounds would need an operand of 64 bits and a second jump.

/// Returns [value], which must be an `i8`; the exception calls it [name].
///
/// Throws a [RangeError], as the functions below do: dart:ffi would keep the
/// lower bits.
@pragma('vm:prefer-inline')
int checkInt8(int value, String name) =>
    value << 56 >> 56 == value ? value : throwRange(value, -0x80, 0x7f, name);

/// Returns [value], which must be an `i16`.
@pragma('vm:prefer-inline')
int checkInt16(int value, String name) => value << 48 >> 48 == value
    ? value
    : throwRange(value, -0x8000, 0x7fff, name);

/// Returns [value], which must be an `i32`.
@pragma('vm:prefer-inline')
int checkInt32(int value, String name) => value << 32 >> 32 == value
    ? value
    : throwRange(value, -0x80000000, 0x7fffffff, name);

/// Returns [value], which must be a `u8`.
@pragma('vm:prefer-inline')
int checkUint8(int value, String name) =>
    value & 0xff == value ? value : throwRange(value, 0, 0xff, name);

/// Returns [value], which must be a `u16`.
@pragma('vm:prefer-inline')
int checkUint16(int value, String name) =>
    value & 0xffff == value ? value : throwRange(value, 0, 0xffff, name);

/// Returns [value], which must be a `u32`.
@pragma('vm:prefer-inline')
int checkUint32(int value, String name) => value & 0xffffffff == value
    ? value
    : throwRange(value, 0, 0xffffffff, name);

List<int> _checkAll(
  List<int> values,
  bool typed,
  int min,
  int max,
  String name,
  int? length,
  int? at,
) {
  if (length != null) checkLength(values, length, name, at);
  // Typed data of the same type can't hold anything else.
  if (typed) return values;
  for (var index = 0; index < values.length; index++) {
    final value = values[index];
    if (value < min || value > max) {
      throwRange(value, min, max, '${placeName(name, at)}[$index]');
    }
  }
  return values;
}

/// [values], each of which must be an `i8`; there must be [length] of them if that
/// is given. They are for the field [name], or the element [at] of it.
///
/// Throws a [RangeError], as the functions below do: typed data would keep the
/// lower bits.
List<int> checkInt8s(List<int> values, String name, [int? length, int? at]) =>
    _checkAll(values, values is Int8List, -0x80, 0x7f, name, length, at);

/// [values], each of which must be an `i16`; there must be [length] of them if that
/// is given.
List<int> checkInt16s(List<int> values, String name, [int? length, int? at]) =>
    _checkAll(values, values is Int16List, -0x8000, 0x7fff, name, length, at);

/// [values], each of which must be an `i32`; there must be [length] of them if that
/// is given.
List<int> checkInt32s(List<int> values, String name, [int? length, int? at]) =>
    _checkAll(
      values,
      values is Int32List,
      -0x80000000,
      0x7fffffff,
      name,
      length,
      at,
    );

/// [values], each of which must be a `u8`; there must be [length] of them if that
/// is given.
List<int> checkUint8s(List<int> values, String name, [int? length, int? at]) =>
    _checkAll(values, values is Uint8List, 0, 0xff, name, length, at);

/// [values], each of which must be a `u16`; there must be [length] of them if that
/// is given.
List<int> checkUint16s(List<int> values, String name, [int? length, int? at]) =>
    _checkAll(values, values is Uint16List, 0, 0xffff, name, length, at);

/// [values], each of which must be a `u32`; there must be [length] of them if that
/// is given.
List<int> checkUint32s(List<int> values, String name, [int? length, int? at]) =>
    _checkAll(values, values is Uint32List, 0, 0xffffffff, name, length, at);

/// [values], which must be [length] of them, as many as the field [name], or the
/// element [index] of it, holds.
List<T> checkLength<T>(List<T> values, int length, String name, [int? index]) {
  if (values.length == length) return values;
  final place = '${placeName(name, index)}.length';
  throw ArgumentError.value(values.length, place, 'must be $length');
}
