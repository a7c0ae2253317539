/// Arithmetic of the library on arrays.
library;

import 'dart:ffi';
import 'dart:typed_data';

import '../values.dart';
import 'checks.dart';
import 'native.dart';

part 'simd_kernels.dart';
part 'simd_numbers.dart';

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

/// Address of the pointers in the first table, after version and length.
final int _pointers = _pointersOf(LibraryMemory.kernelTables.first);

int _pointersOf(Pointer<Pointer<Void>> table) =>
    _checkedTable(table[0].cast()).address + 8;

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

/// The function at [index] of the first table that has it.
Pointer<NativeFunction<F>> _slot<F extends Function>(int index) {
  final table = Pointer<Pointer<NativeFunction<F>>>.fromAddress(_pointers);
  if (table[index] != nullptr) return table[index];
  // A message may name the operations that its library has.
  for (final other in LibraryMemory.kernelTables) {
    final pointers = Pointer<Pointer<NativeFunction<F>>>.fromAddress(
      _pointersOf(other),
    );
    if (pointers[index] != nullptr) return pointers[index];
  }
  _throwLeftOut('no library that is open in this isolate has this kernel');
}

/// The function at [index] of a message's table.
Pointer<NativeFunction<F>> _entry<F extends Function>(
  Pointer<_Data> records,
  int index,
) {
  final function = records.cast<Pointer<NativeFunction<F>>>()[index];
  if (function != nullptr) return function;
  _throwLeftOut('the message has no such kernel');
}

Never _throwLeftOut(String problem) => throw UnsupportedError(
  '$problem; hint: name its operation in the `#[ffi(simd(..))]` of a message '
  'with such numbers, or write `#[ffi(simd)]` for all',
);

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
