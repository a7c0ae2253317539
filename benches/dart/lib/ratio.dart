/// Returns the line that `xtask/src/ratio.rs` describes and parses.
String ratioLine(String name, double value, Target target) {
  final printed = value.toStringAsFixed(2);
  final limit = target.limit.toStringAsFixed(2);
  final sign = target.atMost ? '<=' : '>=';
  final verdict = target.isMet(double.parse(printed)) ? 'ok' : 'MISS';
  return 'ratio $name: $printed (target $sign $limit) $verdict';
}

/// Bound for a ratio.
final class Target {
  const Target.atMost(this.limit) : atMost = true;
  const Target.atLeast(this.limit) : atMost = false;

  final double limit;
  final bool atMost;

  bool isMet(double value) => atMost ? value <= limit : value >= limit;
}
