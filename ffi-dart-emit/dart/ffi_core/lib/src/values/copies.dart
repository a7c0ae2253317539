part of '../../values.dart';

/// A Dart copy of a message or a oneof: immutable, compared by its fields.
abstract base class FfiValue {
  /// Initializes nothing; subclasses add their fields.
  const FfiValue();

  /// Name in the result of `toString`.
  String get $name;

  /// Values of the fields, by name.
  Map<String, Object?> get $fields;

  /// Positions of `u64` in the fields, as [unsigned] takes them.
  Map<String, String> get $unsigned => const {};

  @override
  bool operator ==(Object other) =>
      identical(this, other) ||
      other is FfiValue &&
          other.runtimeType == runtimeType &&
          _deepEquals(other.$fields, $fields);

  @override
  int get hashCode => Object.hash($name, _deepHash($fields));

  @override
  String toString() {
    final shapes = $unsigned;
    final fields = $fields.entries.map((it) {
      final shape = shapes[it.key];
      final shown = shape == null ? it.value : unsigned(it.value, shape);
      return '${it.key}: $shown';
    });
    return '${$name}(${fields.join(', ')})';
  }
}

bool _deepEquals(Object? a, Object? b) => switch ((a, b)) {
  (final List<Object?> a, final List<Object?> b) =>
    a.length == b.length &&
        a.indexed.every((it) => _deepEquals(it.$2, b[it.$1])),
  (final Map<Object?, Object?> a, final Map<Object?, Object?> b) =>
    a.length == b.length &&
        a.entries.every(
          (it) => b.containsKey(it.key) && _deepEquals(it.value, b[it.key]),
        ),
  _ => a == b,
};

int _deepHash(Object? value) => switch (value) {
  final List<Object?> list => Object.hashAll(list.map(_deepHash)),
  final Map<Object?, Object?> map => Object.hashAllUnordered(
    map.entries.map((it) => Object.hash(it.key, _deepHash(it.value))),
  ),
  _ => value.hashCode,
};
