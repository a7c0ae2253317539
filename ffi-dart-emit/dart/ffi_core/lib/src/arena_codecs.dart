part of 'arenas.dart';

/// A type in an arena: how a value of [size] bytes is read as a view [V] and as a Dart
/// copy [D], and how a copy is stored.
abstract base class ArenaCodec<V, D> {
  /// A type of [size] bytes, which are aligned to [align].
  const ArenaCodec(this.size, this.align);

  /// Size in bytes.
  final int size;

  /// Alignment in bytes.
  final int align;

  /// The value at [at], that of the field [name].
  V view(ArenaMemory arena, int at, String name);

  /// A Dart copy of the value at [at], that of the field [name].
  D data(ArenaMemory arena, int at, String name);

  /// Stores a copy of [value] over any value at [at], for the field [name].
  void store(ArenaMemory arena, int at, D value, String name);

  /// A Dart copy of [view].
  D dataOf(V view);

  /// The value at [at], which something else will overwrite.
  V detached(ArenaMemory arena, int at, String name) {
    final copy = HeapArena(size, 0, 0);
    store(copy, arenaHeader, data(arena, at, name), name);
    return view(copy, arenaHeader, name);
  }
}

/// A type whose view is a Dart copy.
abstract base class PlainCodec<T> extends ArenaCodec<T, T> {
  /// A type of [size] bytes, which are aligned to [align].
  const PlainCodec(super.size, super.align);

  @override
  T data(ArenaMemory arena, int at, String name) => view(arena, at, name);

  @override
  T dataOf(T view) => view;

  @override
  T detached(ArenaMemory arena, int at, String name) => view(arena, at, name);
}

/// `bool`.
final class BoolCodec extends PlainCodec<bool> {
  /// The type.
  const BoolCodec() : super(1, 1);

  @override
  bool view(ArenaMemory arena, int at, String name) =>
      readBool(arena, at, name);

  @override
  void store(ArenaMemory arena, int at, bool value, String name) =>
      arena.writable.setUint8(at, value ? 1 : 0);
}

/// The `bool` at [at].
///
/// Throws an [InvalidValueException] for a byte that is neither 0 nor 1.
@pragma('vm:prefer-inline')
bool readBool(ArenaMemory arena, int at, String name) {
  final byte = arena.lists.getUint8(at);
  return byte <= 1 ? byte == 1 : _throwBool(byte, name);
}

Never _throwBool(int byte, String name) =>
    throw InvalidValueException('$name: $byte is not a bool');

/// An enum, as its number.
final class EnumCodec<E> extends PlainCodec<E> {
  /// The type whose number is one of [number], made by [from], and [to] its number.
  const EnumCodec(this.number, this.from, this.to, super.size, super.align);

  /// Type of the number.
  final PlainCodec<int> number;

  /// Makes the value of a number, for the field [name].
  final E Function(int number, String name) from;

  /// The number of a value.
  final int Function(E value) to;

  @override
  E view(ArenaMemory arena, int at, String name) =>
      from(number.view(arena, at, name), name);

  @override
  void store(ArenaMemory arena, int at, E value, String name) =>
      number.store(arena, at, to(value), name);
}

/// An open enum, as its number.
final class OpenCodec<E extends FfiEnum> extends PlainCodec<FfiOpen<E>> {
  /// The type whose number is one of [number], made by [from].
  const OpenCodec(this.number, this.from, super.size, super.align);

  /// Type of the number.
  final PlainCodec<int> number;

  /// Makes the value of a number.
  final FfiOpen<E> Function(int number) from;

  @override
  FfiOpen<E> view(ArenaMemory arena, int at, String name) =>
      from(number.view(arena, at, name));

  @override
  void store(ArenaMemory arena, int at, FfiOpen<E> value, String name) =>
      number.store(arena, at, value.number, name);
}

/// The number of [value].
int enumNumber(FfiEnum value) => value.value;

/// Throws the [InvalidValueException] about a discriminant [tag] that the oneof [type]
/// does not have, in the field [name].
Never throwArenaTag(String type, int tag, String name) =>
    throw InvalidValueException('$name: $type has no case with tag $tag');

/// A newtype of what is a Dart copy.
final class NewtypeCodec<T, I> extends PlainCodec<T> {
  /// The newtype of [inner], made by [wrap] and opened by [open].
  const NewtypeCodec(this.inner, this.wrap, this.open, super.size, super.align);

