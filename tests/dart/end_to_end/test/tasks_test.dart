/// Tests async and blocking functions: results of every kind, cancellation, storms
/// of both, and isolates that end with calls under way.
///
/// No test waits for a time: each waits until what it counts has come.
library;

import 'dart:async';
import 'dart:io';
import 'dart:isolate';
import 'dart:math';
import 'dart:typed_data';

import 'package:fixture_tasks/fixture_tasks.dart';
import 'package:test/test.dart';

import 'garbage.dart';
import 'machine.dart';
import 'storms.dart';

final _library = FixtureTasksLibrary.open();

/// Lets the event loop turn until [done].
Future<void> _until(bool Function() done) async {
  while (!done()) {
    await Future<void>.delayed(Duration.zero);
  }
}

/// Waits until no task is left and no page, as far as the collector frees them.
Future<void> _settled(int pages) async {
  await _until(() => _library.counts().tasks == 0);
  await untilCollected(() => _library.counts().pages, pages);
}

void main() {
  late int pages;

  setUp(() => pages = _library.counts().pages);
  tearDown(() => _settled(pages));

  group('a result that is', () {
    test('a number', () async {
      expect(await _library.addOne(41), 42);
      expect(await _library.addOne(-1), 0);
      expect(
        await _library.addOneBig(-2),
        BigInt.parse('ffffffffffffffff', radix: 16),
      );
      expect(await _library.add(2, -3), -1);
      expect(await _library.half(3), 1.5);
      expect(await _library.negate(value: true), isFalse);
      expect(await _library.someNumber(7), 7);
      expect(await _library.someNumber(null), isNull);
      expect(await _library.someNumberBig(null), isNull);
    });

    test('nothing', () async {
      await _library.nothing();
    });

    test('an enum', () async {
      expect(await _library.otherColor(Color.red), Color.green);
    });

    test('a message, in the event and beside it', () async {
      final pair = const PairData(first: 1, second: 2).toBox().ref;
      final swapped = await _library.swap(pair);
      expect(swapped.toData(), const PairData(first: 2, second: 1));
      final wide = WideData(
        numbers: Uint64List.fromList([1, 2, 3, 4, 5, 6, 7, 8]),
      );
      final raised = await _library.raise(wide.toBox().ref, 10);
      expect(raised.toData().numbers, [11, 12, 13, 14, 15, 16, 17, 18]);
    });

    test('text', () async {
      expect(await _library.greet('Jörg'), 'hello, Jörg');
      expect(await _library.someText('x'), 'x');
      expect(await _library.someText(''), isNull);
    });

    test('a list', () async {
      final numbers = Int32Array.of([1, 2, 3]);
      final reversed = _library.reverse(numbers);
      // It was copied.
      numbers.list.fillRange(0, 3, 9);
      expect((await reversed).list, [3, 2, 1]);
      final pairs = await _library.pairs(Uint64Array.of([5, 6]));
      expect(
        [for (final pair in pairs) (pair.first, pair.second)],
        [(5, 0), (6, 1)],
      );
    });

    test('columns', () async {
      final readings = await _library.readings(1000);
      expect(readings.length, 1000);
      expect(readings.second.last, 999);
      expect(readings.value[3], 1.5);
      readings.dispose();
      // One that the collector frees.
      expect((await _library.someReadings(5)).value, List.filled(5, 0.25));
      await expectLater(
        _library.someReadings(0),
        throwsA(isA<TaskBusyException>()),
      );
    });

    test('a box', () async {
      final page = await _library.makePage(5);
      expect(page.ref.number, 5);
      final turned = await _library.turnPage(page, 2);
      expect(() => page.ref, throwsStateError);
      expect(turned.ref.number, 7);
      turned.dispose();
    });

    test('an error', () async {
      expect((await _library.find(3)).first, 3);
      await expectLater(
        _library.find(4),
        throwsA(isA<TaskNotFoundException>().having((it) => it.id, 'id', 4)),
      );
      await expectLater(_library.find(0), throwsA(isA<TaskBusyException>()));
      await expectLater(
        _library.fail('no luck'),
        throwsA(
          isA<RustErrorException>().having(
            (it) => it.message,
            'message',
            'no luck',
          ),
        ),
      );
    });

    test('a panic', () async {
      final panic = isA<RustPanicException>()
          .having((it) => it.message, 'message', 'bang')
          .having((it) => it.file, 'file', endsWith('lib.rs'));
      await expectLater(_library.explode('bang'), throwsA(panic));
      await expectLater(
        _library.explodeBlocking(),
        throwsA(isA<RustPanicException>()),
      );
      await expectLater(
        _library.dropBomb(8, forever: false),
        throwsA(isA<RustPanicException>()),
      );
    });
  });

  test('a blocking function takes and returns what others do', () async {
    expect(await _library.square(12), 144);
    final page = await _library.makePage(0);
    final counted = await _library.lengths(
      first: 'four',
      second: 'fünf',
      page: page,
    );
    expect(counted.ref.number, 9);
    await expectLater(
      _library.lengths(first: '', second: '', page: counted),
      throwsA(isA<TaskBusyException>()),
    );
    expect(() => counted.ref, throwsStateError);
  });

  test('an inline function may be ready at once, and need not be', () async {
    expect(await _library.inlined(4), '4');
    expect(await _library.inlined(3), '3');
    await expectLater(
      _library.inlined(0),
      throwsA(isA<TaskNotFoundException>()),
    );
    await expectLater(_library.inlined(2), throwsA(isA<RustPanicException>()));
    await _library.timer();
  });

  test('an argument out of range is refused at once', () async {
    expect(() => _library.add(1 << 40, 0), throwsRangeError);
    // The place of the refused call is not lost.
    expect(await _library.add(1, 1), 2);
  });

  test('a call that is refused keeps its box', () async {
    final page = await _library.makePage(1);
    final other = _library.turnPage(page, 1);
    expect(() => _library.turnPage(page, 1), throwsStateError);
    (await other).dispose();
  });

  test(
    'a task of the library runs from a function that Dart waits for',
    () async {
      _library.spawnOwn(100);
      await _until(() => _library.came(100) == 1);
    },
  );

  group('cancel', () {
    test('completes when the locks of the task are free', () async {
      final held = _library.hold(1);
      await _until(() => _library.came(1) == 1);
      expect(_library.isHeld(1), isTrue);
      final gone = held.cancel();
      await expectLater(held, throwsA(isA<FfiCancelledException>()));
      await gone;
      expect(_library.isHeld(1), isFalse);
      // Once more does nothing.
      await held.cancel();
    });

    test('does nothing after the end', () async {
      final future = _library.addOne(1);
      expect(await future, 2);
      await future.cancel();
      expect(await future, 2);
      await FfiFuture.of(Future.value(3)).cancel();
    });

    test('needs nobody who waits for the result', () async {
      await _library.sleep().cancel();
    });

    test('is told to a blocking function', () async {
      final blocked = _library.block(2);
      await _until(() => _library.came(2) == 1);
      final late = _library.counts().late;
      final gone = blocked.cancel();
      await expectLater(blocked, throwsA(isA<FfiCancelledException>()));
      await gone;
      expect(_library.counts().late, late + 1);
    });

    test('survives a drop that panics', () async {
      final before = _library.counts().dropPanics;
      final bomb = _library.dropBomb(7, forever: true);
      await _until(() => _library.came(7) == 1);
      await bomb.cancel();
      await expectLater(bomb, throwsA(isA<FfiCancelledException>()));
      expect(_library.counts().dropPanics, before + 1);
    });

    test('is found by what was assigned to a Future', () async {
      final Future<void> plain = _library.sleep();
      await FfiFuture.of(plain).cancel();
      await expectLater(plain, throwsA(isA<FfiCancelledException>()));
    });

    test('is found by the future whose result is unsigned', () async {
      final big = _library.blockBig(3);
      await _until(() => _library.came(3) == 1);
      final gone = big.cancel();
      await expectLater(big, throwsA(isA<FfiCancelledException>()));
      await gone;
    });
  });

  group('a timeout', () {
    test('cancels the call', () async {
      final held = _library.hold(4);
      await _until(() => _library.came(4) == 1);
      await expectLater(
        held.timeout(const Duration(milliseconds: 1)),
        throwsA(isA<TimeoutException>()),
      );
      await _until(() => !_library.isHeld(4));
    });

    test('has another result instead', () async {
      final limited = _library
          .wait(5)
          .timeout(Duration.zero, onTimeout: () => _library.makePage(6));
      final page = await limited;
      expect(page.ref.number, 6);
      page.dispose();
    });

    test('does nothing in time', () async {
      expect(await _library.addOne(1).timeout(const Duration(minutes: 5)), 2);
      final time = DateTime.now().add(const Duration(minutes: 5));
      expect(await _library.addOne(1).deadline(time), 2);
    });

    test('of a time that is past cancels at once', () async {
      final late = _library.sleep().deadline(DateTime(2000));
      await expectLater(late, throwsA(isA<TimeoutException>()));
    });

    test('is the deadline that Rust sees', () async {
      const hour = Duration(hours: 1);
      Matcher within(Duration limit) =>
          allOf(greaterThan(0), lessThanOrEqualTo(limit.inMilliseconds));
      expect(await _library.timeLeft().timeout(hour), within(hour));
      expect(await _library.timeLeftBlocking().timeout(hour), within(hour));
      // The earliest counts, also when it is for what another one returned.
      final twice = _library.timeLeft().timeout(hour * 2).timeout(hour);
      expect(await twice, within(hour * 2));
      final time = DateTime.now().add(hour);
      expect(await _library.timeLeft().deadline(time), within(hour));
      // Not the call that was started last.
      final first = _library.timeLeft();
      final second = _library.sleep();
      expect(await first.timeout(hour), within(hour));
      await second.cancel();
      expect(await _library.hasDeadline(), isFalse);
    });

    test('is cancelled with its call', () async {
      final limited = _library.hold(6).timeout(const Duration(minutes: 5));
      await _until(() => _library.came(6) == 1);
      final gone = limited.cancel();
      await expectLater(limited, throwsA(isA<FfiCancelledException>()));
      await gone;
      expect(_library.isHeld(6), isFalse);
    });
  });

  test('all results of a burst come, each to its call', () async {
    final results = await Future.wait([
      for (var i = 0; i < 5000; i++) _library.addOne(i),
    ]);
    expect(results, [for (var i = 0; i < 5000; i++) i + 1]);
  });

  test('other events have their turn in a burst', () async {
    var turns = 0;
    final timer = Timer.periodic(Duration.zero, (_) => turns++);
    Future<void> lane() async {
      for (var i = 0; i < 200; i++) {
        await _library.addOne(i);
      }
    }

    await Future.wait([for (var i = 0; i < 500; i++) lane()]);
    timer.cancel();
    expect(turns, greaterThan(0));
  });

  test(
    'random calls, cancellations and panics: each has one outcome',
    () async {
      final rounds = whole ? 1000 : 30;
      final random = Random(1);
      var values = 0, cancelled = 0, panicked = 0;
      for (var round = 0; round < rounds; round++) {
        final calls = <FfiFuture<PageBox>>[];
        final ended = <Future<void>>[];
        for (var i = 0; i < 1000; i++) {
          final call = _library.storm(i % 7, panics: i % 100 == 99);
          calls.add(call);
          ended.add(
            call.then<void>(
              (page) {
                values++;
                page.dispose();
              },
              onError: (Object error) =>
                  error is FfiCancelledException ? cancelled++ : panicked++,
            ),
          );
          if (i > 3 && random.nextBool())
            calls[i - random.nextInt(4)].cancel().ignore();
        }
        await Future.wait(ended);
      }
      expect(values + cancelled + panicked, rounds * 1000);
      expect(values, greaterThan(0));
      expect(cancelled, greaterThan(0));
      expect(panicked, greaterThan(0));
    },
    timeout: patience,
  );

  test('sleeping calls are cancelled', () async {
    final count = whole ? 100000 : 5000;
    final calls = [for (var i = 0; i < count; i++) _library.sleep()];
    var cancelled = 0;
    final ended = [
      for (final call in calls)
        call.then<void>((_) {}, onError: (Object _) => cancelled++),
    ];
    await Future.wait([for (final call in calls) call.cancel()]);
    await Future.wait(ended);
    expect(cancelled, count);
  }, timeout: patience);

  test('memory stays as it is', () async {
    Future<int> after(int calls) async {
      Future<void> lane() async {
        for (var i = 0; i < calls ~/ 100; i++) {
          await _library.addOne(i);
        }
      }

      await Future.wait([for (var i = 0; i < 100; i++) lane()]);
      return ProcessInfo.currentRss;
    }

    // Whole, 1 M and 10 M calls are compared.
    final first = await after(whole ? 1000000 : 100000);
    final last = await after(whole ? 9000000 : 100000);
    final grown = (last - first) >> 20;
    // The collector's own heap moves by more when it has run less often.
    expect(grown, lessThanOrEqualTo(whole ? 2 : 24), reason: 'MiB');
  }, timeout: patience);

  test('two libraries have a mailbox each', () async {
    final copy = '${Directory.systemTemp.createTempSync().path}/copy.so';
    File(_library.path).copySync(copy);
    Future<(int, int)> calls(String? path) => Isolate.run(() async {
      final library = FixtureTasksLibrary.open(path: path);
      var sum = 0;
      await Future.wait([
        for (var i = 0; i < 300; i++) library.addOne(i).then((it) => sum += it),
      ]);
      return (sum, library.counts().mailboxes);
    });
    final [here, there] = await Future.wait([calls(null), calls(copy)]);
    expect(here.$1, 300 * 301 ~/ 2);
    expect(there, (300 * 301 ~/ 2, 1));
    await _until(() => _library.counts().mailboxes == 1);
    deleteFolder(File(copy).parent);
  });

  group('isolates', () {
    test('are killed in the middle of calls', () async {
      await _kill(Isolate.beforeNextEvent);
      await _settled(pages);
      await _until(() => _library.counts().mailboxes == 1);
    }, timeout: patience);

    test('are killed at once in the middle of calls', () async {
      await _kill(Isolate.immediate);
      // Nothing is lost even so, as each slot has one owner at any moment.
      await _settled(pages);
      // The next mailbox closes those whose finalizer was lost.
      await Isolate.run(() => FixtureTasksLibrary.open().addOne(1));
      await _until(() => _library.counts().mailboxes == 1);
    }, timeout: patience);

    test('that are killed free the locks of their tasks', () async {
      final isolate = await Isolate.spawn((_) {
        FixtureTasksLibrary.open().hold(50).ignore();
      }, null);
      await _until(() => _library.came(50) == 1);
      expect(_library.isHeld(50), isTrue);
      isolate.kill(priority: Isolate.immediate);
      await _until(() => !_library.isHeld(50));
    });

    test('end with an uncaught error, and by exit', () async {
      for (final (gate, end) in [(51, _endByError), (52, _endByExit)]) {
        await Isolate.spawn(end, gate, errorsAreFatal: true, debugName: 'ends');
        await _until(() => _library.came(gate) == 1);
        await _until(() => !_library.isHeld(gate));
      }
    });

    test('ten of them at once', () async {
      final sums = await Future.wait([
        for (var isolate = 0; isolate < 10; isolate++)
          Isolate.run(() async {
            final library = FixtureTasksLibrary.open();
            var sum = 0;
            for (var i = 0; i < 500; i++) {
              sum += await library.addOne(i);
            }
            return sum;
          }),
      ]);
      expect(sums, List.filled(10, 500 * 501 ~/ 2));
      await _until(() => _library.counts().mailboxes == 1);
    });
  });
}

