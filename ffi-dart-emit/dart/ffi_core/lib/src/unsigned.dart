/// `u64` in Dart: the `int` of the same 64 bits, and the unsigned number that it is.
library;

import 'dart:collection';

/// Returns the unsigned number with the 64 [bits] of an `int`, which is
/// negative from 2^63 on.
BigInt bigFromBits(int bits) => BigInt.from(bits).toUnsigned(64);

/// Returns the `int` with the 64 bits of the `u64` [value], to pass to a
/// function or a list that takes a `u64`.
///
/// Throws an [ArgumentError], which calls it [name], when it is no `u64`.
int bitsFromBig(BigInt value, [String name = 'value']) {
  if (value.isNegative || value.bitLength > 64) {
    throw ArgumentError.value('$value', name, 'must be from 0 to 2^64 - 1');
  }
  return value.toSigned(64).toInt();
}

/// Returns [bigFromBits], or null for null.
BigInt? bigOrNull(int? bits) => bits == null ? null : bigFromBits(bits);

/// As [bitsFromBig], or null.
int? bitsOrNull(BigInt? value, String name) =>
    value == null ? null : bitsFromBig(value, name);

/// The elements of a list of `u64` as the unsigned numbers that they are in
/// Rust; it reads and writes that list.
final class BigList with ListMixin<BigInt> {
  /// The numbers with the bits in [bits].
  BigList(this.bits);

  /// The numbers as `int`, negative from 2^63 on.
  final List<int> bits;

  @override
  int get length => bits.length;

  @override
  set length(int length) => bits.length = length;

  @override
  BigInt operator [](int index) => bigFromBits(bits[index]);

  @override
  void operator []=(int index, BigInt value) =>
      bits[index] = bitsFromBig(value);

  @override
  void add(BigInt element) => bits.add(bitsFromBig(element));

  @override
  void addAll(Iterable<BigInt> iterable) => bits.addAll(_bitsOf(iterable));

  @override
  void insertAll(int index, Iterable<BigInt> iterable) =>
      bits.insertAll(index, _bitsOf(iterable));

  @override
  void setAll(int index, Iterable<BigInt> iterable) =>
      bits.setAll(index, _bitsOf(iterable));

  @override
  void setRange(
    int start,
    int end,
    Iterable<BigInt> iterable, [
    int skipCount = 0,
  ]) {
    RangeError.checkValidRange(start, end, length);
    final count = end - start;
    bits.setRange(start, end, _bitsOf(iterable.skip(skipCount).take(count)));
  }

  @override
  void replaceRange(int start, int end, Iterable<BigInt> newContents) =>
      bits.replaceRange(start, end, _bitsOf(newContents));

  /// Returns the bits of all [numbers], before the first of them is written.
  static List<int> _bitsOf(Iterable<BigInt> numbers) => [
    for (final it in numbers) bitsFromBig(it),
  ];
}

/// Returns [value] with each `u64` in it as an unsigned number, for `toString`.
///
/// [shape] gives their positions: `u` is a `u64`, `m` a map whose keys have the
/// next letter and whose values have the others, `-` anything else. A list has
/// the shape of its elements.
Object? unsigned(Object? value, String shape) => switch (value) {
  final int bits when shape == 'u' => bigFromBits(bits),
  final List<Object?> list => [for (final it in list) unsigned(it, shape)],
  final Map<Object?, Object?> map => {
    for (final MapEntry(:key, :value) in map.entries)
      unsigned(key, shape[1]): unsigned(value, shape.substring(2)),
  },
  (final Object? it,) => (unsigned(it, shape),),
  _ => value,
};
