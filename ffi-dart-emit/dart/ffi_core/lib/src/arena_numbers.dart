part of 'arenas.dart';

/// True if an `int` is a double, which typed data can't read from 64 bits.
const bool _isWeb = identical(0, 0.0);

/// The `i64` or `u64` at [at].
@pragma('vm:prefer-inline')
int readInt64(ByteData data, int at) => _isWeb
    ? data.getUint32(at, _little) + data.getInt32(at + 4, _little) * 4294967296
    : data.getInt64(at, _little);

/// Writes the `i64` or `u64` [value] at [at].
@pragma('vm:prefer-inline')
void writeInt64(ByteData data, int at, int value) {
  if (_isWeb) {
    data.setUint32(at, value, _little);
    data.setInt32(at + 4, (value / 4294967296).floor(), _little);
  } else {
    data.setInt64(at, value, _little);
  }
}

/// `i8`.
final class Int8Codec extends PlainCodec<int> {
  /// The type.
  const Int8Codec([int align = 1]) : super(1, align);

  @override
  int view(ArenaMemory arena, int at, String name) => arena.lists.getInt8(at);

  @override
  void store(ArenaMemory arena, int at, int value, String name) =>
      arena.writable.setInt8(at, checkInt8(value, name));
}

/// A list of `i8` in an arena, **borrowed**.
final class ArenaInt8List extends ArenaList<int, int> {
  /// The list that the handle at [handle] refers to, the field [name].
  ArenaInt8List(ArenaMemory arena, int handle, String name)
    : super(arena, handle, const Int8Codec(), name);

  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) => arena$.lists.getInt8(place$(index, 1));

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) =>
      arena$.writable.setInt8(place$(index, 1), checkInt8(value, _name));

  /// The elements as typed data that can't be changed, and that stays what it is when the
  /// list moves.
  Int8List get typed {
    if (isEmpty) return Int8List(0);
    final at = place$(0, 1), end = at + length * 1;
    if (end > arena$.bytes.length) {
      ArenaMemory.throwOutside(at, end - at, _name);
    }
    arena$.exposed = true;
    return Int8List.sublistView(arena$.bytes, at, end).asUnmodifiableView();
  }
}

/// `ArenaVec<i8>`.
final class Int8ListCodec extends ListCodec<int, int> {
  /// The type.
  const Int8ListCodec() : super(const Int8Codec());

  @override
  ArenaInt8List view(ArenaMemory arena, int at, String name) =>
      ArenaInt8List(arena, at, name);
}

/// `i16`.
final class Int16Codec extends PlainCodec<int> {
  /// The type.
  const Int16Codec([int align = 2]) : super(2, align);

  @override
  int view(ArenaMemory arena, int at, String name) =>
      arena.lists.getInt16(at, _little);

  @override
  void store(ArenaMemory arena, int at, int value, String name) =>
      arena.writable.setInt16(at, checkInt16(value, name), _little);
}

/// A list of `i16` in an arena, **borrowed**.
final class ArenaInt16List extends ArenaList<int, int> {
  /// The list that the handle at [handle] refers to, the field [name].
  ArenaInt16List(ArenaMemory arena, int handle, String name)
    : super(arena, handle, const Int16Codec(), name);

  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) =>
      arena$.lists.getInt16(place$(index, 2), _little);

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) => arena$.writable.setInt16(
    place$(index, 2),
    checkInt16(value, _name),
    _little,
  );

  /// The elements as typed data that can't be changed, and that stays what it is when the
  /// list moves.
  Int16List get typed {
    if (isEmpty) return Int16List(0);
    final at = place$(0, 2), end = at + length * 2;
    if (end > arena$.bytes.length) {
      ArenaMemory.throwOutside(at, end - at, _name);
    }
    arena$.exposed = true;
    return Int16List.sublistView(arena$.bytes, at, end).asUnmodifiableView();
  }
}

/// `ArenaVec<i16>`.
final class Int16ListCodec extends ListCodec<int, int> {
  /// The type.
  const Int16ListCodec() : super(const Int16Codec());

  @override
  ArenaInt16List view(ArenaMemory arena, int at, String name) =>
      ArenaInt16List(arena, at, name);
}

/// `i32`.
final class Int32Codec extends PlainCodec<int> {
  /// The type.
  const Int32Codec([int align = 4]) : super(4, align);

  @override
  int view(ArenaMemory arena, int at, String name) =>
      arena.lists.getInt32(at, _little);

  @override
  void store(ArenaMemory arena, int at, int value, String name) =>
      arena.writable.setInt32(at, checkInt32(value, name), _little);
}

