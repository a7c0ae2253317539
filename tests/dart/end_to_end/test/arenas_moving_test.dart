/// Tests arenas that change hands: items of streams, arguments and results of methods
/// and services. `tests/fixtures/arenas/src/moving.rs` has the Rust.
library;

import 'dart:async';
import 'dart:isolate';
import 'dart:typed_data';

import 'package:fixture_arenas/fixture_arenas.dart';
import 'package:test/test.dart';

import 'garbage.dart';

final _library = FixtureArenasLibrary.open();

/// The ids of the rows of [arena].
List<int> _ids(ResultSetArena arena) => [
  for (final row in arena.root.rows) row.id,
];

NoteArena _query(String body, [int at = 0]) => NoteArena()
  ..root.body = body
  ..root.at = at;

Matcher _throwsIt<T extends FfiException>(String part) =>
    throwsA(isA<T>().having((it) => it.message, 'message', contains(part)));

void main() {
  late int chunks;

  // The first call of each kind allocates memory of the isolate, which looks like a
  // chunk.
  setUpAll(() async {
    int noRows(int page, ResultSetArena arena) {
      arena.dispose();
      return page == 1 ? throw const FormatException('no page 1') : 0;
    }

    await _library.showPages(1, noRows);
    await expectLater(
      _library.showPages(2, noRows),
      _throwsIt<RustErrorException>('no page 1'),
    );
    for (final page in await _library.pages(20, 5).toList()) {
      page.root.rows.addNew().name = 'one more' * 20;
      _library.append(page, null);
      final other = _library.reversed(page);
      other
        ..toBytes()
        ..dispose();
    }
    final finder = _library.openFinder();
    final query = _query('where' * 1000);
    finder.answer(query);
    query.dispose();
    (await finder.findLater(_query('2'))).dispose();
    for (final page in await finder.pages(_query('', 1)).toList()) {
      page.dispose();
    }
    finder.dispose();
  });
  setUp(() async => chunks = await fewest(_library.liveChunks));
  tearDown(() => untilCollected(_library.liveChunks, chunks));

  group('a stream', () {
    test('has arenas as items, which stay', () async {
      final pages = await _library.pages(20, 5).toList();
      for (final (index, page) in pages.indexed) {
        expect(page.toBytes(), _library.search(index * 5).toBytes());
        // An item is as good as any other arena: it grows, and is given away.
        page.root.rows.addNew().name = 'one more' * index;
        expect(_library.append(page, null), index * 5 + 1);
      }
      expect(_ids(_library.reversed(pages[1])), [0, 4, 3, 2, 1, 0]);
      expect(() => pages[1].root, throwsStateError);
    });

    test('has failures between its items', () async {
      final got = <Object>[];
      await _library
          .pagesOrErrors(9)
          .handleError((Object error) => got.add('$error'))
          .forEach((page) => got.add(_ids(page)));
      expect(got, hasLength(9));
      expect(got[1], [0]);
      expect(got[2], contains('no page 2'));
      expect(got[7], [0, 1, 2, 3, 4, 5, 6]);
    });

    test('has none where there is none', () async {
      final pages = await _library.evenPages(5).toList();
      expect(
        [for (final page in pages) page == null ? null : _ids(page).length],
        [0, null, 2, null, 4],
      );
    });

    test('owns the arena that it is made of', () async {
      final set = _library.search(300);
      final stream = _library.split(set);
      // It is given when the stream is listened to.
      expect(set.root.rows.length, 300);
      final rows = await stream.toList();
      expect([
        for (final row in rows) ..._ids(row),
      ], _ids(_library.search(300)));
      expect(() => set.root, throwsStateError);
      expect(_library.split(set).toList(), throwsStateError);
    });

    test('that is cancelled or paused leaves nothing', () async {
      for (var round = 0; round < 50; round++) {
        await for (final page in _library.pages(1000, 1)) {
          if (_ids(page).length == round % 7) break;
        }
      }
      final taken = Completer<void>();
      var got = 0;
      late final StreamSubscription<ResultSetArena> subscription;
      subscription = _library.pages(1000, 1).listen((page) {
        if (++got == 3) {
          subscription.pause();
          taken.complete();
        }
      });
      await taken.future;
      await collectGarbage();
      expect(got, 3);
      await subscription.cancel();
      expect(got, 3);
    });
  });

  group('a stream of Dart', () {
    test('gives its arenas to Rust, one after the other', () async {
      final given = <ResultSetArena>[];
      Stream<ResultSetArena> pages() async* {
        for (var page = 0; page < 50; page++) {
          final set = _library.search(page % 4);
          given.add(set);
          yield set;
        }
      }

      final all = await _library.gather(pages());
      expect(_ids(all), [
        for (var page = 0; page < 50; page++)
          for (var row = 0; row < page % 4; row++) row,
      ]);
      for (final set in given) {
        expect(() => set.root, throwsStateError);
      }
      expect(await _library.lookThrough(const Stream.empty()), '');
    });

    test('has items that Rust refuses, and goes on', () async {
      final broken = _library.search(2), gone = _library.search(1)..dispose();
      // A list that is outside of the arena: its handle is behind header and `next`.
      final lists = broken.memory$.lists, rows = 64 + 16;
      final at = lists.getUint32(rows, Endian.little);
      lists.setUint32(rows, 1 << 20, Endian.little);
      final pages = StreamController<ResultSetArena>();
      final said = _library.lookThrough(pages.stream);
      pages
        ..add(_library.search(3))
        ..add(broken)
        ..addError(const FormatException('no page'))
        ..add(gone)
        ..add(_library.search(4));
      unawaited(pages.close());
      final results = (await said).split('; ');
      expect(results, hasLength(5));
      expect(results.first, '3');
      expect(results[1], contains('pages.rows: '));
      expect(results[2], contains('no page'));
      expect(results[3], contains('was used after it was disposed of'));
      expect(results.last, '4');
      // What was refused is here as before.
      lists.setUint32(rows, at, Endian.little);
      expect(_ids(broken), [0, 1]);
    });

    test('has views that stay readable where Dart still uses them', () async {
      final set = _library.search(2);
      final bytes = Uint8List.sublistView(set.memory$.lists);
      final before = Uint8List.fromList(bytes);
      expect(_ids((await _library.firstPage(Stream.value(set)))!), [0, 1]);
      expect(() => set.root, throwsStateError);
      expect(bytes, before);
    });

    test('that is dropped, cancelled or never read leaves nothing', () async {
      for (var round = 0; round < 20; round++) {
        final pages = [for (var i = 0; i < 20; i++) _library.search(i)];
        final first = await _library.firstPage(Stream.fromIterable(pages));
        expect(_ids(first!), isEmpty);
        final ignored = _library.ignorePages(
          Stream.fromIterable([_library.search(1), _library.search(2)]),
        )..cancel();
        await ignored.then<void>((_) {}, onError: (Object _) {});
      }
    });
  });

  group('a function of Dart', () {
    test('owns the arenas that it gets', () async {
      final shown = <ResultSetArena>[], sums = <int>[];
      final sum = await _library.showPages(20, (page, arena) {
        shown.add(arena);
        // It is as good as any other arena.
        arena.root.rows.addNew().id = page;
        sums.add(_library.sum(arena));
        return sums.last;
      });
      expect(
        [for (final it in shown) it.root.rows.length],
        [for (var i = 1; i <= 20; i++) i],
      );
      expect(sum, sums.reduce((a, b) => a + b));
    });

    test('that throws leaves nothing', () async {
      final call = _library.showPages(
        20,
        (page, arena) => page == 7
            ? throw const FormatException('no page 7')
            : arena.root.rows.length,
      );
      await expectLater(call, _throwsIt<RustErrorException>('no page 7'));
    });
  });

  group('a method', () {
    test('takes and returns arenas in every mode', () async {
      final first = _library.search(2);
      final basket = Basket(first);
      expect(() => first.root, throwsStateError);
      final lent = _library.search(3);
      expect(basket.add(lent), 5);
      expect(lent.root.rows.length, 3);
      final given = _library.search(4);
      final added = basket.addLater(given);
      // It is gone before the task has run.
      expect(() => given.root, throwsStateError);
      expect(await added, 9);
      final blocking = _library.search(1);
      expect(await basket.addBlocking(blocking), 10);
      expect(() => blocking.root, throwsStateError);

      const ids = [0, 1, 0, 1, 2, 0, 1, 2, 3, 0];
      expect(_ids(basket.all()), ids);
      expect(_ids((await basket.allLater())!), ids);
      final poured = _library.search(1);
      expect(basket.pourInto(poured), _library.sum(poured));
      expect(_ids(poured), [0, ...ids]);
      final each = await basket.each().toList();
      expect([for (final one in each) ..._ids(one)], ids);
      basket.dispose();
    });

    test('that fails has taken the arena', () async {
      final basket = await Basket.load(_library.search(0));
      final empty = _library.search(0);
      await expectLater(
        basket.addBlocking(empty),
        _throwsIt<RustErrorException>('the set is empty'),
      );
      expect(() => empty.root, throwsStateError);
      expect(await basket.allLater(), isNull);
      await expectLater(
        Basket.load(null),
        _throwsIt<RustErrorException>('there is no set'),
      );
      basket.dispose();
    });

    test('that is refused leaves the arena here', () async {
      final basket = Basket(_library.search(1))..dispose();
      final kept = _library.search(2);
      expect(() => basket.add(kept), throwsStateError);
      expect(() => basket.addLater(kept), throwsStateError);
      expect(_ids(kept), [0, 1]);

      // A list that is outside of the arena: its handle is behind header and `next`.
      final other = Basket(_library.search(1));
      final lists = kept.memory$.lists, rows = 64 + 16;
      final at = lists.getUint32(rows, Endian.little);
      lists.setUint32(rows, 1 << 20, Endian.little);
      for (final call in <void Function()>[
        () => other.add(kept),
        () => other.addLater(kept),
        () => other.addBlocking(kept),
        () => Basket(kept),
      ]) {
        expect(call, _throwsIt<InvalidValueException>('set.rows: '));
      }
      lists.setUint32(rows, at, Endian.little);
      expect(await other.addLater(kept), 3);
      other.dispose();
    });

    test('that is cancelled frees what it got', () async {
      final basket = Basket(_library.search(1));
      for (var round = 0; round < 100; round++) {
        final call = basket.addLater(_library.search(50))..cancel();
        await call.then<void>((_) {}, onError: (Object _) {});
      }
      basket.dispose();
    });

    test('runs a thousand times at once', () async {
      final basket = Basket(_library.search(0));
      final counts = await Future.wait([
        for (var i = 0; i < 1000; i++) basket.addLater(_library.search(1)),
      ]);
      expect(counts.toSet(), {for (var i = 1; i <= 1000; i++) i});
      basket.dispose();
    });
  });

  group('a service', () {
    test('takes and returns arenas in every mode', () async {
      final finder = _library.openFinder();
      expect(_ids(finder.find(_query('3'))), [0, 1, 2]);
      expect(
        () => finder.find(_query('many')),
        _throwsIt<RustErrorException>('`many` is no number'),
      );
      final query = _query('2');
      expect(_ids(await finder.findLater(query)), [0, 1]);
      expect(() => query.root, throwsStateError);
      await expectLater(
        finder.findLater(_query('few')),
        _throwsIt<RustErrorException>('`few` is no number'),
      );

      final asked = _query('where' * 1000);
      finder.answer(asked);
      expect(asked.root.body, '${'where' * 1000}!');
      finder.answer(asked);
      expect(asked.root.body, '${'where' * 1000}!!');

      final pages = await finder.pages(_query('', 4)).toList();
      expect([for (final page in pages) _ids(page).length], [0, 1, 2, 3]);
      finder.dispose();
    });
  });

  test('an isolate that ends has taken and given arenas', () async {
    for (var round = 0; round < 5; round++) {
      final port = ReceivePort();
      final isolate = await Isolate.spawn(_storm, port.sendPort);
      // It works when it is killed.
      await port.first;
      final gone = ReceivePort();
      isolate
        ..addOnExitListener(gone.sendPort)
        ..kill(priority: Isolate.immediate);
      await gone.first;
    }
  });
}

/// Gives and takes arenas until it is killed.
Future<void> _storm(SendPort started) async {
  final library = FixtureArenasLibrary.open();
  final basket = Basket(library.search(0));
  for (var round = 0; ; round++) {
    unawaited(basket.addLater(library.search(round % 20)));
    final calls = [
      for (var i = 0; i < 20; i++) library.searchLater(library.search(i), 5),
    ];
    await for (final page in library.pages(10, 3)) {
      if (page.root.rows.length == 12) break;
    }
    await Future.wait(calls);
    if (round == 3) started.send(null);
    if (round % 10 == 9) basket.all();
  }
}