/// Starts a call that waits for ever, and returns when its task has the lock.
Future<void> _hold(int gate) async {
  _library.hold(gate).ignore();
  await _until(() => _library.came(gate) == 1);
}

Future<void> _endByError(int gate) async {
  await _hold(gate);
  throw 'uncaught, as it should be';
}

Future<void> _endByExit(int gate) async {
  await _hold(gate);
  Isolate.exit();
}

/// Kills isolates that make calls of every kind.
Future<void> _kill(int priority) async {
  final random = Random(2);
  final count = whole ? 300 : 25;
  for (var i = 0; i < count; i++) {
    final started = ReceivePort();
    final isolate = await Isolate.spawn(_victim, (i, started.sendPort));
    await started.first;
    for (var turns = random.nextInt(40); turns > 0; turns--) {
      await Future<void>.delayed(Duration.zero);
    }
    isolate.kill(priority: priority);
  }
}

/// Makes calls until it is killed.
void _victim((int, SendPort) arguments) {
  final (seed, started) = arguments;
  final random = Random(seed);
  final library = FixtureTasksLibrary.open();
  void again() {
    final call = switch (random.nextInt(5)) {
      0 => library.makePage(seed),
      1 => library.storm(random.nextInt(9), panics: false),
      2 => library.lengths(
        first: 'some',
        second: 'text',
        page: PagePool.tryAlloc() ?? PagePool.alloc(),
      ),
      3 => library.wait(1000 + seed),
      _ => FfiFuture.of(
        library.block(2000 + seed).then((_) => library.makePage(0)),
      ),
    };
    call.then<void>((page) {
      if (random.nextBool()) page.dispose();
      again();
    }, onError: (Object _) => again());
    if (random.nextInt(8) == 0) call.cancel().ignore();
  }

  for (var i = 0; i < 40; i++) {
    again();
  }
  started.send(null);
}
