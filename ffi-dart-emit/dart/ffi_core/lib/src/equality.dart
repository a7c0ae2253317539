/// Comparison of lists and maps by what they hold, for the values of generated
/// code.
library;

import 'dart:typed_data';

/// The default of a parameter for which null is a value.
const Object unset = _Unset();

final class _Unset {
  const _Unset();
}

/// Returns true if the lists have equal elements.
bool equalLists<T>(List<T> a, List<T> b) {
  if (identical(a, b)) return true;
  if (a.length != b.length) return false;
  for (var index = 0; index < a.length; index++) {
    if (a[index] != b[index]) return false;
  }
  return true;
}

/// Returns true if the lists have equal numbers.
bool equalDoubles(List<double> a, List<double> b) {
  if (identical(a, b)) return true;
  if (a.length != b.length) return false;
  for (var index = 0; index < a.length; index++) {
    if (a[index] != b[index]) return false;
  }
  return true;
}

/// Returns true if the lists have equal numbers.
bool equalInts(List<int> a, List<int> b) {
  if (identical(a, b)) return true;
  final length = a.length;
  if (length != b.length) return false;
  // For few numbers the views of their words take longer than the numbers.
  if (length >= 64 && a.runtimeType == b.runtimeType) {
    final words = _words(a), others = _words(b);
    if (words != null && others != null) return _equalWords(words, others);
  }
  for (var index = 0; index < length; index++) {
    if (a[index] != b[index]) return false;
  }
  return true;
}

/// Returns typed data as words of 32 bits, as the web has none of 64, or null if [of] is
/// something else, or no whole number of words.
Uint32List? _words(Object of) {
  if (of is! TypedData) return null;
  final TypedData(:buffer, :offsetInBytes, :lengthInBytes) = of;
  if ((offsetInBytes | lengthInBytes) & 3 != 0) return null;
  return Uint32List.view(buffer, offsetInBytes, lengthInBytes >> 2);
}

bool _equalWords(Uint32List a, Uint32List b) {
  for (var index = 0; index < a.length; index++) {
    if (a[index] != b[index]) return false;
  }
  return true;
}

/// Returns a hash that is equal for lists that are [equalLists].
int hashList(List<Object?> values) =>
    values is List<int> ? _hashInts(values) : Object.hashAll(values);

// Jenkins' one-at-a-time hash, in the 29 bits that the web multiplies without loss. Typed
// data and other lists of the same numbers have the same hash.
int _hashInts(List<int> values) {
  var hash = 0;
  for (var index = 0; index < values.length; index++) {
    final value = values[index];
    hash = 0x1fffffff & (hash + (value ^ value >> 32));
    hash = 0x1fffffff & (hash + (hash << 10));
    hash ^= hash >> 6;
  }
  hash = 0x1fffffff & (hash + (hash << 3));
  hash ^= hash >> 11;
  return 0x1fffffff & (hash + (hash << 15));
}

/// Returns true if the values are equal: lists, maps and nested options are if
/// what they hold is.
bool deepEquals(Object? a, Object? b) {
  if (a is List<Object?>) {
    if (b is! List<Object?> || a.length != b.length) return false;
    if (a is List<int> && b is List<int>) return equalInts(a, b);
    if (a is TypedData) return equalLists(a, b);
    for (var index = 0; index < a.length; index++) {
      if (!deepEquals(a[index], b[index])) return false;
    }
    return true;
  }
  if (a is Map<Object?, Object?>) {
    if (b is! Map<Object?, Object?> || a.length != b.length) return false;
    for (final MapEntry(:key, :value) in a.entries) {
      final other = b[key];
      if (other == null && !b.containsKey(key) || !deepEquals(value, other)) {
        return false;
      }
    }
    return true;
  }
  return switch ((a, b)) {
    ((final a,), (final b,)) => deepEquals(a, b),
    _ => a == b,
  };
}

/// Returns a hash that is equal for values that are [deepEquals].
int deepHash(Object? value) => switch (value) {
  final List<int> list => hashList(list),
  final List<Object?> list => Object.hashAll(list.map(deepHash)),
  final Map<Object?, Object?> map => Object.hashAllUnordered(
    map.entries.map((it) => Object.hash(it.key, deepHash(it.value))),
  ),
  (final it,) => deepHash(it),
  _ => value.hashCode,
};
