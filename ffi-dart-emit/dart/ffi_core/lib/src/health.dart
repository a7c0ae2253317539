part of 'native.dart';

/// End of a health check.
enum HealthState {
  /// It found nothing wrong.
  healthy,

  /// It returned an error.
  failed,

  /// It panicked.
  panicked,

  /// It took longer than its deadline, or still runs.
  late,
}

/// The result of a health check, **copied**.
final class HealthResult {
  const HealthResult._(this.name, this.state, this.reason, this.took);

  /// Name of the function in Rust.
  final String name;

  /// The end of the check.
  final HealthState state;

  /// The problem; empty if nothing is wrong.
  final String reason;

  /// Time that it took, or has taken so far.
  final Duration took;

  @override
  String toString() =>
      '$name: ${state.name}${reason.isEmpty ? '' : ' ($reason)'}, $took';
}

/// The state of a library, **copied**.
final class HealthReport {
  const HealthReport._(this.uptime, this.checks);

  /// Time since the library was started.
  final Duration uptime;

  /// The results of all checks, in the order of their names.
  final List<HealthResult> checks;

  /// True if all checks found nothing wrong.
  bool get isHealthy =>
      checks.every((check) => check.state == HealthState.healthy);

  @override
  String toString() => 'HealthReport(uptime: $uptime, ${checks.join('; ')})';
}

/// Runs the health checks of the library of [memory], each with its symbol, at the
/// same time, while [production] says how long it runs.
Future<HealthReport> healthOf(
  LibraryMemory memory,
  FfiProduction production,
  Map<String, String> symbols,
) async {
  final checks = {
    for (final MapEntry(:key, :value) in symbols.entries)
      key: memory.library.lookupFunction<_HealthC, _HealthD>(value),
  };
  for (final check in checks.values) {
    check(1);
  }
  final results = <String, HealthResult>{};
  // Most checks are done at once; one that waits for a disk or a server isn't asked
  // a thousand times a second.
  var pause = const Duration(milliseconds: 1);
  while (true) {
    for (final MapEntry(key: name, value: check) in checks.entries) {
      if (results.containsKey(name)) continue;
      final owned = check(0);
      if (owned == nullptr) continue;
      final json = jsonDecode(memory.takeString(owned)) as Map<String, Object?>;
      // Another isolate has taken the result: it asks again.
      if (json['state'] == 'idle') {
        check(1);
        continue;
      }
      results[name] = HealthResult._(
        name,
        HealthState.values.byName(json['state']! as String),
        json['reason']! as String,
        Duration(microseconds: json['microseconds']! as int),
      );
    }
    if (results.length == checks.length) break;
    await Future<void>.delayed(pause);
    if (pause < const Duration(milliseconds: 16)) pause *= 2;
  }
  return HealthReport._(
    production.uptime,
    List.unmodifiable([for (final name in checks.keys) results[name]!]),
  );
}

typedef _HealthC = Pointer<FfiOwned> Function(Int32);
typedef _HealthD = Pointer<FfiOwned> Function(int);
