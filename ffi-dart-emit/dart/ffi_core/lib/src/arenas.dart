/// Arenas in pure Dart: memory of messages without bounds, read and written by
/// views, wherever the bytes come from.
///
/// An arena has two chunks. The lists begin with 64 bytes for a header and the root
/// message; the text is UTF-8. A field that has no bound is a handle: the offset of its
/// contents in a chunk, and how many there are. Views have a position in the lists,
/// and read memory when they are asked: the VM checks the bounds of each access, so
/// hostile bytes give wrong values or exceptions, and nothing else.
library;

import 'dart:collection';
import 'dart:math';
import 'dart:typed_data';

import '../values.dart';
import 'checks.dart';
import 'utf8.dart';

part 'arena_codecs.dart';
part 'arena_numbers.dart';

const Endian _little = Endian.little;

/// Bytes of the header, which the root follows.
const int arenaHeader = 64;

/// Memory of an arena.
abstract base class ArenaMemory {
  /// The two chunks, of which [listsUsed] and [textUsed] bytes are in use.
  ArenaMemory(
    this.bytes,
    this._text,
    this.listsUsed,
    this.textUsed, {
    required this.isMutable,
  }) : lists = ByteData.sublistView(bytes),
       _textData = ByteData.sublistView(_text);

  /// The lists, all bytes that there is room for.
  ByteData lists;

  /// The memory of [lists].
  Uint8List bytes;

  /// The text, all bytes that there is room for.
  @pragma('vm:prefer-inline')
  Uint8List get text => _text;

  set text(Uint8List value) {
    _text = value;
    _textData = ByteData.sublistView(value);
  }

  Uint8List _text;
  ByteData _textData;

  /// Bytes of the lists in use.
  int listsUsed;

  /// Bytes of the text in use.
  int textUsed;

  /// True if it can be changed. A field, as each write asks for it.
  bool isMutable;

  /// True once somebody got typed data of the chunks, which is read later.
  bool exposed = false;

  /// Sizes in bytes of the blocks of lists that may have room for more elements, by
  /// their offsets.
  final Map<int, int> _rooms = {};

  /// The block of [_rooms] that was asked for last, and its size; 0 for none. Elements
  /// are added to one list many times.
  int _roomAt = 0;
  int _room = 0;

  /// The size in bytes of the block at [at], in which [used] bytes are in use.
  int roomOf(int at, int used) {
    if (at != _roomAt) {
      final room = _rooms[at];
      if (room == null) return used;
      _roomAt = at;
      _room = room;
    }
    return _room > used ? _room : used;
  }

  /// Notes that the block at [at] has [size] bytes.
  void setRoom(int at, int size) {
    _rooms[at] = size;
    _roomAt = at;
    _room = size;
  }

  /// Forgets the block at [at], from which a list has moved.
  void forgetRoom(int at) {
    _rooms.remove(at);
    if (_roomAt == at) _roomAt = 0;
  }

  /// The blocks of [other] are here as well.
  void takeRooms(Map<int, int> rooms) => _rooms.addAll(rooms);

  /// A copy of what [takeRooms] takes.
  Map<int, int> get rooms => Map.of(_rooms);

  /// Makes room in the lists up to [end], and in the text up to [textEnd].
  void grow(int end, int textEnd);

  /// The lists, to be written to.
  ///
  /// Throws an [UnsupportedError] if the arena can't be changed.
  @pragma('vm:prefer-inline')
  ByteData get writable => isMutable ? lists : _throwReadOnly();

  static Never _throwReadOnly() =>
      throw UnsupportedError('this arena is only read; hint: change a copy');

  /// Throws an [InvalidValueException] about [size] bytes at [at], which the chunk
  /// doesn't have.
  @pragma('vm:never-inline')
  static Never throwOutside(int at, int size, String name) =>
      throw InvalidValueException(
        '$name: $size bytes at $at are outside of the arena',
      );

  /// Forgets which lists have room for more, after something else has written.
  void forgetRooms() {
    _rooms.clear();
    _roomAt = 0;
  }

  /// Adds a block of [size] zeros, and returns its offset.
  int alloc(int size, int align) {
    if (!isMutable) _throwReadOnly();
    final at = (listsUsed + align - 1) & -align;
    final end = at + size;
    if (end > bytes.length) grow(end, textUsed);
    listsUsed = end;
    return at;
  }

  /// The text that the handle at [position] refers to, that of the field [name].
  @pragma('vm:prefer-inline')
  String textAt(int position, String name) {
    final at = lists.getUint32(position, _little);
    final length = lists.getUint32(position + 4, _little);
    return decode(text, at, length, name);
  }

  /// The text in [length] of [bytes] from [at] on.
  static String decode(Uint8List bytes, int at, int length, String name) {
    if (length == 0) return '';
    if (at + length > bytes.length) throwOutside(at, length, name);
    return decodeAt(bytes, at, length, name);
  }

  /// Has the handle at [position] refer to [value], which is added to the text.
  void putText(int position, String value, String name) {
    if (!isMutable) _throwReadOnly();
    var length = value.length;
    if (length > 0) {
      if (textUsed + length > text.length) grow(listsUsed, textUsed + length);
      if (!_putAscii(value, _textData, textUsed)) {
        length = _putUtf8(value, name);
      }
    }
    final data = lists;
    data.setUint32(position, length == 0 ? 0 : textUsed, _little);
    data.setUint32(position + 4, length, _little);
    textUsed += length;
  }

  /// Writes [value] to [target] from [at] on; returns false if it isn't ASCII.
  static bool _putAscii(String value, ByteData target, int at) {
    final length = value.length;
    var i = 0;
    // Four at a time take nine tenths of the time (`arena_build_vs_protobuf`).
    for (; i < length - 3; i += 4) {
      final a = value.codeUnitAt(i), b = value.codeUnitAt(i + 1);
      final c = value.codeUnitAt(i + 2), d = value.codeUnitAt(i + 3);
      if (a | b | c | d >= 0x80) return false;
      target.setUint32(at + i, a | b << 8 | c << 16 | d << 24, _little);
    }
    for (; i < length; i++) {
      final unit = value.codeUnitAt(i);
      if (unit >= 0x80) return false;
      target.setUint8(at + i, unit);
    }
    return true;
  }

  int _putUtf8(String value, String name) {
    final length = utf8Length(value, name);
    if (textUsed + length > text.length) grow(listsUsed, textUsed + length);
    writeUtf8(value, text, textUsed);
    return length;
  }

  /// The bytes that the handle at [position] refers to: a view that can't be changed,
  /// and that shows what was there when it was made.
  Uint8List bytesAt(int position, String name) {
    final at = lists.getUint32(position, _little);
    final length = lists.getUint32(position + 4, _little);
    if (length == 0) return Uint8List(0);
    if (at + length > bytes.length) throwOutside(at, length, name);
    exposed = true;
    return Uint8List.sublistView(bytes, at, at + length).asUnmodifiableView();
  }

  /// Has the handle at [position] refer to a copy of [value].
  void putBytes(int position, List<int> value, String name) {
    checkUint8s(value, name);
    final at = value.isEmpty ? 0 : alloc(value.length, 1);
    writable.setUint32(position, at, _little);
    lists.setUint32(position + 4, value.length, _little);
    bytes.setRange(at, at + value.length, value);
  }

  /// Writes zeros to [size] bytes at [position].
  void clear(int position, int size) {
    if (!isMutable) _throwReadOnly();
    bytes.fillRange(position, position + size, 0);
  }

  /// The bytes of the arena, as they are in a file: header, lists, text. The layout of
  /// the root is the number whose halves are [high] and [low].
  Uint8List toBytes(int high, int low) {
    return Uint8List(listsUsed + textUsed)
      ..setRange(0, arenaHeader, header(high, low))
      ..setRange(arenaHeader, listsUsed, bytes, arenaHeader)
      ..setRange(listsUsed, listsUsed + textUsed, text);
  }

  /// The header of [toBytes]; a schema follows if it [hasSchema].
  Uint8List header(int high, int low, {bool hasSchema = false}) {
    final all = Uint8List(arenaHeader);
    ByteData.sublistView(all)
      ..setUint32(0, 0x61696666, _little)
      ..setUint32(4, 0x616e6572, _little)
      ..setUint16(8, 1, _little)
      ..setUint8(10, 1)
      ..setUint8(11, hasSchema ? 1 : 0)
      ..setUint32(48, hasSchema ? listsUsed + textUsed : 0, _little)
      ..setUint32(
        52,
        hasSchema ? (listsUsed + textUsed) ~/ 0x100000000 : 0,
        _little,
      )
      ..setUint32(16, low, _little)
      ..setUint32(20, high, _little)
      ..setUint32(24, listsUsed, _little)
      ..setUint32(32, textUsed, _little);
    return all;
  }
}

