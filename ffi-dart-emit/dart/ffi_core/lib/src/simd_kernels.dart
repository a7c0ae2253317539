part of 'simd.dart';

final class _Int8Kernels extends SimdKernels<int, int> {
  _Int8Kernels() : super._(0);

  @override
  int get _size => 1;

  @override
  int _sumAt(ByteData data, int offset) => data.getInt64(offset, Endian.host);

  @override
  int _at(ByteData data, int offset) => data.getInt8(offset);

  @override
  int _checked(int value, String name) => checkInt8(value, name);

  @override
  void _put(ByteData data, int offset, int value) =>
      data.setInt8(offset, value);

  @override
  _One<int> _one(int index) => _slot<Int32 Function(_Data, Size, Int8)>(
    _base + index,
  ).asFunction<_One<int>>(isLeaf: true);

  @override
  late final _clamp = _slot<Int32 Function(_Data, Size, Int8, Int8)>(
    _base + 10,
  ).asFunction<_Two<int>>(isLeaf: true);

  @override
  late final _axpy = _slot<Int32 Function(Int8, _Data, _Data, Size)>(
    _base + 9,
  ).asFunction<_First<int>>(isLeaf: true);

  @override
  late final _lerp = _slot<Int32 Function(_Data, _Data, Size, Int8)>(
    _base + 21,
  ).asFunction<_Last<int>>(isLeaf: true);

  @override
  _FieldOne<int> _fieldOne(int index) =>
      _slot<Int32 Function(_Data, Size, Size, Size, Int8)>(
        _base + index,
      ).asFunction<_FieldOne<int>>(isLeaf: true);

  @override
  late final _fieldClamp =
      _slot<Int32 Function(_Data, Size, Size, Size, Int8, Int8)>(
        _base + 18,
      ).asFunction<_FieldTwo<int>>(isLeaf: true);

  @override
  late final _fieldAxpy =
      _slot<Int32 Function(Int8, _Data, _Data, Size, Size, Size)>(
        _base + 20,
      ).asFunction<_FieldFirst<int>>(isLeaf: true);
}

/// The kernels of `Int8`, for generated code.
final SimdKernels<int, int> int8Kernels = _Int8Kernels();

/// Kernels on the numbers of a [Int8Array].
extension Int8Simd on Int8Array {
  /// The numbers, for arithmetic on all of them at once.
  SimdNumbers<int, int> get simd => SimdNumbers._(this, int8Kernels);
}

final class _Uint8Kernels extends SimdKernels<int, int> {
  _Uint8Kernels() : super._(1);

  @override
  int get _size => 1;

  @override
  int _sumAt(ByteData data, int offset) => data.getInt64(offset, Endian.host);

  @override
  int _at(ByteData data, int offset) => data.getUint8(offset);

  @override
  int _checked(int value, String name) => checkUint8(value, name);

  @override
  void _put(ByteData data, int offset, int value) =>
      data.setUint8(offset, value);

  @override
  _One<int> _one(int index) => _slot<Int32 Function(_Data, Size, Uint8)>(
    _base + index,
  ).asFunction<_One<int>>(isLeaf: true);

  @override
  late final _clamp = _slot<Int32 Function(_Data, Size, Uint8, Uint8)>(
    _base + 10,
  ).asFunction<_Two<int>>(isLeaf: true);

  @override
  late final _axpy = _slot<Int32 Function(Uint8, _Data, _Data, Size)>(
    _base + 9,
  ).asFunction<_First<int>>(isLeaf: true);

  @override
  late final _lerp = _slot<Int32 Function(_Data, _Data, Size, Uint8)>(
    _base + 21,
  ).asFunction<_Last<int>>(isLeaf: true);

  @override
  _FieldOne<int> _fieldOne(int index) =>
      _slot<Int32 Function(_Data, Size, Size, Size, Uint8)>(
        _base + index,
      ).asFunction<_FieldOne<int>>(isLeaf: true);