  /// Type of the value.
  final ArenaCodec<I, I> inner;

  /// Makes the newtype of a value.
  final T Function(I value, String name) wrap;

  /// The value of a newtype.
  final I Function(T value, String name) open;

  @override
  T view(ArenaMemory arena, int at, String name) =>
      wrap(inner.data(arena, at, name), name);

  @override
  void store(ArenaMemory arena, int at, T value, String name) =>
      inner.store(arena, at, open(value, name), name);
}

/// A newtype of an array, which shows memory as that does.
final class NewtypeListCodec<T, I> extends ArenaCodec<T, T> {
  /// The newtype of [inner], made by [wrap] and opened by [open], which throw nothing.
  const NewtypeListCodec(
    this.inner,
    this.wrap,
    this.open,
    super.size,
    super.align,
  );

  /// Type of the value.
  final ArenaCodec<I, I> inner;

  /// Makes the newtype of a value.
  final T Function(I value, String name) wrap;

  /// The value of a newtype.
  final I Function(T value, String name) open;

  @override
  T view(ArenaMemory arena, int at, String name) =>
      wrap(inner.view(arena, at, name), name);

  @override
  T data(ArenaMemory arena, int at, String name) =>
      wrap(inner.data(arena, at, name), name);

  @override
  T dataOf(T view) => wrap(inner.dataOf(open(view, '')), '');

  @override
  void store(ArenaMemory arena, int at, T value, String name) =>
      inner.store(arena, at, open(value, name), name);
}

/// `ArenaStr`.
final class TextCodec extends PlainCodec<String> {
  /// The type.
  const TextCodec() : super(8, 4);

  @override
  String view(ArenaMemory arena, int at, String name) => arena.textAt(at, name);

  @override
  void store(ArenaMemory arena, int at, String value, String name) =>
      arena.putText(at, value, name);
}

/// `ArenaBytes`.
final class BytesCodec extends PlainCodec<Uint8List> {
  /// The type.
  const BytesCodec() : super(8, 4);

  @override
  Uint8List view(ArenaMemory arena, int at, String name) =>
      arena.bytesAt(at, name);

  @override
  Uint8List data(ArenaMemory arena, int at, String name) =>
      Uint8List.fromList(arena.bytesAt(at, name));

  @override
  void store(ArenaMemory arena, int at, Uint8List value, String name) =>
      arena.putBytes(at, value, name);

  @override
  Uint8List detached(ArenaMemory arena, int at, String name) =>
      data(arena, at, name);
}

/// The length of at most [capacity] at [at].
int _used(ArenaMemory arena, int at, int capacity, String name) {
  final length = arena.lists.getUint32(at, _little);
  if (length <= capacity) return length;
  throw InvalidValueException('$name: length $length exceeds $capacity');
}

int _checkRoom(int length, int capacity, String name) => length <= capacity
    ? length
    : throw CapacityException(length, capacity, name);

/// `FfiStr<N>`.
final class FixedTextCodec extends PlainCodec<String> {
  /// Text of [capacity] bytes.
  const FixedTextCodec(this.capacity, super.size, super.align);

  /// `N`.
  final int capacity;

  @override
  String view(ArenaMemory arena, int at, String name) => ArenaMemory.decode(
    arena.bytes,
    at + 4,
    _used(arena, at, capacity, name),
    name,
  );

  @override
  void store(ArenaMemory arena, int at, String value, String name) {
    final length = _checkRoom(utf8Length(value, name), capacity, name);
    arena.clear(at, size);
    writeUtf8(value, arena.bytes, at + 4);
    arena.lists.setUint32(at, length, _little);
  }
}

/// `FfiBytes<N>`.
final class FixedBytesCodec extends PlainCodec<Uint8List> {
  /// [capacity] bytes.
  const FixedBytesCodec(this.capacity, super.size, super.align);

  /// `N`.
  final int capacity;

  @override
  Uint8List view(ArenaMemory arena, int at, String name) => Uint8List.fromList(
    Uint8List.sublistView(
      arena.bytes,
      at + 4,
      at + 4 + _used(arena, at, capacity, name),
    ),
  );