/// A list of `i32` in an arena, **borrowed**.
final class ArenaInt32List extends ArenaList<int, int> {
  /// The list that the handle at [handle] refers to, the field [name].
  ArenaInt32List(ArenaMemory arena, int handle, String name)
    : super(arena, handle, const Int32Codec(), name);

  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) =>
      arena$.lists.getInt32(place$(index, 4), _little);

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) => arena$.writable.setInt32(
    place$(index, 4),
    checkInt32(value, _name),
    _little,
  );

  /// The elements as typed data that can't be changed, and that stays what it is when the
  /// list moves.
  Int32List get typed {
    if (isEmpty) return Int32List(0);
    final at = place$(0, 4), end = at + length * 4;
    if (end > arena$.bytes.length) {
      ArenaMemory.throwOutside(at, end - at, _name);
    }
    arena$.exposed = true;
    return Int32List.sublistView(arena$.bytes, at, end).asUnmodifiableView();
  }
}

/// `ArenaVec<i32>`.
final class Int32ListCodec extends ListCodec<int, int> {
  /// The type.
  const Int32ListCodec() : super(const Int32Codec());

  @override
  ArenaInt32List view(ArenaMemory arena, int at, String name) =>
      ArenaInt32List(arena, at, name);
}

/// `i64`.
final class Int64Codec extends PlainCodec<int> {
  /// The type.
  const Int64Codec([int align = 8]) : super(8, align);

  @override
  int view(ArenaMemory arena, int at, String name) =>
      readInt64(arena.lists, at);

  @override
  void store(ArenaMemory arena, int at, int value, String name) =>
      writeInt64(arena.writable, at, value);
}

/// A list of `i64` in an arena, **borrowed**.
final class ArenaInt64List extends ArenaList<int, int> {
  /// The list that the handle at [handle] refers to, the field [name].
  ArenaInt64List(ArenaMemory arena, int handle, String name)
    : super(arena, handle, const Int64Codec(), name);

  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) => readInt64(arena$.lists, place$(index, 8));

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) =>
      writeInt64(arena$.writable, place$(index, 8), value);

  /// The elements as typed data that can't be changed, and that stays what it is when the
  /// list moves.
  Int64List get typed {
    if (isEmpty) return Int64List(0);
    final at = place$(0, 8), end = at + length * 8;
    if (end > arena$.bytes.length) {
      ArenaMemory.throwOutside(at, end - at, _name);
    }
    arena$.exposed = true;
    return Int64List.sublistView(arena$.bytes, at, end).asUnmodifiableView();
  }
}

/// `ArenaVec<i64>`.
final class Int64ListCodec extends ListCodec<int, int> {
  /// The type.
  const Int64ListCodec() : super(const Int64Codec());

  @override
  ArenaInt64List view(ArenaMemory arena, int at, String name) =>
      ArenaInt64List(arena, at, name);
}

/// `u8`.
final class Uint8Codec extends PlainCodec<int> {
  /// The type.
  const Uint8Codec([int align = 1]) : super(1, align);

  @override
  int view(ArenaMemory arena, int at, String name) => arena.lists.getUint8(at);

  @override
  void store(ArenaMemory arena, int at, int value, String name) =>
      arena.writable.setUint8(at, checkUint8(value, name));
}

/// A list of `u8` in an arena, **borrowed**.
final class ArenaUint8List extends ArenaList<int, int> {
  /// The list that the handle at [handle] refers to, the field [name].
  ArenaUint8List(ArenaMemory arena, int handle, String name)
    : super(arena, handle, const Uint8Codec(), name);

  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) => arena$.lists.getUint8(place$(index, 1));

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) =>
      arena$.writable.setUint8(place$(index, 1), checkUint8(value, _name));

  /// The elements as typed data that can't be changed, and that stays what it is when the
  /// list moves.
  Uint8List get typed {
    if (isEmpty) return Uint8List(0);
    final at = place$(0, 1), end = at + length * 1;
    if (end > arena$.bytes.length) {
      ArenaMemory.throwOutside(at, end - at, _name);
    }
    arena$.exposed = true;
    return Uint8List.sublistView(arena$.bytes, at, end).asUnmodifiableView();
  }
}

/// `ArenaVec<u8>`.
final class Uint8ListCodec extends ListCodec<int, int> {
  /// The type.
  const Uint8ListCodec() : super(const Uint8Codec());

  @override
  ArenaUint8List view(ArenaMemory arena, int at, String name) =>
      ArenaUint8List(arena, at, name);
}

/// `u16`.
final class Uint16Codec extends PlainCodec<int> {
  /// The type.
  const Uint16Codec([int align = 2]) : super(2, align);