  @override
  late final _fieldClamp =
      _slot<Int32 Function(_Data, Size, Size, Size, Uint8, Uint8)>(
        _base + 18,
      ).asFunction<_FieldTwo<int>>(isLeaf: true);

  @override
  late final _fieldAxpy =
      _slot<Int32 Function(Uint8, _Data, _Data, Size, Size, Size)>(
        _base + 20,
      ).asFunction<_FieldFirst<int>>(isLeaf: true);
}

/// The kernels of `Uint8`, for generated code.
final SimdKernels<int, int> uint8Kernels = _Uint8Kernels();

/// Kernels on the numbers of a [Uint8Array].
extension Uint8Simd on Uint8Array {
  /// The numbers, for arithmetic on all of them at once.
  SimdNumbers<int, int> get simd => SimdNumbers._(this, uint8Kernels);
}

final class _Int16Kernels extends SimdKernels<int, int> {
  _Int16Kernels() : super._(2);

  @override
  int get _size => 2;

  @override
  int _sumAt(ByteData data, int offset) => data.getInt64(offset, Endian.host);

  @override
  int _at(ByteData data, int offset) => data.getInt16(offset, Endian.host);

  @override
  int _checked(int value, String name) => checkInt16(value, name);

  @override
  void _put(ByteData data, int offset, int value) =>
      data.setInt16(offset, value, Endian.host);

  @override
  _One<int> _one(int index) => _slot<Int32 Function(_Data, Size, Int16)>(
    _base + index,
  ).asFunction<_One<int>>(isLeaf: true);

  @override
  late final _clamp = _slot<Int32 Function(_Data, Size, Int16, Int16)>(
    _base + 10,
  ).asFunction<_Two<int>>(isLeaf: true);

  @override
  late final _axpy = _slot<Int32 Function(Int16, _Data, _Data, Size)>(
    _base + 9,
  ).asFunction<_First<int>>(isLeaf: true);

  @override
  late final _lerp = _slot<Int32 Function(_Data, _Data, Size, Int16)>(
    _base + 21,
  ).asFunction<_Last<int>>(isLeaf: true);

  @override
  _FieldOne<int> _fieldOne(int index) =>
      _slot<Int32 Function(_Data, Size, Size, Size, Int16)>(
        _base + index,
      ).asFunction<_FieldOne<int>>(isLeaf: true);

  @override
  late final _fieldClamp =
      _slot<Int32 Function(_Data, Size, Size, Size, Int16, Int16)>(
        _base + 18,
      ).asFunction<_FieldTwo<int>>(isLeaf: true);

  @override
  late final _fieldAxpy =
      _slot<Int32 Function(Int16, _Data, _Data, Size, Size, Size)>(
        _base + 20,
      ).asFunction<_FieldFirst<int>>(isLeaf: true);
}

/// The kernels of `Int16`, for generated code.
final SimdKernels<int, int> int16Kernels = _Int16Kernels();

/// Kernels on the numbers of a [Int16Array].
extension Int16Simd on Int16Array {
  /// The numbers, for arithmetic on all of them at once.
  SimdNumbers<int, int> get simd => SimdNumbers._(this, int16Kernels);
}

final class _Uint16Kernels extends SimdKernels<int, int> {
  _Uint16Kernels() : super._(3);

  @override
  int get _size => 2;

  @override
  int _sumAt(ByteData data, int offset) => data.getInt64(offset, Endian.host);

  @override
  int _at(ByteData data, int offset) => data.getUint16(offset, Endian.host);

  @override
  int _checked(int value, String name) => checkUint16(value, name);

  @override
  void _put(ByteData data, int offset, int value) =>
      data.setUint16(offset, value, Endian.host);

  @override
  _One<int> _one(int index) => _slot<Int32 Function(_Data, Size, Uint16)>(
    _base + index,
  ).asFunction<_One<int>>(isLeaf: true);

  @override
  late final _clamp = _slot<Int32 Function(_Data, Size, Uint16, Uint16)>(
    _base + 10,
  ).asFunction<_Two<int>>(isLeaf: true);

