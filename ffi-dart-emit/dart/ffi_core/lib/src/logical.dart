part of 'native.dart';

/// Nanoseconds of a microsecond, and microseconds of a second.
const int _nanosInMicro = 1000;
const int _microsInSecond = 1000000;
const int _mostNanos = 999999999;

/// The seconds of the years 1 and 9999 in protobuf, and of 10,000 years.
const int _firstSecond = -62135596800;
const int _lastSecond = 253402300799;
const int _mostSeconds = 315576000000;

/// A timestamp in memory that Rust and Dart share: a `DateTime` in Dart.
final class TimestampBytes extends Struct {
  @Int64()
  external int _seconds;

  @Int32()
  external int _nanos;

  /// The nanoseconds of the second, from 0 to 999,999,999.
  int get nanos => _nanos;

  set nanos(int value) =>
      _nanos = RangeError.checkValueInInterval(value, 0, _mostNanos, 'nanos');

  /// The time in UTC, without what is less than a microsecond. It is for the
  /// field [name], or the element [index] of it.
  DateTime read(String name, [int? index]) {
    final (seconds, nanos) = (_seconds, _nanos);
    if (nanos < 0 ||
        nanos > _mostNanos ||
        seconds < _firstSecond ||
        seconds > _lastSecond) {
      throw InvalidValueException(
        '${placeLead(name, index)}$seconds seconds and $nanos nanoseconds are '
        'no timestamp in the years 1 to 9999',
      );
    }
    return DateTime.fromMicrosecondsSinceEpoch(
      seconds * _microsInSecond + nanos ~/ _nanosInMicro,
      isUtc: true,
    );
  }

  /// Overwrites it with [value], for the field [name], or the element [index] of
  /// it.
  ///
  /// Throws a [RangeError] if it is not in the years 1 to 9999.
  void write(DateTime value, String name, [int? index]) {
    final micros = value.microsecondsSinceEpoch;
    final rest = micros % _microsInSecond;
    final seconds = (micros - rest) ~/ _microsInSecond;
    if (seconds < _firstSecond || seconds > _lastSecond) {
      final place = placeName(name, index);
      throw RangeError.range(value.toUtc().year, 1, 9999, place);
    }
    _seconds = seconds;
    _nanos = rest * _nanosInMicro;
  }

  /// Copies [other].
  void setFrom(TimestampBytes other) {
    _seconds = other._seconds;
    _nanos = other._nanos;
  }
}

/// A span of time in memory that Rust and Dart share: a `Duration` in Dart.
final class DurationBytes extends Struct {
  @Int64()
  external int _seconds;

  @Int32()
  external int _nanos;

  /// The nanoseconds of the second, from -999,999,999 to 999,999,999, with the
  /// sign of the seconds.
  int get nanos => _nanos;

  set nanos(int value) => _nanos = RangeError.checkValueInInterval(
    value,
    _seconds > 0 ? 0 : -_mostNanos,
    _seconds < 0 ? 0 : _mostNanos,
    'nanos',
  );

  /// The span without what is less than a microsecond. It is for the field
  /// [name], or the element [index] of it.
  Duration read(String name, [int? index]) {
    final (seconds, nanos) = (_seconds, _nanos);
    if (nanos.abs() > _mostNanos ||
        seconds < -_mostSeconds ||
        seconds > _mostSeconds ||
        seconds.sign * nanos.sign < 0) {
      throw InvalidValueException(
        '${placeLead(name, index)}$seconds seconds and $nanos nanoseconds are '
        'no duration of up to 10000 years',
      );
    }
    return Duration(
      microseconds: seconds * _microsInSecond + nanos ~/ _nanosInMicro,
    );
  }

  /// Overwrites it with [value], for the field [name], or the element [index] of
  /// it.
  ///
  /// Throws a [RangeError] if it is longer than 10,000 years.
  void write(Duration value, String name, [int? index]) {
    final micros = value.inMicroseconds;
    final rest = micros.remainder(_microsInSecond);
    final seconds = (micros - rest) ~/ _microsInSecond;
    if (seconds.abs() > _mostSeconds) {
      final place = placeName(name, index);
      throw RangeError.range(seconds, -_mostSeconds, _mostSeconds, place);
    }
    _seconds = seconds;
    _nanos = rest * _nanosInMicro;
  }

  /// Copies [other].
  void setFrom(DurationBytes other) {
    _seconds = other._seconds;
    _nanos = other._nanos;
  }
}

/// A UUID in memory that Rust and Dart share.
final class UuidBytes extends Struct {
  @Array(16)
  external Array<Uint8> _bytes;

