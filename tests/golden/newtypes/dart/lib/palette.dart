/// A type of the user's, which stands for the newtypes `Argb` and `Rgba`.
library;

/// A colour.
final class Color {
  /// The colour of these channels.
  const Color(this.alpha, this.red, this.green, this.blue);

  /// The colour of the bits 0xAARRGGBB.
  ///
  /// Throws a [FormatException] for 0xDEAD, which is no colour here.
  factory Color.fromArgb(int argb) {
    if (argb == 0xdead) throw const FormatException('a dead colour');
    return Color(argb >> 24, argb >> 16 & 0xff, argb >> 8 & 0xff, argb & 0xff);
  }

  /// The colour of the bytes red, green, blue and alpha.
  ///
  /// Throws a [FormatException] for one that ends in 0xDEAD, which is no colour here.
  factory Color.fromBytes(List<int> rgba) {
    given = rgba;
    if (rgba[2] == 0xde && rgba[3] == 0xad) {
      throw const FormatException('a dead colour');
    }
    return Color(rgba[3], rgba[0], rgba[1], rgba[2]);
  }

  /// The list that [Color.fromBytes] was given at last.
  static List<int>? given;

  /// Red, green, blue and alpha.
  List<int> get bytes => [red, green, blue, alpha];

  /// Opacity, 0 to 255.
  final int alpha;

  /// Red, 0 to 255.
  final int red;

  /// Green, 0 to 255.
  final int green;

  /// Blue, 0 to 255.
  final int blue;

  @override
  bool operator ==(Object other) =>
      other is Color && argbOfColor(other) == argbOfColor(this);

  @override
  int get hashCode => argbOfColor(this);

  @override
  String toString() => 'Color($alpha, $red, $green, $blue)';
}

/// The bits of [color].
///
/// Throws a [StateError] for a negative channel.
int argbOfColor(Color color) {
  final Color(:alpha, :red, :green, :blue) = color;
  if (alpha < 0 || red < 0 || green < 0 || blue < 0) {
    throw StateError('a negative channel');
  }
  return alpha << 24 | red << 16 | green << 8 | blue;
}