/// An arena in bytes that came from elsewhere: it is only read.
final class BytesArena extends ArenaMemory {
  BytesArena._(super.bytes, super.text, super.listsUsed, super.textUsed)
    : super(isMutable: false);

  /// The arena in [all], whose root [name] of [size] bytes has the layout of [high] and
  /// [low]. It is read in place.
  ///
  /// Throws an [InvalidValueException] if the header isn't that of such an arena. What
  /// is behind it is not checked.
  factory BytesArena(Uint8List all, int high, int low, int size, String name) {
    Never refuse(String problem) => throw InvalidValueException(problem);
    if (all.length < arenaHeader) {
      refuse('${all.length} bytes are less than the header of an arena');
    }
    final data = ByteData.sublistView(all);
    int word(int at) => data.getUint32(at, _little);
    if (word(0) != 0x61696666 || word(4) != 0x616e6572) {
      refuse('the bytes are not an arena: they don\'t begin with "ffiarena"');
    }
    if (data.getUint8(10) != 1) {
      refuse('the arena was written by a machine of other endianness');
    }
    if (data.getUint16(8, _little) != 1) {
      refuse('the arena has version ${data.getUint16(8, _little)}, not 1');
    }
    if (word(16) != low || word(20) != high) {
      refuse("the arena's root has another layout than this package's $name");
    }
    final lists = word(24), text = word(32);
    if (word(28) != 0 ||
        word(36) != 0 ||
        lists < arenaHeader + size ||
        lists + text > all.length) {
      refuse('an arena of $lists and $text bytes is in ${all.length} bytes');
    }
    return BytesArena._(
      Uint8List.sublistView(all, 0, lists),
      Uint8List.sublistView(all, lists, lists + text),
      lists,
      text,
    );
  }

