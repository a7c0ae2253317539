/// Lists that nobody can change, for the copies that generated code makes.
library;

import 'dart:typed_data';

/// Returns an unmodifiable list of [values]; typed data stays typed data.
List<T> frozen<T>(List<T> values) {
  final Object of = values;
  final List<Object?> copy = switch (of) {
    final Uint8List it => Uint8List.fromList(it).asUnmodifiableView(),
    final Int8List it => Int8List.fromList(it).asUnmodifiableView(),
    final Uint16List it => Uint16List.fromList(it).asUnmodifiableView(),
    final Int16List it => Int16List.fromList(it).asUnmodifiableView(),
    final Uint32List it => Uint32List.fromList(it).asUnmodifiableView(),
    final Int32List it => Int32List.fromList(it).asUnmodifiableView(),
    final Uint64List it => Uint64List.fromList(it).asUnmodifiableView(),
    final Int64List it => Int64List.fromList(it).asUnmodifiableView(),
    final Float32List it => Float32List.fromList(it).asUnmodifiableView(),
    final Float64List it => Float64List.fromList(it).asUnmodifiableView(),
    _ => List<T>.unmodifiable(values),
  };
  return copy as List<T>;
}

/// Returns an unmodifiable copy of [bytes].
Uint8List bytesFrozen(Uint8List bytes) =>
    Uint8List.fromList(bytes).asUnmodifiableView();

/// Returns an unmodifiable list of [values], each of which [freeze] copies.
List<T> frozenEach<T>(List<T> values, T Function(T value) freeze) =>
    List.unmodifiable(values.map(freeze));

/// Returns an unmodifiable map with the entries of [values], those of the field
/// [name].
///
/// Throws an [ArgumentError] if two of its keys are equal.
Map<K, V> frozenMap<K, V>(Map<K, V> values, String name) =>
    frozenValues(values, name, (it) => it);

/// Returns an unmodifiable map with the keys of [values], those of the field
/// [name], whose values [freeze] copies.
///
/// Throws an [ArgumentError] if two of its keys are equal.
Map<K, V> frozenValues<K, V>(
  Map<K, V> values,
  String name,
  V Function(V value) freeze,
) {
  final copy = {
    for (final MapEntry(:key, :value) in values.entries) key: freeze(value),
  };
  if (copy.length < values.length) throwEqualKeys(name);
  return Map.unmodifiable(copy);
}

/// Throws the [ArgumentError] about a map, called [name], in which two keys are
/// equal, as they can be in a [Map.identity].
Never throwEqualKeys(String? name) => throw ArgumentError(
  '$name: two keys of the map are equal; hint: `Map.of(map)` has each key once',
);

/// Returns the copy that [freeze] makes of [value], or null for null.
T? frozenOrNull<T extends Object>(T? value, T Function(T value) freeze) =>
    value == null ? null : freeze(value);