  @override
  void store(ArenaMemory arena, int at, Uint8List value, String name) {
    final length = _checkRoom(value.length, capacity, name);
    arena.clear(at, size);
    arena.bytes.setRange(at + 4, at + 4 + length, value);
    arena.lists.setUint32(at, length, _little);
  }
}

/// `ArenaVec<T>`.
base class ListCodec<V, D> extends ArenaCodec<ArenaList<V, D>, List<D>> {
  /// A list of [of].
  const ListCodec(this.of) : super(8, 4);

  /// `T`.
  final ArenaCodec<V, D> of;

  @override
  ArenaList<V, D> view(ArenaMemory arena, int at, String name) =>
      ArenaList(arena, at, of, name);

  @override
  List<D> data(ArenaMemory arena, int at, String name) =>
      view(arena, at, name).toData();

  @override
  void store(ArenaMemory arena, int at, List<D> value, String name) =>
      view(arena, at, name).setData(value);

  @override
  List<D> dataOf(ArenaList<V, D> view) => view.toData();
}

/// Consecutive elements in place: those of an `[T; N]`, or of an `FfiVec<T, N>`, behind
/// its length.
final class FixedListCodec<V, D> extends ArenaCodec<List<V>, List<D>> {
  /// At most [count] of [of], or as many if [items] is 0; the first is at [items].
  const FixedListCodec(
    this.of,
    this.count,
    this.items,
    super.size,
    super.align,
  );

  /// `T`.
  final ArenaCodec<V, D> of;

  /// `N`.
  final int count;

  /// Offset of the first element; 0 if there is no length.
  final int items;

  int _length(ArenaMemory arena, int at, String name) =>
      items == 0 ? count : _used(arena, at, count, name);

  @override
  List<V> view(ArenaMemory arena, int at, String name) =>
      _FixedList(this, arena, at, name);

  @override
  List<D> data(ArenaMemory arena, int at, String name) => [
    for (var i = 0; i < _length(arena, at, name); i++)
      of.data(arena, at + items + i * of.size, name),
  ];

  @override
  void store(ArenaMemory arena, int at, List<D> value, String name) {
    final length = value.length;
    if (items == 0) {
      checkLength(value, count, name);
    } else {
      _checkRoom(length, count, name);
      arena.clear(at, size);
      arena.lists.setUint32(at, length, _little);
    }
    for (var i = 0; i < length; i++) {
      of.store(arena, at + items + i * of.size, value[i], name);
    }
  }

  @override
  List<D> dataOf(List<V> view) => [for (final it in view) of.dataOf(it)];
}

final class _FixedList<V, D> with ListMixin<V> {
  _FixedList(this._codec, this._arena, this._at, this._name);

  final FixedListCodec<V, D> _codec;
  final ArenaMemory _arena;
  final int _at;
  final String _name;

  @override
  int get length => _codec._length(_arena, _at, _name);

  @override
  set length(int length) {
    final now = this.length;
    if (_codec.items == 0) {
      throw UnsupportedError('$_name: the length of an array is fixed');
    }
    _checkRoom(length, _codec.count, _name);
    final size = _codec.of.size, first = _at + _codec.items;
    if (length < now) {
      _arena.clear(first + length * size, (now - length) * size);
    }
    _arena.writable.setUint32(_at, length, _little);
  }

  int _place(int index) =>
      _at +
      _codec.items +
      RangeError.checkValidIndex(index, this) * _codec.of.size;

  @override
  V operator [](int index) => _codec.of.view(_arena, _place(index), _name);

  @override
  void operator []=(int index, V value) =>
      _codec.of.store(_arena, _place(index), _codec.of.dataOf(value), _name);

  @override
  void add(V element) {
    final value = _codec.of.dataOf(element), index = length;
    length = index + 1;
    _codec.of.store(_arena, _place(index), value, _name);
  }
}

