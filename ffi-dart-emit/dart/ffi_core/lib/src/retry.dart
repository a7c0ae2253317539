/// Calls that are made again, and calls that are not made for a while: for what fails
/// for a time only.
library;

import 'dart:async';
import 'dart:math';

import 'retry_later.dart';

export 'retry_later.dart';

/// Times between the attempts of [retry]: each is drawn at random up to a limit, which
/// grows from attempt to attempt. So many callers that failed together do not come
/// together again ("full jitter", Exponential Backoff And Jitter, AWS Architecture
/// Blog, 2015).
final class Backoff {
  /// Limits that begin with [first] and grow by [factor] up to [most].
  ///
  /// Throws an [ArgumentError] if one of them is less than one, or a time negative.
  Backoff({
    this.first = const Duration(milliseconds: 50),
    this.factor = 2,
    this.most = const Duration(seconds: 5),
    Random? random,
  }) : _random = random ?? Random() {
    if (factor < 1) {
      throw ArgumentError.value(factor, 'factor', 'is less than one');
    }
    if (first.isNegative) throw ArgumentError.value(first, 'first', 'negative');
    if (most < first) {
      throw ArgumentError.value(most, 'most', 'is less than `first`');
    }
  }

  /// Longest time before the second attempt.
  final Duration first;

  /// Number by which the longest time grows with each attempt.
  final double factor;

  /// Longest time before any attempt.
  final Duration most;

  final Random _random;

  /// Returns the longest time after [failures] attempts that failed.
  Duration limit(int failures) {
    final grown = first.inMicroseconds * pow(factor, failures - 1);
    return grown < most.inMicroseconds
        ? Duration(microseconds: grown.round())
        : most;
  }

  /// Draws the time after [failures] attempts that failed.
  Duration draw(int failures) => limit(failures) * _random.nextDouble();
}

/// Calls [call] until it succeeds, at most [attempts] times, and returns its result.
///
/// [on] returns true for what makes sense to try again; by default that is every
/// [Exception], and no [Error], which is a fault in a program. Between two attempts it
/// waits as [backoff] says, but at least as long as a [RetryLater] asks for. The last
/// exception is thrown as it is.
///
/// ```dart
/// final rows = await retry(
///   () => library.query('select 1'),
///   on: (error) => error is DbBusyException,
/// );
/// ```
///
/// Throws an [ArgumentError] if [attempts] is less than one.
Future<T> retry<T>(
  FutureOr<T> Function() call, {
  bool Function(Object error)? on,
  int attempts = 4,
  Backoff? backoff,
  Future<void> Function(Duration time)? wait,
}) async {
  if (attempts < 1) {
    throw ArgumentError.value(attempts, 'attempts', 'is less than one');
  }
  final times = backoff ?? Backoff();
  for (var failures = 1; ; failures++) {
    try {
      return await call();
    } on Object catch (error) {
      if (failures == attempts || !_isWanted(on, error)) rethrow;
      final drawn = times.draw(failures);
      final asked = error is RetryLater ? error.retryAfter : Duration.zero;
      final time = drawn < asked ? asked : drawn;
      await (wait == null ? _pass(time) : wait(time));
    }
  }
}

/// Waits for at least [time]. A timer leaves out parts of a millisecond.
Future<void> _pass(Duration time) => Future<void>.delayed(
  Duration(milliseconds: (time.inMicroseconds + 999) ~/ 1000),
);

bool _isWanted(bool Function(Object error)? on, Object error) =>
    on == null ? error is Exception : on(error);

/// State of a [CircuitBreaker].
enum CircuitState {
  /// Calls pass.
  closed,

  /// Calls are refused for a while, as too many have failed.
  open,

  /// One call passes, which decides.
  halfOpen,
}

/// A call that a [CircuitBreaker] did not make.
final class CircuitOpenException implements RetryLater {
  const CircuitOpenException._(this.retryAfter);

  @override
  final Duration retryAfter;

  @override
  String toString() =>
      'CircuitOpenException: too many calls have failed; the next one passes in '
      '$retryAfter';
}

/// Refuses calls for a while once some have failed one after the other, so that
/// callers fail at once and what fails can recover.
///
/// ```dart
/// final breaker = CircuitBreaker();
/// final rows = await breaker.run(() => library.query('select 1'));
/// ```
final class CircuitBreaker {
  /// Opens after [failures] failures one after the other, for [pause]. [on] returns
  /// true for what is a failure; by default that is every [Exception].
  ///
  /// Throws an [ArgumentError] if [failures] is less than one.
  CircuitBreaker({
    this.failures = 5,
    this.pause = const Duration(seconds: 10),
    bool Function(Object error)? on,
    Duration Function()? clock,
  }) : _on = on,
       _clock = clock ?? _sinceStart {
    if (failures < 1) {
      throw ArgumentError.value(failures, 'failures', 'is less than one');
    }
  }

  static final Stopwatch _watch = Stopwatch()..start();
  static Duration _sinceStart() => _watch.elapsed;

  /// Number of failures, one after the other, that open it.
  final int failures;

  /// Time for which it refuses calls.
  final Duration pause;

  final bool Function(Object error)? _on;
  final Duration Function() _clock;

  int _failed = 0;
  Duration? _opened;
  bool _isTrying = false;

  /// The state now.
  CircuitState get state {
    final opened = _opened;
    if (opened == null) return CircuitState.closed;
    return _isTrying || _clock() - opened >= pause
        ? CircuitState.halfOpen
        : CircuitState.open;
  }

  /// Makes [call], and returns its result.
  ///
  /// Throws what [call] throws, and a [CircuitOpenException] if it is not made.
  Future<T> run<T>(FutureOr<T> Function() call) async {
    final opened = _opened;
    if (opened != null) {
      final left = pause - (_clock() - opened);
      if (_isTrying || left > Duration.zero) {
        throw CircuitOpenException._(
          left > Duration.zero ? left : Duration.zero,
        );
      }
      _isTrying = true;
    }
    final isTry = opened != null;
    try {
      final result = await call();
      if (isTry || _opened == null) _close();
      return result;
    } on Object catch (error) {
      if (_isWanted(_on, error)) {
        _failed++;
        if (isTry || _failed >= failures) _opened = _clock();
      } else if (isTry) {
        // It answered, so it works again.
        _close();
      }
      rethrow;
    } finally {
      if (isTry) _isTrying = false;
    }
  }

  void _close() {
    _failed = 0;
    _opened = null;
  }
}
