part of 'native.dart';

/// A map of up to [capacity] entries inside a message, **borrowed**.
///
/// Looking up compares key by key, which suits dozens of entries. For more, [addAll]
/// and [assign] write many at once, and [indexed] finds each key in constant time.
/// Removing moves the last entry to the place of the removed one. Values that are
/// messages are views. What makes it larger than [capacity] throws a
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

  /// Returns the index of the entry whose key is [key], or -1 if there is none.
  int $find(Object? key) {
    final length = this.length;
    for (var index = 0; index < length; index++) {
      if (readKey(index) == key) return index;
    }
    return -1;
  }

  /// Returns this map with an index of its keys, which finds each in constant time.
  ///
  /// Making the index reads each key once. Changes of the result change this map, and
  /// keep the index. While the result is used, nothing else may change the keys in this
  /// memory, neither Dart nor Rust: the index would take one key for another, and add a
  /// key a second time, which Rust refuses.
  Map<K, V> indexed() => _IndexedMap(this);

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
    final index = $find(key);
    return index < 0 ? null : readValue(index);
  }

  @override
  void operator []=(K key, V value) {
    final index = $find(key);
    index < 0 ? _append(key, value) : writeValue(index, value);
  }

  void _append(K key, V value) {
    final length = _checkCapacity(this.length + 1);
    writeKey(length - 1, key);
    writeValue(length - 1, value);
    rawLength = length;
  }

  @override
  bool containsKey(Object? key) => $find(key) >= 0;

  @override
  V? remove(Object? key) {
    final found = $find(key);
    return found < 0 ? null : _removeAt(found);
  }

  V _removeAt(int index) {
    final removed = detach(readValue(index));
    final last = length - 1;
    if (index < last) move(last, index);
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
    final length = this.length;
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

/// A map with an index of its keys; see [FfiMap.indexed].
final class _IndexedMap<K, V> with MapMixin<K, V> {
  _IndexedMap(this._map) {
    _learn();
  }

  final FfiMap<K, V> _map;

  /// The index of the entry of each key.
  final Map<K, int> _places = HashMap();

  void _learn() {
    final length = _map.length;
    _places.clear();
    // From the last on, as a look-up finds the first of equal keys.
    for (var index = length - 1; index >= 0; index--) {
      _places[_map.readKey(index)] = index;
    }
  }

  /// Returns the index of the entry whose key is [key], or -1 if there is none.
  int _find(Object? key) {
    if (_map.length != _places.length) _learn();
    return _places[key] ?? -1;
  }

  @override
  int get length => _map.length;

  @override
  bool get isEmpty => _map.isEmpty;

  @override
  bool get isNotEmpty => _map.isNotEmpty;

  @override
  V? operator [](Object? key) {
    final index = _find(key);
    return index < 0 ? null : _map.readValue(index);
  }

  @override
  void operator []=(K key, V value) {
    final index = _find(key);
    if (index >= 0) return _map.writeValue(index, value);
    _map._append(key, value);
    _places[key] = _places.length;
  }

  @override
  bool containsKey(Object? key) => _find(key) >= 0;

  @override
  V? remove(Object? key) {
    final found = _find(key);
    if (found < 0) return null;
    final last = _map.length - 1;
    final moved = _map.readKey(last);
    final removed = _map._removeAt(found);
    _places
      ..[moved] = found
      ..remove(key);
    return removed;
  }

  @override
  void clear() {
    _map.clear();
    _places.clear();
  }

  @override
  void forEach(void Function(K key, V value) action) => _map.forEach(action);

  @override
  bool containsValue(Object? value) => _map.containsValue(value);

  @override
  Iterable<K> get keys => _map.keys;

  @override
  Iterable<V> get values => _map.values;

  @override
  Iterable<MapEntry<K, V>> get entries => _map.entries;
}
