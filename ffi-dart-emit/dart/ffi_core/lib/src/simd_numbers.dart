part of 'simd.dart';

/// The consecutive numbers of an array, as kernels of the library take them.
///
/// Float sums and products are added in one order, which is equal on every
/// machine and differs from that of a loop. [min] and [max] ignore NaN, and
/// return `0.0` for both zeros. Sums of integers are wide enough; their
/// arithmetic wraps around. An operand that is no number of their type throws a
/// [RangeError]. Two arrays need one length, and may be one array: if they
/// overlap in part, numbers are computed in order.
///
/// A call costs some nanoseconds besides the work, so one call should do many
/// numbers. Lists on Dart's heap can't be passed without a copy; keep numbers
/// in arrays such as [Float32Array].
final class SimdNumbers<D extends num, S extends Object>
    implements Finalizable {
  /// The numbers of `array`, for kernels that fit them.
  const SimdNumbers._(this._array, this._kernels);

  final NativeArray<NativeType> _array;
  final SimdKernels<D, S> _kernels;

  _Data get _data => _array.pointer.cast();

  _Data _partner(SimdNumbers<D, S> other) {
    _sameLength(other._array.length, _array.length);
    return other._data;
  }

  /// The sum; zero if there are none.
  S sum() {
    final (array, out) = (_array, _scratch.room(16));
    _done(_kernels._sum(_data, array.length, out));
    return _kernels._sumAt(_scratch.data, 0);
  }

  /// The sum divided by the count, computed in 64 bits; null if there are none.
  double? mean() {
    final (array, out) = (_array, _scratch.room(16));
    final found = _any(_kernels._mean(_data, array.length, out));
    return found ? _kernels._meanAt(_scratch.data, 0) : null;
  }

  /// The smallest number, ignoring NaN; null if there is none.
  D? min() => _best(_kernels._min);

  /// The largest number, ignoring NaN; null if there is none.
  D? max() => _best(_kernels._max);

  D? _best(_FindD find) {
    final (array, out) = (_array, _scratch.room(16));
    final found = _any(find(_data, array.length, out));
    return found ? _kernels._at(_scratch.data, 0) : null;
  }

  /// The sum of the products with [other]. Each is rounded before it is added;
  /// products of integers wrap around in the type of the sum.
  ///
  /// Throws an [ArgumentError] if the lengths differ.
  S dot(SimdNumbers<D, S> other) {
    final (array, out) = (_array, _scratch.room(16));
    _done(_kernels._dot(_data, _partner(other), array.length, out));
    return _kernels._sumAt(_scratch.data, 0);
  }

  /// Adds [other], number by number.
  ///
  /// Throws an [ArgumentError] if the lengths differ.
  void add(SimdNumbers<D, S> other) =>
      _done(_kernels._add(_data, _partner(other), _array.length));

  /// Subtracts [other], number by number.
  ///
  /// Throws an [ArgumentError] if the lengths differ.
  void sub(SimdNumbers<D, S> other) =>
      _done(_kernels._sub(_data, _partner(other), _array.length));

  /// Multiplies by [other], number by number.
  ///
  /// Throws an [ArgumentError] if the lengths differ.
  void mul(SimdNumbers<D, S> other) =>
      _done(_kernels._mul(_data, _partner(other), _array.length));

  /// Multiplies each number by [factor].
  void scale(D factor) {
    final checked = _kernels._checked(factor, 'factor');
    _done(_kernels._scale(_data, _array.length, checked));
  }

  /// Adds [a] times [x], number by number, rounding the product and then the sum.
  ///
  /// Throws an [ArgumentError] if the lengths differ.
  void axpy(D a, SimdNumbers<D, S> x) {
    final checked = _kernels._checked(a, 'a');
    _done(_kernels._axpy(checked, _partner(x), _data, _array.length));
  }

  /// Brings each number into the range from [low] to [high]; NaN stays.
  ///
  /// Throws an [ArgumentError] if [low] is above [high], or one of them is NaN.
  void clamp(D low, D high) {
    final from = _kernels._checked(low, 'low');
    final to = _kernels._checked(high, 'high');
    _inRange(_kernels._clamp(_data, _array.length, from, to), low, high);
  }

  /// Sets each number to [value].
  void fill(D value) {
    final checked = _kernels._checked(value, 'value');
    _done(_kernels._fill(_data, _array.length, checked));
  }
}

