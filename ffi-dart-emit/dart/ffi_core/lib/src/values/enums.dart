part of '../../values.dart';

/// An enum whose values have the numbers that they have in Rust.
abstract interface class FfiEnum {
  /// The number in Rust.
  int get value;
}

/// The number of an enum in Rust, which need not be one of its values.
final class FfiOpen<E extends FfiEnum> {
  /// The number of [value].
  FfiOpen(E this.value) : number = value.value;

  /// The number [number], with [value] null if no value has it.
  const FfiOpen.raw(this.number, this.value);

  /// As [FfiOpen.raw], for an enum whose numbers are `u64`.
  const factory FfiOpen.rawUnsigned(int number, E? value) = _UnsignedOpen<E>;

  /// The number in Rust.
  final int number;

  /// The value that has the number; null when there is none.
  final E? value;

  @override
  bool operator ==(Object other) =>
      other is FfiOpen<E> && other.number == number;

  @override
  int get hashCode => number.hashCode;

  @override
  String toString() => 'FfiOpen(${value ?? number})';
}

final class _UnsignedOpen<E extends FfiEnum> extends FfiOpen<E> {
  const _UnsignedOpen(super.number, super.value) : super.raw();

  @override
  String toString() => 'FfiOpen(${value ?? bigFromBits(number)})';
}