  /// The UUID.
  FfiUuid read(String name, [int? index]) => FfiUuid(_bytes.elements);

  /// Overwrites it with [value].
  void write(FfiUuid value, String name, [int? index]) =>
      _bytes.elements.setAll(0, value.bytes);

  /// Copies [other].
  void setFrom(UuidBytes other) =>
      _bytes.elements.setAll(0, other._bytes.elements);
}

/// A contiguous array of values of a logical type, as a list of fixed length.
abstract base class LogicalArray<T extends Struct, V> extends NativeArray<T>
    with ListMixin<V>, SharedList<V>, FixedLengthList<V> {
  /// Zeroed memory for [length] values, **owned**.
  ///
  /// It is of the library that this isolate opened first; throws a [StateError]
  /// when none is open.
  LogicalArray(int length) : super(length, LibraryMemory.current);

  /// [length] values at [pointer], **borrowed**; keeps [owner] alive.
  LogicalArray.raw(super.pointer, super.length, {super.owner}) : super.raw();

  /// The result of a function, **owned**.
  LogicalArray.taken(super.owned, super.memory) : super.taken();

  @override
  int get elementAlign => 8;
}

/// A contiguous array of timestamps, shared with Rust.
final class TimestampArray extends LogicalArray<TimestampBytes, DateTime> {
  /// Zeroed memory for [length] timestamps, **owned**: all are the beginning of 1970.
  TimestampArray(super.length);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one is not in the years 1 to 9999.
  factory TimestampArray.of(List<DateTime> values) =>
      TimestampArray(values.length)..setAll(0, values);

  /// [length] timestamps at [pointer], **borrowed**; keeps [owner] alive.
  TimestampArray.raw(super.pointer, super.length, {super.owner}) : super.raw();

  TimestampArray._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<TimestampBytes>();

  @override
  DateTime operator [](int index) =>
      pointer[checkIndex(index)].read('TimestampArray', index);

  @override
  void operator []=(int index, DateTime value) =>
      pointer[checkIndex(index)].write(value, 'TimestampArray', index);

  @override
  void checkAll(List<DateTime> elements, int start) {
    final place = Struct.create<TimestampBytes>();
    for (var i = 0; i < elements.length; i++) {
      place.write(elements[i], 'TimestampArray', start + i);
    }
  }

