part of 'native.dart';

// A class for each type of number, as the compiler then knows the class of the
// list that it reads: through one generic class, an element costs a call.

/// One `i8` field of all messages in an array, **borrowed**: a list of fixed
/// length over the memory, which it keeps alive.
///
/// Assigning throws a [RangeError] if it is no `i8`.
final class Int8Field
    with ListMixin<int>, SharedList<int>, FixedLengthList<int> {
  /// The field [_name] at [offset] of [length] messages of [size] bytes each.
  Int8Field(Uint8List bytes, this.length, int size, int offset, this._name)
    : _list = Int8List.sublistView(bytes),
      _stride = size ~/ Int8List.bytesPerElement,
      _offset = offset ~/ Int8List.bytesPerElement;

  final Int8List _list;
  final int _stride;
  final int _offset;
  final String _name;

  @override
  final int length;

  // The list checks the index: below 0 and above the length nothing is left.
  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) => _list[index * _stride + _offset];

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) =>
      _list[index * _stride + _offset] = checkInt8(value, _name);

  @override
  void checkAll(List<int> elements, int start) => checkInt8s(elements, _name);
}

/// One `i16` field of all messages in an array, **borrowed**: a list of fixed
/// length over the memory, which it keeps alive.
///
/// Assigning throws a [RangeError] if it is no `i16`.
final class Int16Field
    with ListMixin<int>, SharedList<int>, FixedLengthList<int> {
  /// The field [_name] at [offset] of [length] messages of [size] bytes each.
  Int16Field(Uint8List bytes, this.length, int size, int offset, this._name)
    : _list = Int16List.sublistView(bytes),
      _stride = size ~/ Int16List.bytesPerElement,
      _offset = offset ~/ Int16List.bytesPerElement;

  final Int16List _list;
  final int _stride;
  final int _offset;
  final String _name;

  @override
  final int length;

  // The list checks the index: below 0 and above the length nothing is left.
  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) => _list[index * _stride + _offset];

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) =>
      _list[index * _stride + _offset] = checkInt16(value, _name);

  @override
  void checkAll(List<int> elements, int start) => checkInt16s(elements, _name);
}

/// One `i32` field of all messages in an array, **borrowed**: a list of fixed
/// length over the memory, which it keeps alive.
///
/// Assigning throws a [RangeError] if it is no `i32`.
final class Int32Field
    with ListMixin<int>, SharedList<int>, FixedLengthList<int> {
  /// The field [_name] at [offset] of [length] messages of [size] bytes each.
  Int32Field(Uint8List bytes, this.length, int size, int offset, this._name)
    : _list = Int32List.sublistView(bytes),
      _stride = size ~/ Int32List.bytesPerElement,
      _offset = offset ~/ Int32List.bytesPerElement;

  final Int32List _list;
  final int _stride;
  final int _offset;
  final String _name;

  @override
  final int length;

  // The list checks the index: below 0 and above the length nothing is left.
  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) => _list[index * _stride + _offset];

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) =>
      _list[index * _stride + _offset] = checkInt32(value, _name);

  @override
  void checkAll(List<int> elements, int start) => checkInt32s(elements, _name);
}

/// One `i64` field of all messages in an array, **borrowed**: a list of fixed
/// length over the memory, which it keeps alive.
final class Int64Field
    with ListMixin<int>, SharedList<int>, FixedLengthList<int> {
  /// The field at [offset] of [length] messages of [size] bytes each.
  Int64Field(Uint8List bytes, this.length, int size, int offset)
    : _list = Int64List.sublistView(bytes),
      _stride = size ~/ Int64List.bytesPerElement,
      _offset = offset ~/ Int64List.bytesPerElement;

  final Int64List _list;
  final int _stride;
  final int _offset;

  @override
  final int length;

  // The list checks the index: below 0 and above the length nothing is left.
  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) => _list[index * _stride + _offset];

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) =>
      _list[index * _stride + _offset] = value;
}

/// One `u8` field of all messages in an array, **borrowed**: a list of fixed
/// length over the memory, which it keeps alive.
///
/// Assigning throws a [RangeError] if it is no `u8`.
final class Uint8Field
    with ListMixin<int>, SharedList<int>, FixedLengthList<int> {
  /// The field [_name] at [offset] of [length] messages of [size] bytes each.
  Uint8Field(Uint8List bytes, this.length, int size, int offset, this._name)
    : _list = Uint8List.sublistView(bytes),
      _stride = size ~/ Uint8List.bytesPerElement,
      _offset = offset ~/ Uint8List.bytesPerElement;

  final Uint8List _list;
  final int _stride;
  final int _offset;
  final String _name;

  @override
  final int length;

  // The list checks the index: below 0 and above the length nothing is left.
  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) => _list[index * _stride + _offset];

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) =>
      _list[index * _stride + _offset] = checkUint8(value, _name);

  @override
  void checkAll(List<int> elements, int start) => checkUint8s(elements, _name);
}