/// Kernels that only floats have.
extension SimdFloats on SimdNumbers<double, double> {
  /// Moves each number towards that of [other]: `value + (other - value) * t`,
  /// rounded after each step.
  ///
  /// Throws an [ArgumentError] if the lengths differ.
  void lerp(SimdNumbers<double, double> other, double t) =>
      _done(_kernels._lerp(_data, _partner(other), _array.length, t));
}

/// Kernels that only integers have.
extension SimdIntegers<S extends Object> on SimdNumbers<int, S> {
  /// Adds [other]; results saturate at the bounds of the type.
  ///
  /// Throws an [ArgumentError] if the lengths differ.
  void saturatingAdd(SimdNumbers<int, S> other) =>
      _done(_kernels._saturatingAdd(_data, _partner(other), _array.length));

  /// Subtracts [other]; results saturate at the bounds of the type.
  ///
  /// Throws an [ArgumentError] if the lengths differ.
  void saturatingSub(SimdNumbers<int, S> other) =>
      _done(_kernels._saturatingSub(_data, _partner(other), _array.length));
}

/// A numeric field of all messages of an array; there is one result per number
/// of the field, in the order of memory.
///
/// Numbers are loaded one at a time. The rules of [SimdNumbers] about NaN, sums
/// and integers also apply to fields.
final class SimdField<D extends num, S extends Object> implements Finalizable {
  /// The [lanes] numbers at [offset] of each message, for generated code.
  const SimdField.at(this._array, this._kernels, this._offset, this.lanes);

  final NativeArray<NativeType> _array;
  final SimdKernels<D, S> _kernels;
  final int _offset;

  /// Number of numbers in the field.
  final int lanes;

  _Data get _first => Pointer.fromAddress(_array.pointer.address + _offset);

  /// The sum of each number.
  List<S> sums() {
    final (array, out) = (_array, _scratch.room(lanes * 16));
    final stride = array.elementSize;
    _done(_kernels._fieldSum(_first, array.length, stride, lanes, out));
    return _kernels._sums(lanes);
  }

  /// The mean of each number; null if there is no message.
  List<double>? means() {
    final (array, out) = (_array, _scratch.room(lanes * 16));
    final stride = array.elementSize;
    final code = _kernels._fieldMean(_first, array.length, stride, lanes, out);
    return _any(code) ? _kernels._means(lanes) : null;
  }

  /// The smallest of each number, ignoring NaN; null if there is none.
  List<D?> mins() => _best(_kernels._fieldMin);

  /// The largest of each number, ignoring NaN; null if there is none.
  List<D?> maxs() => _best(_kernels._fieldMax);

  List<D?> _best(_FieldFindD find) {
    final (array, out) = (_array, _scratch.room(lanes * 16));
    final present = Pointer<Void>.fromAddress(
      out.address + lanes * _kernels._size,
    );
    final size = array.elementSize;
    _done(find(_first, array.length, size, lanes, out, present));
    return _kernels._found(lanes);
  }

  /// The sum of the only number of the field, or of the first.
  S sum() => sums().first;

  /// The mean of the only number of the field, or of the first; null if there
  /// is no message.
  double? mean() => means()?.first;

  /// The smallest of the only number of the field, or of the first; null if
  /// there is none.
  D? min() => mins().first;

  /// The largest of the only number of the field, or of the first; null if
  /// there is none.
  D? max() => maxs().first;

  /// Adds [value] to each number.
  void add(D value) => _change(_kernels._fieldAdd, value, 'value');

  /// Multiplies each number by [factor].
  void scale(D factor) => _change(_kernels._fieldScale, factor, 'factor');

  /// Sets each number to [value].
  void fill(D value) => _change(_kernels._fieldFill, value, 'value');

  void _change(_FieldOne<D> change, D operand, String name) {
    final array = _array;
    final size = array.elementSize;
    final checked = _kernels._checked(operand, name);
    _done(change(_first, array.length, size, lanes, checked));
  }

