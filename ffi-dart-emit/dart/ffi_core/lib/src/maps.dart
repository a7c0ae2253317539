part of 'native.dart';

/// A map of up to [capacity] entries inside a message, **borrowed**.
///
/// Looking up compares key by key; removing moves the last entry to the place
/// of the removed one. Values that are messages are views. What
/// makes it larger than [capacity] throws a [CapacityException].
abstract base class FfiMap<K, V> with MapMixin<K, V>, _Sized {
  /// The length that memory says, whatever it is.
  int get rawLength;
  set rawLength(int length);

  /// Returns the key of the entry at [index] below [capacity], used or not.
  K readKey(int index);

  /// Returns the value of the entry at [index] below [capacity], used or not.
  V readValue(int index);

  /// Changes the key of the entry at [index] below [capacity].
  void writeKey(int index, K key);

  /// Changes the value of the entry at [index] below [capacity].
  void writeValue(int index, V value);

  /// Copies the entry at [from] to [to].
  void move(int from, int to);

  /// Returns a copy of [value] that does not change with the map.
  V detach(V value, [int? index]) => value;

  int _find(Object? key) {
    final length = this.length;
    for (var index = 0; index < length; index++) {
      if (readKey(index) == key) return index;
    }
    return -1;
  }

  @override
  int get length {
    final length = rawLength;
    return length <= capacity ? length : throwLength(length, capacity, $place);
  }

  @override
  bool get isEmpty => length == 0;

  @override
  bool get isNotEmpty => length != 0;

  @override
  V? operator [](Object? key) {
    final index = _find(key);
    return index < 0 ? null : readValue(index);
  }

  @override
  void operator []=(K key, V value) {
    final index = _find(key);
    if (index >= 0) return writeValue(index, value);
    final length = _checkCapacity(this.length + 1);
    writeKey(length - 1, key);
    writeValue(length - 1, value);
    rawLength = length;
  }

  @override
  bool containsKey(Object? key) => _find(key) >= 0;

  @override
  V? remove(Object? key) {
    final found = _find(key);
    if (found < 0) return null;
    final removed = detach(readValue(found));
    final last = length - 1;
    if (found < last) move(last, found);
    rawLength = last;
    return removed;
  }

  @override
  void clear() => rawLength = 0;

  @override
  void addAll(Map<K, V> other) {
    final detached = _detachedOf(other);
    var index = 0;
    for (final key in other.keys) {
      this[key] = detached[index++];
    }
  }

  @override
  bool containsValue(Object? value) {
    final wanted = valueOf(value);
    return values.any((it) => deepEquals(valueOf(it), wanted));
  }

  @override
  Iterable<K> get keys => Iterable.generate(length, readKey);

  @override
  Iterable<V> get values => Iterable.generate(length, readValue);

  @override
  Iterable<MapEntry<K, V>> get entries => Iterable.generate(
    length,
    (index) => MapEntry(readKey(index), readValue(index)),
  );

  /// Replaces all entries by those of [values].
  ///
  /// Throws a [CapacityException] before anything changes if there are too
  /// many, and an [ArgumentError] if two keys are equal, as they can be in a
  /// [Map.identity]. If an entry does not fit, those before it are kept, and
  /// nothing changes if it is the key of the first.
  void assign(Map<K, V> values) {
    _checkCapacity(values.length);
    final detached = _detachedOf(values);
    assignWith(values, (index, _) => writeValue(index, detached[index]));
  }

  /// Returns the values of [map], which may be views of this one, such that they
  /// don't change with it.
  List<V> _detachedOf(Map<K, V> map) {
    if (map is FfiMap<K, V>) return map.values.toList(growable: false);
    var index = 0;
    return [for (final it in map.values) detach(it, index++)];
  }

  /// Replaces all entries as [assign] does, with values that [write] writes to
  /// the entry at an index.
  void assignWith<T>(
    Map<K, T> values,
    void Function(int index, T value) write,
  ) {
    _checkCapacity(values.length);
    if (values.keys.toSet().length < values.length) {
      throwEqualKeys($place);
    }
    var index = 0;
    var changed = values.isEmpty;
    try {
      for (final MapEntry(:key, :value) in values.entries) {
        writeKey(index, key);
        changed = true;
        write(index, value);
        index++;
      }
    } finally {
      // The entries after this one would have new keys with old values, or keys
      // twice.
      if (changed) rawLength = index;
    }
  }
}
