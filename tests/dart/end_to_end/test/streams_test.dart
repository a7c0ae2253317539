/// Tests streams of Rust: items of every kind, pause, cancellation, listeners that
/// throw or are slow, and isolates that end while they listen.
///
/// No test waits for a time: each waits until what it counts has come.
library;

import 'dart:async';
import 'dart:io';
import 'dart:isolate';
import 'dart:math';

import 'package:fixture_streams/fixture_streams.dart';
import 'package:test/test.dart';

import 'garbage.dart';
import 'storms.dart';

final _library = FixtureStreamsLibrary.open();

/// Lets the event loop turn until [done].
Future<void> _until(bool Function() done) async {
  while (!done()) {
    await Future<void>.delayed(Duration.zero);
  }
}

/// Waits until no stream is left and no page, as far as the collector frees them.
Future<void> _settled(int pages) async {
  await _until(() => _library.counts().tasks == 0);
  await untilCollected(() => _library.counts().pages, pages);
}

void main() {
  late int pages;

  setUp(() => pages = _library.counts().pages);
  tearDown(() => _settled(pages));

  group('items that are', () {
    test('numbers, in their order and all', () async {
      final numbers = await _library.numbers(5, 20005).toList();
      expect(numbers, [for (var i = 5; i < 20005; i++) i]);
      expect(await _library.numbers(0, 0).toList(), isEmpty);
      expect(await _library.slowNumbers(100).toList(), [
        for (var i = 0; i < 100; i++) i,
      ]);
      expect(await _library.bytes(250).toList(), [
        250,
        251,
        252,
        253,
        254,
        255,
      ]);
      final numbersOf = Float32Array.of([1, 2.5]);
      expect(await _library.halves(numbersOf).toList(), [0.5, 1.25]);
    });

    test('unsigned', () async {
      expect(await _library.numbersBig(-2, -1).toList(), [
        BigInt.parse('fffffffffffffffe', radix: 16),
      ]);
    });

    test('truths, cases and nothing', () async {
      expect(await _library.evens(3).toList(), [true, false, true]);
      expect(await _library.colors(3).toList(), [
        Color.red,
        Color.green,
        Color.red,
      ]);
      expect(await _library.nothings(1000).length, 1000);
    });

    test('messages, which can be kept', () async {
      final ticks = await _library.ticks(1000).toList();
      expect(
        [for (final tick in ticks) (tick.number, tick.value)],
        [for (var i = 0; i < 1000; i++) (i, i / 2)],
      );
    });

    test('large messages', () async {
      final larges = await _library.larges(30).toList();
      expect(
        [for (final large in larges) (large.numbers[0], large.numbers[499])],
        [for (var i = 0; i < 30; i++) (i, i)],
      );
    });

    test('texts and lists', () async {
      expect(await _library.texts('näme ', 600).toList(), [
        for (var i = 0; i < 600; i++) 'näme $i',
      ]);
      final lists = await _library.lists(300).toList();
      expect(
        [for (final list in lists) list.length],
        [for (var i = 0; i < 300; i++) i],
      );
      expect(lists[299].list.last, 298);
    });

    test('sometimes not there', () async {
      expect(await _library.options(5).toList(), [0, null, 2, null, 4]);
    });

    test('errors among others', () async {
      final events = <Object>[];
      await _library
          .results(7)
          .handleError((Object error) => events.add(error))
          .forEach(events.add);
      expect(events.length, 7);
      expect(
        [events[0], events[1], events[3], events[4], events[6]],
        [0, 1, 3, 4, 6],
      );
      for (final at in [2, 5]) {
        expect(
          events[at],
          isA<ItemThirdException>().having((it) => it.number, 'number', at),
        );
      }
      final texts = <Object>[];
      await _library
          .textResults()
          .handleError((Object error) => texts.add('$error'))
          .forEach(texts.add);
      expect(texts, ['RustErrorException: no luck', 'luck']);
    });
  });

  group('pages', () {
    test('are lent until the next one, and kept by keep()', () async {
      final kept = <PageBox>[];
      PageBox? last;
      var next = 0;
      await _library.pages(700).forEach((page) {
        if (last != null && kept.lastOrNull != last) {
          expect(() => last!.ref, throwsStateError);
          expect(last!.keep, throwsStateError);
        }
        expect(page.ref.number, next);
        expect(page.ref.bytes[55], next & 255);
        if (next++ % 7 == 0) kept.add(page.keep());
        last = page;
      });
      expect(next, 700);
      expect(() => last!.ref, throwsStateError);
      expect(_library.counts().pages, pages + kept.length);
      expect(
        [for (final page in kept) page.ref.number],
        [for (var i = 0; i < 700; i += 7) i],
      );
      for (final page in kept) {
        // Once more does nothing.
        page.keep().dispose();
      }
      expect(_library.counts().pages, pages);
    });

    test('last until the body of await for ends', () async {
      var next = 0;
      await for (final page in _library.pages(100)) {
        final view = page.ref;
        await Future<void>.delayed(Duration.zero);
        expect(view.number, next++);
        expect(page.bytes.last, view.number);
      }
      expect(next, 100);
    });

    test('that are lent are no argument of what takes a box', () async {
      await for (final page in _library.pages(1)) {
        expect(
          () => PagePool.reference(page).isNone,
          returnsNormally,
          reason: 'it can be read',
        );
        await expectLater(
          _library.copies(page, 1).toList(),
          throwsA(
            isA<StateError>().having(
              (it) => it.message,
              'message',
              contains('keep()'),
            ),
          ),
        );
      }
    });

    test('that are passed are given when the stream is listened to', () async {
      final page = PagePool.alloc()..ref.number = 40;
      final copies = _library.copies(page, 3);
      expect(page.ref.number, 40);
      final numbers = <int>[];
      await copies.forEach((copy) => numbers.add(copy.ref.number));
      expect(numbers, [40, 40, 40, 40]);
      expect(() => page.ref, throwsStateError);
    });

    test('no more are in use than the window has', () async {
      var most = 0;
      await for (final page in _library.pages(500)) {
        expect(page.ref.number, lessThan(500));
        most = max(most, _library.counts().pages - pages);
      }
      expect(most, inInclusiveRange(1, 64));
    });
  });

  group('a panic', () {
    test('is an error and the end', () async {
      final events = <Object>[];
      await _library
          .explodes(300)
          .handleError((Object error) => events.add(error))
          .forEach(events.add);
      expect(events.take(300), [for (var i = 0; i < 300; i++) i]);
      expect(events.length, 301);
      final panic = isA<RustPanicException>()
          .having((it) => it.message, 'message', 'at 300')
          .having((it) => it.file, 'file', endsWith('lib.rs'));
      expect(events.last, panic);
    });

    test('of the function is the only event', () async {
      await expectLater(
        _library.explodesAtOnce().toList(),
        throwsA(isA<RustPanicException>()),
      );
    });

    test('of a drop is counted', () async {
      final before = _library.counts().dropPanics;
      expect(await _library.dropBomb(1, 3).toList(), [0, 1, 2]);
      expect(_library.counts().dropPanics, before + 1);
      await _library.dropBomb(2, 1 << 40).listen(null).cancel();
      expect(_library.counts().dropPanics, before + 2);
    });
  });

  test('an argument out of range is refused, and is the only event', () async {
    final events = <Object>[];
    await _library
        .bytes(256)
        .handleError((Object error) => events.add(error))
        .forEach(events.add);
    expect(events, [isA<RangeError>()]);
    // The place of the refused call is not lost.
    expect(await _library.answer(), 42);
  });

  test('a stream is listened to once', () async {
    final numbers = _library.numbers(0, 1);
    expect(await numbers.toList(), [0]);
    expect(() => numbers.listen(null), throwsStateError);
  });

  test('nothing starts when nobody listens', () async {
    final streams = [for (var i = 0; i < 1000; i++) _library.endless(3)];
    expect(await _library.answer(), 42);
    expect((_library.started(3), streams.length), (0, 1000));
  });

  group('a paused stream', () {
    test('has at most its window, and goes on in order', () async {
      var next = 0;
      late final StreamSubscription<int> subscription;
      subscription = _library.endless(4).listen((number) {
        expect(number, next++);
        expect(_library.made(4), inInclusiveRange(next, next + 8));
        if (next % 10 == 5) subscription.pause(_library.answer());
      });
      await _until(() => next >= 200);
      subscription.pause();
      final paused = next;
      // Other calls go on meanwhile.
      for (var i = 0; i < 500; i++) {
        await _library.answer();
        expect(_library.made(4), lessThanOrEqualTo(paused + 8));
      }
      expect(next, paused);
      subscription.resume();
      await _until(() => next >= paused + 100);
      await subscription.cancel();
      expect(_library.alive(4), 0);
    });

    test('may be paused before its first item', () async {
      final numbers = <int>[];
      final done = Completer<void>();
      final subscription =
          _library.numbers(0, 3000).listen(numbers.add, onDone: done.complete)
            ..pause();
      await _library.answer();
      expect(numbers, isEmpty);
      subscription.resume();
      await done.future;
      expect(numbers, [for (var i = 0; i < 3000; i++) i]);
    });
  });

  group('a cancellation', () {
    test('of a full window completes when the stream is gone', () async {
      final subscription = _library.endless(5).listen(null)..pause();
      await _until(() => _library.made(5) == 8);
      expect(_library.alive(5), 1);
      await subscription.cancel();
      expect((_library.alive(5), _library.made(5)), (0, 8));
    });

    test('before the first item', () async {
      final subscription = _library.gated(6).listen((_) => fail('no item'));
      expect(_library.alive(6), 1);
      await subscription.cancel();
      expect(_library.alive(6), 0);
      // At once, before Rust has polled it.
      await _library.numbers(0, 10).listen((_) => fail('no item')).cancel();
    });

    test('by a break in await for', () async {
      var sum = 0;
      await for (final number in _library.endless(7)) {
        if (number == 1000) break;
        sum += number;
      }
      expect((sum, _library.alive(7)), (999 * 1000 ~/ 2, 0));
    });

    test('within the listener leaves the event to it', () async {
      late final StreamSubscription<PageBox> subscription;
      final gone = Completer<void>();
      PageBox? last;
      subscription = _library.endlessPages(8).listen((page) {
        if (page.ref.number < 20) return;
        subscription.cancel().then(gone.complete);
        expect(page.ref.number, 20);
        last = page;
      });
      await gone.future;
      expect(_library.alive(8), 0);
      expect(() => last!.ref, throwsStateError);
    });

    test('within the listener leaves what is kept', () async {
      final page = await _library
          .endlessPages(9)
          .map((page) => page.keep())
          .first;
      expect(page.ref.number, 0);
      page.dispose();
    });

    test('of a stream whose last items wait', () async {
      final subscription = _library.pages(10).listen(null)..pause();
      await _until(() => _library.counts().tasks == 0);
      expect(_library.counts().pages, pages + 10);
      await subscription.cancel();
      expect(_library.counts().pages, pages);
    });

    test('of streams that were just opened', () async {
      final count = whole ? 100000 : 5000;
      for (var i = 0; i < count ~/ 100; i++) {
        await Future.wait([
          for (var j = 0; j < 50; j++) ...[
            _library.gated(10).listen(null).cancel(),
            _library.pages(1 << 40).listen(null).cancel(),
          ],
        ]);
      }
      expect(_library.alive(10), 0);
      expect(_library.counts().pages, pages);
    }, timeout: patience);
  });

  group('a listener', () {
    test('that throws gets the next items', () async {
      var next = 0;
      final errors = <Object>[];
      final done = Completer<void>();
      runZonedGuarded(() {
        _library.numbers(0, 600).listen((number) {
          expect(number, next++);
          if (number % 3 == 0) throw number;
        }, onDone: done.complete);
      }, (error, _) => errors.add(error));
      await done.future;
      expect(next, 600);
      expect(errors, [for (var i = 0; i < 600; i += 3) i]);
    });

    test('that is slow lets other events have their turn', () async {
      var turns = 0;
      final timer = Timer.periodic(Duration.zero, (_) => turns++);
      final watch = Stopwatch();
      await _library.numbers(0, 2000).forEach((_) {
        watch
          ..reset()
          ..start();
        while (watch.elapsedMicroseconds < 20) {}
      });
      timer.cancel();
      // 40 ms of work, in turns of half a millisecond.
      expect(turns, greaterThan(0));
    });

    test('of a flood lets other events and streams have their turn', () async {
      var turns = 0, others = 0;
      final timer = Timer.periodic(Duration.zero, (_) => turns++);
      final flood = _library.flood(11).listen(null);
      await for (final _ in _library.endless(12)) {
        if (++others == 2000) break;
        if (others % 100 == 0) await _library.answer();
      }
      await _until(() => turns >= 5);
      await flood.cancel();
      timer.cancel();
      expect((_library.alive(11), _library.alive(12)), (0, 0));
    });

    test('that awaits gets one event at a time', () async {
      var at = 0;
      await for (final number in _library.numbers(0, 500)) {
        expect(number, at++);
        if (number % 50 == 0) await Future<void>.delayed(Duration.zero);
      }
      expect(at, 500);
    });
  });

  test('items come when there are some', () async {
    final numbers = StreamIterator(_library.gated(13));
    for (var i = 0; i < 200; i++) {
      final next = numbers.moveNext();
      _library.openGate(13);
      expect(await next, isTrue);
      expect(numbers.current, i);
    }
    await numbers.cancel();
    expect(_library.alive(13), 0);
  });

  test('a timer is made where the stream is', () async {
    expect(await _library.ticker(1, 5).toList(), [0, 1, 2, 3, 4]);
  });

  test('many streams at once', () async {
    final lists = await Future.wait([
      for (var i = 0; i < 100; i++) ...[
        _library.slowNumbers(200).toList(),
        _library.numbers(0, 200).toList(),
      ],
    ]);
    final all = [for (var i = 0; i < 200; i++) i];
    for (final list in lists) {
      expect(list, all);
    }
  });

  test('memory stays as it is', () async {
    Future<int> after(int events) async {
      var count = 0;
      await for (final tick in _library.ticks(events)) {
        if (tick.number != count++) fail('the order');
      }
      expect(count, events);
      return ProcessInfo.currentRss;
    }

    // Whole, 1 M and 10 M events are compared.
    final first = await after(whole ? 1000000 : 200000);
    final last = await after(whole ? 9000000 : 200000);
    // The collector's own heap moves by more when it has run less often.
    expect((last - first) >> 20, lessThanOrEqualTo(whole ? 4 : 24));
  }, timeout: patience);

  test('a fake returns streams of its own', () async {
    FixtureStreamsLibrary.instance = _Fake();
    try {
      final library = FixtureStreamsLibrary.instance;
      expect(await library.numbers(3, 5).toList(), [3, 4]);
      final pages = await library.pages(2).map((page) => page.keep()).toList();
      expect([for (final page in pages) page.ref.number], [0, 1]);
    } finally {
      FixtureStreamsLibrary.instance = null;
    }
  });

  group('isolates', () {
    for (final (name, priority) in [
      ('at once', Isolate.immediate),
      ('before the next event', Isolate.beforeNextEvent),
    ]) {
      test('are killed $name in the middle of batches', () async {
        final random = Random(3);
        final count = whole ? 300 : 20;
        for (var i = 0; i < count; i++) {
          final ready = ReceivePort();
          final isolate = await Isolate.spawn(_victim, (i, ready.sendPort));
          await ready.first;
          for (var turns = random.nextInt(20); turns > 0; turns--) {
            await Future<void>.delayed(Duration.zero);
          }
          isolate.kill(priority: priority);
        }
        await _settled(pages);
        await Isolate.run(() => FixtureStreamsLibrary.open().answer());
        await _until(() => _library.counts().mailboxes == 1);
      }, timeout: patience);
    }

    test('ten of them at once', () async {
      final sums = await Future.wait([
        for (var isolate = 0; isolate < 10; isolate++)
          Isolate.run(() async {
            final library = FixtureStreamsLibrary.open();
            var sum = 0;
            await for (final page in library.pages(300)) {
              sum += page.ref.number;
            }
            return sum;
          }),
      ]);
      expect(sums, List.filled(10, 299 * 300 ~/ 2));
    });
  });
}

/// Listens to streams of every kind until it is killed.
void _victim((int, SendPort) arguments) {
  final (seed, ready) = arguments;
  final random = Random(seed);
  final library = FixtureStreamsLibrary.open();
  final kept = <PageBox>[];
  for (var i = 0; i < 6; i++) {
    library.endlessPages(100 + seed).listen((page) {
      if (random.nextInt(4) == 0) kept.add(page.keep());
      if (kept.length > 20) kept.removeLast().dispose();
    });
  }
  library.flood(100 + seed).listen(null);
  Future<void> again() async {
    await for (final text in library.texts('text', 500)) {
      if (text.length > 100 || random.nextInt(1000) == 0) break;
    }
    unawaited(again());
  }

  unawaited(again());
  library.lists(1 << 20).listen(null);
  ready.send(null);
}

final class _Fake implements FixtureStreamsLibrary {
  @override
  Stream<int> numbers(int from, int to) =>
      Stream.fromIterable([for (var i = from; i < to; i++) i]);

  @override
  Stream<PageBox> pages(int to) async* {
    for (var i = 0; i < to; i++) {
      yield PageBox()..ref.number = i;
    }
  }

  @override
  Object? noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}