  /// The schema in [all], if they are an arena with a layout other than that of [high] and
  /// [low] that has its schema inside.
  static Uint8List? otherSchema(Uint8List all, int high, int low) {
    if (all.length < arenaHeader || all[11] != 1) return null;
    final data = ByteData.sublistView(all);
    int word(int at) => data.getUint32(at, _little);
    final at = word(48);
    final length = all.length - at;
    final same = word(16) == low && word(20) == high;
    if (same || word(52) != 0 || length <= 0 || length > 1 << 20) return null;
    return Uint8List.sublistView(all, at);
  }

  @override
  void grow(int end, int textEnd) => ArenaMemory._throwReadOnly();
}

/// An arena on the heap of Dart, for programs without a library.
final class HeapArena extends ArenaMemory {
  /// An arena whose root has [size] bytes, with room for [lists] and [text] bytes.
  HeapArena(int size, int lists, int text)
    : super(
        Uint8List(lists < arenaHeader + size ? arenaHeader + size : lists),
        Uint8List(text),
        arenaHeader + size,
        0,
        isMutable: true,
      );

  @override
  void grow(int end, int textEnd) {
    if (end > bytes.length) {
      final larger = Uint8List(grown(bytes.length, end));
      larger.setRange(0, listsUsed, bytes);
      bytes = larger;
      lists = ByteData.sublistView(larger);
    }
    if (textEnd > text.length) {
      final larger = Uint8List(grown(text.length, textEnd));
      larger.setRange(0, textUsed, text);
      text = larger;
    }
  }
}

