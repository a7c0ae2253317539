/// Tests the start and the end of a library, and what it says about itself.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:developer' show Service;
import 'dart:io';
import 'dart:isolate';
import 'dart:typed_data';

import 'package:fixture_production/fixture_production.dart';
import 'package:test/test.dart';

import 'machine.dart';
import 'storms.dart';

/// The file that says what the library's own functions do.
final _script = File(Platform.environment['FIXTURE_PRODUCTION_SCRIPT']!);

/// The library.
final _path = Platform.environment['FIXTURE_PRODUCTION_LIBRARY']!;

/// Runs [body] while the script is [text].
T _withScript<T>(String text, T Function() body) {
  _script.writeAsStringSync(text);
  try {
    return body();
  } finally {
    _script.writeAsStringSync('');
  }
}

FixtureProductionLibrary _open() => FixtureProductionLibrary.open();

/// Returns how often the functions for start, warm-up and end ran.
List<int> _counts(FixtureProductionLibrary library) => [
  ...library.counts().list,
];

Matcher _notStarted<T extends FfiException>(List<String> parts) => throwsA(
  isA<LibraryStartException>()
      .having((it) => it.path, 'path', _path)
      .having((it) => it.cause, 'cause', isA<T>())
      .having((it) => it.message, 'message', stringContainsInOrder(parts)),
);