/// `ArenaBox<T>`.
final class BoxCodec<V extends Object, D extends Object>
    extends ArenaCodec<V?, D?> {
  /// A box of [of].
  const BoxCodec(this.of) : super(4, 4);

  /// `T`.
  final ArenaCodec<V, D> of;

  @override
  V? view(ArenaMemory arena, int at, String name) {
    final to = arena.lists.getUint32(at, _little);
    return to == 0 ? null : of.view(arena, to, name);
  }

  @override
  D? data(ArenaMemory arena, int at, String name) {
    final to = arena.lists.getUint32(at, _little);
    return to == 0 ? null : of.data(arena, to, name);
  }

  /// The value at [at], which is zeros if there was none.
  V insert(ArenaMemory arena, int at, String name) {
    var to = arena.lists.getUint32(at, _little);
    if (to == 0) {
      to = arena.alloc(of.size, of.align);
      arena.lists.setUint32(at, to, _little);
    }
    return of.view(arena, to, name);
  }

  @override
  void store(ArenaMemory arena, int at, D? value, String name) {
    if (value == null) return arena.writable.setUint32(at, 0, _little);
    insert(arena, at, name);
    of.store(arena, arena.lists.getUint32(at, _little), value, name);
  }

  @override
  D? dataOf(V? view) => view == null ? null : of.dataOf(view);
}

/// `FfiOption<T>`.
final class OptionCodec<V extends Object, D extends Object>
    extends ArenaCodec<V?, D?> {
  /// An option of [of], with the byte that says if there is a value at [present].
  const OptionCodec(this.of, this.present, super.size, super.align);

  /// `T`.
  final ArenaCodec<V, D> of;

  /// Offset of the byte.
  final int present;

  bool _has(ArenaMemory arena, int at, String name) =>
      readBool(arena, at + present, name);

  @override
  V? view(ArenaMemory arena, int at, String name) =>
      _has(arena, at, name) ? of.view(arena, at, name) : null;

  @override
  D? data(ArenaMemory arena, int at, String name) =>
      _has(arena, at, name) ? of.data(arena, at, name) : null;

  /// The value at [at], which is zeros if there was none.
  V insert(ArenaMemory arena, int at, String name) {
    if (!_has(arena, at, name)) {
      arena.clear(at, size);
      arena.lists.setUint8(at + present, 1);
    }
    return of.view(arena, at, name);
  }

  @override
  void store(ArenaMemory arena, int at, D? value, String name) {
    if (value == null) return arena.clear(at, size);
    if (!_has(arena, at, name)) arena.clear(at, size);
    of.store(arena, at, value, name);
    arena.lists.setUint8(at + present, 1);
  }

  @override
  D? dataOf(V? view) => view == null ? null : of.dataOf(view);
}

/// An optional value in an optional one, as a Dart record: Dart has one null.
final class RecordCodec<V, D> extends ArenaCodec<(V,), (D,)> {
  /// A record of [of].
  const RecordCodec(this.of, super.size, super.align);

  /// The type in it.
  final ArenaCodec<V, D> of;

  @override
  (V,) view(ArenaMemory arena, int at, String name) =>
      (of.view(arena, at, name),);

  @override
  (D,) data(ArenaMemory arena, int at, String name) =>
      (of.data(arena, at, name),);

  @override
  void store(ArenaMemory arena, int at, (D,) value, String name) =>
      of.store(arena, at, value.$1, name);

  @override
  (D,) dataOf((V,) view) => (of.dataOf(view.$1),);
}

/// An entry of a map.
final class EntryCodec<K, V, D> extends ArenaCodec<void, (K, D)> {
  /// A key, and at [valueOffset] a value; keys are in [order].
  const EntryCodec(
    this.key,
    this.value,
    this.order,
    this.valueOffset,
    super.size,
    super.align,
  );

  /// Type of keys.
  final PlainCodec<K> key;

  /// Type of values.
  final ArenaCodec<V, D> value;

  /// Compares two keys as Rust does.
  final int Function(K a, K b) order;

  /// Offset of the value.
  final int valueOffset;

  @override
  void view(ArenaMemory arena, int at, String name) {}

  @override
  (K, D) data(ArenaMemory arena, int at, String name) =>
      (key.view(arena, at, name), value.data(arena, at + valueOffset, name));

  @override
  void store(ArenaMemory arena, int at, (K, D) value, String name) {
    key.store(arena, at, value.$1, name);
    this.value.store(arena, at + valueOffset, value.$2, name);
  }

  @override
  (K, D) dataOf(void view) => throw StateError('an entry has no view');

