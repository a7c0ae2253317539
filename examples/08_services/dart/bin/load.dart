/// Calls the service from some isolates at once for some time, and prints how long calls take:
/// `cargo xtask load` runs it.
library;

import 'dart:async';
import 'dart:io';
import 'dart:isolate';
import 'dart:math';

import 'package:services/services.dart';

/// The operations, and how many of 100 calls are of each.
const operations = {'get': 60, 'not found': 5, 'search': 20, 'login': 15};

Future<void> main(List<String> arguments) async {
  final [isolates, milliseconds] = switch (arguments) {
    [final isolates, final milliseconds] => [
      int.parse(isolates),
      int.parse(milliseconds),
    ],
    _ => [2, 2000],
  };
  final library = ServicesLibrary.open();
  final watch = Stopwatch()..start();
  final all = await Future.wait([
    for (var i = 0; i < isolates; i++)
      Isolate.run(() => drive(i, Duration(milliseconds: milliseconds))),
  ]);
  final seconds = watch.elapsedMicroseconds / 1e6;

  print('$isolates isolates, ${seconds.toStringAsFixed(1)} s; times in us');
  print(
    'operation      calls  per s      p50      p95      p99    p99.9      max',
  );
  for (final operation in operations.keys) {
    final times = Times();
    for (final part in all) {
      times.addAll(part[operation]!);
    }
    final columns = [
      '${times.count}'.padLeft(10),
      (times.count / seconds).toStringAsFixed(0).padLeft(7),
      for (final part in [0.5, 0.95, 0.99, 0.999, 1.0])
        times.quantile(part).toStringAsFixed(1).padLeft(9),
    ];
    print('${operation.padRight(10)}${columns.join()}');
  }

  // Counts of the library itself.
  print('\nin the library:');
  for (final call in library.production.metrics().calls.values) {
    print(call);
  }
  final health = await library.health();
  final report = library.production.stop();
  print('healthy: ${health.isHealthy}, clean: ${report.isClean}');
  if (!health.isHealthy || !report.isClean) exitCode = 1;
}

/// Makes calls, one after the other, until [time] is over, and returns their times.
Future<Map<String, Times>> drive(int seed, Duration time) async {
  final library = ServicesLibrary.open();
  final production = library.production;
  final users = library.openUsers();
  final ids = [
    for (var i = 0; i < 100; i++) users.create('user $i', 'correct horse'),
  ];
  final random = Random(seed);
  final times = {for (final name in operations.keys) name: Times()};
  final total = Stopwatch()..start();
  final one = Stopwatch();
  for (var number = 0; total.elapsed < time; number++) {
    final operation = draw(random.nextInt(100));
    final id = ids[random.nextInt(ids.length)];
    one
      ..reset()
      ..start();
    // One call of 16 belongs to a request: its zone has a price of its own.
    FutureOr<void> made() => call(users, operation, id);
    final result = number % 16 == 0
        ? production.withRequest('r-$seed-$number', made)
        : made();
    // A call that is done has no turn of the event loop in its time.
    if (result is Future) await result;
    times[operation]!.add(one.elapsedTicks * 1e6 / one.frequency);
  }
  users.dispose();
  return times;
}

/// Returns the operation of the call that has drawn a number below 100.
String draw(int number) {
  var left = number;
  for (final MapEntry(key: name, value: share) in operations.entries) {
    left -= share;
    if (left < 0) return name;
  }
  throw RangeError.index(number, operations);
}

/// Makes a call, and checks its result.
FutureOr<void> call(Users users, String operation, int id) {
  switch (operation) {
    case 'get':
      if (users.get(id).id != id) throw StateError('another user');
    case 'not found':
      try {
        users.get(id + 1000);
      } on UserNotFoundException {
        return null;
      }
      throw StateError('a user that is none');
    case 'search':
      return users.search('user 7').then((found) {
        if (found.length != 11) throw StateError('${found.length} users');
        found.dispose();
      });
    case 'login':
      return users.login(id, 'correct horse').then((user) {
        if (user.id != id) throw StateError('another user');
      });
  }
}

/// Times of calls in microseconds, in buckets of which each is a sixteenth wider than the one
/// before: a second has 240.
final class Times {
  final List<int> _buckets = List.filled(400, 0);
  double _longest = 0;

  /// Number of times.
  int count = 0;

  static int _bucket(double time) =>
      min(399, max(0, (log(max(time, 0.05) / 0.05) / log(17 / 16)).floor()));

  /// Adds a time.
  void add(double time) {
    _buckets[_bucket(time)]++;
    _longest = max(_longest, time);
    count++;
  }

  /// Adds all times of [other].
  void addAll(Times other) {
    for (final (index, number) in other._buckets.indexed) {
      _buckets[index] += number;
    }
    _longest = max(_longest, other._longest);
    count += other.count;
  }

  /// Returns the time that the [part] of all times did not exceed, up to a sixteenth more;
  /// for all of them the longest one.
  double quantile(double part) {
    final rank = max(1, (count * part).ceil());
    var seen = 0;
    for (final (index, number) in _buckets.indexed) {
      seen += number;
      if (seen >= rank) return min(_longest, 0.05 * pow(17 / 16, index + 1));
    }
    return 0;
  }
}
