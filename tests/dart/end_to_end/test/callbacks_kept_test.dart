/// Tests functions that Rust keeps: calls from other threads, answers of every kind,
/// exceptions, refusals, and isolates that end.
library;

import 'dart:async';
import 'dart:isolate';

import 'package:fixture_callbacks/fixture_callbacks.dart';
import 'package:test/test.dart';

import 'storms.dart';

final _library = FixtureCallbacksLibrary.open();

/// Lets the event loop turn until [done].
Future<void> _until(bool Function() done) async {
  while (!done()) {
    await Future<void>.delayed(Duration.zero);
  }
}

/// Lets the collector run until [done].
Future<void> _collected(bool Function() done) => _until(() {
  List.filled(1 << 16, 0.5);
  return done();
});

Matcher _error(String text) => throwsA(
  isA<RustErrorException>().having((it) => it.message, 'message', text),
);

void main() {
  test('is asked in order, and may answer later', () async {
    final asked = <int>[];
    int next(int number) {
      asked.add(number);
      return number * 10;
    }

    expect(await _library.weighLater(100, next), 49500);
    expect(asked, [for (var i = 0; i < 100; i++) i]);
    expect(
      await _library.weighLater(5, (number) async {
        await Future<void>.delayed(Duration.zero);
        return number;
      }),
      10,
    );
  });

  test('is told before the result of the call that tells it', () async {
    for (final count in [
      _library.countAsync,
      _library.countInline,
      _library.countBlocking,
    ]) {
      final told = <int>[];
      expect(await count(300, told.add), 300);
      expect(told, [for (var i = 1; i <= 300; i++) i], reason: '$count');
    }
  });

  test('gets arguments of every kind', () async {
    late Counter counter;
    final text = await _library.describe(
      (point, color, open, id, time, truth) =>
          '${point.x} ${point.y} ${color.name} ${open.number} ${id.value} '
          '${time.inSeconds} $truth',
      (text, numbers, points, frame, object) async {
        counter = object;
        final number = frame.ref.number;
        frame.dispose();
        await null;
        return '$text ${numbers.list} ${points.length} ${points[1].x} $number';
      },
    );
    expect(text, '1.5 -2.0 green 0 7 3 true; text \u{1f980} [1, 2, 3] 2 1.5 9');
    expect(counter.sum, 4);
    counter.dispose();
  });

  test('returns values of every kind', () async {
    var done = 0;
    final point = await _library.thereAndBack(
      point: (point) => PointData(x: point.y, y: point.x).toBox().ref,
      color: (color) => color == Color.red ? Color.green : Color.red,
      id: (id) => Id(id.value + 1),
      time: (time) async => time * 2,
      done: () async {
        await null;
        done++;
      },
    );
    expect(point.toData(), const PointData(x: 2, y: 1));
    expect(done, 1);
  });

  test('of methods, for objects', () async {
    final counter = Counter();
    final seen = <int>[];
    for (var i = 1; i <= 3; i++) {
      expect(counter.add(seen.add), i);
    }
    await _until(() => seen.length == 3);
    expect(seen, [1, 2, 3]);
    expect(await counter.ask((sum) => sum + 1), 7);
    counter.dispose();
  });

  group('an exception', () {
    test('is an error in Rust, with its text', () async {
      await expectLater(
        _library.weighLater(2, (_) => throw const FormatException('no')),
        _error('FormatException: no'),
      );
      await expectLater(
        _library.weighLater(2, (_) async => throw 'later'),
        _error('later'),
      );
      await expectLater(
        _library.weighLater(2, (_) => throw '\ud800'),
        _error('the function gave no reason'),
      );
    });

    test('comes of a result out of range, or half of a pair', () async {
      await expectLater(
        _library.weighLater(2, (_) => 70000),
        throwsA(
          isA<RustErrorException>().having(
            (it) => it.message,
            'message',
            contains('the result of answer'),
          ),
        ),
      );
      await expectLater(
        _library.describe((_, _, _, _, _, _) => '\ud800', (
          _,
          _,
          _,
          frame,
          object,
        ) {
          frame.dispose();
          object.dispose();
          return '';
        }),
        throwsA(isA<RustErrorException>()),
      );
    });

    test('of a notification is an uncaught error of its zone', () async {
      final errors = <Object>[];
      runZonedGuarded(
        () => Counter().add((_) => throw 'nobody waits'),
        (error, _) => errors.add(error),
      );
      await _until(() => errors.isNotEmpty);
      expect(errors, ['nobody waits']);
    });
  });

  test('runs in the zone that it came from', () async {
    final zone = Zone.current.fork(zoneValues: {#name: 7});
    final answer = zone.run(
      () => _library.weighLater(1, (_) => Zone.current[#name] as int),
    );
    expect(await answer, 7);
  });

  test('of eight threads at once', () async {
    expect(
      await _library.askFromThreads(
        threads: 8,
        times: 500,
        answer: (thread, time) => thread * 1000 + time,
      ),
      8 * 124750 + 28 * 500 * 1000,
    );
  });

  test('calls may call, four deep', () async {
    Future<int> nested(int depth) async => depth == 0
        ? 1
        : await _library.weighLater(
            2,
            (number) async => await nested(depth - 1) + number,
          );
    expect(await nested(4), 31);
  });

  group('to wait on the thread of an isolate', () {
    const text = "the thread of an isolate can't wait for Dart";

    test('is refused', () {
      expect(
        () => _library.askAtOnce((_) => fail('it is not called')),
        throwsA(
          isA<RustErrorException>().having(
            (it) => it.message,
            'message',
            allOf(startsWith(text), contains('hint: ')),
          ),
        ),
      );
    });

    test('is refused within a function that is lent', () {
      expect(
        () => _library.askWithin((_) {
          expect(
            () => _library.askAtOnce((_) => 1),
            throwsA(isA<RustErrorException>()),
          );
          return 1;
        }, (_) => 1),
        throwsA(isA<RustErrorException>()),
      );
    });
  });

  test('stays until Rust drops it, on another thread', () async {
    var called = 0;
    final gone = <WeakReference<Object>>[];
    for (var i = 0; i < 100; i++) {
      final held = Object();
      gone.add(WeakReference(held));
      _library.keep((number) {
        called += held.hashCode == 0 ? 0 : number;
        return number;
      }, i);
    }
    expect(_library.notifyKept(2), 100);
    await _until(() => called == 200);
    expect(await _library.askKept(1), 100);
    expect(_library.dropKept(), 100);
    // The closures are free for the collector once the events have come.
    await _collected(() => gone.every((it) => it.target == null));
  });

  test('is dropped by what refuses, and by a panic', () async {
    final gone = <WeakReference<Object>>[];
    int Function(int) holding() {
      final held = Object();
      gone.add(WeakReference(held));
      return (number) => held.hashCode;
    }

    for (var i = 0; i < 50; i++) {
      expect(() => _library.keep(holding(), -1), throwsRangeError);
      final answer = holding();
      expect(
        () => _library.panicsWith(() => answer(0)),
        throwsA(isA<RustPanicException>()),
      );
    }
    expect(_library.dropKept(), 0);
    await _collected(() => gone.every((it) => it.target == null));
  });

  test('a cancelled call forgets its answer', () async {
    final asked = Completer<void>(), later = Completer<bool>();
    final call = _library.outlives(() {
      asked.complete();
      return later.future;
    });
    await asked.future;
    final result = expectLater(call, throwsA(isA<FfiCancelledException>()));
    await call.cancel();
    await result;
    later.complete(true);
    expect(await _library.weighLater(1, (_) => 3), 3);
  });

  group('isolates', () {
    test('that end answer no more: the error comes at once', () async {
      await Isolate.run(() {
        FixtureCallbacksLibrary.open().keep((number) => number, 1);
      });
      await _until(() => _library.notifyKept(1) == 0);
      expect(await _library.askKept(1), 1000);
      expect(_library.dropKept(), 1);
    });

    test('that end while they are asked', () async {
      final ready = ReceivePort();
      final isolate = await Isolate.spawn(_silent, ready.sendPort);
      await ready.first;
      final answer = _library.askKept(5);
      isolate.kill(priority: Isolate.immediate);
      expect(await answer, 1000);
      expect(_library.dropKept(), 1);
    });

    for (final (name, priority) in [
      ('at once', Isolate.immediate),
      ('before the next event', Isolate.beforeNextEvent),
    ]) {
      test('are killed $name while eight threads ask', () async {
        final live = FramePool.stats.live;
        final rounds = whole ? 300 : 20;
        for (var round = 0; round < rounds; round++) {
          final ready = ReceivePort();
          final isolate = await Isolate.spawn(_stormed, ready.sendPort);
          await ready.first;
          final before = _library.answers();
          await _until(() => _library.answers() > before + 50 * (round % 4));
          isolate.kill(priority: priority);
          await _until(() => _library.asking() == 0);
          // Opens the mailbox of the next isolate, which looks for dead ones.
          expect(await _library.weighLater(1, (_) => 1), 1);
        }
        expect(_library.ended() % 8, 0);
        // An isolate that is killed at once may lose the slot that it was about to take.
        if (priority == Isolate.beforeNextEvent) {
          await _collected(() => FramePool.stats.live <= live);
        }
      }, timeout: patience);
    }
  });

  group('an object that listens', () {
    test('is told, and asked', () async {
      final listener = _Listener(3);
      expect(await _library.wander(10, listener), 3);
      // The last answer comes behind all that it was told.
      expect(listener.told, [
        for (var i = 0; i < 3; i++) ...['${i + 1}.0 step $i', '${i + 1} of 10'],
        'done',
      ]);
      expect(await _library.wanderAlone(5), 3);
    });

    test('and throws is an error in Rust', () async {
      final listener = _Listener(3, thrown: const FormatException('lost'));
      await expectLater(
        _library.wander(10, listener),
        _error('FormatException: lost'),
      );
      expect(listener.told, isEmpty);
    });

    test('stays until Rust drops it, or its isolate ends', () async {
      final listener = _Listener(0);
      _library.listen(listener);
      expect(_library.tell(last: false), isTrue);
      await _until(() => listener.told.isNotEmpty);
      expect(listener.told, ['1.0 told']);
      final gone = WeakReference<Object>(_listenLast());
      expect(_library.tell(last: true), isTrue);
      await _collected(() => gone.target == null);
      await Isolate.run(
        () => FixtureCallbacksLibrary.open().listen(_Listener(0)),
      );
      await _until(() => !_library.tell(last: false));
      expect(_library.tell(last: true), isFalse);
    });
  });

  test('a fake calls what it likes', () async {
    FixtureCallbacksLibrary.instance = _Fake();
    try {
      final library = FixtureCallbacksLibrary.instance;
      expect(await library.weighLater(7, (number) => number.toInt()), 7);
    } finally {
      FixtureCallbacksLibrary.instance = null;
    }
  });
}

/// Has a new listener in the place of the one before.
Object _listenLast() {
  final listener = _Listener(0);
  _library.listen(listener);
  return listener;
}

/// Goes some steps.
final class _Listener implements WalkListener {
  _Listener(this.steps, {this.thrown});

  final int steps;
  final Object? thrown;
  final List<String> told = [];

  @override
  void onProgress(int done, int total) => told.add('$done of $total');

  @override
  void onStep(Point point, String name) => told.add('${point.x} $name');

  @override
  bool shallWeGo(Point from) => from.x < steps;

  @override
  Future<String> name(int step) async {
    await null;
    if (thrown case final thrown?) throw thrown;
    return 'step $step';
  }

  @override
  void done() => told.add('done');
}

/// Keeps a function that never answers, and lives on.
Future<void> _silent(SendPort ready) async {
  FixtureCallbacksLibrary.open().keep((_) => Completer<int>().future, 1);
  final port = ReceivePort();
  ready.send(null);
  await port.first;
}

/// Answers eight threads, and lives on.
Future<void> _stormed(SendPort ready) async {
  FixtureCallbacksLibrary.open().storm(
    threads: 8,
    answer: (number) => number.isEven ? number : Future.value(number),
    frame: (frame) => frame.dispose(),
  );
  final port = ReceivePort();
  ready.send(null);
  await port.first;
}

final class _Fake implements FixtureCallbacksLibrary {
  @override
  FfiFuture<int> weighLater(int limit, FutureOr<int> Function(int) answer) =>
      FfiFuture.of(Future.sync(() => answer(limit)));

  @override
  Object? noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}