  /// Replaces [entries] by those of [values].
  void storeAll(ArenaList<void, (K, D)> entries, Map<K, D> values) {
    final all = [for (final it in values.entries) (it.key, it.value)]
      ..sort((a, b) => order(a.$1, b.$1));
    for (var i = 1; i < all.length; i++) {
      if (order(all[i - 1].$1, all[i].$1) == 0) {
        throw ArgumentError('${entries._name}: two keys of the map are equal');
      }
    }
    entries.setData(all);
  }
}

/// `ArenaMap<K, V>`.
final class MapCodec<K, V, D> extends ArenaCodec<ArenaMap<K, V, D>, Map<K, D>> {
  /// A map with entries of [entry].
  const MapCodec(this.entry) : super(8, 4);

  /// Type of the entries.
  final EntryCodec<K, V, D> entry;

  @override
  ArenaMap<K, V, D> view(ArenaMemory arena, int at, String name) =>
      ArenaMap(arena, at, entry, name);

  @override
  Map<K, D> data(ArenaMemory arena, int at, String name) =>
      view(arena, at, name).toData();

  @override
  void store(ArenaMemory arena, int at, Map<K, D> value, String name) =>
      view(arena, at, name).setData(value);

  @override
  Map<K, D> dataOf(ArenaMap<K, V, D> view) => view.toData();
}

/// `FfiMap<K, V, N>`, as a Dart copy.
final class FixedMapCodec<K, D> extends PlainCodec<Map<K, D>> {
  /// At most [count] entries of [entry], the first of them at [items].
  const FixedMapCodec(
    this.entry,
    this.count,
    this.items,
    super.size,
    super.align,
  );

  /// Type of the entries, which may have any order.
  final EntryCodec<K, Object?, D> entry;

  /// `N`.
  final int count;

  /// Offset of the first entry.
  final int items;

  @override
  Map<K, D> view(ArenaMemory arena, int at, String name) {
    final length = _used(arena, at, count, name);
    final map = <K, D>{};
    for (var i = 0; i < length; i++) {
      final (key, value) = entry.data(arena, at + items + i * entry.size, name);
      map[key] = value;
    }
    if (map.length == length) return map;
    throw InvalidValueException('$name: a map has the same key twice');
  }

  @override
  void store(ArenaMemory arena, int at, Map<K, D> value, String name) {
    final length = _checkRoom(value.length, count, name);
    arena.clear(at, size);
    var to = at + items;
    for (final MapEntry(:key, value: it) in value.entries) {
      entry.store(arena, to, (key, it), name);
      to += entry.size;
    }
    arena.lists.setUint32(at, length, _little);
  }
}

/// Compares integers that are not `u64`.
int orderInts(int a, int b) => a.compareTo(b);

/// Compares `u64`, which are negative from 2^63 on.
int orderUnsigned(int a, int b) =>
    a < 0 == b < 0 ? a.compareTo(b) : (a < 0 ? 1 : -1);

/// Compares `bool`.
int orderBools(bool a, bool b) => a == b ? 0 : (b ? -1 : 1);

/// Compares enums by their numbers.
int orderEnums(FfiEnum a, FfiEnum b) => a.value.compareTo(b.value);

/// Compares enums by their numbers, which are `u64`.
int orderUnsignedEnums(FfiEnum a, FfiEnum b) => orderUnsigned(a.value, b.value);

/// Compares texts by their code points, as Rust does.
int orderTexts(String a, String b) {
  final length = a.length < b.length ? a.length : b.length;
  for (var i = 0; i < length; i++) {
    final one = a.codeUnitAt(i), other = b.codeUnitAt(i);
    if (one == other) continue;
    // Halves of surrogate pairs stand for code points above all others.
    final first = one & 0xf800 == 0xd800, second = other & 0xf800 == 0xd800;
    return first == second ? one - other : (first ? 1 : -1);
  }
  return a.length - b.length;
}

/// Keys without an order, those of an [FixedMapCodec].
int unordered(Object? a, Object? b) => 0;

/// `FfiTimestamp`.
final class TimestampCodec extends PlainCodec<DateTime> {
  /// The type, of [size] bytes.
  const TimestampCodec(super.size, super.align);