/// The size of a chunk of [size] bytes that needs room up to [end]: at least twice as
/// large, and four times while it is small, as each growth moves both chunks (chosen by
/// `arena_build_vs_bounded` of the benchmark `arenas`). It is not above the largest size
/// unless [end] is.
int grown(int size, int end) {
  const largest = 0xffffffc0;
  final larger = min(size < 1 << 16 ? size * 4 : size * 2, largest);
  return max(larger, end);
}

/// A message in an arena, **borrowed**: it reads and writes memory in place.
///
/// It has a position. An element of a list that has to move, as there is no room
/// for more elements behind it, is at another one then: what is written to a view
/// that was made before is lost. Reserve room before elements are added, or ask the
/// list for its element again.
abstract base class ArenaView<D extends FfiValue> {
  /// The message at [at$] in [arena$].
  const ArenaView(this.arena$, this.at$);

  /// The memory.
  final ArenaMemory arena$;

  /// Position in the lists.
  final int at$;

  /// A Dart copy of the message and all that it refers to, **copied**.
  ///
  /// Throws an [InvalidValueException] or [UnknownEnumValueException] when memory
  /// holds no value.
  D toData();

  /// Overwrites the message, and all that it refers to, with a copy of [data$].
  void setData(D data$);

  /// Overwrites the message with a copy of [other], which may be in another arena.
  void setFrom(ArenaView<D> other) => setData(other.toData());

  /// Compares the messages, not their places.
  @override
  bool operator ==(Object other) =>
      identical(this, other) ||
      other is ArenaView<D> && toData() == other.toData();

  @override
  int get hashCode => toData().hashCode;

  @override
  String toString() {
    try {
      return '${toData()}';
    } on FfiException catch (error) {
      return '$runtimeType($error)';
    }
  }
}

/// A oneof in an arena, **borrowed**: it reads and writes memory in place.
abstract base class ArenaOneof<D extends FfiValue> extends ArenaView<D> {
  /// The oneof at [at$] in [arena$].
  const ArenaOneof(super.arena$, super.at$);

  /// Discriminant of the case that is set, valid or not; 0 for the first.
  @pragma('vm:prefer-inline')
  int get tag => arena$.lists.getUint32(at$, _little);

  /// The case that is set, **copied**; assigning copies.
  ///
  /// Throws an [InvalidValueException] when no case has [tag].
  D get value => toData();

  set value(D value) => setData(value);

  /// Sets the case with the discriminant [tag] to zeros, unless it is set, in the [size]
  /// bytes of the oneof.
  void activate$(int tag, int size) {
    if (this.tag == tag) return;
    arena$.clear(at$, size);
    arena$.lists.setUint32(at$, tag, _little);
  }
}

