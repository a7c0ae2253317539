part of 'native.dart';

/// A list of up to [capacity] elements inside a message, **borrowed**.
///
/// Elements that are messages are views: they show what is at their place now,
/// also after others have moved there. Assigning copies at once, so two elements
/// change places by [swap]. What makes it longer than
/// [capacity] throws a [CapacityException]; a length in memory above it throws
/// an [InvalidValueException], and never reads beyond the list.
abstract base class FfiVec<E> with ListMixin<E>, SharedList<E>, _Sized {
  /// The length that memory says, whatever it is.
  int get rawLength;
  set rawLength(int length);

  /// Returns the element at [index] below [capacity], used or not.
  E read(int index);

  /// Changes the element at [index] below [capacity], used or not.
  void write(int index, E value);

  /// Zeroes the element at [index] below [capacity].
  void zero(int index);

  /// Zeroes elements that come into use.
  @override
  set length(int length) {
    RangeError.checkNotNegative(length, 'length');
    _checkCapacity(length);
    for (var index = this.length; index < length; index++) {
      zero(index);
    }
    rawLength = length;
  }

  /// Adds a zeroed element and returns it: for a message, the view to fill in.
  E addZeroed() {
    length = length + 1;
    return this[length - 1];
  }

  @override
  void addAll(Iterable<E> iterable) {
    final values = iterable.toList(growable: false);
    final length = this.length;
    _checkCapacity(length + values.length);
    _writeAll(length, values);
  }

  // For lists of Dart code: generated ones have iterators of their own.
  @override
  Iterator<E> get iterator => _VecIterator(this);

  /// Replaces all elements by [values].
  ///
  /// Throws a [CapacityException] if there are too many, and as assigning an
  /// element does if one does not fit, before anything changes.
  void assign(List<E> values) {
    _checkCapacity(values.length);
    // What is in a list of the same class fits, and is in its order; any other one
    // may hold views of this list.
    final same = values.runtimeType == runtimeType;
    _writeAll(0, same ? values : _detached(values, 0));
  }

  void _writeAll(int start, List<E> values) {
    for (var index = 0; index < values.length; index++) {
      write(start + index, values[index]);
    }
    rawLength = start + values.length;
  }

  @override
  void clear() => rawLength = 0;

  @override
  void insert(int index, E element) => super.insert(index, detach(element));

  @override
  void insertAll(int index, Iterable<E> iterable) {
    final detached = _detached(iterable, index);
    _checkCapacity(length + detached.length);
    super.insertAll(index, detached);
  }

  @override
  void replaceRange(int start, int end, Iterable<E> newContents) {
    RangeError.checkValidRange(start, end, length);
    final detached = _detached(newContents, start);
    _checkCapacity(length - (end - start) + detached.length);
    super.replaceRange(start, end, detached);
  }

  @override
  bool remove(Object? element) {
    final index = indexOf(element);
    if (index < 0) return false;
    removeRange(index, index + 1);
    return true;
  }

  @override
  E removeAt(int index) {
    final removed = detach(this[index]);
    removeRange(index, index + 1);
    return removed;
  }

  @override
  E removeLast() => removeAt(length - 1);
}

final class _VecIterator<E> extends IndexIterator<E> {
  _VecIterator(this._list) : super(_list.length);

  final FfiVec<E> _list;

  @override
  E get current => _list[index];

  @override
  bool moveNext() => advance(_list.rawLength);
}

/// A list of numbers inside a message, **borrowed**; see [elements].
abstract base class NumberVec<E extends num, L extends List<E>>
    extends FfiVec<E> {
  /// The elements as typed data, **borrowed**: as many as there are now.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that
  /// is too large.
  L get elements;

  /// Returns [values], each of which must be of the type of the elements.
  List<E> checked(List<E> values) => values;

  @override
  void checkAll(List<E> elements, int start) => checked(elements);

  @override
  void addAll(Iterable<E> iterable) {
    final Object of = iterable;
    // Typed data is copied as it is. Any other one may be lazy, or this list.
    final values = of is TypedData
        ? iterable as List<E>
        : iterable.toList(growable: false);
    final start = length;
    _checkCapacity(start + values.length);
    checked(values);
    rawLength = start + values.length;
    elements.setRange(start, start + values.length, values);
  }

  @override
  void setRange(int start, int end, Iterable<E> iterable, [int skipCount = 0]) {
    // Typed data of the same class holds nothing that needs a check.
    iterable is L
        ? elements.setRange(start, end, iterable, skipCount)
        : super.setRange(start, end, iterable, skipCount);
  }

  @override
  void setAll(int index, Iterable<E> iterable) {
    iterable is L
        ? elements.setAll(index, iterable)
        : super.setAll(index, iterable);
  }

  /// Replaces all elements by [values].
  ///
  /// Throws a [CapacityException] if there are too many, and a [RangeError] if
  /// one is out of range, before anything changes.
  @override
  void assign(List<E> values) {
    _checkCapacity(values.length);
    checked(values);
    rawLength = values.length;
    elements.setRange(0, values.length, values);
  }
}

/// A list of `i8` inside a message, **borrowed**.
typedef Int8Vec = NumberVec<int, Int8List>;

/// A list of `i16` inside a message, **borrowed**.
typedef Int16Vec = NumberVec<int, Int16List>;

/// A list of `i32` inside a message, **borrowed**.
typedef Int32Vec = NumberVec<int, Int32List>;

/// A list of `i64` inside a message, **borrowed**.
typedef Int64Vec = NumberVec<int, Int64List>;

/// A list of `u8` inside a message, **borrowed**.
typedef Uint8Vec = NumberVec<int, Uint8List>;

/// A list of `u16` inside a message, **borrowed**.
typedef Uint16Vec = NumberVec<int, Uint16List>;

/// A list of `u32` inside a message, **borrowed**.
typedef Uint32Vec = NumberVec<int, Uint32List>;

/// A list of `u64` inside a message, **borrowed**.
typedef Uint64Vec = NumberVec<int, Uint64List>;

/// A list of `f32` inside a message, **borrowed**.
typedef Float32Vec = NumberVec<double, Float32List>;

/// A list of `f64` inside a message, **borrowed**.
typedef Float64Vec = NumberVec<double, Float64List>;

/// A list of enum values inside a message, **borrowed**.
///
/// Reading a number without a value throws an [UnknownEnumValueException].
abstract base class EnumVec<E extends FfiEnum> extends FfiVec<E> {
  /// The numbers, valid or not, **borrowed**: as many as there are now.
  List<int> get numbers;
}

/// A list of fixed length inside a message, **borrowed**: its elements are
/// views unless they are plain values; assigning copies.
abstract base class FixedVec<E>
    with ListMixin<E>, SharedList<E>, FixedLengthList<E> {
  /// The field that this is, or the element of one, as exceptions call it.
  String? get $place;

  @override
  Never _fixed() =>
      throw UnsupportedError('${$place}: the length of the list is fixed');
}
