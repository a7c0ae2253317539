// @dart = 3.8

import 'dart:ffi';
import 'dart:typed_data';

import 'runtime.g.dart';
import 'simd.g.dart' show simdTable;

typedef _Data = Pointer<Void>;
typedef _SumC = Int32 Function(_Data, Size, _Data);
typedef _SumD = int Function(_Data, int, _Data);
typedef _FindC = Int32 Function(_Data, Size, _Data);
typedef _FindD = int Function(_Data, int, _Data);
typedef _DotC = Int32 Function(_Data, _Data, Size, _Data);
typedef _DotD = int Function(_Data, _Data, int, _Data);
typedef _ZipC = Int32 Function(_Data, _Data, Size);
typedef _ZipD = int Function(_Data, _Data, int);
typedef _FieldSumC = Int32 Function(_Data, Size, Size, Size, _Data);
typedef _FieldSumD = int Function(_Data, int, int, int, _Data);
typedef _FieldMeanC = Int32 Function(_Data, Size, Size, Size, _Data);
typedef _FieldMeanD = int Function(_Data, int, int, int, _Data);
typedef _FieldFindC = Int32 Function(_Data, Size, Size, Size, _Data, _Data);
typedef _FieldFindD = int Function(_Data, int, int, int, _Data, _Data);
typedef _RecordDotC = Int32 Function(_Data, _Data, Size, Size, _Data);
typedef _RecordDotD = int Function(_Data, _Data, int, int, _Data);
typedef _RecordLengthC = Int32 Function(_Data, Size, Size, _Data);
typedef _RecordLengthD = int Function(_Data, int, int, _Data);
typedef _RecordNormalizeC = Int32 Function(_Data, Size, Size);
typedef _RecordNormalizeD = int Function(_Data, int, int);
typedef _RecordFindC = Int32 Function(_Data, Size, _Data, _Data);
typedef _RecordFindD = int Function(_Data, int, _Data, _Data);
typedef _RecordClampC = Int32 Function(_Data, Size, _Data, _Data);
typedef _RecordClampD = int Function(_Data, int, _Data, _Data);
typedef _RecordAxpyC = Int32 Function(_Data, Size, _Data, Size, Size, Size);
typedef _RecordAxpyD = int Function(_Data, int, _Data, int, int, int);
typedef _LevelC = Uint32 Function();
typedef _LevelD = int Function();
typedef _SetLevelC = Uint32 Function(Uint32);
typedef _SetLevelD = int Function(int);

// Kernels that take a number, which is an int or a double.
typedef _One<D> = int Function(_Data, int, D);
typedef _Two<D> = int Function(_Data, int, D, D);
typedef _First<D> = int Function(D, _Data, _Data, int);
typedef _Last<D> = int Function(_Data, _Data, int, D);
typedef _FieldOne<D> = int Function(_Data, int, int, int, D);
typedef _FieldTwo<D> = int Function(_Data, int, int, int, D, D);
typedef _FieldFirst<D> = int Function(D, _Data, _Data, int, int, int);

/// Address of the pointers in the table, after version and length.
final int _pointers = _checkedTable(simdTable[0].cast()).address + 8;

Pointer<Uint32> _checkedTable(Pointer<Uint32> table) {
  const expected = 2;
  if (table.value == expected) return table;
  throw AbiMismatchException(
    'the kernels have version ${table.value} in the library and $expected in '
        'this package; hint: generate the package again',
    '',
    expected: expected,
    found: table.value,
  );
}

// Codes that a kernel returns; Rust calls them `KernelCode`.
const _ok = 0;
const _none = 1;
const _range = 2;
const _misaligned = 4;
const _overlap = 6;

Never _throwCode(int code) => throw switch (code) {
  _misaligned => ArgumentError(
    'the messages are not aligned; hint: copy them into an array of their own',
  ),
  _overlap => ArgumentError(
    'the results overlap the numbers; hint: give them an array of their own',
  ),
  _ => StateError('a kernel returned $code'),
};

/// Throws unless [code] says that the kernel has run.
@pragma('vm:prefer-inline')
void _done(int code) {
  if (code != _ok) _throwCode(code);
}

/// Returns true if [code] says that the kernel had numbers and so has a result.
@pragma('vm:prefer-inline')
bool _any(int code) {
  if (code == _none) return false;
  _done(code);
  return true;
}

/// Throws if [code] says that [low] and [high] are no range.
@pragma('vm:prefer-inline')
void _inRange(int code, Object? low, Object? high) {
  if (code == _range) _throwRange(low, high);
  _done(code);
}

Pointer<NativeFunction<F>> _slot<F extends Function>(int index) =>
    Pointer<Pointer<NativeFunction<F>>>.fromAddress(_pointers)[index];

Pointer<NativeFunction<F>> _entry<F extends Function>(
  Pointer<_Data> records,
  int index,
) => records.cast<Pointer<NativeFunction<F>>>()[index];

/// Memory for results and operands, which grows to the largest size needed.
final class _Scratch {
  Uint8Array _memory = Uint8Array(256);
  late ByteData data = ByteData.sublistView(_memory.list);

  _Data room(int bytes) {
    if (bytes > _memory.length) {
      _memory = Uint8Array(bytes);
      data = ByteData.sublistView(_memory.list);
    }
    return _memory.pointer.cast();
  }
}

