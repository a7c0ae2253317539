/// Names for the value types of generated code, which import them with the
/// prefix `$`: pure Dart, which the web compiles as well.
///
/// Applications import `values.dart` instead.
library;

export 'dart:core' show BigInt, DateTime, Duration, List, Map, Uri;
export 'dart:typed_data' show Endian, Uint8List;

export 'src/arenas.dart';
export 'src/checks.dart';
export 'src/copies.dart';
export 'src/equality.dart';
export 'src/places.dart';
export 'src/unsigned.dart';
export 'values.dart';
