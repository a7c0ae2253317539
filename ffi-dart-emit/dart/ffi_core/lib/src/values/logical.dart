part of '../../values.dart';

/// A UUID (RFC 9562): 16 bytes in the order in which its text has them.
final class FfiUuid {
  /// The UUID of 16 [bytes], which are copied.
  ///
  /// Throws an [ArgumentError] if there are not 16, and a [RangeError] if one is
  /// no byte.
  FfiUuid(List<int> bytes)
    : bytes = Uint8List.fromList(
        checkUint8s(bytes, 'bytes', 16),
      ).asUnmodifiableView();

  /// The UUID that [text] has as 32 hexadecimal digits, with four hyphens or
  /// none: `f81d4fae-7dec-11d0-a765-00a0c91e6bf6`.
  ///
  /// Throws a [FormatException] for any other text.
  factory FfiUuid.parse(String text) {
    if (!_text.hasMatch(text)) {
      throw FormatException('this is not a UUID', text);
    }
    final digits = text.replaceAll('-', '');
    return FfiUuid([
      for (var at = 0; at < 32; at += 2)
        int.parse(digits.substring(at, at + 2), radix: 16),
    ]);
  }

  static final RegExp _text = RegExp(
    r'^[0-9a-fA-F]{8}(-?)[0-9a-fA-F]{4}\1[0-9a-fA-F]{4}\1[0-9a-fA-F]{4}\1'
    r'[0-9a-fA-F]{12}$',
  );

  /// The bytes, which can't be changed.
  final Uint8List bytes;

  @override
  bool operator ==(Object other) =>
      other is FfiUuid && equalInts(other.bytes, bytes);

  @override
  int get hashCode => Object.hashAll(bytes);

  @override
  String toString() {
    final text = StringBuffer();
    for (final (index, byte) in bytes.indexed) {
      if (index case 4 || 6 || 8 || 10) text.write('-');
      text.write(byte.toRadixString(16).padLeft(2, '0'));
    }
    return text.toString();
  }
}

/// A decimal number: a whole number of 128 bits divided by a power of ten.
///
/// The scale is part of the value: 1.5 and 1.50 are not equal.
final class FfiDecimal {
  /// [mantissa] divided by ten to the power of [scale].
  ///
  /// Throws an [ArgumentError] if [mantissa] has more than 128 bits, and a
  /// [RangeError] if [scale] is not from 0 to [maxScale].
  FfiDecimal(this.mantissa, [this.scale = 0]) {
    if (mantissa.bitLength > 127) {
      throw ArgumentError.value('$mantissa', 'mantissa', 'has over 128 bits');
    }
    RangeError.checkValueInInterval(scale, 0, maxScale, 'scale');
  }

  /// The number that [text] has as a sign or none, digits, and a point with
  /// digits or none.
  ///
  /// Throws a [FormatException] for any other text, and what the constructor
  /// throws.
  factory FfiDecimal.parse(String text) {
    if (!_text.hasMatch(text)) {
      throw FormatException('this is not a decimal', text);
    }
    final point = text.indexOf('.');
    final digits = BigInt.parse(text.replaceFirst('.', ''));
    return FfiDecimal(digits, point < 0 ? 0 : text.length - point - 1);
  }

  static final RegExp _text = RegExp(r'^-?[0-9]+(\.[0-9]+)?$');

  /// The largest scale.
  static const int maxScale = 38;

  /// All digits, without the point.
  final BigInt mantissa;

  /// The number of digits behind the point.
  final int scale;

  @override
  bool operator ==(Object other) =>
      other is FfiDecimal && other.scale == scale && other.mantissa == mantissa;

  @override
  int get hashCode => Object.hash(mantissa, scale);

  @override
  String toString() {
    final digits = '${mantissa.abs()}'.padLeft(scale + 1, '0');
    final point = digits.length - scale;
    final sign = mantissa.isNegative ? '-' : '';
    if (scale == 0) return '$sign$digits';
    return '$sign${digits.substring(0, point)}.${digits.substring(point)}';
  }
}

/// Nothing: protobuf's `google.protobuf.Empty`. All values are equal.
final class FfiEmpty {
  /// The only value.
  const FfiEmpty();

  @override
  bool operator ==(Object other) => other is FfiEmpty;

  @override
  int get hashCode => (FfiEmpty).hashCode;

  @override
  String toString() => 'FfiEmpty()';
}
