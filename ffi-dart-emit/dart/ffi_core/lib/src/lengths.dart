part of 'native.dart';

/// Returns [length], which was read from memory and must not be more than
/// [capacity].
@pragma('vm:prefer-inline')
int usedLength(int length, int capacity) =>
    length <= capacity ? length : throwLength(length, capacity);

/// Throws an [IndexError] if [index] is not that of one of [length] elements.
@pragma('vm:prefer-inline')
void checkElement(int index, int length) {
  if (index < 0 || index >= length) _throwIndex(index, length);
}

Never _throwIndex(int index, int length) =>
    throw IndexError.withLength(index, length);

/// Throws the [InvalidValueException] about a [length] above [capacity].
Never throwLength(int length, int capacity) =>
    throw InvalidValueException('length $length exceeds $capacity');

/// Throws the [InvalidValueException] about a discriminant [tag] that the oneof
/// [name] does not have.
Never throwTag(String name, int tag) =>
    throw InvalidValueException('$name has no case with tag $tag');

/// Throws the [InvalidValueException] about a map that has a key twice.
Never throwKeys() =>
    throw const InvalidValueException('a map has the same key twice');

/// Returns [length], which must fit [capacity], in the field [name] if one is
/// given.
int checkCapacity(int length, int capacity, [String? name]) =>
    length <= capacity
    ? length
    : throw CapacityException(length, capacity, name);

/// Returns [value], a count or an index for a function of the library: it must
/// fit C's `size_t`, which has [bytes] bytes on this machine.
///
/// Throws a [RangeError]: dart:ffi would keep the lower bits.
int checkSize(int value, String name, [int? bytes]) {
  final max = (bytes ?? sizeOf<Size>()) == 8 ? _maxInt : 0xffffffff;
  return value >= 0 && value <= max ? value : throwRange(value, 0, max, name);
}

const _maxInt = 0x7fffffffffffffff;
