/// Tests queues as streams: order and exact counts, several that listen, pause,
/// cancellation, the end, and isolates that end while they listen.
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

/// Pushes jobs from Dart, numbered from [from] up to [to].
void _push(int from, int to) {
  for (var number = from; number < to; number++) {
    final job = JobPool.alloc();
    job.ref.number = number;
    JobsQueue.push(job);
  }
}

void main() {
  late int live;

  setUp(() => live = _library.liveJobs());
  tearDown(() async {
    JobsQueue.drain((_) {});
    await untilCollected(_library.liveJobs, live);
  });

  test('jobs come in their order and all, from Rust and from Dart', () async {
    _push(0, 10);
    var next = 0;
    await for (final job in JobsQueue.stream()) {
      expect((job.ref.number, job.ref.thread), (next++, 0));
      if (next == 10) _push(10, 20);
      if (next == 20) break;
    }
    _library.pushJobs(20000, 1);
    next = 0;
    await for (final job in JobsQueue.stream()) {
      expect(job.ref.number, next++);
      if (next == 20000) break;
    }
    expect(JobsQueue.length, 0);
  });

  test('jobs of four threads: those of each in their order', () async {
    final next = [0, 0, 0, 0];
    var count = 0;
    _library.pushJobs(5000, 4);
    await for (final job in JobsQueue.stream()) {
      expect(job.ref.number, next[job.ref.thread]++);
      if (++count == 20000) break;
    }
    expect(next, [5000, 5000, 5000, 5000]);
  });

  test('jobs are pushed one at a time, whenever one was received', () async {
    final jobs = StreamIterator(JobsQueue.stream());
    for (var i = 0; i < 500; i++) {
      final next = jobs.moveNext();
      if (i.isEven) {
        _push(i, i + 1);
      } else {
        _library.pushJobs(1, 1);
      }
      expect(await next, isTrue);
      expect(jobs.current.ref.number, i.isEven ? i : 0);
    }
    await jobs.cancel();
  });

  test('jobs are lent until the next one, and kept by keep()', () async {
    _push(0, 6);
    final kept = <JobBox>[];
    JobBox? last;
    await for (final job in JobsQueue.stream()) {
      if (last case final last?) expect(() => last.ref, throwsStateError);
      final number = job.ref.number;
      last = number.isEven ? job : null;
      if (number.isOdd) kept.add(job.keep());
      if (number == 5) break;
    }
    expect([for (final job in kept) job.ref.number], [1, 3, 5]);
    expect(_library.liveJobs(), live + 3);
    for (final job in kept) {
      job.dispose();
    }
  });

  test('nobody listens: nothing is taken', () async {
    final jobs = JobsQueue.stream();
    _push(0, 5);
    await Future<void>.delayed(Duration.zero);
    expect(JobsQueue.length, 5);
    expect((await jobs.map((job) => job.keep()).first).ref.number, 0);
    expect(JobsQueue.length, 4);
  });

  test('of those that listen, one gets a job', () async {
    final got = <int>[];
    final subscriptions = [
      for (var i = 0; i < 3; i++)
        JobsQueue.stream().listen((job) => got.add(job.ref.number)),
    ];
    _push(0, 60);
    await _until(() => got.length == 60);
    _push(60, 120);
    await _until(() => got.length == 120);
    expect(got..sort(), [for (var i = 0; i < 120; i++) i]);
    for (final subscription in subscriptions) {
      await subscription.cancel();
    }
    // Each stream is for one listener.
    final twice = JobsQueue.stream();
    await twice.listen(null).cancel();
    expect(() => twice.listen(null), throwsStateError);
  });

  test(
    'a paused subscription has one job at most, others get the rest',
    () async {
      final paused = <int>[], others = <int>[];
      final subscription = JobsQueue.stream().listen(
        (job) => paused.add(job.ref.number),
      )..pause();
      final other = JobsQueue.stream().listen(
        (job) => others.add(job.ref.number),
      );
      _push(0, 50);
      await _until(() => others.length == 50);
      await other.cancel();
      _push(50, 100);
      await Future<void>.delayed(Duration.zero);
      expect((paused.length, JobsQueue.length), (0, 50));
      subscription.resume();
      await _until(() => paused.length == 50);
      expect(paused, [for (var i = 50; i < 100; i++) i]);
      await subscription.cancel();
    },
  );

  test('a pause of a second loses nothing', () async {
    final got = <int>[];
    late final StreamSubscription<JobBox> subscription;
    subscription = JobsQueue.stream().listen((job) {
      got.add(job.ref.number);
      if (got.length == 100) {
        subscription.pause(Future.delayed(const Duration(seconds: 1)));
      }
    });
    _library.pushJobs(1000, 1);
    await _until(() => got.length == 1000);
    expect(got, [for (var i = 0; i < 1000; i++) i]);
    await subscription.cancel();
  });

  test(
    'what was not received when it is cancelled stays in the queue',
    () async {
      _push(0, 64);
      await for (final job in JobsQueue.stream()) {
        if (job.ref.number == 9) break;
      }
      expect(JobsQueue.length, 54);
      expect(JobsQueue.tryPop()!.ref.number, 10);
      // Within the listener, the event stays lent until it has returned.
      late final StreamSubscription<JobBox> subscription;
      final gone = Completer<void>();
      subscription = JobsQueue.stream().listen((job) {
        subscription.cancel().then(gone.complete);
        expect(job.ref.number, 11);
      });
      await gone.future;
      expect(JobsQueue.length, 52);
    },
  );

  test('a listener that throws gets the next jobs', () async {
    final got = <int>[], errors = <Object>[];
    final all = Completer<void>();
    runZonedGuarded(() {
      late final StreamSubscription<JobBox> subscription;
      subscription = JobsQueue.stream().listen((job) {
        got.add(job.ref.number);
        if (got.length == 30) {
          subscription.cancel().then(all.complete);
        }
        if (got.last % 3 == 0) throw got.last;
      });
    }, (error, _) => errors.add(error));
    _push(0, 30);
    await all.future;
    expect(got, [for (var i = 0; i < 30; i++) i]);
    expect(errors, [for (var i = 0; i < 30; i += 3) i]);
  });

  test('streams that are opened and cancelled', () async {
    final count = whole ? 100000 : 5000;
    for (var i = 0; i < count ~/ 100; i++) {
      await Future.wait([
        for (var j = 0; j < 100; j++) JobsQueue.stream().listen(null).cancel(),
      ]);
    }
    // None of them takes one.
    _push(0, 3);
    await Future<void>.delayed(Duration.zero);
    expect(JobsQueue.length, 3);
  }, timeout: patience);

  test('memory stays as it is', () async {
    Future<int> after(int events) async {
      var count = 0;
      _library.pushJobs(events, 1);
      await for (final job in JobsQueue.stream()) {
        if (job.ref.number != count++) fail('the order');
        if (count == events) break;
      }
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
    test('isolates are killed $name while they listen', () async {
      final random = Random(5);
      final count = whole ? 300 : 20;
      _library.pushJobs(1 << 40, 1);
      for (var i = 0; i < count; i++) {
        final ready = ReceivePort();
        final isolate = await Isolate.spawn(_victim, ready.sendPort);
        await ready.first;
        for (var turns = random.nextInt(20); turns > 0; turns--) {
          await Future<void>.delayed(Duration.zero);
        }
        isolate.kill(priority: priority);
      }
      await Isolate.run(() => FixtureStreamsLibrary.open().liveJobs());
      await _until(() => _library.counts().mailboxes <= 1);
      // The thread goes on, and this isolate gets what it pushes.
      var last = -1;
      var received = 0;
      await for (final job in JobsQueue.stream()) {
        expect(job.ref.number, greaterThan(last));
        last = job.ref.number;
        if (++received == 1000) break;
      }
      _library.stopJobs();
      // The thread may be in the middle of a push.
      await _until(() => _library.pushers() == 0);
    }, timeout: patience);
  }

  test('a queue that is closed ends its streams when it is empty', () async {
    var received = 0;
    final ended = [
      for (var i = 0; i < 2; i++)
        LastJobsQueue.stream().forEach((_) => received++),
    ];
    _library.pushLastJobs(500, 1);
    await _until(() => _library.pushers() == 0);
    LastJobsQueue.close();
    await Future.wait(ended);
    expect((received, LastJobsQueue.length), (500, 0));
    expect(await LastJobsQueue.stream().toList(), isEmpty);
  });

  test('a fake has a stream of its own', () async {
    FixtureStreamsLibrary.instance = _Fake();
    try {
      expect(await JobsQueue.stream().isEmpty, isTrue);
    } finally {
      FixtureStreamsLibrary.instance = null;
    }
  });
}

void _victim(SendPort ready) {
  FixtureStreamsLibrary.open();
  var count = 0;
  JobsQueue.stream().listen((job) {
    if (++count == 10) ready.send(null);
    if (job.ref.number.isEven) job.keep();
  });
}

class _Fake implements FixtureStreamsLibrary {
  @override
  FfiQueue<Job> get jobsQueue => _Jobs();

  @override
  dynamic noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}

class _Jobs implements FfiQueue<Job> {
  @override
  Stream<JobBox> stream() => const Stream.empty();

  @override
  dynamic noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}