  @override
  int view(ArenaMemory arena, int at, String name) =>
      arena.lists.getUint16(at, _little);

  @override
  void store(ArenaMemory arena, int at, int value, String name) =>
      arena.writable.setUint16(at, checkUint16(value, name), _little);
}

/// A list of `u16` in an arena, **borrowed**.
final class ArenaUint16List extends ArenaList<int, int> {
  /// The list that the handle at [handle] refers to, the field [name].
  ArenaUint16List(ArenaMemory arena, int handle, String name)
    : super(arena, handle, const Uint16Codec(), name);

  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) =>
      arena$.lists.getUint16(place$(index, 2), _little);

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) => arena$.writable.setUint16(
    place$(index, 2),
    checkUint16(value, _name),
    _little,
  );

  /// The elements as typed data that can't be changed, and that stays what it is when the
  /// list moves.
  Uint16List get typed {
    if (isEmpty) return Uint16List(0);
    final at = place$(0, 2), end = at + length * 2;
    if (end > arena$.bytes.length) {
      ArenaMemory.throwOutside(at, end - at, _name);
    }
    arena$.exposed = true;
    return Uint16List.sublistView(arena$.bytes, at, end).asUnmodifiableView();
  }
}

/// `ArenaVec<u16>`.
final class Uint16ListCodec extends ListCodec<int, int> {
  /// The type.
  const Uint16ListCodec() : super(const Uint16Codec());

  @override
  ArenaUint16List view(ArenaMemory arena, int at, String name) =>
      ArenaUint16List(arena, at, name);
}

/// `u32`.
final class Uint32Codec extends PlainCodec<int> {
  /// The type.
  const Uint32Codec([int align = 4]) : super(4, align);

  @override
  int view(ArenaMemory arena, int at, String name) =>
      arena.lists.getUint32(at, _little);

  @override
  void store(ArenaMemory arena, int at, int value, String name) =>
      arena.writable.setUint32(at, checkUint32(value, name), _little);
}

/// A list of `u32` in an arena, **borrowed**.
final class ArenaUint32List extends ArenaList<int, int> {
  /// The list that the handle at [handle] refers to, the field [name].
  ArenaUint32List(ArenaMemory arena, int handle, String name)
    : super(arena, handle, const Uint32Codec(), name);

  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) =>
      arena$.lists.getUint32(place$(index, 4), _little);

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) => arena$.writable.setUint32(
    place$(index, 4),
    checkUint32(value, _name),
    _little,
  );

  /// The elements as typed data that can't be changed, and that stays what it is when the
  /// list moves.
  Uint32List get typed {
    if (isEmpty) return Uint32List(0);
    final at = place$(0, 4), end = at + length * 4;
    if (end > arena$.bytes.length) {
      ArenaMemory.throwOutside(at, end - at, _name);
    }
    arena$.exposed = true;
    return Uint32List.sublistView(arena$.bytes, at, end).asUnmodifiableView();
  }
}

/// `ArenaVec<u32>`.
final class Uint32ListCodec extends ListCodec<int, int> {
  /// The type.
  const Uint32ListCodec() : super(const Uint32Codec());

  @override
  ArenaUint32List view(ArenaMemory arena, int at, String name) =>
      ArenaUint32List(arena, at, name);
}

/// `u64`.
final class Uint64Codec extends PlainCodec<int> {
  /// The type.
  const Uint64Codec([int align = 8]) : super(8, align);

  @override
  int view(ArenaMemory arena, int at, String name) =>
      readInt64(arena.lists, at);

  @override
  void store(ArenaMemory arena, int at, int value, String name) =>
      writeInt64(arena.writable, at, value);
}

/// A list of `u64` in an arena, **borrowed**.
final class ArenaUint64List extends ArenaList<int, int> {
  /// The list that the handle at [handle] refers to, the field [name].
  ArenaUint64List(ArenaMemory arena, int handle, String name)
    : super(arena, handle, const Uint64Codec(), name);

  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) => readInt64(arena$.lists, place$(index, 8));

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) =>
      writeInt64(arena$.writable, place$(index, 8), value);

  /// The elements as typed data that can't be changed, and that stays what it is when the
  /// list moves.
  Uint64List get typed {
    if (isEmpty) return Uint64List(0);
    final at = place$(0, 8), end = at + length * 8;
    if (end > arena$.bytes.length) {
      ArenaMemory.throwOutside(at, end - at, _name);
    }
    arena$.exposed = true;
    return Uint64List.sublistView(arena$.bytes, at, end).asUnmodifiableView();
  }
}

/// `ArenaVec<u64>`.
final class Uint64ListCodec extends ListCodec<int, int> {
  /// The type.
  const Uint64ListCodec() : super(const Uint64Codec());