/// A list of an arena, **borrowed**: it reads and writes memory in place.
base class ArenaList<V, D> with ListMixin<V> {
  /// The list that the handle at [_handle] refers to, the field [_name].
  @pragma('vm:prefer-inline')
  ArenaList(this.arena$, this._handle, this._codec, this._name);

  /// The memory.
  final ArenaMemory arena$;

  final int _handle;
  final ArenaCodec<V, D> _codec;
  final String _name;

  // The handle is read each time, by one load, which compilers take out of a loop. A copy
  // that is read again after a change would need a call on that path, and a call in a loop
  // keeps its variables in memory (chosen by `arena_number_vs_bounded`).

  @override
  @pragma('vm:prefer-inline')
  int get length => _isWeb
      ? arena$.lists.getUint32(_handle + 4, _little)
      : arena$.lists.getInt64(_handle, _little) >>> 32;

  @pragma('vm:prefer-inline')
  int get _start => _isWeb
      ? arena$.lists.getUint32(_handle, _little)
      : arena$.lists.getInt64(_handle, _little) & 0xffffffff;

  /// Position of the element [index].
  ///
  /// Throws an [IndexError] if there is none.
  @pragma('vm:prefer-inline')
  int place$(int index, int size) {
    final length = this.length;
    if (index < 0 || index >= length) _throwIndex(index, length);
    return _start + index * size;
  }

  @pragma('vm:never-inline')
  static Never _throwIndex(int index, int length) =>
      throw IndexError.withLength(index, length);

  @override
  V operator [](int index) =>
      _codec.view(arena$, place$(index, _codec.size), _name);

  @override
  void operator []=(int index, V value) => _codec.store(
    arena$,
    place$(index, _codec.size),
    _codec.dataOf(value),
    _name,
  );

  @override
  set length(int length) {
    final now = this.length;
    if (length < 0) throw RangeError.range(length, 0, null, 'length');
    if (length >= now) {
      if (length > now) _resize(length, now);
      return;
    }
    final size = _codec.size, start = place$(0, size);
    arena$
      ..writable.setUint32(_handle + 4, length, _little)
      ..clear(start + length * size, (now - length) * size)
      ..setRoom(start, arena$.roomOf(start, now * size));
  }

  /// Makes room for [additional] more elements: the list doesn't move until there
  /// are more.
  void reserve(int additional) {
    if (additional > 0) _room(length + additional, 0, kept: true);
  }

  /// Changes the length from [now], which was just read, to [length].
  @pragma('vm:prefer-inline')
  void _resize(int length, int now) {
    _room(length, now * 2);
    arena$.lists.setUint32(_handle + 4, length, _little);
  }

  /// Makes room for [wanted] elements, and if the list has to move, for [more] of
  /// them. The arena notes room that is [kept], as it isn't used at once.
  void _room(int wanted, int more, {bool kept = false}) {
    final arena = arena$, size = _codec.size;
    if (!arena.isMutable) ArenaMemory._throwReadOnly();
    final length = this.length, start = _start;
    // An empty list without a block is at 0.
    final room = start == 0 ? 0 : arena.roomOf(start, length * size);
    if (wanted * size <= room) return;
    if (wanted > 0xffffffff) checkUint32(wanted, '$_name.length');
    if (room > 0 && start + room == arena.listsUsed) {
      final end = start + wanted * size;
      if (end > arena.bytes.length) arena.grow(end, arena.textUsed);
      arena.listsUsed = end;
      if (kept) arena.setRoom(start, wanted * size);
      return;
    }
    final capacity = (wanted > more ? wanted : more) * size;
    final to = arena.alloc(capacity, _codec.align);
    final used = length * size;
    if (used > 0 && start + used > arena.bytes.length) {
      ArenaMemory.throwOutside(start, used, _name);
    }
    if (used > 0) {
      arena.bytes.setRange(to, to + used, arena.bytes, start);
      arena.forgetRoom(start);
    }
    if (kept || capacity > wanted * size) arena.setRoom(to, capacity);
    arena.lists.setUint32(_handle, to, _little);
  }

  @override
  void add(V element) => addData(_codec.dataOf(element));

  @override
  void addAll(Iterable<V> iterable) {
    final values = [for (final it in iterable) _codec.dataOf(it)];
    addAllData(values);
  }

  /// Adds an element of zeros, and returns it: for a message its view.
  V addNew() => _codec.view(arena$, _added(1, _codec.size), _name);

  /// Adds a copy of [value].
  void addData(D value) {
    _codec.store(arena$, _added(1, _codec.size), value, _name);
  }

  /// Adds copies of [values].
  void addAllData(List<D> values) {
    if (values.isEmpty) return;
    var at = _added(values.length, _codec.size);
    for (var i = 0; i < values.length; i++) {
      _codec.store(arena$, at, values[i], _name);
      at += _codec.size;
    }
  }

  /// Adds [count] elements of zeros, and returns the position of the first.
  int _added(int count, int size) {
    final index = length;
    _resize(index + count, index);
    return _start + index * size;
  }

  /// Replaces the elements by copies of [values].
  void setData(List<D> values) {
    // A view of this very list would be empty once that is.
    final kept = values is ArenaList<Object?, Object?> ? [...values] : values;
    if (length > 0) length = 0;
    addAllData(kept);
  }

  /// Exchanges two elements.
  void swap(int i, int j) {
    final size = _codec.size;
    final one = place$(i, size), other = place$(j, size);
    if (!arena$.isMutable) ArenaMemory._throwReadOnly();
    final bytes = arena$.bytes;
    final kept = Uint8List.fromList(
      Uint8List.sublistView(bytes, one, one + size),
    );
    bytes
      ..setRange(one, one + size, bytes, other)
      ..setRange(other, other + size, kept);
  }

  // Elements move as bytes: what their handles refer to stays where it is. Values that
  // come from outside are copied before anything moves, as they may be views of this
  // list.

  void _move(int from, int to, int end) {
    if (!arena$.isMutable) ArenaMemory._throwReadOnly();
    final size = _codec.size, start = length == 0 ? 0 : place$(0, size);
    final count = (end - from) * size, target = start + to * size;
    arena$.bytes.setRange(
      target,
      target + count,
      arena$.bytes,
      start + from * size,
    );
  }

  /// Makes [count] elements of zeros at [index].
  void insertNew(int index, [int count = 1]) {
    final now = length;
    RangeError.checkValueInInterval(index, 0, now, 'index');
    if (count == 0) return;
    _resize(now + count, now);
    _move(index, index + count, now);
    arena$.clear(place$(index, _codec.size), count * _codec.size);
  }

  @override
  void insert(int index, V element) {
    final value = _codec.dataOf(element);
    insertNew(index);
    _codec.store(arena$, place$(index, _codec.size), value, _name);
  }

  @override
  void insertAll(int index, Iterable<V> iterable) {
    final values = [for (final it in iterable) _codec.dataOf(it)];
    insertNew(index, values.length);
    for (var i = 0; i < values.length; i++) {
      _codec.store(arena$, place$(index + i, _codec.size), values[i], _name);
    }
  }

  @override
  void setRange(int start, int end, Iterable<V> iterable, [int skipCount = 0]) {
    RangeError.checkValidRange(start, end, length);
    final from = iterable.skip(skipCount).take(end - start);
    final values = [for (final it in from) _codec.dataOf(it)];
    if (values.length < end - start) throw StateError('Too few elements');
    for (var i = 0; i < values.length; i++) {
      _codec.store(arena$, place$(start + i, _codec.size), values[i], _name);
    }
  }

  @override
  void setAll(int index, Iterable<V> iterable) {
    final values = iterable.toList();
    setRange(index, index + values.length, values);
  }

  @override
  void replaceRange(int start, int end, Iterable<V> newContents) {
    final values = [for (final it in newContents) _codec.dataOf(it)];
    removeRange(start, end);
    insertNew(start, values.length);
    for (var i = 0; i < values.length; i++) {
      _codec.store(arena$, place$(start + i, _codec.size), values[i], _name);
    }
  }

  @override
  void removeRange(int start, int end) {
    final now = length;
    RangeError.checkValidRange(start, end, now);
    if (start == end) return;
    _move(end, start, now);
    length = now - (end - start);
  }

  /// Removes the element [index], and returns it: for a message a copy in an arena of
  /// its own.
  @override
  V removeAt(int index) {
    final removed = _codec.detached(arena$, place$(index, _codec.size), _name);
    removeRange(index, index + 1);
    return removed;
  }

  @override
  V removeLast() => removeAt(length - 1);

  @override
  void sort([int Function(V a, V b)? compare]) {
    final by = compare ?? (a, b) => (a as Comparable<Object?>).compareTo(b);
    _reorder(
      List.generate(length, (it) => it)..sort((a, b) => by(this[a], this[b])),
    );
  }

  @override
  void shuffle([Random? random]) =>
      _reorder(List.generate(length, (it) => it)..shuffle(random));

  /// Moves the element `order[i]` to `i`.
  void _reorder(List<int> order) {
    if (order.isEmpty) return;
    if (!arena$.isMutable) ArenaMemory._throwReadOnly();
    final size = _codec.size, start = place$(0, size), bytes = arena$.bytes;
    final all = Uint8List.fromList(
      Uint8List.sublistView(bytes, start, start + order.length * size),
    );
    for (var i = 0; i < order.length; i++) {
      bytes.setRange(
        start + i * size,
        start + (i + 1) * size,
        all,
        order[i] * size,
      );
    }
  }

  /// A Dart copy of the elements.
  List<D> toData() {
    final count = length, size = _codec.size;
    final start = count == 0 ? 0 : place$(0, size);
    return [
      for (var i = 0; i < count; i++)
        _codec.data(arena$, start + i * size, _name),
    ];
  }
}