  @override
  DateTime view(ArenaMemory arena, int at, String name) {
    final seconds = readInt64(arena.lists, at);
    final nanos = arena.lists.getInt32(at + 8, _little);
    if (nanos < 0 ||
        nanos > 999999999 ||
        seconds < -62135596800 ||
        seconds > 253402300799) {
      throw InvalidValueException(
        '$name: $seconds seconds and $nanos nanoseconds are no timestamp in the '
        'years 1 to 9999',
      );
    }
    return DateTime.fromMicrosecondsSinceEpoch(
      seconds * 1000000 + nanos ~/ 1000,
      isUtc: true,
    );
  }

  @override
  void store(ArenaMemory arena, int at, DateTime value, String name) {
    final micros = value.microsecondsSinceEpoch;
    final rest = micros % 1000000;
    final seconds = (micros - rest) ~/ 1000000;
    if (seconds < -62135596800 || seconds > 253402300799) {
      throw RangeError.range(value.toUtc().year, 1, 9999, name);
    }
    writeInt64(arena.writable, at, seconds);
    arena.lists.setInt32(at + 8, rest * 1000, _little);
  }
}

/// `FfiDuration`.
final class DurationCodec extends PlainCodec<Duration> {
  /// The type, of [size] bytes.
  const DurationCodec(super.size, super.align);

  @override
  Duration view(ArenaMemory arena, int at, String name) {
    final seconds = readInt64(arena.lists, at);
    final nanos = arena.lists.getInt32(at + 8, _little);
    if (nanos.abs() > 999999999 ||
        seconds < -315576000000 ||
        seconds > 315576000000 ||
        seconds.sign * nanos.sign < 0) {
      throw InvalidValueException(
        '$name: $seconds seconds and $nanos nanoseconds are no duration of up to '
        '10000 years',
      );
    }
    return Duration(microseconds: seconds * 1000000 + nanos ~/ 1000);
  }

  @override
  void store(ArenaMemory arena, int at, Duration value, String name) {
    final micros = value.inMicroseconds;
    final rest = micros.remainder(1000000);
    final seconds = (micros - rest) ~/ 1000000;
    if (seconds.abs() > 315576000000) {
      throw RangeError.range(seconds, -315576000000, 315576000000, name);
    }
    writeInt64(arena.writable, at, seconds);
    arena.lists.setInt32(at + 8, rest * 1000, _little);
  }
}

/// `FfiUuid`.
final class UuidCodec extends PlainCodec<FfiUuid> {
  /// The type, of [size] bytes.
  const UuidCodec(super.size, super.align);

  @override
  FfiUuid view(ArenaMemory arena, int at, String name) =>
      FfiUuid(Uint8List.sublistView(arena.bytes, at, at + 16));

  @override
  void store(ArenaMemory arena, int at, FfiUuid value, String name) {
    arena.writable;
    arena.bytes.setRange(at, at + 16, value.bytes);
  }
}

/// `FfiEmpty`.
final class EmptyCodec extends PlainCodec<FfiEmpty> {
  /// The type, of [size] bytes.
  const EmptyCodec(super.size, super.align);

  @override
  FfiEmpty view(ArenaMemory arena, int at, String name) => const FfiEmpty();

  @override
  void store(ArenaMemory arena, int at, FfiEmpty value, String name) {
    arena.writable;
    arena.bytes[at] = 0;
  }
}

/// `FfiDecimal`.
final class DecimalCodec extends PlainCodec<FfiDecimal> {
  /// The type, of [size] bytes.
  const DecimalCodec(super.size, super.align);

  @override
  FfiDecimal view(ArenaMemory arena, int at, String name) {
    BigInt word(int offset) =>
        BigInt.from(arena.lists.getUint32(at + offset, _little)) << offset * 8;
    final scale = arena.lists.getUint32(at + 16, _little);
    if (scale > FfiDecimal.maxScale) {
      throw InvalidValueException(
        '$name: $scale is no scale of a decimal, which goes from 0 to '
        '${FfiDecimal.maxScale}',
      );
    }
    final all = word(0) | word(4) | word(8) | word(12);
    return FfiDecimal(all.toSigned(128), scale);
  }

  @override
  void store(ArenaMemory arena, int at, FfiDecimal value, String name) {
    final data = arena.writable, all = value.mantissa.toUnsigned(128);
    for (var offset = 0; offset < 16; offset += 4) {
      final word = (all >> offset * 8).toUnsigned(32).toInt();
      data.setUint32(at + offset, word, _little);
    }
    data.setUint32(at + 16, value.scale, _little);
  }
}
