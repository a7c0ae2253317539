part of 'native.dart';

/// [length], which memory says, and which must not be more than [capacity], that of
/// the field [name], or the element [index] of it.
@pragma('vm:prefer-inline')
int usedLength(int length, int capacity, String name, [int? index]) =>
    length <= capacity ? length : throwLength(length, capacity, name, index);

/// Copies the elements in use from one list in a message to another, each of which is
/// [each] numbers, and returns [length], the number of elements that memory says.
///
/// What is behind them stays, so it takes no time for room that isn't used.
int copyUsed<T>(List<T> from, List<T> to, int length, [int each = 1]) {
  final capacity = to.length;
  // A length that is too large is copied as it is, and found when it is read.
  final used = length > capacity ~/ each ? capacity : length * each;
  to.setRange(0, used, from);
  return length;
}

/// Throws an [IndexError] if [index] is not that of one of [length] elements.
@pragma('vm:prefer-inline')
void checkElement(int index, int length) {
  if (index < 0 || index >= length) _throwIndex(index, length);
}

Never _throwIndex(int index, int length) =>
    throw IndexError.withLength(index, length);

/// Throws the [InvalidValueException] about a [length] above [capacity].
Never throwLength(int length, int capacity, [String? name, int? index]) =>
    throw InvalidValueException(
      '${placeLead(name, index)}length $length exceeds $capacity',
    );

/// Throws the [InvalidValueException] about a discriminant [tag] that the oneof
/// [name] does not have.
Never throwTag(String name, int tag) =>
    throw InvalidValueException('$name has no case with tag $tag');

/// Throws the [InvalidValueException] about the map [name], or the element [index]
/// of it, that has a key twice.
Never throwKeys(String name, int? index) => throw InvalidValueException(
  '${placeLead(name, index)}a map has the same key twice',
);

/// [length], for which there must be room in the field [name], or the element
/// [index] of it.
int checkCapacity(int length, int capacity, String name, [int? index]) =>
    length <= capacity
    ? length
    : throw CapacityException(length, capacity, placeName(name, index));

/// Common members of the lists and maps inside of a message.
base mixin _Sized {
  /// Number of elements that there is room for.
  int get capacity;

  /// Name of this field, or element of a field, in exceptions.
  String? get $place;

  /// [length], for which there must be room.
  int _checkCapacity(int length) => length <= capacity
      ? length
      : throw CapacityException(length, capacity, $place);
}

/// Returns [value], a count or an index for a function of the library: it must
/// fit C's `size_t`, which has [bytes] bytes on this machine.
///
/// Throws a [RangeError]: dart:ffi would keep the lower bits.
int checkSize(int value, String name, [int? bytes]) {
  final max = (bytes ?? sizeOf<Size>()) == 8 ? _maxInt : 0xffffffff;
  return value >= 0 && value <= max ? value : throwRange(value, 0, max, name);
}

const _maxInt = 0x7fffffffffffffff;
