/// Comparison of lists and maps by what they hold, for the values of generated
/// code.
library;

/// The default of a parameter for which null is a value.
const Object unset = _Unset();

final class _Unset {
  const _Unset();
}

/// Returns true if the lists have equal elements.
bool equalLists<T>(List<T> a, List<T> b) {
  if (identical(a, b)) return true;
  final length = a.length;
  if (length != b.length) return false;
  for (var index = 0; index < length; index++) {
    if (a[index] != b[index]) return false;
  }
  return true;
}

/// Returns true if the values are equal: lists, maps and nested options are if
/// what they hold is.
bool deepEquals(Object? a, Object? b) {
  if (a is List<Object?>) {
    if (b is! List<Object?> || a.length != b.length) return false;
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
  final List<Object?> list => Object.hashAll(list.map(deepHash)),
  final Map<Object?, Object?> map => Object.hashAllUnordered(
    map.entries.map((it) => Object.hash(it.key, deepHash(it.value))),
  ),
  (final it,) => deepHash(it),
  _ => value.hashCode,
};
