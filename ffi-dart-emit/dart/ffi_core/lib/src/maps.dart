part of 'native.dart';

/// A map of up to [capacity] entries inside a message, **borrowed**.
///
/// Looking up compares key by key, so [addAll] and [assign] write many entries in less
/// time; removing moves the last entry to the place of the removed one. Values that
/// are messages are views. What makes it larger than [capacity] throws a
/// [CapacityException].
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

  /// Throws if one of [keys], or of the [values] with them, can't be in this map.
  void checkAll(List<K> keys, List<V> values) {}

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

  /// Adds the entries of [other], or nothing if one does not fit or there are too
  /// many.
  @override
  void addAll(Map<K, V> other) {
    final keys = other.keys.toList(growable: false);
    final values = _detachedOf(other, keys);
    var length = this.length;
    // From the last on, as a look-up finds the first of equal keys.
    final places = {for (var at = length - 1; at >= 0; at--) readKey(at): at};
    if (length + keys.length > capacity) {
      final added = {
        for (final key in keys)
          if (!places.containsKey(key)) key,
      };
      _checkCapacity(length + added.length);
    }
    for (var index = 0; index < keys.length; index++) {
      final key = keys[index];
      final at = places[key] ??= length;
      if (at == length) {
        writeKey(at, key);
        length++;
      }
      writeValue(at, values[index]);
    }
    rawLength = length;
  }

  @override
  void forEach(void Function(K key, V value) action) {
    for (var index = 0; index < length; index++) {
      action(readKey(index), readValue(index));
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
  /// Throws a [CapacityException] if there are too many, an [ArgumentError] if two
  /// keys are equal, as they can be in a [Map.identity], and as assigning an entry
  /// does if one does not fit, before anything changes.
  void assign(Map<K, V> values) {
    _checkCapacity(values.length);
    final keys = values.keys.toList(growable: false);
    final detached = _detachedOf(values, keys);
    if (keys.toSet().length < keys.length) throwEqualKeys($place);
    for (var index = 0; index < keys.length; index++) {
      writeKey(index, keys[index]);
      writeValue(index, detached[index]);
    }
    rawLength = keys.length;
  }

  /// Returns the values of [map], which may be views of this one, such that they
  /// don't change with it. All of them and the [keys] of [map] fit this map.
  List<V> _detachedOf(Map<K, V> map, List<K> keys) {
    // What is in a map of the same class fits, and is in its order.
    if (map.runtimeType == runtimeType) {
      return map.values.toList(growable: false);
    }
    var index = 0;
    final values = [for (final it in map.values) detach(it, index++)];
    checkAll(keys, values);
    return values;
  }

  /// Replaces all entries by those of [values], which [write] writes to the entry at
  /// an index. If an entry does not fit, those before it are kept, and nothing
  /// changes if it is the key of the first.
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