void main() {
  group('the start', () {
    tearDownAll(() => _open().production.stop());

    test('fails with the reason, and is tried again', () {
      _withScript('init fails no space for the cache', () {
        for (var i = 0; i < 2; i++) {
          expect(
            _open,
            _notStarted<RustErrorException>([_path, 'no space for the cache']),
          );
        }
      });
    });

    test('panics, with the place', () {
      _withScript('init panics out of luck', () {
        expect(
          _open,
          throwsA(
            isA<LibraryStartException>().having(
              (it) => it.cause,
              'cause',
              isA<RustPanicException>()
                  .having((it) => it.message, 'message', 'out of luck')
                  .having((it) => it.file, 'file', endsWith('lib.rs')),
            ),
          ),
        );
      });
    });

    test('happens once for ten isolates', () async {
      final seen = await Future.wait([
        for (var i = 0; i < 10; i++) Isolate.run(() => _counts(_open())),
      ]);
      expect(seen, everyElement([1, 0, 0]));
      expect(_counts(_open()), [1, 0, 0]);
    });

    test('is warmed up on request', () {
      final library = _open();
      library.production.warmUp();
      library.production.warmUp();
      expect(_counts(library)[1], 2);
    });
  });

  group('the end', () {
    test('leaves nothing when nothing was in use', () {
      final report = _open().production.stop();
      expect(report.isClean, isTrue, reason: '$report');
    });

    test('a second one finds nothing to do', () {
      final production = _open().production;
      production.stop();
      expect(production.stop().isClean, isTrue);
    });

    test('refuses calls of every kind from then on', () async {
      final library = _open();
      final room = library.roomNew(7);
      library.production.stop();
      final closed = throwsA(isA<LibraryClosedException>());
      expect(library.counts, closed);
      expect(() => room.number(), closed);
      expect(() => library.ticket(1), closed);
      await expectLater(() => library.adds(1, 2), closed);
      await expectLater(() => library.sleeps(1), closed);
      await expectLater(library.numbers().first, closed);
      expect(library.production.warmUp, closed);
      room.dispose();
    });

    test('the library starts again when it is opened again', () async {
      final before = _open()..production.stop();
      final library = _open();
      expect(library, same(before));
      final [starts, _, ends] = _counts(library);
      expect(starts - ends, 1);
      expect(await library.adds(2, 3), 5);
      final ticket = before.ticket(3);
      expect(ticket.ref.number, 3);
      ticket.dispose();
    });

    test(
      'waits for what ends in time, and says to what that it is over',
      () async {
        final library = _open();
        final production = library.production;
        int begun(String name) => production.metrics().calls[name]?.calls ?? 0;
        final (worked, slept) = (begun('works'), begun('sleeps'));
        // It works until it is told that the library ends.
        final works = library.works();
        final sleeps = library.sleeps(100);
        // The end refuses what waits for a thread yet.
        await _until(() => begun('works') > worked && begun('sleeps') > slept);
        const deadline = Duration(minutes: 2);
        final report = production.stop(deadline: deadline);
        expect(report.isClean, isTrue, reason: '$report');
        expect(report.took, lessThan(deadline));
        expect(await works, 2);
        expect(await sleeps, 100);
      },
    );

    test('names what did not end, and what leaked', () async {
      final library = _open();
      final waits = [library.waits(), library.waits()];
      await _until(
        () => library.production.metrics().calls['waits']?.running == 2,
      );
      final items = StreamIterator(library.numbers());
      expect(await items.moveNext(), isTrue);
      final ticket = library.ticket(5);
      final room = library.roomNew(8);
      final sum = expectLater(
        Future.wait(waits),
        throwsA(isA<LibraryClosedException>()),
      );
      final report = library.production.stop(
        deadline: const Duration(milliseconds: 50),
      );
      expect(report.running, {'waits': 2});
      expect((report.tasks, report.slots), (0, 1), reason: '$report');
      expect(report.objects, greaterThanOrEqualTo(1));
      expect(report.isClean, isFalse);
      await sum;
      Object? last;
      try {
        while (await items.moveNext()) {}
      } on LibraryClosedException catch (error) {
        last = error;
      }
      expect(last, isNotNull, reason: 'the stream ended with the library');
      expect(ticket.ref.number, 5, reason: 'the memory stays');
      room.dispose();
    });

    test('a consumer in Rust gets what is left, and sees the end', () {
      final library = _open();
      final before = library.consumedTickets();
      TicketsQueue.push(library.ticket(30));
      library.consumeTickets();
      TicketsQueue.push(library.ticket(12));
      // The function of the library waits for the consumer.
      final report = library.production.stop();
      expect([report.running, report.failures], [isEmpty, isEmpty]);
      expect(TicketsQueue.isClosed, isTrue);

      expect(_open().consumedTickets() - before, 42);
      expect(TicketsQueue.isClosed, isFalse);
      TicketsQueue.push(library.ticket(1));
      TicketsQueue.tryPop()!.dispose();
    });

    test('those who listen to a queue see the end, in all isolates', () async {
      final library = _open();
      final listens = ReceivePort(), ended = ReceivePort();
      await Isolate.spawn(_listen, (listens.sendPort, ended.sendPort));
      await listens.first;
      final numbers = <int>[];
      Object? error;
      final done = Completer<void>();
      WaitingQueue.stream().listen(
        (ticket) => numbers.add(ticket.ref.number),
        onError: (Object it) => error = it,
        onDone: done.complete,
      );
      WaitingQueue.push(library.ticket(8));
      final elsewhere = StreamIterator(ended);
      await _until(() => WaitingQueue.length == 0);
      library.production.stop(deadline: Duration.zero);
      await done.future;
      expect(error, anyOf(isNull, isA<LibraryClosedException>()));
      expect(await elsewhere.moveNext(), isTrue);
      expect(elsewhere.current, anyOf('done', 'LibraryClosedException'));
      await elsewhere.cancel();
      expect(WaitingQueue.isClosed, isTrue);
      expect(
        () => WaitingQueue.push(TicketPool.alloc()),
        throwsA(isA<PoolClosedException>()),
      );
      _open();
      expect(WaitingQueue.isClosed, isFalse);
    });

    test('reports what the own function of the library failed with', () {
      for (final (script, text) in [
        ('shutdown fails not flushed', 'not flushed'),
        ('shutdown panics lost a thread', 'lost a thread'),
      ]) {
        final library = _open();
        final report = _withScript(script, () => library.production.stop());
        expect(report.failures, [text]);
      }
    });
  });

  group('candidates', () {
    late Directory folder;
    setUp(() => folder = Directory.systemTemp.createTempSync());
    tearDown(() => deleteFolder(folder));

    String write(String name, List<int> bytes) =>
        (File('${folder.path}/$name')..writeAsBytesSync(bytes)).path;

    /// Opens one of [files] in an isolate of its own, and returns its path, or the
    /// refusals.
    Future<(String?, List<LibraryException>)> open(List<String> files) =>
        Isolate.run(() {
          try {
            final library = FixtureProductionLibrary.open(candidates: files);
            return (library.path, const <LibraryException>[]);
          } on NoCandidateException catch (error) {
            return (null, error.refusals);
          }
        });

    /// Returns the library with the fingerprint of `adds` changed: one of another
    /// version.
    Uint8List otherVersion() {
      final bytes = File(_path).readAsBytesSync();
      final text = latin1Text(bytes);
      // The record in the section has it as text; the symbol holds the number.
      final record = RegExp(
        '"name":"adds".*?"fingerprint":"0x([0-9a-f]{16})"',
      ).firstMatch(text)!;
      final number = BigInt.parse(record[1]!, radix: 16);
      final wanted = [
        for (var i = 0; i < 8; i++)
          ((number >> (8 * i)) & BigInt.from(255)).toInt(),
      ];
      var found = 0;
      for (var at = 0; at + 8 <= bytes.length; at++) {
        var same = true;
        for (var i = 0; same && i < 8; i++) {
          same = bytes[at + i] == wanted[i];
        }
        if (!same) continue;
        bytes[at] ^= 1;
        found++;
      }
      expect(found, greaterThan(0));
      return bytes;
    }

    test('the first that fits is taken, the others are closed', () async {
      final bytes = File(_path).readAsBytesSync();
      final truncated = write(
        'truncated.so',
        bytes.sublist(0, bytes.length ~/ 2),
      );
      final header = write('header.so', bytes.sublist(0, 20));
      final foreign = write(
        'foreign.so',
        Uint8List.fromList(bytes)..[18] = bytes[18] == 183 ? 62 : 183,
      );
      final other = write('other.so', otherVersion());
      final text = write('text.so', ('no library' * 100).codeUnits);
      final missing = '${folder.path}/missing.so';
      final refused = [missing, truncated, header, foreign, text, other];
      final (none, refusals) = await open(refused);
      expect(none, isNull);
      expect([for (final it in refusals) it.path], refused);
      expect(
        [for (final it in refusals) it.message],
        [
          contains('No such file'),
          contains('it is truncated'),
          contains('it is truncated'),
          contains('it is for '),
          // As glibc's loader says it, and musl's.
          anyOf(contains('invalid ELF header'), contains('Exec format error')),
          contains('function adds: the library has fingerprint'),
        ],
      );
      expect(refusals.last, isA<LayoutMismatchException>());
      if (hasLibrariesUnmapped) {
        final maps = File('/proc/self/maps').readAsStringSync();
        expect(maps, isNot(contains(folder.path)), reason: 'they are closed');
      }

      final (taken, _) = await open([...refused, _path]);
      expect(taken, _path);
    }, testOn: 'linux');

    test('none at all', () async {
      expect((await open([])).$2, isEmpty);
    });

    test('one that is open already is found again', () {
      final library = FixtureProductionLibrary.open(
        candidates: ['no.so', _path],
      );
      expect(library, same(FixtureProductionLibrary.open()));
      expect(
        FixtureProductionLibrary.open(candidates: ['no.so', _path]),
        same(library),
      );
      expect(
        () => FixtureProductionLibrary.open(candidates: ['no.so']),
        throwsStateError,
      );
      library.production.stop();
    });

    test('not together with a path', () async {
      final problem = await Isolate.run(() {
        try {
          FixtureProductionLibrary.open(path: _path, candidates: [_path]);
          return null;
        } on ArgumentError catch (error) {
          return '${error.name}';
        }
      });
      expect(problem, 'path');
    });
  });

  group('flags', () {
    test('are listed, read and set by name, for all of the process', () async {
      final library = _open();
      final flags = library.flags;
      expect(flags.names, ['FAST_BLUR', 'VERBOSE']);
      expect(flags.toMap(), {'FAST_BLUR': true, 'VERBOSE': false});
      expect([...library.flagValues().list], [1, 0]);
      flags['VERBOSE'] = true;
      flags['FAST_BLUR'] = false;
      expect([...library.flagValues().list], [0, 1]);
      final elsewhere = await Isolate.run(() => _open().flags.toMap());
      expect(elsewhere, {'FAST_BLUR': false, 'VERBOSE': true});
      expect('$flags', '{FAST_BLUR: false, VERBOSE: true}');
      flags['VERBOSE'] = false;
      flags['FAST_BLUR'] = true;
    });

    test('an unknown name is refused with those that are known', () {
      final flags = _open().flags;
      final refused = throwsA(
        isA<ArgumentError>().having(
          (it) => it.message,
          'message',
          contains('FAST_BLUR, VERBOSE'),
        ),
      );
      expect(() => flags['fast_blur'], refused);
      expect(() => flags['fast_blur'] = true, refused);
    });

    test('the level of vector instructions is capped, never raised', () {
      final production = _open().production;
      final strongest = production.capSimd(null);
      expect(production.capSimd('fallback'), 'fallback');
      expect(_open().info.simd, 'fallback');
      expect(production.capSimd('avx512'), strongest);
      expect(production.capSimd(null), strongest);
      expect(
        () => production.capSimd('mmx'),
        throwsA(
          isA<InvalidArgumentException>().having(
            (it) => it.message,
            'message',
            allOf(contains('`mmx`'), contains('avx2')),
          ),
        ),
      );
    });
  });

  group('health', () {
    HealthResult named(HealthReport report, String name) =>
        report.checks.singleWhere((it) => it.name == name);

    test('is good when all checks find nothing wrong', () async {
      final report = await _inTime(_open());
      expect(report.isHealthy, isTrue, reason: '$report');
      expect(
        [for (final it in report.checks) it.name],
        ['disk', 'memory', 'server'],
      );
      expect(report.uptime, greaterThan(Duration.zero));
    });

    test('says which check failed or panicked, and why', () async {
      for (final (script, state, reason) in [
        ('disk fails it is full', HealthState.failed, 'it is full'),
        ('disk panics no head', HealthState.panicked, 'no head'),
      ]) {
        _script.writeAsStringSync(script);
        final report = await _inTime(_open());
        _script.writeAsStringSync('');
        final disk = named(report, 'disk');
        expect((disk.state, disk.reason), (state, reason));
        expect(report.isHealthy, isFalse);
        expect(named(report, 'memory').state, HealthState.healthy);
      }
    });

    test('a check that hangs is late, and the others are not', () async {
      _script.writeAsStringSync('server hangs');
      for (var i = 0; i < 2; i++) {
        final report = await _open().health();
        final server = named(report, 'server');
        expect(server.state, HealthState.late);
        expect(server.reason, startsWith('it still runs after '));
        expect(named(report, 'disk').state, HealthState.healthy);
      }
      _script.writeAsStringSync('');
      // It took longer than its deadline, which the next report says; then it is good.
      var report = await _open().health();
      while (!report.isHealthy) {
        expect(named(report, 'server').state, HealthState.late);
        report = await _open().health();
      }
    });

    test('two isolates ask at once', () async {
      final reports = await Future.wait([
        for (var i = 0; i < 4; i++)
          Isolate.run(() async => (await _inTime(_open())).isHealthy),
      ]);
      expect(reports, everyElement(isTrue));
    });
  });

  group('metrics', () {
    CallMetrics of(String name) => _open().production.metrics().calls[name]!;

    test('count calls, errors by code and what runs', () async {
      final library = _open();
      for (var i = 0; i < 100; i++) {
        library.fails(7);
      }
      final before = of('fails');
      expect(() => library.fails(0), throwsA(isA<RustErrorException>()));
      expect(() => library.fails(1), throwsA(isA<RustPanicException>()));
      expect(() => library.fails(1), throwsA(isA<RustPanicException>()));
      final after = of('fails');
      expect(after.calls - before.calls, 3);
      expect(after.errors['error']! - (before.errors['error'] ?? 0), 1);
      expect(after.errors['panic']! - (before.errors['panic'] ?? 0), 2);
      expect(after.running, 0);
      final times = after.times!;
      expect(times.count, greaterThanOrEqualTo(6));
      expect(times.p50, lessThanOrEqualTo(times.p99));
      expect(times.p99, lessThanOrEqualTo(times.max));
      expect(times.sum, greaterThan(0));
    });

    test('count async calls until they end, however they end', () async {
      final library = _open();
      expect(await library.adds(1, 2), 3);
      await expectLater(
        () => library.adds(0xffffffff, 1),
        throwsA(isA<RustErrorException>()),
      );
      final sleeps = library.sleeps(50);
      final waits = library.waits();
      // The other one may have ended.
      expect(of('waits').running, 1);
      expect(of('sleeps').running, lessThanOrEqualTo(1));
      final cancelled = expectLater(
        waits,
        throwsA(isA<FfiCancelledException>()),
      );
      await waits.cancel();
      await cancelled;
      await sleeps;
      await _until(() => of('waits').running == 0);
      await _until(() => of('sleeps').running == 0);
      expect(of('adds').errors['error'], greaterThanOrEqualTo(1));
      expect(of('adds').running, 0);
    });

    test('count methods by their types, and what objects and pools have', () {
      final library = _open();
      final before = library.production.metrics();
      final room = library.roomNew(3);
      final ticket = library.ticket(4);
      room.number();
      final after = library.production.metrics();
      expect(after.calls['Room.number']!.calls, greaterThanOrEqualTo(1));
      expect(after.objects - before.objects, 1);
      final pool = after.pools['Ticket']!;
      expect([pool.capacity, pool.live], [16, greaterThanOrEqualTo(1)]);
      room.dispose();
      ticket.dispose();
    });

    test(
      'count bytes of arguments and results, of each kind of call',
      () async {
        final library = _open();
        List<int> bytes(String name) {
          final of = library.production.metrics().calls[name];
          return [of?.requestBytes ?? 0, of?.resultBytes ?? 0];
        }

        Future<List<int>> more(
          String name,
          FutureOr<void> Function() call,
        ) async {
          final before = bytes(name);
          await call();
          final after = bytes(name);
          return [after[0] - before[0], after[1] - before[1]];
        }

        final ticket = library.ticket(1), numbers = Uint16Array.of([1, 2, 3]);
        void echo(int times) => library.echo(
          text: 'é',
          numbers: numbers,
          ticket: ticket,
          times: times,
        );
        // A text of two bytes, three numbers of two, a message of four.
        expect(await more('echo', () => echo(2)), [12, 20]);
        expect(await more('echo', () => echo(0)), [12, 0]);
        expect(await more('reversed', () => library.reversed('abé')), [4, 4]);
        expect(
          await more(
            'reversed',
            () => expectLater(library.reversed(''), throwsA(anything)),
          ),
          [0, 0],
        );
        expect(await more('texts', () => library.texts('ab').drain<void>()), [
          2,
          12,
        ]);
        // A message in a pool, and numbers, which don't count.
        expect(await more('ticket', () => library.ticket(2).dispose()), [0, 4]);
        expect(await more('fails', () => library.fails(7)), [0, 0]);
        ticket.dispose();
      },
    );

    test('have the numbers of queues that were used, and of streams', () async {
      final library = _open();
      final production = library.production;
      for (var i = 0; i < 6; i++) {
        final ticket = library.ticket(i);
        if (!TicketsQueue.tryPush(ticket)) ticket.dispose();
      }
      TicketsQueue.tryPop()!.dispose();
      QueueMetrics queue() => production.metrics().queues['TICKETS']!;
      final one = queue();
      expect([one.capacity, one.length], [4, 3]);
      expect(one.pushed - one.popped, 3);
      expect(one.full, greaterThanOrEqualTo(2));
      expect(one.isClosed, isFalse);
      expect(
        production.prometheus(),
        contains(
          'ffi_queue_length{library="fixture_production",queue="TICKETS"} 3\n',
        ),
      );
      TicketsQueue.drain((_) {});
      expect(queue().length, 0);
      expect(queue().popped, queue().pushed);
      expect('${queue()}', contains('TICKETS: 0 of 4'));

      final before = production.metrics().streams;
      final numbers = StreamIterator(library.numbers());
      expect(await numbers.moveNext(), isTrue);
      expect(production.metrics().streams - before, 1);
      await numbers.cancel();
      await _until(() => production.metrics().streams == before);
    });

    test('ten isolates lose no call', () async {
      final before = of('fails').calls;
      await Future.wait([
        for (var i = 0; i < 10; i++)
          Isolate.run(() {
            final library = _open();
            for (var i = 0; i < 10000; i++) {
              library.fails(5);
            }
          }),
      ]);
      expect(of('fails').calls - before, 100000);
    });

    test('calls leave no memory behind', () {
      // `FFI_STORMS=whole` makes ten million.
      final count = whole ? 10000000 : 200000;
      final library = _open();
      void calls() {
        for (var i = 0; i < count; i++) {
          library.fails(5);
        }
      }

      calls();
      final before = ProcessInfo.currentRss;
      calls();
      expect(ProcessInfo.currentRss - before, lessThan(8 << 20));
    }, timeout: patience);

    test('are text for Prometheus, and JSON', () {
      final production = _open().production;
      final text = production.prometheus();
      expect(
        text,
        contains(
          RegExp(
            r'^ffi_calls_total\{library="fixture_production",function="fails"\} \d+$',
            multiLine: true,
          ),
        ),
      );
      expect(text, contains('# TYPE ffi_call_duration_seconds summary\n'));
      final json = jsonDecode(jsonEncode(production.metrics().toJson()));
      expect((json as Map)['calls'], isNotEmpty);
      expect('${production.metrics()}', contains('fails: '));
    });
  });

  group('requests', () {
    test('are those of the innermost zone, also after an await', () async {
      final library = _open();
      final production = library.production;
      Future<List<String>> all() async => [
        library.request(),
        await library.requestLater(),
        await library.requestElsewhere(),
        library.request(),
        production.request ?? '',
      ];
      expect(await all(), everyElement(''));
      final both = Future.wait([
        production.withRequest('r-1', all),
        production.withRequest('r-2', all),
      ]);
      expect(await all(), everyElement(''));
      final [one, two] = await both;
      expect(one, everyElement('r-1'));
      expect(two, everyElement('r-2'));
      await production.withRequest('outer', () async {
        final inner = production.withRequest('inner', all);
        expect(await all(), everyElement('outer'));
        expect(await inner, everyElement('inner'));
        expect(library.request(), 'outer');
      });
      expect(library.request(), '');
    });

    test('end with what throws, and reach timers and streams', () async {
      final library = _open();
      final production = library.production;
      expect(
        () => production.withRequest<void>('r-3', () => throw StateError('no')),
        throwsStateError,
      );
      expect(library.request(), '');
      final seen = await production.withRequest(
        'r-4',
        () => Stream.periodic(
          const Duration(milliseconds: 1),
          (_) => library.request(),
        ).take(3).toList(),
      );
      expect(seen, ['r-4', 'r-4', 'r-4']);
    });

    test('of other isolates are not seen', () async {
      final production = _open().production;
      final elsewhere = await production.withRequest(
        'r-5',
        () => Isolate.run(() => _open().request()),
      );
      expect(elsewhere, '');
    });

    test('do not leak into what waits for the zone', () async {
      final library = _open();
      final production = library.production;
      // A future that was made in the zone completes code outside of it.
      final inside = production.withRequest('r-7', () async {
        await library.requestLater();
        return library.request();
      });
      expect(
        await inside.then((it) => '$it, then ${library.request()}'),
        'r-7, then ',
      );
    });

    test('have short ids', () {
      final production = _open().production;
      for (final id in ['', 'r' * 129, 'é' * 65]) {
        expect(() => production.withRequest(id, () {}), throwsArgumentError);
      }
      expect(_open().request(), '');
      production.withRequest('é' * 64, () {
        expect(_open().request(), 'é' * 64);
      });
    });
  });

  group('logs', () {
    /// Listens, and returns the records of [body] once the last of them has [text].
    Future<List<RustLogRecord>> records(
      String text,
      void Function(StreamSubscription<RustLogRecord> listener) body,
    ) async {
      final all = <RustLogRecord>[];
      final done = Completer<void>();
      final mark = 'begin of $text';
      var isBegun = false;
      late final StreamSubscription<RustLogRecord> listener;
      listener = _open().production.logs.listen((it) {
        if (isBegun) all.add(it);
        if (it.message == mark && !isBegun) isBegun = true;
        if (isBegun && it.message == text) done.complete();
      });
      _open().logsAll(mark);
      await _until(() => isBegun);
      body(listener);
      await done.future;
      await listener.cancel();
      return all;
    }

    test('come with level, fields, function and request', () async {
      final library = _open();
      final production = library.production;
      final all = await records('the last "one"', (_) {
        production.withRequest('r-6', () => library.logs(2));
        library.logsAll('the last "one"');
      });
      // Those of the mark, and the one for each level that the filter lets pass.
      final own = all.where((it) => it.message == 'a record').toList();
      expect(own, hasLength(2));
      expect(
        [for (final it in own) it.fields],
        [
          {'number': '0', 'even': 'true'},
          {'number': '1', 'even': 'false'},
        ],
      );
      expect(
        [for (final it in own) (it.level, it.target, it.function, it.request)],
        everyElement((RustLogLevel.info, 'fixture_production', 'logs', 'r-6')),
      );
      expect(own.first.file, endsWith('lib.rs'));
      expect(own.first.line, greaterThan(1));
      expect(own[1].number, own[0].number + 1);
      expect(
        DateTime.timestamp().difference(own.first.time).inMinutes,
        inInclusiveRange(0, 10),
      );
      final last = all.last;
      expect((last.level, last.request), (RustLogLevel.error, ''));
      expect('${own[1]}', contains('a record number=1 even=false'));
      own.first.toDeveloper();
    });

    test('come in all levels that the filter lets pass', () async {
      final levels = <RustLogLevel>[];
      final listener = _open().production.logs.listen((it) {
        if (it.message == 'levels') levels.add(it.level);
      });
      _open().logsAll('levels');
      await _until(() => levels.length == 4);
      await listener.cancel();
      expect(levels, [
        RustLogLevel.error,
        RustLogLevel.warn,
        RustLogLevel.info,
        RustLogLevel.debug,
      ]);
      expect(
        [for (final it in RustLogLevel.values) it.value],
        [300, 500, 800, 900, 1000],
      );
    });

    test('of the crate `log` come as well', () async {
      final production = _open().production;
      final record = production.logs.firstWhere(
        (it) => it.message == 'old, through log',
      );
      _open().logsAll('old');
      final old = await record;
      expect(
        (old.level, old.target),
        (RustLogLevel.warn, 'fixture_production'),
      );
      expect(old.fields, isEmpty);
      expect(old.function, 'logs_all');
      expect(old.file, endsWith('lib.rs'));
    });

    test('of a flood are lost from its start, and counted', () async {
      // `FFI_STORMS=whole` makes a million.
      final count = Platform.environment['FFI_STORMS'] == 'whole'
          ? 1000000
          : 20000;
      final library = _open();
      final before = ProcessInfo.currentRss;
      final all = await records('the end', (listener) {
        listener.pause();
        library.logs(count);
        library.logsAll('the end');
        listener.resume();
      });
      // Four records of the mark may be lost as well.
      final marks = all.takeWhile((it) => it.message != 'a record').length;
      final flood = all.where((it) => it.message == 'a record').toList();
      final lost = int.parse(flood.first.fields['number']!);
      expect(flood.first.missed, lost + 4 - marks);
      expect(flood, hasLength(count - lost));
      expect(flood.length, inInclusiveRange(1000, 1024));
      expect([for (final it in flood.skip(1)) it.missed], everyElement(0));
      expect(ProcessInfo.currentRss - before, lessThan(64 << 20));
    });

    test('come to every isolate that listens', () async {
      final elsewhere = Isolate.run(() async {
        // Records don't keep an isolate alive.
        final alive = ReceivePort();
        final listener = _open().production.logs.where(
          (it) => it.message == 'for all',
        );
        final record = await listener.first;
        alive.close();
        return record.level;
      });
      final own = _open().production.logs.firstWhere(
        (it) => it.message == 'for all',
      );
      _open().logsAll('for all');
      expect(await elsewhere, RustLogLevel.error);
      expect((await own).level, RustLogLevel.error);
    });

    test('are in files, as JSON', () async {
      _open().logsAll('for the file');
      final folder = Directory(
        Platform.environment['FIXTURE_PRODUCTION_LOGS']!,
      );
      Iterable<String> lines() => [
        for (final file in folder.listSync().whereType<File>())
          ...file.readAsLinesSync(),
      ].where((it) => it.contains('for the file'));
      // A thread of Rust writes them, and may not be done with the line.
      Map<String, Object?>? record;
      await _until(() {
        try {
          record = jsonDecode(lines().first) as Map<String, Object?>;
        } on StateError {
          return false;
        } on FormatException {
          return false;
        }
        return true;
      });
      expect(record!['level'], 'ERROR');
      expect((record!['span']! as Map)['function'], 'logs_all');
    });

    test('are the last lines of a crash report', () {
      final folder = Directory.systemTemp.createTempSync();
      final library = _open();
      library.production.keepCrashes(folder.path);
      library.logsAll('before the crash');
      expect(() => library.fails(1), throwsA(isA<RustPanicException>()));
      final [report] = CrashReport.read(folder.path);
      expect(
        report.notes,
        contains('ERROR fixture_production: before the crash'),
      );
      folder.deleteSync(recursive: true);
    });
  });

  test('the tools of Dart ask for numbers', () async {
    final library = _open()..fails(3);
    library.production
      ..registerStats()
      ..registerStats();
    final info = await Service.controlWebServer(enable: true);
    final uri = info.serverWebSocketUri;
    // A program that was compiled ahead of time has no service.
    if (uri == null) return;
    final socket = await WebSocket.connect('$uri');
    socket.add(
      jsonEncode({
        'jsonrpc': '2.0',
        'id': '1',
        'method': 'ext.ffi_core.stats',
        'params': {'isolateId': Service.getIsolateId(Isolate.current)},
      }),
    );
    final answer = jsonDecode(await socket.first as String) as Map;
    final result = answer['result'] as Map;
    expect((result[library.path]! as Map)['calls'], isNotEmpty);
    await socket.close();
    await Service.controlWebServer();
  });

  test('calls are in the timeline, and stay what they are', () async {
    final library = _open();
    final production = library.production;
    expect(production.timed('fails', () => library.fails(7)), 7);
    expect(
      () => production.timed('fails', () => library.fails(0)),
      throwsA(isA<RustErrorException>()),
    );
    expect(await production.timed('adds', () => library.adds(1, 2)), 3);
    await expectLater(
      production.timed('adds', () => library.adds(0xffffffff, 1)),
      throwsA(isA<RustErrorException>()),
    );
    final waits = production.timed('waits', library.waits);
    final cancelled = expectLater(waits, throwsA(isA<FfiCancelledException>()));
    await waits.cancel();
    await cancelled;
    final info = await Service.controlWebServer(enable: true);
    final uri = info.serverWebSocketUri;
    if (uri == null) return;
    final socket = await WebSocket.connect('$uri');
    final answers = StreamIterator(socket);
    Future<Map<Object?, Object?>> ask(String method, Object parameters) async {
      socket.add(
        jsonEncode({
          'jsonrpc': '2.0',
          'id': '1',
          'method': method,
          'params': parameters,
        }),
      );
      await answers.moveNext();
      return (jsonDecode(answers.current as String) as Map)['result'] as Map;
    }

    await ask('setVMTimelineFlags', {
      'recordedStreams': ['Dart'],
    });
    production.withRequest('r-8', () {
      production.timed('in the timeline', () => library.fails(7));
    });
    final timeline = await ask('getVMTimeline', const <String, Object>{});
    final events = [
      for (final event in timeline['traceEvents']! as List)
        if ((event as Map)['name'] == 'in the timeline') event,
    ];
    expect([for (final it in events) it['ph']], ['b', 'e']);
    expect((events.first['args'] as Map)['request'], 'r-8');
    await socket.close();
    await Service.controlWebServer();
  });

  group('reports of crashes', () {
    late Directory folder;
    setUp(() => folder = Directory.systemTemp.createTempSync());
    tearDown(() {
      if (!Platform.isWindows) Process.runSync('chmod', ['700', folder.path]);
      deleteFolder(folder);
    });

    test('have what is known, and are found by the next start', () {
      final library = _open();
      final production = library.production;
      final path = '${folder.path}/new/crashes';
      expect(production.keepCrashes(path), isEmpty);
      for (var i = 0; i < 70; i++) {
        production.note('step $i');
      }
      production.note('é' * 2000);
      library.panicsElsewhere();
      File('$path/crash-damaged.json').writeAsStringSync('{"library":');
      File('$path/crash-other.json').writeAsStringSync('{"library":1}');
      File('$path/crash-1.tmp').writeAsStringSync('{');
      File('$path/notes.json').writeAsStringSync('{}');
      final [report] = production.keepCrashes(path);
      expect(report.library, 'fixture_production');
      expect(report.thread, 'worker');
      expect(report.message, 'a "panic"\nwith two lines');
      expect(report.file, endsWith('lib.rs'));
      expect([report.line, report.column], everyElement(greaterThan(1)));
      expect(report.backtrace, contains('panics_elsewhere'));
      expect(report.process, pid);
      expect(report.notes, hasLength(64));
      expect(report.notes.first, 'step 7');
      expect(report.notes.last, 'é' * 512);
      expect(
        DateTime.timestamp().difference(report.time).inMinutes,
        inInclusiveRange(0, 10),
      );
      expect(File('$path/crash-1.tmp').existsSync(), isFalse);
      expect('$report', contains(report.message));
    });

    test('are bounded in number', () {
      final library = _open();
      final production = library.production..keepCrashes(folder.path, most: 3);
      final lost = production.lostCrashes;
      for (var i = 0; i < 5; i++) {
        expect(() => library.fails(1), throwsA(isA<RustPanicException>()));
      }
      expect(CrashReport.read(folder.path), hasLength(3));
      expect(production.lostCrashes - lost, 2);
      production.keepCrashes(folder.path, most: 2);
      expect(() => library.fails(1), throwsA(isA<RustPanicException>()));
      expect(CrashReport.read(folder.path), hasLength(2));
    });

    test('of a folder that is gone are counted as lost', () {
      final library = _open();
      final production = library.production;
      final gone = Directory('${folder.path}/gone');
      production.keepCrashes(gone.path);
      gone.deleteSync();
      final lost = production.lostCrashes;
      expect(() => library.fails(1), throwsA(isA<RustPanicException>()));
      expect(production.lostCrashes - lost, 1);
    });

    test('of a folder that is read-only are counted as lost', () {
      final library = _open();
      final production = library.production;
      // Nobody makes a file there, whatever the rights.
      expect(production.keepCrashes('/proc/self/fdinfo'), isEmpty);
      final lost = production.lostCrashes;
      expect(() => library.fails(1), throwsA(isA<RustPanicException>()));
      expect(production.lostCrashes - lost, 1);
    }, testOn: 'linux');

    test('need a folder that can be made', () {
      final file = File('${folder.path}/file')..writeAsStringSync('');
      expect(
        () => _open().production.keepCrashes('${file.path}/crashes'),
        throwsA(
          isA<RustErrorException>().having(
            (it) => it.message,
            'message',
            contains('no reports of crashes in `${file.path}/crashes`'),
          ),
        ),
      );
    });
  });

  group('limits', () {
    late FixtureProductionLibrary library;
    setUp(() => library = _open()..setRate(0));

    test(
      'of a rate are for all functions that share them, and say when',
      () async {
        library.setRate(2);
        expect(library.limited(3), 3);
        expect(await library.limitedToo(4), 8);
        final refused = isA<RateLimitException>()
            .having((it) => it.limit, 'limit', 2)
            .having(
              (it) => it.retryAfter,
              'retryAfter',
              allOf(
                greaterThan(Duration.zero),
                lessThanOrEqualTo(const Duration(milliseconds: 501)),
              ),
            );
        // A machine may be so slow that a token comes in between, but not before each call.
        var refusals = 0;
        for (var i = 0; i < 1000 && refusals == 0; i++) {
          try {
            library.limited(3);
          } on RateLimitException catch (error) {
            refusals++;
            expect(error, refused);
          }
        }
        expect(refusals, 1);
        // The exception tells `retry` how long to wait.
        final waits = <Duration>[];
        final result = await retry(
          () => library.limited(waits.isEmpty ? _overTheRate(library) : 5),
          backoff: Backoff(first: Duration.zero),
          wait: (time) async {
            waits.add(time);
            library.setRate(0);
          },
        );
        expect(result, 5);
        expect(waits.single, greaterThan(Duration.zero));
      },
    );

    test('of a rate by key leave other keys alone', () {
      expect(library.limitedBy('ada'), 3);
      expect(
        () => List.generate(100, (_) => library.limitedBy('ada')),
        throwsA(isA<RateLimitException>().having((it) => it.limit, 'limit', 1)),
      );
      expect(library.limitedBy('grace'), 5);
    });

    test('of sizes are those of text and lists', () {
      expect(library.repeats('ten bytes.', 100), hasLength(1000));
      expect(library.repeats('ten bytes.', null), isNull);
      expect(
        () => library.repeats('ten bytes.', 101),
        throwsA(
          isA<SizeLimitException>()
              .having((it) => it.limit, 'limit', 1000)
              .having((it) => it.isResult, 'isResult', true),
        ),
      );
      expect(
        () => library.repeats('ten bytes.' * 10, 0),
        throwsA(
          isA<SizeLimitException>()
              .having((it) => it.limit, 'limit', 100)
              .having((it) => it.isResult, 'isResult', false)
              .having((it) => '$it', 'text', contains('more than 100 bytes')),
        ),
      );
    });

    test('of calls at once end with the calls', () async {
      final calls = [library.oneOfTwo(), library.oneOfTwo()];
      for (var i = 0; i < 100; i++) {
        await expectLater(
          library.oneOfTwo(),
          throwsA(
            isA<TooManyCallsException>().having((it) => it.limit, 'limit', 2),
          ),
        );
      }
      for (final call in calls) {
        call.ignore();
        call.cancel();
      }
      // The threads see the cancellation a little later. A refusal is in the future.
      Future<bool> passes() async {
        final call = library.oneOfTwo()..cancel();
        try {
          await call;
        } on FfiCancelledException {
          return true;
        } on TooManyCallsException {
          return false;
        }
        return true;
      }

      while (!await passes()) {}
    });

    test('of time end what is async, and drop what is late', () async {
      final late = throwsA(
        isA<DeadlineException>().having(
          (it) => it.deadline,
          'deadline',
          const Duration(milliseconds: 20),
        ),
      );
      await expectLater(library.endsLate(), late);
      await expectLater(library.returnsLate(1), late);
      final metrics = library.production.metrics();
      expect(metrics.calls['ends_late']!.running, 0);
      expect(metrics.calls['ends_late']!.errors, {'deadline': 1});
    });

    test('of calls at once hold for a stream until it ends', () async {
      final first = StreamIterator(library.numbersForOne());
      expect(await first.moveNext(), isTrue);
      final second = library.numbersForOne();
      await expectLater(second, emitsError(isA<TooManyCallsException>()));
      await first.cancel();
      await _until(() {
        final metrics = library.production.metrics();
        return metrics.calls['numbers_for_one']!.running == 0;
      });
    });
  });

  group('rules', () {
    final line = LineData(count: 3, discount: null, article: 'AB-12');
    final order = OrderData(customer: 'Ada', lines: [line]);

    Matcher broken(String field, String rule, String value) => throwsA(
      isA<ValidationException>()
          .having((it) => it.field, 'field', field)
          .having((it) => it.rule, 'rule', rule)
          .having((it) => it.value, 'value', value)
          .having((it) => it.message, 'message', contains(field)),
    );

    test('of fields are checked wherever bytes are', () {
      final library = _open();
      int articles(OrderData order) => library.articles(order.toBox());
      expect(articles(order), 3);
      OrderData withLine(LineData second) =>
          order.copyWith(lines: [line, second]);
      expect(
        () => articles(withLine(line.copyWith(count: 101))),
        broken('order.lines[1].count', 'range = 1..=100', '101'),
      );
      expect(
        () => articles(withLine(line.copyWith(discount: 0.75))),
        broken('order.lines[1].discount', 'range = 0.0..=0.5', '0.75'),
      );
      expect(
        () => articles(withLine(line.copyWith(discount: double.nan))),
        broken('order.lines[1].discount', 'range = 0.0..=0.5', 'NaN'),
      );
      expect(
        () => articles(withLine(line.copyWith(article: 'ab-12'))),
        broken(
          'order.lines[1].article',
          r'pattern = "^[A-Z]{2}-[0-9]+$"',
          'ab-12',
        ),
      );
      expect(
        () => articles(order.copyWith(customer: '')),
        broken('order.customer', 'non_empty', 'empty'),
      );
      // Characters, not bytes.
      expect(articles(order.copyWith(customer: 'äöüßé')), 3);
      expect(
        () => articles(order.copyWith(customer: 'Barbara')),
        broken('order.customer', 'max_len = 5', '7 long'),
      );
      expect(
        () => articles(order.copyWith(lines: [])),
        broken('order.lines', 'non_empty', 'empty'),
      );
    });

    test('of parameters are checked before the function runs', () {
      final library = _open();
      int sum(List<int> numbers, {int? most, String name = 'x'}) => library
          .sumUpTo(numbers: Uint32Array.of(numbers), most: most, name: name);
      expect(sum([5, 6], most: 10), 11);
      expect(() => sum([]), broken('numbers', 'non_empty', 'empty'));
      expect(
        () => sum([1, 2, 3, 4]),
        broken('numbers', 'max_len = 3', '4 long'),
      );
      expect(() => sum([1], most: 9), broken('most', 'range = 10..', '9'));
      expect(
        () => sum([1], name: 'X' * 100),
        broken('name', r'pattern = "^[a-z]*$"', '${'X' * 64}..'),
      );
      expect(() => sum([1], name: 'error'), throwsA(isA<RustErrorException>()));
    });
  });

  group('a guard', () {
    test('refuses what it does not allow, also by a panic', () async {
      final notes = _open().paper();
      final asked = notes.read();
      expect(await notes.latest(), asked + 1);
      expect(notes.write(1, 'hello'), 5);
      expect(
        () => notes.write(2, 'hello'),
        throwsA(isA<UnauthorizedException>()),
      );
      expect(
        () => notes.write(13, 'hello'),
        throwsA(isA<RustPanicException>()),
      );
      expect(() => notes.erase('Ada'), throwsA(isA<UnauthorizedException>()));
      expect(() => notes.erase(null), throwsA(isA<UnauthorizedException>()));
      expect(notes.read(), asked + 7);
      notes.dispose();
    });

    test('sees the request of the call', () async {
      final library = _open(), notes = library.paper();
      final production = library.production;
      expect(production.withRequest('audit', () => notes.write(2, 'hello')), 5);
      final erased = production.withRequest('audit', () => notes.erase('Ada'));
      expect(await erased, 3);
      for (final erase in [
        () => notes.erase('Ada'),
        () => production.withRequest('other', () => notes.erase('Ada')),
      ]) {
        expect(erase, throwsA(isA<UnauthorizedException>()));
      }
      notes.dispose();
    });
  });

  group('a secret', () {
    late FixtureProductionLibrary library;
    setUp(() => library = _open());

    /// Tests that [count] copies of the token [seed] are in memory until [end] was called.
    void goesWith(int seed, int count, void Function() end) {
      expect(library.copies(seed), count, reason: 'before');
      end();
      expect(library.copies(seed), 0, reason: 'after');
    }

    test('is gone from memory with its owner', () {
      goesWith(60, 0, () {});
      goesWith(61, 1, library.login(61).dispose);

      final box = LoginBox();
      library.logIn(box, 62);
      goesWith(62, 1, box.dispose);

      final array = LoginArray(3);
      library.logIn(array.boxAt(1), 63);
      goesWith(63, 1, array.dispose);

      final made = library.someLogins(64, 2);
      expect(library.hasToken(made.boxAt(1), 65), isTrue);
      goesWith(65, 1, made.dispose);

      LoginsQueue.push(library.login(66));
      goesWith(66, 1, LoginsQueue.tryPop()!.dispose);
    }, testOn: 'linux');

    test('is gone from memory with columns, and from the way to them', () {
      final made = library.loginColumns(70, 40);
      expect(library.copies(109), 1);
      goesWith(70, 1, made.dispose);
      expect(library.copies(109), 0);

      final box = LoginBox(), columns = LoginColumns();
      library.logIn(box, 110);
      columns.push(box.ref);
      columns[0] = box.ref;
      // Its view would keep the memory until the collector comes.
      box.raw.freeNow();
      goesWith(110, 1, columns.dispose);
    }, testOn: 'linux');

    test('is gone from the bytes that Rust decodes', () {
      final bytes = library.encodedLogin(120);
      final box = LoginBox.fromProto(bytes.list);
      expect(library.hasToken(box, 120), isTrue);
      bytes.list.fillRange(0, bytes.length, 0);
      goesWith(120, 1, box.dispose);
    }, testOn: 'linux');

    test('is gone from the JSON that Rust decodes', () {
      final json = library.loginJson(140);
      final box = LoginBox.fromProtoJsonBytes(json.list);
      expect(library.hasToken(box, 140), isTrue);
      expect(library.textCopies(140), 1, reason: 'the bytes are the caller\'s');
      json.list.fillRange(0, json.length, 0);
      expect(library.textCopies(140), 0);
      expect(box.toProtoJson(), '{"user":3,"name":"Ada"}');
      goesWith(140, 1, box.dispose);
      expect(() => LoginBox.fromProtoJson(''), throwsA(isA<FfiException>()));
    }, testOn: 'linux');

    test('is in views only', () {
      final box = library.login(130), login = box.ref;
      expect((login.user, login.token.length), (130, 48));
      expect(login.toData(), const LoginData(user: 130, name: ''));
      expect('$login', '${const LoginData(user: 130, name: '')}');
      expect('$login', isNot(contains('token')));

      const LoginData(user: 1, name: 'Ada').writeTo(login);
      expect(library.hasToken(box, 130), isTrue, reason: 'it does not change');
      login.token = [1, 2, 3];
      expect(login.token, [1, 2, 3]);
      expect(
        () => login.token = List.filled(49, 0),
        throwsA(isA<CapacityException>()),
      );

      final pair = PairBox();
      pair.ref.active.setFrom(login);
      expect(pair.ref.active.token, [1, 2, 3], reason: 'memory to memory');
      expect('${pair.ref}', 'PairData(active: LoginData(user: 1, name: Ada))');
      pair.dispose();
      box.dispose();
    });
  });

  test('the library tells its version and build', () {
    final info = _open().info;
    expect(info.name, 'fixture_production');
    expect(info.version, matches(RegExp(r'^\d+\.\d+\.\d+$')));
    expect(info.abi, 2);
    expect(info.features, containsAll(['async', 'production', 'tokio']));
    expect((info.profile, info.panic), ('debug', 'unwind'));
    expect('$info', contains(info.target));
    expect(Platform.version, contains(info.target.split('-').first));
  });
}

/// Listens to a queue in an isolate of its own, and says when it does and how that ends.
void _listen((SendPort, SendPort) ports) {
  final (listens, ended) = ports;
  _open();
  WaitingQueue.stream().listen(
    null,
    onError: (Object error) => ended.send('${error.runtimeType}'),
    onDone: () => ended.send('done'),
  );
  listens.send(null);
}

/// Calls [library] until its rate is used up, and throws the refusal.
Never _overTheRate(FixtureProductionLibrary library) {
  while (true) {
    library.limited(0);
  }
}

/// Asks for the health of [library] until no check is late, as `server` may be on a
/// machine that is busy.
Future<HealthReport> _inTime(FixtureProductionLibrary library) async {
  for (;;) {
    final report = await library.health();
    if (report.checks.every((it) => it.state != HealthState.late)) {
      return report;
    }
  }
}

/// Waits until [body] returns true.
Future<void> _until(bool Function() body) async {
  while (!body()) {
    await Future<void>.delayed(const Duration(milliseconds: 1));
  }
}

/// Returns each byte as the character with its number.
String latin1Text(Uint8List bytes) => String.fromCharCodes(bytes);
