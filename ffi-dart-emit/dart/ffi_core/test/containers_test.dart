/// Tests lists and maps of fixed room, without a library.
library;

import 'package:ffi_core/ffi_core.dart';
import 'package:test/test.dart';

/// A list with its room in Dart.
final class Numbers extends FfiVec<int> {
  @override
  String get $place => 'numbers';

  final _items = List.filled(3, 0);

  @override
  int rawLength = 0;

  @override
  int get length => rawLength;

  @override
  int get capacity => _items.length;

  @override
  int operator [](int index) => _items[index];

  @override
  void operator []=(int index, int value) => _items[index] = value;

  @override
  int read(int index) => _items[index];

  @override
  void write(int index, int value) => _items[index] = value;

  @override
  void zero(int index) => _items[index] = 0;
}

/// A map with its room in Dart.
final class Names extends FfiMap<int, String> {
  Names([int capacity = 2])
    : _keys = List.filled(capacity, 0),
      _names = List.filled(capacity, '');

  @override
  String get $place => 'names';

  final List<int> _keys;
  final List<String> _names;

  /// Number of times that a key was read.
  int reads = 0;

  @override
  int rawLength = 0;

  @override
  int get capacity => _keys.length;

  @override
  int readKey(int index) {
    reads++;
    return _keys[index];
  }

  @override
  String readValue(int index) => _names[index];

  @override
  void writeKey(int index, int key) => _keys[index] = key;

  @override
  void writeValue(int index, String value) => _names[index] = value;

  @override
  void move(int from, int to) {
    _keys[to] = _keys[from];
    _names[to] = _names[from];
  }
}

void main() {
  final full = throwsA(isA<CapacityException>());

  test('a list grows up to its capacity', () {
    final numbers = Numbers()..addAll([1, 2]);
    expect(() => numbers.addAll([3, 4]), full);
    expect(numbers, [1, 2]);
    numbers.length = 3;
    expect(numbers, [1, 2, 0]);
    expect(() => numbers.length = 4, full);
    expect(() => numbers.assign([1, 2, 3, 4]), full);
    numbers.assign([9]);
    expect(numbers, [9]);
  });

  test('what goes through a map reads each key once', () {
    final names = Names(100)
      ..addAll({for (var key = 0; key < 50; key++) key: 'old'})
      ..reads = 0
      ..addAll({for (var key = 25; key < 75; key++) key: 'new'});
    expect(names.reads, 50);
    names.reads = 0;
    expect(
      {...names},
      {for (var key = 0; key < 75; key++) key: key < 25 ? 'old' : 'new'},
    );
    final all = <int>[];
    names.forEach((key, value) => all.add(key));
    expect(all, [for (var key = 0; key < 75; key++) key]);
    expect('$names'.length, greaterThan(75 * 5));
    expect(names.reads, 3 * 75);
    expect(
      () => names.addAll({for (var key = 60; key < 101; key++) key: 'more'}),
      full,
    );
    expect(names.length, 75);
    expect(names[60], 'new');
  });

  test('a map with an index reads each key once', () {
    final names = Names(100);
    final indexed = names.indexed();
    for (var key = 0; key < 80; key++) {
      indexed[key] = 'old';
    }
    for (var key = 79; key >= 40; key--) {
      indexed[key] = 'new';
    }
    expect(names.reads, 0);
    expect(indexed[39], 'old');
    expect(indexed[40], 'new');
    expect(indexed[80], isNull);
    final Object other = 'x';
    expect(indexed.containsKey(other), isFalse);
    expect(names.reads, 0);

    // The last entry moves to the place of the removed one.
    expect(indexed.remove(3), 'old');
    expect(indexed.remove(3), isNull);
    expect(indexed.remove(78), 'new');
    expect(indexed[79], 'new');
    expect(indexed, hasLength(78));
    expect(Map.of(indexed), Map.of(names));
    for (final key in names.keys) {
      expect(indexed[key], names[key]);
    }

    // What changes the number of entries is seen.
    names
      ..clear()
      ..[7] = 'seven';
    expect(indexed[7], 'seven');
    expect(indexed[8], isNull);
    indexed.clear();
    expect(names, isEmpty);
    expect(indexed, isEmpty);
  });

  test('a map with an index ends at its capacity', () {
    final indexed = Names().indexed();
    indexed.addAll({1: 'one', 2: 'two'});
    expect(() => indexed[3] = 'three', full);
    indexed[2] = 'zwei';
    expect(indexed, {1: 'one', 2: 'zwei'});
  });

  test('a list that changes its length ends a loop', () {
    final numbers = Numbers()..addAll([1, 2]);
    expect([for (final it in numbers) it], [1, 2]);
    expect(() {
      for (final it in numbers) {
        numbers.add(it);
      }
    }, throwsA(isA<ConcurrentModificationError>()));
    expect(numbers.iterator..moveNext(), isA<Iterator<int>>());
  });

  test('a map keeps its entries together', () {
    final names = Names()
      ..[1] = 'one'
      ..[2] = 'two';
    expect(() => names[3] = 'three', full);
    names[2] = 'zwei';
    expect(names.remove(1), 'one');
    expect(names, {2: 'zwei'});
    expect(() => names.assign({1: 'a', 2: 'b', 3: 'c'}), full);
    names.rawLength = 3;
    expect(() => names.length, throwsA(isA<InvalidValueException>()));
  });
}
