part of 'native.dart';

/// A contiguous array of `i8`, shared with Rust.
final class Int8Array extends NativeArray<Int8> {
  /// Zeroed memory for [length] numbers, **owned**.
  ///
  /// It is of the library that this isolate opened first; throws a [StateError]
  /// when none is open.
  Int8Array(int length) : super(length, LibraryMemory.current);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one of them is no `i8`.
  factory Int8Array.of(List<int> values) =>
      Int8Array(values.length).._fill(checkInt8s(values, 'values'));

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Int8Array.raw(super.pointer, super.length, {super.owner}) : super.raw();

  Int8Array._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<Int8>();

  bool _hasList = false;
  Int8List _list = _noList;
  static final Int8List _noList = Pointer<Int8>.fromAddress(0).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that is
  /// too large.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Int8List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    if (_asks) _checkUse();
    if (identical(_list, _noList)) {
      final list = _pointer.asTypedList(length);
      _keepFor(list);
      _list = list;
    }
    _hasList = !_asks;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Int8Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Int8Array.raw(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `i16`, shared with Rust.
final class Int16Array extends NativeArray<Int16> {
  /// Zeroed memory for [length] numbers, **owned**.
  ///
  /// It is of the library that this isolate opened first; throws a [StateError]
  /// when none is open.
  Int16Array(int length) : super(length, LibraryMemory.current);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one of them is no `i16`.
  factory Int16Array.of(List<int> values) =>
      Int16Array(values.length).._fill(checkInt16s(values, 'values'));

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Int16Array.raw(super.pointer, super.length, {super.owner}) : super.raw();

  Int16Array._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<Int16>();

  bool _hasList = false;
  Int16List _list = _noList;
  static final Int16List _noList = Pointer<Int16>.fromAddress(0).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that is
  /// too large.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Int16List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    if (_asks) _checkUse();
    if (identical(_list, _noList)) {
      final list = _pointer.asTypedList(length);
      _keepFor(list);
      _list = list;
    }
    _hasList = !_asks;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Int16Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Int16Array.raw(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `i32`, shared with Rust.
final class Int32Array extends NativeArray<Int32> {
  /// Zeroed memory for [length] numbers, **owned**.
  ///
  /// It is of the library that this isolate opened first; throws a [StateError]
  /// when none is open.
  Int32Array(int length) : super(length, LibraryMemory.current);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one of them is no `i32`.
  factory Int32Array.of(List<int> values) =>
      Int32Array(values.length).._fill(checkInt32s(values, 'values'));

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Int32Array.raw(super.pointer, super.length, {super.owner}) : super.raw();

  Int32Array._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<Int32>();

  bool _hasList = false;
  Int32List _list = _noList;
  static final Int32List _noList = Pointer<Int32>.fromAddress(0).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that is
  /// too large.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Int32List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    if (_asks) _checkUse();
    if (identical(_list, _noList)) {
      final list = _pointer.asTypedList(length);
      _keepFor(list);
      _list = list;
    }
    _hasList = !_asks;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Int32Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Int32Array.raw(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `i64`, shared with Rust.
final class Int64Array extends NativeArray<Int64> {
  /// Zeroed memory for [length] numbers, **owned**.
  ///
  /// It is of the library that this isolate opened first; throws a [StateError]
  /// when none is open.
  Int64Array(int length) : super(length, LibraryMemory.current);

  /// A copy of [values], **owned**.
  factory Int64Array.of(List<int> values) =>
      Int64Array(values.length).._fill(values);

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Int64Array.raw(super.pointer, super.length, {super.owner}) : super.raw();

  Int64Array._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<Int64>();

  bool _hasList = false;
  Int64List _list = _noList;
  static final Int64List _noList = Pointer<Int64>.fromAddress(0).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Int64List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    if (_asks) _checkUse();
    if (identical(_list, _noList)) {
      final list = _pointer.asTypedList(length);
      _keepFor(list);
      _list = list;
    }
    _hasList = !_asks;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Int64Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Int64Array.raw(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `u8`, shared with Rust.
final class Uint8Array extends NativeArray<Uint8> {
  /// Zeroed memory for [length] numbers, **owned**.
  ///
  /// It is of the library that this isolate opened first; throws a [StateError]
  /// when none is open.
  Uint8Array(int length) : super(length, LibraryMemory.current);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one of them is no `u8`.
  factory Uint8Array.of(List<int> values) =>
      Uint8Array(values.length).._fill(checkUint8s(values, 'values'));

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Uint8Array.raw(super.pointer, super.length, {super.owner}) : super.raw();

  Uint8Array._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<Uint8>();

  bool _hasList = false;
  Uint8List _list = _noList;
  static final Uint8List _noList = Pointer<Uint8>.fromAddress(0).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that is
  /// too large.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Uint8List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    if (_asks) _checkUse();
    if (identical(_list, _noList)) {
      final list = _pointer.asTypedList(length);
      _keepFor(list);
      _list = list;
    }
    _hasList = !_asks;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Uint8Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Uint8Array.raw(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `u16`, shared with Rust.
final class Uint16Array extends NativeArray<Uint16> {
  /// Zeroed memory for [length] numbers, **owned**.
  ///
  /// It is of the library that this isolate opened first; throws a [StateError]
  /// when none is open.
  Uint16Array(int length) : super(length, LibraryMemory.current);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one of them is no `u16`.
  factory Uint16Array.of(List<int> values) =>
      Uint16Array(values.length).._fill(checkUint16s(values, 'values'));

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Uint16Array.raw(super.pointer, super.length, {super.owner}) : super.raw();

  Uint16Array._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<Uint16>();

  bool _hasList = false;
  Uint16List _list = _noList;
  static final Uint16List _noList = Pointer<Uint16>.fromAddress(
    0,
  ).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that is
  /// too large.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Uint16List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    if (_asks) _checkUse();
    if (identical(_list, _noList)) {
      final list = _pointer.asTypedList(length);
      _keepFor(list);
      _list = list;
    }
    _hasList = !_asks;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Uint16Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Uint16Array.raw(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `u32`, shared with Rust.
final class Uint32Array extends NativeArray<Uint32> {
  /// Zeroed memory for [length] numbers, **owned**.
  ///
  /// It is of the library that this isolate opened first; throws a [StateError]
  /// when none is open.
  Uint32Array(int length) : super(length, LibraryMemory.current);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one of them is no `u32`.
  factory Uint32Array.of(List<int> values) =>
      Uint32Array(values.length).._fill(checkUint32s(values, 'values'));

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Uint32Array.raw(super.pointer, super.length, {super.owner}) : super.raw();

  Uint32Array._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<Uint32>();

  bool _hasList = false;
  Uint32List _list = _noList;
  static final Uint32List _noList = Pointer<Uint32>.fromAddress(
    0,
  ).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that is
  /// too large.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Uint32List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    if (_asks) _checkUse();
    if (identical(_list, _noList)) {
      final list = _pointer.asTypedList(length);
      _keepFor(list);
      _list = list;
    }
    _hasList = !_asks;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Uint32Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Uint32Array.raw(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `u64`, shared with Rust.
///
/// A number above `2^63 - 1` reads as a negative `int` with the same 64 bits.
final class Uint64Array extends NativeArray<Uint64> {
  /// Zeroed memory for [length] numbers, **owned**.
  ///
  /// It is of the library that this isolate opened first; throws a [StateError]
  /// when none is open.
  Uint64Array(int length) : super(length, LibraryMemory.current);

  /// A copy of [values], **owned**.
  factory Uint64Array.of(List<int> values) =>
      Uint64Array(values.length).._fill(values);

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Uint64Array.raw(super.pointer, super.length, {super.owner}) : super.raw();

  Uint64Array._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<Uint64>();

  bool _hasList = false;
  Uint64List _list = _noList;
  static final Uint64List _noList = Pointer<Uint64>.fromAddress(
    0,
  ).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Uint64List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    if (_asks) _checkUse();
    if (identical(_list, _noList)) {
      final list = _pointer.asTypedList(length);
      _keepFor(list);
      _list = list;
    }
    _hasList = !_asks;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers of [list] as the unsigned numbers that they are in Rust.
  List<BigInt> get listBig => BigList(list);

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Uint64Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Uint64Array.raw(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `f32`, shared with Rust.
final class Float32Array extends NativeArray<Float> {
  /// Zeroed memory for [length] numbers, **owned**.
  ///
  /// It is of the library that this isolate opened first; throws a [StateError]
  /// when none is open.
  Float32Array(int length) : super(length, LibraryMemory.current);

  /// A copy of [values], **owned**.
  factory Float32Array.of(List<double> values) =>
      Float32Array(values.length).._fill(values);

  void _fill(List<double> values) =>
      pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Float32Array.raw(super.pointer, super.length, {super.owner}) : super.raw();

  Float32Array._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<Float>();

  bool _hasList = false;
  Float32List _list = _noList;
  static final Float32List _noList = Pointer<Float>.fromAddress(
    0,
  ).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Float32List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    if (_asks) _checkUse();
    if (identical(_list, _noList)) {
      final list = _pointer.asTypedList(length);
      _keepFor(list);
      _list = list;
    }
    _hasList = !_asks;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Float32Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Float32Array.raw(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `f64`, shared with Rust.
final class Float64Array extends NativeArray<Double> {
  /// Zeroed memory for [length] numbers, **owned**.
  ///
  /// It is of the library that this isolate opened first; throws a [StateError]
  /// when none is open.
  Float64Array(int length) : super(length, LibraryMemory.current);

  /// A copy of [values], **owned**.
  factory Float64Array.of(List<double> values) =>
      Float64Array(values.length).._fill(values);

  void _fill(List<double> values) =>
      pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Float64Array.raw(super.pointer, super.length, {super.owner}) : super.raw();

  Float64Array._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<Double>();

  bool _hasList = false;
  Float64List _list = _noList;
  static final Float64List _noList = Pointer<Double>.fromAddress(
    0,
  ).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Float64List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    if (_asks) _checkUse();
    if (identical(_list, _noList)) {
      final list = _pointer.asTypedList(length);
      _keepFor(list);
      _list = list;
    }
    _hasList = !_asks;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Float64Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Float64Array.raw(pointer + start, stop - start, owner: this);
  }
}

/// The result of a function, **owned**.
Int8Array int8ArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    Int8Array._taken(owned, memory);

/// The result of a function, **owned**.
Int16Array int16ArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    Int16Array._taken(owned, memory);

/// The result of a function, **owned**.
Int32Array int32ArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    Int32Array._taken(owned, memory);

/// The result of a function, **owned**.
Int64Array int64ArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    Int64Array._taken(owned, memory);

/// The result of a function, **owned**.
Uint8Array uint8ArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    Uint8Array._taken(owned, memory);

/// The result of a function, **owned**.
Uint16Array uint16ArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    Uint16Array._taken(owned, memory);

/// The result of a function, **owned**.
Uint32Array uint32ArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    Uint32Array._taken(owned, memory);

/// The result of a function, **owned**.
Uint64Array uint64ArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    Uint64Array._taken(owned, memory);

/// The result of a function, **owned**.
Float32Array float32ArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    Float32Array._taken(owned, memory);

/// The result of a function, **owned**.
Float64Array float64ArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    Float64Array._taken(owned, memory);