/// One `u16` field of all messages in an array, **borrowed**: a list of fixed
/// length over the memory, which it keeps alive.
///
/// Assigning throws a [RangeError] if it is no `u16`.
final class Uint16Field
    with ListMixin<int>, SharedList<int>, FixedLengthList<int> {
  /// The field [_name] at [offset] of [length] messages of [size] bytes each.
  Uint16Field(Uint8List bytes, this.length, int size, int offset, this._name)
    : _list = Uint16List.sublistView(bytes),
      _stride = size ~/ Uint16List.bytesPerElement,
      _offset = offset ~/ Uint16List.bytesPerElement;

  final Uint16List _list;
  final int _stride;
  final int _offset;
  final String _name;

  @override
  final int length;

  // The list checks the index: below 0 and above the length nothing is left.
  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) => _list[index * _stride + _offset];

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) =>
      _list[index * _stride + _offset] = checkUint16(value, _name);

  @override
  void checkAll(List<int> elements, int start) => checkUint16s(elements, _name);
}

/// One `u32` field of all messages in an array, **borrowed**: a list of fixed
/// length over the memory, which it keeps alive.
///
/// Assigning throws a [RangeError] if it is no `u32`.
final class Uint32Field
    with ListMixin<int>, SharedList<int>, FixedLengthList<int> {
  /// The field [_name] at [offset] of [length] messages of [size] bytes each.
  Uint32Field(Uint8List bytes, this.length, int size, int offset, this._name)
    : _list = Uint32List.sublistView(bytes),
      _stride = size ~/ Uint32List.bytesPerElement,
      _offset = offset ~/ Uint32List.bytesPerElement;

  final Uint32List _list;
  final int _stride;
  final int _offset;
  final String _name;

  @override
  final int length;

  // The list checks the index: below 0 and above the length nothing is left.
  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) => _list[index * _stride + _offset];

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) =>
      _list[index * _stride + _offset] = checkUint32(value, _name);

  @override
  void checkAll(List<int> elements, int start) => checkUint32s(elements, _name);
}

/// One `u64` field of all messages in an array, **borrowed**: a list of fixed
/// length over the memory, which it keeps alive.
///
/// A number is the `int` of its 64 bits, negative from 2^63 on.
final class Uint64Field
    with ListMixin<int>, SharedList<int>, FixedLengthList<int> {
  /// The field at [offset] of [length] messages of [size] bytes each.
  Uint64Field(Uint8List bytes, this.length, int size, int offset)
    : _list = Uint64List.sublistView(bytes),
      _stride = size ~/ Uint64List.bytesPerElement,
      _offset = offset ~/ Uint64List.bytesPerElement;

  final Uint64List _list;
  final int _stride;
  final int _offset;

  @override
  final int length;

  // The list checks the index: below 0 and above the length nothing is left.
  @override
  @pragma('vm:prefer-inline')
  int operator [](int index) => _list[index * _stride + _offset];

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, int value) =>
      _list[index * _stride + _offset] = value;
}

/// One `f32` field of all messages in an array, **borrowed**: a list of fixed
/// length over the memory, which it keeps alive.
final class Float32Field
    with ListMixin<double>, SharedList<double>, FixedLengthList<double> {
  /// The field at [offset] of [length] messages of [size] bytes each.
  Float32Field(Uint8List bytes, this.length, int size, int offset)
    : _list = Float32List.sublistView(bytes),
      _stride = size ~/ Float32List.bytesPerElement,
      _offset = offset ~/ Float32List.bytesPerElement;

  final Float32List _list;
  final int _stride;
  final int _offset;

  @override
  final int length;

  // The list checks the index: below 0 and above the length nothing is left.
  @override
  @pragma('vm:prefer-inline')
  double operator [](int index) => _list[index * _stride + _offset];

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, double value) =>
      _list[index * _stride + _offset] = value;
}

/// One `f64` field of all messages in an array, **borrowed**: a list of fixed
/// length over the memory, which it keeps alive.
final class Float64Field
    with ListMixin<double>, SharedList<double>, FixedLengthList<double> {
  /// The field at [offset] of [length] messages of [size] bytes each.
  Float64Field(Uint8List bytes, this.length, int size, int offset)
    : _list = Float64List.sublistView(bytes),
      _stride = size ~/ Float64List.bytesPerElement,
      _offset = offset ~/ Float64List.bytesPerElement;

  final Float64List _list;
  final int _stride;
  final int _offset;

  @override
  final int length;

  // The list checks the index: below 0 and above the length nothing is left.
  @override
  @pragma('vm:prefer-inline')
  double operator [](int index) => _list[index * _stride + _offset];

  @override
  @pragma('vm:prefer-inline')
  void operator []=(int index, double value) =>
      _list[index * _stride + _offset] = value;
}
