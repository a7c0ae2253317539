part of 'native.dart';

/// Iterator over elements by their index.
///
/// Generated code extends it for each class of list. So the compiler knows which
/// `current` a loop calls, inlines it, and makes no object of the iterator: a
/// `for`-`in` takes what a loop over the index takes.
abstract base class IndexIterator<E> implements Iterator<E> {
  /// Before the first of [_length] elements.
  IndexIterator(this._length);

  final int _length;

  /// Index of [current]: -1 before the first element, and the length behind the last.
  int index = -1;

  @override
  @pragma('vm:prefer-inline')
  bool moveNext() => advance(_length);

  /// Moves to the next element of a list that has [length] elements now.
  ///
  /// Throws a [ConcurrentModificationError] if it had another number of them when
  /// this iterator was made.
  @pragma('vm:prefer-inline')
  bool advance(int length) {
    if (length != _length) _throwModified();
    final next = index + 1;
    if (next >= length) {
      index = length;
      return false;
    }
    index = next;
    return true;
  }

  // Static and without the list: an object that is passed on has to exist.
  @pragma('vm:never-inline')
  static Never _throwModified() => throw ConcurrentModificationError();
}

// A class for each type of number, as in `number_fields.dart`: through one generic class,
// an element costs a call.

/// Iterator over `i8` in typed data.
final class Int8Iterator extends IndexIterator<int> {
  /// Before the first number of [_list].
  @pragma('vm:prefer-inline')
  Int8Iterator(this._list) : super(_list.length);

  final Int8List _list;

  @override
  @pragma('vm:prefer-inline')
  int get current => _list[index];
}

/// Iterator over `i16` in typed data.
final class Int16Iterator extends IndexIterator<int> {
  /// Before the first number of [_list].
  @pragma('vm:prefer-inline')
  Int16Iterator(this._list) : super(_list.length);

  final Int16List _list;

  @override
  @pragma('vm:prefer-inline')
  int get current => _list[index];
}

/// Iterator over `i32` in typed data.
final class Int32Iterator extends IndexIterator<int> {
  /// Before the first number of [_list].
  @pragma('vm:prefer-inline')
  Int32Iterator(this._list) : super(_list.length);

  final Int32List _list;

  @override
  @pragma('vm:prefer-inline')
  int get current => _list[index];
}

/// Iterator over `i64` in typed data.
final class Int64Iterator extends IndexIterator<int> {
  /// Before the first number of [_list].
  @pragma('vm:prefer-inline')
  Int64Iterator(this._list) : super(_list.length);

  final Int64List _list;

  @override
  @pragma('vm:prefer-inline')
  int get current => _list[index];
}

/// Iterator over `u8` in typed data.
final class Uint8Iterator extends IndexIterator<int> {
  /// Before the first number of [_list].
  @pragma('vm:prefer-inline')
  Uint8Iterator(this._list) : super(_list.length);

  final Uint8List _list;

  @override
  @pragma('vm:prefer-inline')
  int get current => _list[index];
}

/// Iterator over `u16` in typed data.
final class Uint16Iterator extends IndexIterator<int> {
  /// Before the first number of [_list].
  @pragma('vm:prefer-inline')
  Uint16Iterator(this._list) : super(_list.length);

  final Uint16List _list;

  @override
  @pragma('vm:prefer-inline')
  int get current => _list[index];
}

/// Iterator over `u32` in typed data.
final class Uint32Iterator extends IndexIterator<int> {
  /// Before the first number of [_list].
  @pragma('vm:prefer-inline')
  Uint32Iterator(this._list) : super(_list.length);

  final Uint32List _list;

  @override
  @pragma('vm:prefer-inline')
  int get current => _list[index];
}

/// Iterator over `u64` in typed data.
final class Uint64Iterator extends IndexIterator<int> {
  /// Before the first number of [_list].
  @pragma('vm:prefer-inline')
  Uint64Iterator(this._list) : super(_list.length);

  final Uint64List _list;

  @override
  @pragma('vm:prefer-inline')
  int get current => _list[index];
}

/// Iterator over `f32` in typed data.
final class Float32Iterator extends IndexIterator<double> {
  /// Before the first number of [_list].
  @pragma('vm:prefer-inline')
  Float32Iterator(this._list) : super(_list.length);

  final Float32List _list;

  @override
  @pragma('vm:prefer-inline')
  double get current => _list[index];
}

/// Iterator over `f64` in typed data.
final class Float64Iterator extends IndexIterator<double> {
  /// Before the first number of [_list].
  @pragma('vm:prefer-inline')
  Float64Iterator(this._list) : super(_list.length);

  final Float64List _list;

  @override
  @pragma('vm:prefer-inline')
  double get current => _list[index];
}