final _scratch = _Scratch();

Never _throwLength(int length, int expected) => throw ArgumentError.value(
  length,
  'length',
  'must be $expected: each needs a partner',
);

@pragma('vm:prefer-inline')
void _sameLength(int length, int expected) {
  if (length != expected) _throwLength(length, expected);
}

Never _throwRange(Object? low, Object? high) =>
    throw ArgumentError('the bounds $low and $high are no range');

/// Instructions that kernels use, weakest first.
enum SimdLevel {
  /// Plain Rust.
  fallback,

  /// Vectors of 16 bytes on aarch64.
  neon,

  /// Vectors of 16 bytes on x86-64.
  sse2,

  /// SSE2 and its extensions up to 2008.
  sse42,

  /// Vectors of 32 bytes.
  avx2,

  /// Vectors of 64 bytes.
  avx512,
}

/// The kernels of the whole process.
abstract final class Simd {
  static final _level = _slot<_LevelC>(0).asFunction<_LevelD>(isLeaf: true);
  static final _setLevel = _slot<_SetLevelC>(
    1,
  ).asFunction<_SetLevelD>(isLeaf: true);

  /// The level in use: the strongest that the machine has and the cap allows.
  static SimdLevel get level => SimdLevel.values[_level()];

  /// Caps the level for the whole process, or removes the cap for null, and
  /// returns the new level. Results don't depend on it.
  static SimdLevel setLevel(SimdLevel? cap) =>
      SimdLevel.values[_setLevel(cap?.index ?? SimdLevel.values.length)];
}

/// The kernels of one type of number: [D] in Dart, with sums of type [S].
sealed class SimdKernels<D extends num, S extends Object> {
  SimdKernels._(int kind) : _base = 2 + kind * 27;

  final int _base;

  /// Size of a number in bytes.
  int get _size;

  /// Size of a sum in bytes.
  int get _sumSize => 8;

  /// Size of a mean in bytes.
  int get _meanSize => 8;

  S _sumAt(ByteData data, int offset);
  double _meanAt(ByteData data, int offset) =>
      data.getFloat64(offset, Endian.host);
  D _at(ByteData data, int offset);

  /// Returns [value], which must be a number of this type; the exception calls
  /// the operand [name].
  D _checked(D value, String name) => value;

  void _put(ByteData data, int offset, D value);

  _One<D> _one(int index);
  _Two<D> get _clamp;
  _First<D> get _axpy;
  _Last<D> get _lerp;
  _FieldOne<D> _fieldOne(int index);
  _FieldTwo<D> get _fieldClamp;
  _FieldFirst<D> get _fieldAxpy;

  late final _sum = _slot<_SumC>(_base).asFunction<_SumD>(isLeaf: true);
  late final _mean = _find(1);
  late final _min = _find(2);
  late final _max = _find(3);
  late final _dot = _slot<_DotC>(_base + 4).asFunction<_DotD>(isLeaf: true);
  late final _add = _zip(5);
  late final _sub = _zip(6);
  late final _mul = _zip(7);
  late final _scale = _one(8);
  late final _fill = _one(11);
  late final _fieldSum = _slot<_FieldSumC>(
    _base + 12,
  ).asFunction<_FieldSumD>(isLeaf: true);
  late final _fieldMean = _slot<_FieldMeanC>(
    _base + 13,
  ).asFunction<_FieldMeanD>(isLeaf: true);
  late final _fieldMin = _fieldFind(14);
  late final _fieldMax = _fieldFind(15);
  late final _fieldAdd = _fieldOne(16);
  late final _fieldScale = _fieldOne(17);
  late final _fieldFill = _fieldOne(19);
  late final _recordDot = _slot<_RecordDotC>(
    _base + 22,
  ).asFunction<_RecordDotD>(isLeaf: true);
  late final _recordLength = _slot<_RecordLengthC>(
    _base + 23,
  ).asFunction<_RecordLengthD>(isLeaf: true);
  late final _recordNormalize = _slot<_RecordNormalizeC>(
    _base + 24,
  ).asFunction<_RecordNormalizeD>(isLeaf: true);
  late final _saturatingAdd = _zip(25);
  late final _saturatingSub = _zip(26);

  _FindD _find(int index) =>
      _slot<_FindC>(_base + index).asFunction<_FindD>(isLeaf: true);

  _ZipD _zip(int index) =>
      _slot<_ZipC>(_base + index).asFunction<_ZipD>(isLeaf: true);

  _FieldFindD _fieldFind(int index) =>
      _slot<_FieldFindC>(_base + index).asFunction<_FieldFindD>(isLeaf: true);

  /// Returns [count] results, each null unless its byte says that it exists.
  List<D?> _found(int count) => List.generate(
    count,
    (index) => _scratch.data.getUint8(count * _size + index) == 0
        ? null
        : _at(_scratch.data, index * _size),
    growable: false,
  );

  List<S> _sums(int count) => List.generate(
    count,
    (index) => _sumAt(_scratch.data, index * _sumSize),
    growable: false,
  );

  List<double> _means(int count) => List.generate(
    count,
    (index) => _meanAt(_scratch.data, index * _meanSize),
    growable: false,
  );
}

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
final class SimdBatch<T extends NativeType, D extends num, S extends Object>
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
extension SimdVectors<T extends NativeType> on SimdBatch<T, double, double> {
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