  @override
  late final _axpy = _slot<Int32 Function(Uint16, _Data, _Data, Size)>(
    _base + 9,
  ).asFunction<_First<int>>(isLeaf: true);

  @override
  late final _lerp = _slot<Int32 Function(_Data, _Data, Size, Uint16)>(
    _base + 21,
  ).asFunction<_Last<int>>(isLeaf: true);

  @override
  _FieldOne<int> _fieldOne(int index) =>
      _slot<Int32 Function(_Data, Size, Size, Size, Uint16)>(
        _base + index,
      ).asFunction<_FieldOne<int>>(isLeaf: true);

  @override
  late final _fieldClamp =
      _slot<Int32 Function(_Data, Size, Size, Size, Uint16, Uint16)>(
        _base + 18,
      ).asFunction<_FieldTwo<int>>(isLeaf: true);

  @override
  late final _fieldAxpy =
      _slot<Int32 Function(Uint16, _Data, _Data, Size, Size, Size)>(
        _base + 20,
      ).asFunction<_FieldFirst<int>>(isLeaf: true);
}

/// The kernels of `Uint16`, for generated code.
final SimdKernels<int, int> uint16Kernels = _Uint16Kernels();

/// Kernels on the numbers of a [Uint16Array].
extension Uint16Simd on Uint16Array {
  /// The numbers, for arithmetic on all of them at once.
  SimdNumbers<int, int> get simd => SimdNumbers._(this, uint16Kernels);
}

final class _Int32Kernels extends SimdKernels<int, int> {
  _Int32Kernels() : super._(4);

  @override
  int get _size => 4;

  @override
  int _sumAt(ByteData data, int offset) => data.getInt64(offset, Endian.host);

  @override
  int _at(ByteData data, int offset) => data.getInt32(offset, Endian.host);

  @override
  int _checked(int value, String name) => checkInt32(value, name);

  @override
  void _put(ByteData data, int offset, int value) =>
      data.setInt32(offset, value, Endian.host);

  @override
  _One<int> _one(int index) => _slot<Int32 Function(_Data, Size, Int32)>(
    _base + index,
  ).asFunction<_One<int>>(isLeaf: true);

  @override
  late final _clamp = _slot<Int32 Function(_Data, Size, Int32, Int32)>(
    _base + 10,
  ).asFunction<_Two<int>>(isLeaf: true);

  @override
  late final _axpy = _slot<Int32 Function(Int32, _Data, _Data, Size)>(
    _base + 9,
  ).asFunction<_First<int>>(isLeaf: true);

  @override
  late final _lerp = _slot<Int32 Function(_Data, _Data, Size, Int32)>(
    _base + 21,
  ).asFunction<_Last<int>>(isLeaf: true);

  @override
  _FieldOne<int> _fieldOne(int index) =>
      _slot<Int32 Function(_Data, Size, Size, Size, Int32)>(
        _base + index,
      ).asFunction<_FieldOne<int>>(isLeaf: true);

  @override
  late final _fieldClamp =
      _slot<Int32 Function(_Data, Size, Size, Size, Int32, Int32)>(
        _base + 18,
      ).asFunction<_FieldTwo<int>>(isLeaf: true);

  @override
  late final _fieldAxpy =
      _slot<Int32 Function(Int32, _Data, _Data, Size, Size, Size)>(
        _base + 20,
      ).asFunction<_FieldFirst<int>>(isLeaf: true);
}

/// The kernels of `Int32`, for generated code.
final SimdKernels<int, int> int32Kernels = _Int32Kernels();

/// Kernels on the numbers of a [Int32Array].
extension Int32Simd on Int32Array {
  /// The numbers, for arithmetic on all of them at once.
  SimdNumbers<int, int> get simd => SimdNumbers._(this, int32Kernels);
}

final class _Uint32Kernels extends SimdKernels<int, int> {
  _Uint32Kernels() : super._(5);

  @override
  int get _size => 4;

  @override
  int _sumAt(ByteData data, int offset) => data.getInt64(offset, Endian.host);