  /// Brings each number into the range from [low] to [high]; NaN stays.
  ///
  /// Throws an [ArgumentError] if [low] is above [high], or one of them is NaN.
  void clamp(D low, D high) {
    final (array, clamp) = (_array, _kernels._fieldClamp);
    final stride = array.elementSize;
    final from = _kernels._checked(low, 'low');
    final to = _kernels._checked(high, 'high');
    final code = clamp(_first, array.length, stride, lanes, from, to);
    _inRange(code, low, high);
  }

  /// Adds [a] times the field [x] of the same message: `position += velocity * dt`.
  ///
  /// Throws an [ArgumentError] if [x] is a field of another array, or has
  /// another number of numbers.
  void axpy(D a, SimdField<D, S> x) {
    final array = _array;
    if (!identical(x._array, array)) {
      throw ArgumentError.value(x, 'x', 'is a field of another array');
    }
    _sameLength(x.lanes, lanes);
    final stride = array.elementSize;
    final checked = _kernels._checked(a, 'a');
    final count = array.length;
    _done(_kernels._fieldAxpy(checked, x._first, _first, count, stride, lanes));
  }
}

/// All messages of an array whose fields are numbers of one type: whole
/// messages at once, with results in the order of memory. Arrays and messages
/// inside are flattened.
///
/// The rules of [SimdNumbers] about NaN, sums and integers also apply to
/// messages.
final class SimdBatch<T extends Struct, D extends num, S extends Object>
    implements Finalizable {
  /// The messages of an array that are [lanes] numbers each, for generated code.
  SimdBatch.of(this._array, this._kernels, this._records, this.lanes);

  final NativeArray<T> _array;
  final SimdKernels<D, S> _kernels;
  final Pointer<_Data> _records;

  /// Number of numbers in a message.
  final int lanes;

  _Data get _data => _array.pointer.cast();

  int get _count => _array.length * lanes;

  _Data _partner(NativeArray<T> other) {
    _sameLength(other.length, _array.length);
    return other.pointer.cast();
  }

  /// The sum of each field.
  List<S> sums() {
    final (array, out) = (_array, _scratch.room(lanes * 16));
    final sum = _entry<_SumC>(_records, 1).asFunction<_SumD>(isLeaf: true);
    _done(sum(_data, array.length, out));
    return _kernels._sums(lanes);
  }

  /// The mean of each field; null if there is no message.
  List<double>? means() {
    final (array, out) = (_array, _scratch.room(lanes * 16));
    final mean = _entry<_FindC>(_records, 2).asFunction<_FindD>(isLeaf: true);
    final found = _any(mean(_data, array.length, out));
    return found ? _kernels._means(lanes) : null;
  }

  /// The smallest of each field, ignoring NaN; null if there is none.
  List<D?> mins() => _best(3);

  /// The largest of each field, ignoring NaN; null if there is none.
  List<D?> maxs() => _best(4);

  List<D?> _best(int index) {
    final (array, out) = (_array, _scratch.room(lanes * 16));
    final find = _entry<_RecordFindC>(
      _records,
      index,
    ).asFunction<_RecordFindD>(isLeaf: true);
    final present = out.address + lanes * _kernels._size;
    _done(find(_data, array.length, out, Pointer.fromAddress(present)));
    return _kernels._found(lanes);
  }

  /// Adds the messages of [other].
  ///
  /// Throws an [ArgumentError] if the lengths differ.
  void add(NativeArray<T> other) =>
      _done(_kernels._add(_data, _partner(other), _count));

  /// Subtracts the messages of [other].
  ///
  /// Throws an [ArgumentError] if the lengths differ.
  void sub(NativeArray<T> other) =>
      _done(_kernels._sub(_data, _partner(other), _count));

  /// Multiplies by the messages of [other], field by field.
  ///
  /// Throws an [ArgumentError] if the lengths differ.
  void mul(NativeArray<T> other) =>
      _done(_kernels._mul(_data, _partner(other), _count));

  /// Multiplies all fields of all messages by [factor].
  void scale(D factor) {
    final checked = _kernels._checked(factor, 'factor');
    _done(_kernels._scale(_data, _count, checked));
  }

  /// Adds [a] times the messages of [x].
  ///
  /// Throws an [ArgumentError] if the lengths differ.
  void axpy(D a, NativeArray<T> x) {
    final checked = _kernels._checked(a, 'a');
    _done(_kernels._axpy(checked, _partner(x), _data, _count));
  }

  /// Adds [record] to each message.
  void addRecord(NativeBox<T> record) => _withRecord(5, record);

  /// Subtracts [record] from each message.
  void subRecord(NativeBox<T> record) => _withRecord(6, record);

  /// Multiplies each message by [record], field by field.
  void mulRecord(NativeBox<T> record) => _withRecord(7, record);

  /// Sets each message to [record].
  void fillRecord(NativeBox<T> record) => _withRecord(9, record);

  void _withRecord(int index, NativeBox<T> record) {
    final array = _array;
    final change = _entry<_SumC>(
      _records,
      index,
    ).asFunction<_SumD>(isLeaf: true);
    _done(change(_data, array.length, record.pointer.cast()));
  }

  /// Brings each field into its own range, from that of [low] to that of
  /// [high]; NaN stays.
  ///
  /// Throws an [ArgumentError] if a field of [low] is above that of [high], or
  /// one of them is NaN.
  void clampRecord(NativeBox<T> low, NativeBox<T> high) {
    final array = _array;
    final clamp = _entry<_RecordClampC>(
      _records,
      8,
    ).asFunction<_RecordClampD>(isLeaf: true);
    final bounds = (low.pointer.cast<Void>(), high.pointer.cast<Void>());
    final code = clamp(_data, array.length, bounds.$1, bounds.$2);
    _inRange(code, 'of a field in low', 'in high');
  }

  /// Adds to the field [to] of each message [a] times its field [from]:
  /// `position += velocity * dt`.
  ///
  /// Throws an [ArgumentError] if both are one field, are not of this array, or
  /// differ in their number of numbers.
  void axpyFields(
    D a, {
    required SimdField<D, S> from,
    required SimdField<D, S> to,
  }) {
    final array = _array;
    if (!identical(from._array, array) || !identical(to._array, array)) {
      throw ArgumentError('a field is of another array');
    }
    _sameLength(from.lanes, to.lanes);
    final operand = _scratch.room(16);
    _kernels._put(_scratch.data, 0, _kernels._checked(a, 'a'));
    final axpy = _entry<_RecordAxpyC>(
      _records,
      10,
    ).asFunction<_RecordAxpyD>(isLeaf: true);
    final [source, target] = [
      from._offset ~/ _kernels._size,
      to._offset ~/ _kernels._size,
    ];
    final code = axpy(_data, array.length, operand, source, target, to.lanes);
    if (code == _range) throw ArgumentError('the fields overlap');
    _done(code);
  }
}

