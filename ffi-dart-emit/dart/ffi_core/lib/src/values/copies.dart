part of '../../values.dart';

/// A Dart copy of a message or a oneof: immutable, compared by what it holds.
abstract base class FfiValue {
  /// Nothing but what subclasses add.
  const FfiValue();

  /// What `toString` calls it.
  String get $name;

  /// What it holds, by name.
  Map<String, Object?> get $fields;

  /// Where there are `u64` in what it holds, as [unsigned] takes it.
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