  @override
  int _at(ByteData data, int offset) => data.getUint32(offset, Endian.host);

  @override
  int _checked(int value, String name) => checkUint32(value, name);

  @override
  void _put(ByteData data, int offset, int value) =>
      data.setUint32(offset, value, Endian.host);

  @override
  _One<int> _one(int index) => _slot<Int32 Function(_Data, Size, Uint32)>(
    _base + index,
  ).asFunction<_One<int>>(isLeaf: true);

  @override
  late final _clamp = _slot<Int32 Function(_Data, Size, Uint32, Uint32)>(
    _base + 10,
  ).asFunction<_Two<int>>(isLeaf: true);

  @override
  late final _axpy = _slot<Int32 Function(Uint32, _Data, _Data, Size)>(
    _base + 9,
  ).asFunction<_First<int>>(isLeaf: true);

  @override
  late final _lerp = _slot<Int32 Function(_Data, _Data, Size, Uint32)>(
    _base + 21,
  ).asFunction<_Last<int>>(isLeaf: true);

  @override
  _FieldOne<int> _fieldOne(int index) =>
      _slot<Int32 Function(_Data, Size, Size, Size, Uint32)>(
        _base + index,
      ).asFunction<_FieldOne<int>>(isLeaf: true);

  @override
  late final _fieldClamp =
      _slot<Int32 Function(_Data, Size, Size, Size, Uint32, Uint32)>(
        _base + 18,
      ).asFunction<_FieldTwo<int>>(isLeaf: true);

  @override
  late final _fieldAxpy =
      _slot<Int32 Function(Uint32, _Data, _Data, Size, Size, Size)>(
        _base + 20,
      ).asFunction<_FieldFirst<int>>(isLeaf: true);
}

/// The kernels of `Uint32`, for generated code.
final SimdKernels<int, int> uint32Kernels = _Uint32Kernels();

/// Kernels on the numbers of a [Uint32Array].
extension Uint32Simd on Uint32Array {
  /// The numbers, for arithmetic on all of them at once.
  SimdNumbers<int, int> get simd => SimdNumbers._(this, uint32Kernels);
}

final class _Int64Kernels extends SimdKernels<int, BigInt> {
  _Int64Kernels() : super._(6);

  @override
  int get _size => 8;

  @override
  int get _sumSize => 16;

  @override
  BigInt _sumAt(ByteData data, int offset) {
    final [low, high] = Endian.host == Endian.little ? [0, 8] : [8, 0];
    final upper = BigInt.from(data.getInt64(offset + high, Endian.host));
    return (upper << 64) |
        bigFromBits(data.getInt64(offset + low, Endian.host));
  }

  @override
  int _at(ByteData data, int offset) => data.getInt64(offset, Endian.host);

  @override
  void _put(ByteData data, int offset, int value) =>
      data.setInt64(offset, value, Endian.host);

  @override
  _One<int> _one(int index) => _slot<Int32 Function(_Data, Size, Int64)>(
    _base + index,
  ).asFunction<_One<int>>(isLeaf: true);

  @override
  late final _clamp = _slot<Int32 Function(_Data, Size, Int64, Int64)>(
    _base + 10,
  ).asFunction<_Two<int>>(isLeaf: true);

  @override
  late final _axpy = _slot<Int32 Function(Int64, _Data, _Data, Size)>(
    _base + 9,
  ).asFunction<_First<int>>(isLeaf: true);

  @override
  late final _lerp = _slot<Int32 Function(_Data, _Data, Size, Int64)>(
    _base + 21,
  ).asFunction<_Last<int>>(isLeaf: true);

  @override
  _FieldOne<int> _fieldOne(int index) =>
      _slot<Int32 Function(_Data, Size, Size, Size, Int64)>(
        _base + index,
      ).asFunction<_FieldOne<int>>(isLeaf: true);

  @override
  late final _fieldClamp =
      _slot<Int32 Function(_Data, Size, Size, Size, Int64, Int64)>(
        _base + 18,
      ).asFunction<_FieldTwo<int>>(isLeaf: true);

