/// What generated code uses, under the prefix `$`: so a message may be called as
/// anything here is.
///
/// Nothing in here is for applications, which import `ffi_core.dart`.
library;

export 'dart:core' show BigInt, Iterable, List, Map, RangeError, StateError;
export 'dart:typed_data';

export 'src/checks.dart';
export 'src/copies.dart';
export 'src/native.dart';
export 'src/places.dart';
export 'src/simd.dart';
export 'src/unsigned.dart';
export 'values.dart';
