/// Names for generated code, which imports them with the prefix `$`: so a
/// message may have any name that is declared here.
///
/// Applications import `ffi_core.dart` instead.
library;

export 'dart:async' show Future, FutureOr;
export 'dart:core'
    show
        BigInt,
        DateTime,
        Duration,
        Iterable,
        Iterator,
        List,
        Map,
        Object,
        RangeError,
        StateError,
        Stream,
        Uri;
export 'dart:typed_data';

export 'src/arenas.dart';
export 'src/checks.dart';
export 'src/conversions.dart';
export 'src/copies.dart';
export 'src/native.dart';
export 'src/places.dart';
export 'src/simd.dart';
export 'src/unsigned.dart';
export 'values.dart';