  @override
  late final _fieldAxpy =
      _slot<Int32 Function(Int64, _Data, _Data, Size, Size, Size)>(
        _base + 20,
      ).asFunction<_FieldFirst<int>>(isLeaf: true);
}

/// The kernels of `Int64`, for generated code.
final SimdKernels<int, BigInt> int64Kernels = _Int64Kernels();

/// Kernels on the numbers of a [Int64Array].
extension Int64Simd on Int64Array {
  /// The numbers, for arithmetic on all of them at once.
  SimdNumbers<int, BigInt> get simd => SimdNumbers._(this, int64Kernels);
}

final class _Uint64Kernels extends SimdKernels<int, BigInt> {
  _Uint64Kernels() : super._(7);

  @override
  int get _size => 8;

  @override
  int get _sumSize => 16;

  @override
  BigInt _sumAt(ByteData data, int offset) {
    final [low, high] = Endian.host == Endian.little ? [0, 8] : [8, 0];
    final upper = BigInt.from(
      data.getInt64(offset + high, Endian.host),
    ).toUnsigned(64);
    return (upper << 64) |
        bigFromBits(data.getInt64(offset + low, Endian.host));
  }

  @override
  int _at(ByteData data, int offset) => data.getUint64(offset, Endian.host);

  @override
  void _put(ByteData data, int offset, int value) =>
      data.setUint64(offset, value, Endian.host);

  @override
  _One<int> _one(int index) => _slot<Int32 Function(_Data, Size, Uint64)>(
    _base + index,
  ).asFunction<_One<int>>(isLeaf: true);

  @override
  late final _clamp = _slot<Int32 Function(_Data, Size, Uint64, Uint64)>(
    _base + 10,
  ).asFunction<_Two<int>>(isLeaf: true);

  @override
  late final _axpy = _slot<Int32 Function(Uint64, _Data, _Data, Size)>(
    _base + 9,
  ).asFunction<_First<int>>(isLeaf: true);

  @override
  late final _lerp = _slot<Int32 Function(_Data, _Data, Size, Uint64)>(
    _base + 21,
  ).asFunction<_Last<int>>(isLeaf: true);

  @override
  _FieldOne<int> _fieldOne(int index) =>
      _slot<Int32 Function(_Data, Size, Size, Size, Uint64)>(
        _base + index,
      ).asFunction<_FieldOne<int>>(isLeaf: true);

  @override
  late final _fieldClamp =
      _slot<Int32 Function(_Data, Size, Size, Size, Uint64, Uint64)>(
        _base + 18,
      ).asFunction<_FieldTwo<int>>(isLeaf: true);

  @override
  late final _fieldAxpy =
      _slot<Int32 Function(Uint64, _Data, _Data, Size, Size, Size)>(
        _base + 20,
      ).asFunction<_FieldFirst<int>>(isLeaf: true);
}

/// The kernels of `Uint64`, for generated code.
final SimdKernels<int, BigInt> uint64Kernels = _Uint64Kernels();

/// Kernels on the numbers of a [Uint64Array].
extension Uint64Simd on Uint64Array {
  /// The numbers, for arithmetic on all of them at once.
  SimdNumbers<int, BigInt> get simd => SimdNumbers._(this, uint64Kernels);
}

final class _Float32Kernels extends SimdKernels<double, double> {
  _Float32Kernels() : super._(8);

  @override
  int get _size => 4;

  @override
  int get _sumSize => 4;

  @override
  int get _meanSize => 4;

  @override
  double _meanAt(ByteData data, int offset) =>
      data.getFloat32(offset, Endian.host);

  @override
  double _sumAt(ByteData data, int offset) =>
      data.getFloat32(offset, Endian.host);

  @override
  double _at(ByteData data, int offset) => data.getFloat32(offset, Endian.host);

  @override
  void _put(ByteData data, int offset, double value) =>
      data.setFloat32(offset, value, Endian.host);

