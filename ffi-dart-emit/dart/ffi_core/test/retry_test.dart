/// Tests calls that are made again, and calls that are not made for a while.
library;

import 'dart:async';
import 'dart:math';

import 'package:ffi_core/ffi_core.dart';
import 'package:test/test.dart';

final class _Later implements RetryLater {
  const _Later(this.retryAfter);

  @override
  final Duration retryAfter;
}

void main() {
  group('retry', () {
    late List<Duration> waited;
    setUp(() => waited = []);
    Future<void> wait(Duration time) async => waited.add(time);

    test('returns the first result', () async {
      var calls = 0;
      final result = await retry(() {
        if (++calls < 3) throw const FormatException('busy');
        return calls;
      }, wait: wait);
      expect((result, waited.length), (3, 2));
    });

    test('waits no less than a refusal asks for', () async {
      // A timer leaves out parts of a millisecond.
      const asked = Duration(microseconds: 1999);
      for (var i = 0; i < 50; i++) {
        final watch = Stopwatch();
        await retry(
          () {
            if (watch.isRunning) return watch.stop();
            watch.start();
            throw const _Later(asked);
          },
          on: (_) => true,
          backoff: Backoff(first: Duration.zero),
        );
        expect(watch.elapsed, greaterThanOrEqualTo(asked));
      }
    });

    test('throws the last exception as it is', () async {
      var calls = 0;
      final called = retry<void>(
        () => throw FormatException('busy ${++calls}'),
        attempts: 3,
        wait: wait,
      );
      await expectLater(
        called,
        throwsA(
          isA<FormatException>().having((it) => it.message, 'text', 'busy 3'),
        ),
      );
      expect(waited, hasLength(2));
    });

    test('tries only what is wanted, and no fault of a program', () async {
      var calls = 0;
      Future<void> run(Object error, {bool Function(Object)? on}) =>
          retry<void>(
            () {
              calls++;
              throw error;
            },
            on: on,
            wait: wait,
          );
      await expectLater(run(StateError('fault')), throwsStateError);
      await expectLater(
        run(const FormatException(), on: (it) => it is TimeoutException),
        throwsFormatException,
      );
      expect(calls, 2);
      expect(waited, isEmpty);
    });

    test('waits as long as it is asked to', () async {
      var calls = 0;
      await retry(() {
        if (++calls < 2) throw const _Later(Duration(minutes: 3));
      }, wait: wait);
      expect(waited, [const Duration(minutes: 3)]);
    });

    test('waits at random up to limits that grow to the largest', () {
      final backoff = Backoff(
        first: const Duration(milliseconds: 10),
        factor: 3,
        most: const Duration(milliseconds: 200),
        random: Random(1),
      );
      final limits = [for (var i = 1; i < 7; i++) backoff.limit(i)];
      expect(
        [for (final it in limits) it.inMilliseconds],
        [10, 30, 90, 200, 200, 200],
      );
      expect(backoff.limit(10000), const Duration(milliseconds: 200));
      final drawn = [for (var i = 0; i < 1000; i++) backoff.draw(3)];
      expect(drawn, everyElement(lessThanOrEqualTo(backoff.limit(3))));
      expect(drawn.toSet().length, greaterThan(900));
    });

    test('refuses numbers that make no sense', () async {
      await expectLater(retry(() => 1, attempts: 0), throwsArgumentError);
      expect(() => Backoff(factor: 0.5), throwsArgumentError);
      expect(
        () => Backoff(first: -const Duration(seconds: 1)),
        throwsArgumentError,
      );
      expect(() => Backoff(most: Duration.zero), throwsArgumentError);
      expect(() => CircuitBreaker(failures: 0), throwsArgumentError);
    });
  });

  group('a circuit breaker', () {
    late Duration now;
    late CircuitBreaker breaker;
    setUp(() {
      now = Duration.zero;
      breaker = CircuitBreaker(
        failures: 3,
        pause: const Duration(seconds: 10),
        clock: () => now,
      );
    });

    Future<void> fail() => expectLater(
      breaker.run<void>(() => throw const FormatException()),
      throwsFormatException,
    );

    Future<void> refused(Duration left) => expectLater(
      breaker.run(() => fail),
      throwsA(
        isA<CircuitOpenException>().having(
          (it) => it.retryAfter,
          'retryAfter',
          left,
        ),
      ),
    );

    test('opens after failures one after the other', () async {
      await fail();
      await fail();
      expect(await breaker.run(() => 5), 5);
      await fail();
      await fail();
      expect(breaker.state, CircuitState.closed);
      await fail();
      expect(breaker.state, CircuitState.open);
      now += const Duration(seconds: 4);
      await refused(const Duration(seconds: 6));
    });

    test('lets one call pass after the pause, which decides', () async {
      for (var i = 0; i < 3; i++) {
        await fail();
      }
      now += const Duration(seconds: 10);
      expect(breaker.state, CircuitState.halfOpen);
      final answer = Completer<int>();
      final first = breaker.run(() => answer.future);
      await refused(Duration.zero);
      answer.complete(1);
      expect(await first, 1);
      expect(breaker.state, CircuitState.closed);

      for (var i = 0; i < 3; i++) {
        await fail();
      }
      now += const Duration(seconds: 10);
      await fail();
      expect(breaker.state, CircuitState.open);
      await refused(const Duration(seconds: 10));
    });

    test('does not count the faults of a program', () async {
      for (var i = 0; i < 5; i++) {
        await expectLater(
          breaker.run<void>(() => throw StateError('fault')),
          throwsStateError,
        );
      }
      expect(breaker.state, CircuitState.closed);
    });
  });
}
