/// Lists that nobody can change, for the copies that generated code makes.
library;

import 'dart:typed_data';

/// Returns an unmodifiable list of [values]; typed data stays typed data.
List<T> frozen<T>(List<T> values) {
  final Object of = values;
  final List<Object?> copy = switch (of) {
    final Uint8List it => Uint8List.fromList(it).asUnmodifiableView(),
    final Int8List it => Int8List.fromList(it).asUnmodifiableView(),
    final Uint16List it => Uint16List.fromList(it).asUnmodifiableView(),
    final Int16List it => Int16List.fromList(it).asUnmodifiableView(),
    final Uint32List it => Uint32List.fromList(it).asUnmodifiableView(),
    final Int32List it => Int32List.fromList(it).asUnmodifiableView(),
    final Uint64List it => Uint64List.fromList(it).asUnmodifiableView(),
    final Int64List it => Int64List.fromList(it).asUnmodifiableView(),
    final Float32List it => Float32List.fromList(it).asUnmodifiableView(),
    final Float64List it => Float64List.fromList(it).asUnmodifiableView(),
    _ => List<T>.unmodifiable(values),
  };
  return copy as List<T>;
}

/// Returns an unmodifiable copy of [bytes].
Uint8List bytesFrozen(Uint8List bytes) =>
    Uint8List.fromList(bytes).asUnmodifiableView();