  @override
  _One<double> _one(int index) => _slot<Int32 Function(_Data, Size, Float)>(
    _base + index,
  ).asFunction<_One<double>>(isLeaf: true);

  @override
  late final _clamp = _slot<Int32 Function(_Data, Size, Float, Float)>(
    _base + 10,
  ).asFunction<_Two<double>>(isLeaf: true);

  @override
  late final _axpy = _slot<Int32 Function(Float, _Data, _Data, Size)>(
    _base + 9,
  ).asFunction<_First<double>>(isLeaf: true);

  @override
  late final _lerp = _slot<Int32 Function(_Data, _Data, Size, Float)>(
    _base + 21,
  ).asFunction<_Last<double>>(isLeaf: true);

  @override
  _FieldOne<double> _fieldOne(int index) =>
      _slot<Int32 Function(_Data, Size, Size, Size, Float)>(
        _base + index,
      ).asFunction<_FieldOne<double>>(isLeaf: true);

  @override
  late final _fieldClamp =
      _slot<Int32 Function(_Data, Size, Size, Size, Float, Float)>(
        _base + 18,
      ).asFunction<_FieldTwo<double>>(isLeaf: true);

  @override
  late final _fieldAxpy =
      _slot<Int32 Function(Float, _Data, _Data, Size, Size, Size)>(
        _base + 20,
      ).asFunction<_FieldFirst<double>>(isLeaf: true);
}

/// The kernels of `Float32`, for generated code.
final SimdKernels<double, double> float32Kernels = _Float32Kernels();

/// Kernels on the numbers of a [Float32Array].
extension Float32Simd on Float32Array {
  /// The numbers, for arithmetic on all of them at once.
  SimdNumbers<double, double> get simd => SimdNumbers._(this, float32Kernels);
}

final class _Float64Kernels extends SimdKernels<double, double> {
  _Float64Kernels() : super._(9);

  @override
  int get _size => 8;

  @override
  double _sumAt(ByteData data, int offset) =>
      data.getFloat64(offset, Endian.host);

  @override
  double _at(ByteData data, int offset) => data.getFloat64(offset, Endian.host);

  @override
  void _put(ByteData data, int offset, double value) =>
      data.setFloat64(offset, value, Endian.host);

  @override
  _One<double> _one(int index) => _slot<Int32 Function(_Data, Size, Double)>(
    _base + index,
  ).asFunction<_One<double>>(isLeaf: true);

  @override
  late final _clamp = _slot<Int32 Function(_Data, Size, Double, Double)>(
    _base + 10,
  ).asFunction<_Two<double>>(isLeaf: true);

  @override
  late final _axpy = _slot<Int32 Function(Double, _Data, _Data, Size)>(
    _base + 9,
  ).asFunction<_First<double>>(isLeaf: true);

  @override
  late final _lerp = _slot<Int32 Function(_Data, _Data, Size, Double)>(
    _base + 21,
  ).asFunction<_Last<double>>(isLeaf: true);

  @override
  _FieldOne<double> _fieldOne(int index) =>
      _slot<Int32 Function(_Data, Size, Size, Size, Double)>(
        _base + index,
      ).asFunction<_FieldOne<double>>(isLeaf: true);

  @override
  late final _fieldClamp =
      _slot<Int32 Function(_Data, Size, Size, Size, Double, Double)>(
        _base + 18,
      ).asFunction<_FieldTwo<double>>(isLeaf: true);

  @override
  late final _fieldAxpy =
      _slot<Int32 Function(Double, _Data, _Data, Size, Size, Size)>(
        _base + 20,
      ).asFunction<_FieldFirst<double>>(isLeaf: true);
}

/// The kernels of `Float64`, for generated code.
final SimdKernels<double, double> float64Kernels = _Float64Kernels();

/// Kernels on the numbers of a [Float64Array].
extension Float64Simd on Float64Array {
  /// The numbers, for arithmetic on all of them at once.
  SimdNumbers<double, double> get simd => SimdNumbers._(this, float64Kernels);
}