/// A map of an arena, **borrowed**: it reads and writes memory in place, in which the
/// entries are sorted by key.
final class ArenaMap<K, V, D> with MapMixin<K, V> {
  /// The map that the handle at [handle] refers to, the field [name].
  ArenaMap(ArenaMemory arena, int handle, this._codec, String name)
    : _entries = ArenaList(arena, handle, _codec, name);

  final EntryCodec<K, V, D> _codec;
  final ArenaList<void, (K, D)> _entries;

  @override
  int get length => _entries.length;

  K _keyAt(int index) => _codec.key.view(
    _entries.arena$,
    _entries.place$(index, _codec.size),
    _entries._name,
  );

  int _valueAt(int index) =>
      _entries.place$(index, _codec.size) + _codec.valueOffset;

  /// The index of [key], or that at which it would be, with the bits inverted.
  int _find(K key) {
    var low = 0, high = length;
    while (low < high) {
      final middle = (low + high) >> 1;
      final order = _codec.order(_keyAt(middle), key);
      if (order == 0) return middle;
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return -low - 1;
  }

  @override
  V? operator [](Object? key) {
    if (key is! K) return null;
    final index = _find(key);
    if (index < 0) return null;
    return _codec.value.view(_entries.arena$, _valueAt(index), _entries._name);
  }

  @override
  bool containsKey(Object? key) => key is K && _find(key) >= 0;

  @override
  void operator []=(K key, V value) => addData(key, _codec.value.dataOf(value));

  /// Sets the value of [key] to a copy of [value].
  void addData(K key, D value) => _codec.value.store(
    _entries.arena$,
    _valueAt(_insert(key)),
    value,
    _entries._name,
  );

  /// The value of [key], which is zeros if there was none: for a message its view.
  V addNew(K key) => _codec.value.view(
    _entries.arena$,
    _valueAt(_insert(key)),
    _entries._name,
  );

  int _insert(K key) {
    final found = _find(key);
    if (found >= 0) return found;
    final index = -found - 1;
    _entries.insertNew(index);
    final at = _entries.place$(index, _codec.size);
    _codec.key.store(_entries.arena$, at, key, _entries._name);
    return index;
  }

  /// Makes room for [additional] more entries: none moves until there are more.
  void reserve(int additional) => _entries.reserve(additional);

  @override
  V? remove(Object? key) {
    if (key is! K) return null;
    final index = _find(key);
    if (index < 0) return null;
    final removed = _codec.value.detached(
      _entries.arena$,
      _valueAt(index),
      _entries._name,
    );
    _entries.removeRange(index, index + 1);
    return removed;
  }

  @override
  void clear() => _entries.length = 0;

  @override
  Iterable<K> get keys => Iterable.generate(length, _keyAt);

  /// A Dart copy of the entries.
  Map<K, D> toData() => {
    for (final (key, value) in _entries.toData()) key: value,
  };

  /// Replaces the entries by copies of [values].
  void setData(Map<K, D> values) => _codec.storeAll(_entries, values);
}