  @override
  ArenaUint64List view(ArenaMemory arena, int at, String name) =>
      ArenaUint64List(arena, at, name);
}

/// `f32`.
final class Float32Codec extends PlainCodec<double> {
  /// The type.
  const Float32Codec([int align = 4]) : super(4, align);

  @override
  double view(ArenaMemory arena, int at, String name) =>
      arena.lists.getFloat32(at, _little);

  @override
  void store(ArenaMemory arena, int at, double value, String name) =>
      arena.writable.setFloat32(at, value, _little);
}

/// A list of `f32` in an arena, **borrowed**.
final class ArenaFloat32List extends ArenaList<double, double> {
  /// The list that the handle at [handle] refers to, the field [name].
  ArenaFloat32List(ArenaMemory arena, int handle, String name)
    : super(arena, handle, const Float32Codec(), name);

  @override
  @pragma('vm:prefer-inline')
  double operator [](int index) =>
      arena$.lists.getFloat32(place$(index, 4), _little);

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, double value) =>
      arena$.writable.setFloat32(place$(index, 4), value, _little);

  /// The elements as typed data that can't be changed, and that stays what it is when the
  /// list moves.
  Float32List get typed {
    if (isEmpty) return Float32List(0);
    final at = place$(0, 4), end = at + length * 4;
    if (end > arena$.bytes.length) {
      ArenaMemory.throwOutside(at, end - at, _name);
    }
    arena$.exposed = true;
    return Float32List.sublistView(arena$.bytes, at, end).asUnmodifiableView();
  }
}

/// `ArenaVec<f32>`.
final class Float32ListCodec extends ListCodec<double, double> {
  /// The type.
  const Float32ListCodec() : super(const Float32Codec());

  @override
  ArenaFloat32List view(ArenaMemory arena, int at, String name) =>
      ArenaFloat32List(arena, at, name);
}

/// `f64`.
final class Float64Codec extends PlainCodec<double> {
  /// The type.
  const Float64Codec([int align = 8]) : super(8, align);

  @override
  double view(ArenaMemory arena, int at, String name) =>
      arena.lists.getFloat64(at, _little);

  @override
  void store(ArenaMemory arena, int at, double value, String name) =>
      arena.writable.setFloat64(at, value, _little);
}

/// A list of `f64` in an arena, **borrowed**.
final class ArenaFloat64List extends ArenaList<double, double> {
  /// The list that the handle at [handle] refers to, the field [name].
  ArenaFloat64List(ArenaMemory arena, int handle, String name)
    : super(arena, handle, const Float64Codec(), name);

  @override
  @pragma('vm:prefer-inline')
  double operator [](int index) =>
      arena$.lists.getFloat64(place$(index, 8), _little);

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, double value) =>
      arena$.writable.setFloat64(place$(index, 8), value, _little);

  /// The elements as typed data that can't be changed, and that stays what it is when the
  /// list moves.
  Float64List get typed {
    if (isEmpty) return Float64List(0);
    final at = place$(0, 8), end = at + length * 8;
    if (end > arena$.bytes.length) {
      ArenaMemory.throwOutside(at, end - at, _name);
    }
    arena$.exposed = true;
    return Float64List.sublistView(arena$.bytes, at, end).asUnmodifiableView();
  }
}

/// `ArenaVec<f64>`.
final class Float64ListCodec extends ListCodec<double, double> {
  /// The type.
  const Float64ListCodec() : super(const Float64Codec());

  @override
  ArenaFloat64List view(ArenaMemory arena, int at, String name) =>
      ArenaFloat64List(arena, at, name);
}

/// A list of texts in an arena, **borrowed**.
final class ArenaTextList extends ArenaList<String, String> {
  /// The list that the handle at [handle] refers to, the field [name].
  ArenaTextList(ArenaMemory arena, int handle, String name)
    : super(arena, handle, const TextCodec(), name);

  @override
  @pragma('vm:prefer-inline')
  String operator [](int index) => arena$.textAt(place$(index, 8), _name);

  @override
  void addAllData(List<String> values) {
    if (values.isEmpty) return;
    final arena = arena$;
    var at = _added(values.length, 8);
    for (var i = 0; i < values.length; i++) {
      arena.putText(at, values[i], _name);
      at += 8;
    }
  }
}

/// `ArenaVec<ArenaStr>`.
final class TextListCodec extends ListCodec<String, String> {
  /// The type.
  const TextListCodec() : super(const TextCodec());

  @override
  ArenaTextList view(ArenaMemory arena, int at, String name) =>
      ArenaTextList(arena, at, name);
}