  /// The timestamps from [start] up to [end], **borrowed** from this array.
  TimestampArray sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return TimestampArray.raw(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of spans of time, shared with Rust.
final class DurationArray extends LogicalArray<DurationBytes, Duration> {
  /// Zeroed memory for [length] spans, **owned**.
  DurationArray(super.length);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one is longer than 10,000 years.
  factory DurationArray.of(List<Duration> values) =>
      DurationArray(values.length)..setAll(0, values);

  /// [length] spans at [pointer], **borrowed**; keeps [owner] alive.
  DurationArray.raw(super.pointer, super.length, {super.owner}) : super.raw();

  DurationArray._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<DurationBytes>();

  @override
  Duration operator [](int index) =>
      pointer[checkIndex(index)].read('DurationArray', index);

  @override
  void operator []=(int index, Duration value) =>
      pointer[checkIndex(index)].write(value, 'DurationArray', index);

  @override
  void checkAll(List<Duration> elements, int start) {
    final place = Struct.create<DurationBytes>();
    for (var i = 0; i < elements.length; i++) {
      place.write(elements[i], 'DurationArray', start + i);
    }
  }

  /// The spans from [start] up to [end], **borrowed** from this array.
  DurationArray sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return DurationArray.raw(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of UUIDs, shared with Rust.
final class UuidArray extends LogicalArray<UuidBytes, FfiUuid> {
  /// Zeroed memory for [length] UUIDs, **owned**.
  UuidArray(super.length);

  /// A copy of [values], **owned**.
  factory UuidArray.of(List<FfiUuid> values) =>
      UuidArray(values.length)..setAll(0, values);

  /// [length] UUIDs at [pointer], **borrowed**; keeps [owner] alive.
  UuidArray.raw(super.pointer, super.length, {super.owner}) : super.raw();

  UuidArray._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<UuidBytes>();

  @override
  int get elementAlign => 1;

  @override
  FfiUuid operator [](int index) =>
      pointer[checkIndex(index)].read('UuidArray', index);

  @override
  void operator []=(int index, FfiUuid value) =>
      pointer[checkIndex(index)].write(value, 'UuidArray', index);

  /// The UUIDs from [start] up to [end], **borrowed** from this array.
  UuidArray sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return UuidArray.raw(pointer + start, stop - start, owner: this);
  }
}

/// The result of a function, **owned**.
TimestampArray timestampArrayTaken(
  Pointer<FfiOwned> owned,
  LibraryMemory memory,
) => TimestampArray._taken(owned, memory);

/// The result of a function, **owned**.
DurationArray durationArrayTaken(
  Pointer<FfiOwned> owned,
  LibraryMemory memory,
) => DurationArray._taken(owned, memory);

/// The result of a function, **owned**.
UuidArray uuidArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    UuidArray._taken(owned, memory);

/// A decimal number in memory that Rust and Dart share.
final class DecimalBytes extends Struct {
  @Uint64()
  external int _low;

  @Int64()
  external int _high;

  @Uint32()
  external int _scale;

  /// The number. It is for the field [name], or the element [index] of it.
  FfiDecimal read(String name, [int? index]) {
    final scale = _scale;
    if (scale > FfiDecimal.maxScale) {
      throw InvalidValueException(
        '${placeLead(name, index)}$scale is no scale of a decimal, which goes '
        'from 0 to ${FfiDecimal.maxScale}',
      );
    }
    final high = BigInt.from(_high) << 64;
    return FfiDecimal(high + BigInt.from(_low).toUnsigned(64), scale);
  }

  /// Overwrites it with [value].
  void write(FfiDecimal value, String name, [int? index]) {
    _low = value.mantissa.toSigned(64).toInt();
    _high = (value.mantissa >> 64).toInt();
    _scale = value.scale;
  }

  /// Copies [other].
  void setFrom(DecimalBytes other) {
    _low = other._low;
    _high = other._high;
    _scale = other._scale;
  }
}

/// A contiguous array of decimal numbers, shared with Rust.
final class DecimalArray extends LogicalArray<DecimalBytes, FfiDecimal> {
  /// Zeroed memory for [length] numbers, **owned**.
  DecimalArray(super.length);

  /// A copy of [values], **owned**.
  factory DecimalArray.of(List<FfiDecimal> values) =>
      DecimalArray(values.length)..setAll(0, values);

  /// [length] numbers at [pointer], **borrowed**; keeps [owner] alive.
  DecimalArray.raw(super.pointer, super.length, {super.owner}) : super.raw();

  DecimalArray._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<DecimalBytes>();

  @override
  FfiDecimal operator [](int index) =>
      pointer[checkIndex(index)].read('DecimalArray', index);

  @override
  void operator []=(int index, FfiDecimal value) =>
      pointer[checkIndex(index)].write(value, 'DecimalArray', index);

  /// The numbers from [start] up to [end], **borrowed** from this array.
  DecimalArray sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return DecimalArray.raw(pointer + start, stop - start, owner: this);
  }
}

/// The result of a function, **owned**.
DecimalArray decimalArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    DecimalArray._taken(owned, memory);

/// Nothing, in memory that Rust and Dart share: a byte that means nothing.
final class EmptyBytes extends Struct {
  @Uint8()
  external int _unused;

  /// The only value.
  FfiEmpty read(String name, [int? index]) => const FfiEmpty();

  /// Zeroes the byte.
  void write(FfiEmpty value, String name, [int? index]) => _unused = 0;

  /// Copies [other].
  void setFrom(EmptyBytes other) => _unused = other._unused;
}

/// A contiguous array of empty values, shared with Rust.
final class EmptyArray extends LogicalArray<EmptyBytes, FfiEmpty> {
  /// Memory for [length] values, **owned**.
  EmptyArray(super.length);

  /// A copy of [values], **owned**.
  factory EmptyArray.of(List<FfiEmpty> values) => EmptyArray(values.length);

  /// [length] values at [pointer], **borrowed**; keeps [owner] alive.
  EmptyArray.raw(super.pointer, super.length, {super.owner}) : super.raw();

  EmptyArray._taken(super.owned, super.memory) : super.taken();

  @override
  int get elementSize => sizeOf<EmptyBytes>();

  @override
  int get elementAlign => 1;

  @override
  FfiEmpty operator [](int index) =>
      pointer[checkIndex(index)].read('EmptyArray', index);

  @override
  void operator []=(int index, FfiEmpty value) =>
      pointer[checkIndex(index)].write(value, 'EmptyArray', index);

  /// The values from [start] up to [end], **borrowed** from this array.
  EmptyArray sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return EmptyArray.raw(pointer + start, stop - start, owner: this);
  }
}

/// The result of a function, **owned**.
EmptyArray emptyArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    EmptyArray._taken(owned, memory);