/// Kernels that only messages of floats have: each is a vector.
extension SimdVectors<T extends Struct> on SimdBatch<T, double, double> {
  /// Moves each message towards that of [other]: `value + (other - value) * t`,
  /// rounded after each step.
  ///
  /// Throws an [ArgumentError] if the lengths differ.
  void lerp(NativeArray<T> other, double t) =>
      _done(_kernels._lerp(_data, _partner(other), _count, t));

  /// Writes the sum of the products of the fields of each message and its
  /// partner in [other] to [dots].
  ///
  /// Throws an [ArgumentError] if the lengths differ, or [dots] overlap the
  /// messages.
  void dots(NativeArray<T> other, SimdNumbers<double, double> dots) {
    final array = _array;
    _checkOut(dots);
    final (partner, out) = (_partner(other), dots._data);
    _done(_kernels._recordDot(_data, partner, array.length, lanes, out));
  }

  /// Writes the Euclidean length of each message to [lengths].
  ///
  /// Throws an [ArgumentError] if the lengths differ, or [lengths] overlap the
  /// messages.
  void lengths(SimdNumbers<double, double> lengths) {
    final array = _array;
    _checkOut(lengths);
    _done(_kernels._recordLength(_data, array.length, lanes, lengths._data));
  }

  /// Divides each message by its Euclidean length. A message of zeros is
  /// unchanged.
  void normalize() {
    final array = _array;
    _done(_kernels._recordNormalize(_data, array.length, lanes));
  }

  void _checkOut(SimdNumbers<double, double> out) {
    _sameLength(out._array.length, _array.length);
    if (out._kernels != _kernels) {
      throw ArgumentError('the results are not of the type of the fields');
    }
  }
}
