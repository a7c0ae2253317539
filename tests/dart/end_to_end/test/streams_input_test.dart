/// Tests streams of Dart that Rust reads: items of every kind, pause, errors, the end of
/// either side, and isolates that end.
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

/// The numbers below [to]; [log] gets what becomes of the subscription.
Stream<int> _numbers(int to, [List<String>? log]) async* {
  try {
    for (var number = 0; number < to; number++) {
      yield number;
    }
    log?.add('all');
  } finally {
    log?.add('gone');
  }
}

PageBox _page(int number) => PagePool.alloc()..ref.number = number;

void main() {
  late int pages;

  setUp(() => pages = _library.counts().pages);
  tearDown(() async {
    await _until(() => _library.counts().tasks == 0);
    await untilCollected(() => _library.counts().pages, pages);
  });

  group('items that are', () {
    test('numbers, in their order and all', () async {
      expect(await _library.countInOrder(_numbers(20000)), 20000);
      expect(await _library.countInOrder(const Stream.empty()), 0);
      final numbers = [for (var i = 0; i < 3000; i++) i];
      final sum = numbers.reduce((a, b) => a + b);
      expect(await _library.sumNumbers(Stream.fromIterable(numbers)), sum);
    });

    test('truths, cases and fractions', () async {
      final colors = Stream.fromIterable([Color.green, Color.red, Color.green]);
      final flags = Stream.fromIterable([true, false, true]);
      expect(await _library.countMarks(colors, flags), 4);
      expect(await _library.sumBlocking(Stream.fromIterable([0.5, 2])), 2.5);
    });

    test('texts', () async {
      final texts = Stream.fromIterable(['näme', '', '\u{1f600}' * 1000]);
      expect(
        await _library.joinTexts(texts, ', '),
        'näme, , ${'\u{1f600}' * 1000}',
      );
    });

    test('lists', () async {
      final lists = [
        for (var i = 0; i < 100; i++) Uint16Array.of([i, 1]),
        Uint16Array.of([]),
      ];
      expect(await _library.sumLists(Stream.fromIterable(lists)), 5050);
    });

    test('messages', () async {
      Stream<Tick> ticks(int to) async* {
        for (var i = 0; i < to; i++) {
          yield TickData(number: i, value: i / 2).toBox().ref;
        }
      }

      final last = await _library.lastTick(ticks(1000));
      expect((last!.number, last.value), (999, 499.5));
      expect(await _library.lastTick(const Stream.empty()), isNull);
      final larges = _library.larges(20);
      expect(await _library.sumLarges(larges), 380);
    });

    test('pages, which become those of Rust', () async {
      final given = <PageBox>[];
      Stream<PageBox> all() async* {
        for (var i = 0; i < 500; i++) {
          final page = _page(i);
          given.add(page);
          yield page;
        }
      }

      expect(await _library.sumPages(all()), 124750);
      expect(() => given.last.ref, throwsStateError);
      expect(_library.counts().pages, pages);
    });
  });

  test('values of one turn are passed together, in their order', () async {
    final controller = StreamController<int>(sync: true);
    final text = _library.transcript(controller.stream);
    await Future<void>.delayed(Duration.zero);
    // More than are passed together, with errors between and an end right behind.
    final expected = <String>[];
    for (var i = 0; i < 700; i++) {
      controller.add(i % 250);
      expected.add('${i % 250}');
      if (i % 300 == 299) {
        controller.addError('$i');
        expected.add('($i)');
      }
      if (i == 650) {
        controller.add(256);
        expected.add('range');
      }
    }
    await controller.close();
    final range = RegExp(r'\(RangeError(?:[^()]|\([^()]*\))*\)');
    final found = (await text).replaceAll(range, 'range').trim().split(' ');
    expect(found, expected);
  });

  test('a value of one turn is there in the next', () async {
    final controller = StreamController<int>(sync: true);
    final before = _library.itemsRead();
    await _library.readOn(controller.stream);
    await Future<void>.delayed(Duration.zero);
    for (var i = 1; i <= 100; i++) {
      controller.add(i);
      await _until(() => _library.itemsRead() == before + i);
    }
    // Several inputs in one turn have buffers of their own.
    final others = [
      for (var i = 0; i < 5; i++) StreamController<int>(sync: true),
    ];
    final sums = [for (final it in others) _library.sumNumbers(it.stream)];
    await Future<void>.delayed(Duration.zero);
    for (var i = 0; i < 300; i++) {
      for (final (index, it) in others.indexed) {
        it.add(i * index);
      }
    }
    for (final it in [controller, ...others]) {
      await it.close();
    }
    expect(await Future.wait(sums), [for (var i = 0; i < 5; i++) 44850 * i]);
  });

  group('errors', () {
    test('are items among others', () async {
      final controller = StreamController<int>();
      final text = _library.transcript(controller.stream);
      controller
        ..add(1)
        ..addError(StateError('lost'))
        ..add(256)
        ..add(2)
        ..addError('näh');
      await controller.close();
      expect(
        await text,
        allOf(
          startsWith('1 (Bad state: lost) (RangeError'),
          contains('256'),
          endsWith('2 (näh) '),
        ),
      );
    });

    test('of a stream that throws end what it is', () async {
      Stream<int> failing() async* {
        yield 1;
        throw StateError('no more');
      }

      expect(
        () => _library.sumNumbers(failing()),
        throwsA(
          isA<RustErrorException>().having(
            (it) => it.message,
            'message',
            'Bad state: no more',
          ),
        ),
      );
    });

    test('of a stream that was listened to', () async {
      final stream = _numbers(1);
      await stream.toList();
      expect(
        await _library.transcript(stream),
        '(Bad state: Stream has already been listened to.) ',
      );
    });

    test('of a box that is empty, after which the stream goes on', () async {
      final page = _page(1)..dispose();
      final other = _page(5);
      await expectLater(
        _library.sumPages(Stream.fromIterable([page, other])),
        throwsA(isA<RustErrorException>()),
      );
    });

    test('of a stream that goes on while it is paused', () async {
      expect(
        _library.countInOrder(_Rude()),
        throwsA(
          isA<RustErrorException>().having(
            (it) => it.message,
            'message',
            contains('while its subscription was paused'),
          ),
        ),
      );
    });
  });

  test('nothing starts when the call is refused', () async {
    final log = <String>[];
    final page = _page(1);
    final stream = _numbers(1, log);
    page.dispose();
    expect(() => _library.pageBeside(stream, page), throwsStateError);
    final other = _page(7);
    expect(log, isEmpty);
    // Rust has dropped it before it begins, or right after.
    expect(await _library.pageBeside(_numbers(1 << 40, log), other), 7);
    await Future<void>.delayed(Duration.zero);
    expect(
      log,
      anyOf([
        isEmpty,
        ['gone'],
      ]),
    );
  });

  test('no more items wait than the window has, also for a second', () async {
    _library.shutInputs();
    var made = 0;
    Stream<PageBox> all() async* {
      for (var i = 0; i < 100; i++) {
        made++;
        yield _page(i);
      }
    }

    final count = _library.readWhenOpen(all());
    await _until(() => made >= 5);
    await Future<void>.delayed(const Duration(seconds: 1));
    // One is at the `yield`, which waits.
    expect(made, lessThanOrEqualTo(6));
    _library.openInputs();
    expect(await count, 100);
    expect(made, 100);
  });

  group('Rust that drops the stream', () {
    test('cancels the subscription', () async {
      final log = <String>[];
      final first = await _library.firstNumbers(_numbers(1 << 40, log), 10);
      expect(first.list, [for (var i = 0; i < 10; i++) i]);
      await _until(() => log.isNotEmpty);
      expect(log, ['gone']);
    });

    test('as the call is cancelled, with a full window', () async {
      final controller = StreamController<int>();
      final cancelled = Completer<void>();
      controller.onCancel = cancelled.complete;
      final call = _library.neverRead(controller.stream);
      for (var i = 0; i < 20; i++) {
        controller.add(i);
      }
      await _until(() => controller.isPaused && controller.hasListener);
      await call.cancel();
      await cancelled.future;
      expect(controller.hasListener, isFalse);
    });

    test('before the first item', () async {
      final controller = StreamController<int>();
      final call = _library.neverRead(controller.stream);
      await call.cancel();
      await _until(() => !controller.hasListener);
    });
  });

  test('an input that outlives its call', () async {
    final before = _library.itemsRead();
    final controller = StreamController<int>();
    await _library.readOn(controller.stream);
    for (var i = 0; i < 1000; i++) {
      controller.add(i);
    }
    await _until(() => _library.itemsRead() == before + 1000);
    await controller.close();
  });

  test('both ways at once', () async {
    final doubled = _library.doubled(_numbers(2000));
    expect(await doubled.toList(), [for (var i = 0; i < 2000; i++) 2 * i]);
    final log = <String>[];
    await for (final number in _library.doubled(_numbers(1 << 40, log))) {
      if (number == 100) break;
    }
    await _until(() => log.isNotEmpty);
    expect(log, ['gone']);
    // A stream into another, and back.
    final numbers = _library.evens(6).map((even) => even ? 1 : 2);
    expect(await _library.doubled(numbers).toList(), [2, 4, 2, 4, 2, 4]);
  });

  test('methods of objects and services read streams', () async {
    Stream<Tick> ticks(int to) async* {
      for (var i = 0; i < to; i++) {
        yield TickData(number: i, value: 0.5).toBox().ref;
      }
    }

    final account = Account();
    final sums = await Future.wait([
      account.deposit(ticks(100)),
      account.deposit(ticks(300)),
    ]);
    expect(sums, contains(200));
    final late = account.deposit(ticks(2));
    account.dispose();
    expect(await late, 201);
    expect(await _library.openMeter().measure(ticks(500)), 500);
  });

  test('many at once', () async {
    final counts = await Future.wait([
      for (var i = 0; i < 200; i++) _library.countInOrder(_numbers(200)),
    ]);
    expect(counts, everyElement(200));
  });

  test('inputs that are opened and cancelled', () async {
    final count = whole ? 100000 : 3000;
    for (var i = 0; i < count ~/ 100; i++) {
      await Future.wait([
        for (var j = 0; j < 50; j++) ...[
          _library.neverRead(_numbers(1 << 40)).cancel(),
          _library.firstNumbers(_numbers(1 << 40), 1),
        ],
      ]);
    }
  }, timeout: patience);

  test('memory stays as it is', () async {
    Future<int> after(int events) async {
      final controller = StreamController<int>(sync: true);
      final done = _library.sumNumbers(controller.stream);
      var resumed = Completer<void>();
      controller.onResume = () => resumed.complete();
      await Future<void>.delayed(Duration.zero);
      for (var i = 0; i < events; i++) {
        if (controller.isPaused) {
          await resumed.future;
          resumed = Completer();
        }
        controller.add(1);
      }
      await controller.close();
      expect(await done, events);
      return ProcessInfo.currentRss;
    }

    // Whole, 1 M and 10 M events are compared.
    final first = await after(whole ? 1000000 : 50000);
    final last = await after(whole ? 9000000 : 50000);
    // The collector's own heap moves by more when it has run less often.
    expect((last - first) >> 20, lessThanOrEqualTo(whole ? 4 : 24));
  }, timeout: patience);

  for (final (name, priority) in [
    ('at once', Isolate.immediate),
    ('before the next event', Isolate.beforeNextEvent),
  ]) {
    test('isolates are killed $name while Rust reads', () async {
      final gone = _library.inputsGone();
      final random = Random(7);
      final count = whole ? 300 : 20;
      for (var i = 0; i < count; i++) {
        final ready = ReceivePort();
        final isolate = await Isolate.spawn(_victim, ready.sendPort);
        await ready.first;
        for (var turns = random.nextInt(20); turns > 0; turns--) {
          await Future<void>.delayed(Duration.zero);
        }
        isolate.kill(priority: priority);
      }
      // A mailbox whose finalizer was lost is closed when the next one is opened.
      await _until(() {
        if (_library.inputsGone() == gone + count) return true;
        Isolate.run(() => FixtureStreamsLibrary.open().answer()).ignore();
        return false;
      });
    }, timeout: patience);
  }

  test('a fake gets the stream itself', () async {
    FixtureStreamsLibrary.instance = _Fake();
    try {
      final library = FixtureStreamsLibrary.instance;
      expect(await library.sumNumbers(Stream.fromIterable([1, 2])), 3);
    } finally {
      FixtureStreamsLibrary.instance = null;
    }
  });
}

void _victim(SendPort ready) {
  final library = FixtureStreamsLibrary.open();
  var sent = 0;
  Stream<int> numbers() async* {
    while (true) {
      yield sent++;
      if (sent == 100) ready.send(null);
      if (sent % 50 == 0) await Future<void>.delayed(Duration.zero);
    }
  }

  library.readOn(numbers()).ignore();
  // Keeps the isolate alive.
  RawReceivePort();
}

/// A stream that sends on while it is paused.
class _Rude extends Stream<int> {
  @override
  StreamSubscription<int> listen(
    void Function(int event)? onData, {
    Function? onError,
    void Function()? onDone,
    bool? cancelOnError,
  }) {
    scheduleMicrotask(() {
      // More than Rust can take meanwhile.
      for (var i = 0; i < 100000; i++) {
        onData!(i);
      }
    });
    return const Stream<int>.empty().listen(null);
  }
}

class _Fake implements FixtureStreamsLibrary {
  @override
  FfiFuture<int> sumNumbers(Stream<int> numbers) =>
      FfiFuture.of(numbers.reduce((sum, number) => sum + number));

  @override
  dynamic noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}
