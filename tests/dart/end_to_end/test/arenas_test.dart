/// Tests arenas; `tests/fixtures/arenas` has the Rust.
library;

import 'dart:isolate';
import 'dart:math';
import 'dart:typed_data';

import 'package:fixture_arenas/fixture_arenas.dart';
import 'package:test/test.dart';

void main() {
  final library = FixtureArenasLibrary.open();

  Matcher throwsIt<T extends FfiException>([String part = '']) =>
      throwsA(isA<T>().having((it) => it.message, 'message', contains(part)));

  // As `search` of the library does.
  ResultSetArena built(int count) {
    final arena = ResultSetArena();
    final set = arena.root..next = count;
    final rows = set.rows..reserve(count);
    const all = ['a', 'bb', 'ccc'];
    for (var index = 0; index < count; index++) {
      final row = rows.addNew()
        ..id = index
        ..created = -index;
      if (index.isEven) row.score = index / 4;
      row
        ..name = 'row $index of zürich'
        ..tags.addAll(all.take(index % 4));
      if (index % 3 == 0) {
        row.newNote()
          ..at = index
          ..author = 'ada'
          ..body = 'long ' * (index % 50);
      }
      row
        ..status = index % 5 == 0 ? Status.sent : Status.paid
        ..version = index
        ..paid = index % 7 == 0;
    }
    return arena;
  }

  group('an arena of Rust', () {
    test('is read in place', () {
      final arena = library.search(1000);
      final set = arena.root;
      expect((set.next, set.rows.length), (1000, 1000));
      final row = set.rows[3];
      expect(row.name, 'row 3 of zürich');
      expect(row.tags, ['a', 'bb', 'ccc']);
      expect(row.note?.body, 'long ' * 3);
      expect((row.score, row.created, row.status), (null, -3, Status.paid));
      expect(set.rows[4].note, isNull);
      expect(set.rows.map((it) => it.version), Iterable<int>.generate(1000));
      expect(() => set.rows[1000], throwsA(isA<IndexError>()));
      expect(() => set.rows[-1], throwsA(isA<IndexError>()));
    });

    test('has a value in each field', () {
      final all = library.everything().root;
      expect((all.flag, all.tiny, all.byte, all.short), (true, -1, 255, -300));
      expect(
        (all.unsignedShort, all.int_, all.unsigned),
        (65535, -70000, 0xffffffff),
      );
      expect((all.long, all.unsignedLong), (-0x8000000000000000, -1));
      expect(all.unsignedLongBig, BigInt.parse('18446744073709551615'));
      expect((all.float, all.double_), (1.5, -2.25));
      expect(
        (all.status, all.open.number, all.open.value),
        (Status.sent, 9, null),
      );
      expect(all.id, const RowId(77));
      expect(all.point, const PointData(x: 1, y: 2));
      expect(all.shape, const ShapeCorner(PointData(x: 3, y: 4)));
      expect(all.label, 'zürich');
      expect(all.token, [1, 2, 3]);
      expect(all.corners, const [PointData(x: 5, y: 6), PointData(x: 7, y: 8)]);
      expect(all.few, [1, 2]);
      expect(all.prices, isEmpty);
      expect(all.maybe, const PointData(x: 9, y: 10));
      expect(all.at, DateTime.utc(2023, 11, 14, 22, 13, 20, 0, 5));
      expect(all.took, const Duration(seconds: -3, microseconds: -1));
      expect('${all.uuid}', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6');
      expect('${all.amount}', '-123.45');
      expect(all.text, 'as long as you like');
      expect(all.bytes, [9, 8, 7]);
      expect(all.flags, [true, false]);
      expect(all.numbers, [0.5, 1.5, -2.5]);
      expect(all.numbers.typed, Float32List.fromList([0.5, 1.5, -2.5]));
      expect(all.longs, [1, -1]);
      expect(all.shorts, [-7]);
      expect(all.states, [Status.paid, Status.new_]);
      expect(all.points, const [PointData(x: 11, y: 12)]);
      expect(all.words, ['six']);
      expect(all.matrix, [
        [1, 2, 3],
        [4],
      ]);
      expect(all.times, [DateTime.utc(1970, 1, 1, 0, 1)]);
      expect(all.ids, const [RowId(5)]);
      expect((all.lone, all.far), (31, const PointData(x: 13, y: 14)));
      expect(all.scores, {'a': 1, 'b': 2});
      expect(all.scores.keys, ['a', 'b']);
      expect(all.notes[-1]?.author, 'last');
      expect(all.byStatus[Status.paid], [1, 2]);
      expect(all.inner.body, 'in place');
      expect(all.several.single.body, 'first');
      expect(all.perhaps?.body, 'perhaps');
      expect(all.chosen?.$1?.body, 'chosen');
    });
  });

  group('an arena of Dart', () {
    test('is read by Rust, and its bytes are those of Rust', () {
      for (final count in [0, 1, 17, 1000]) {
        final ours = built(count), theirs = library.search(count);
        expect(library.sum(ours), library.sum(theirs));
        ours.compact();
        theirs.compact();
        expect(ours.toBytes(), theirs.toBytes());
        expect(library.bytesOf(ours).list, ours.toBytes());
        expect(ours.wasted, lessThan(64));
      }
    });

    test('is what was built, without a compaction as well', () {
      expect(built(100).toBytes(), library.search(100).toBytes());
    });

    test('has each value that it was given, and shows it to Rust', () {
      final theirs = library.everything();
      final data = theirs.root.toData();
      final ours = data.toArena();
      expect(ours.root.toData(), data);
      expect(library.shown(ours), library.shown(theirs));
      ours.compact();
      theirs.compact();
      expect(ours.toBytes(), theirs.toBytes());
      expect(data.copyWith(text: 'x').toArena().root.text, 'x');
    });

    test('is a value on the heap, without a library', () {
      final data = library.everything().root.toData();
      final bytes = Everything.bytesOf(data);
      expect(Everything.fromBytes(bytes).toData(), data);
      final arena = EverythingArena.fromBytes(bytes);
      expect(library.shown(arena), library.shown(library.everything()));
      final view = Everything.fromBytes(bytes);
      expect(() => view.int_ = 1, throwsUnsupportedError);
      expect(() => view.text = 'x', throwsUnsupportedError);
      expect(() => view.numbers.add(1), throwsUnsupportedError);
    });

    test('refuses what it can\'t hold, and stays what it was', () {
      final all = EverythingArena().root;
      expect(() => all.tiny = 128, throwsRangeError);
      expect(
        () => all.label = 'more than twelve',
        throwsIt<CapacityException>(),
      );
      expect(() => all.text = '\ud800', throwsArgumentError);
      expect(() => all.corners = const [], throwsArgumentError);
      expect(() => all.numbers[0] = 1, throwsA(isA<IndexError>()));
      expect(() => all.at = DateTime.utc(10000), throwsRangeError);
      expect(all.toData(), EverythingArena().root.toData());
    });
  });

  group('lists and maps', () {
    test('are those of a model, step by step', () {
      final random = Random(7);
      final arena = EverythingArena(lists: 0, text: 0);
      final numbers = <double>[], words = <String>[], scores = <String, int>{};
      final rows = <PointData>[];
      String text() => String.fromCharCodes(
        List.generate(random.nextInt(9), (_) => 0x61 + random.nextInt(0x500)),
      );
      for (var step = 0; step < 4000; step++) {
        final all = arena.root;
        final number = random.nextInt(100).toDouble(), word = text();
        switch (random.nextInt(14)) {
          case 0:
            all.numbers.add(number);
            numbers.add(number);
          case 1:
            all.words.add(word.length > 2 ? 'ab' : 'c');
            words.add(word.length > 2 ? 'ab' : 'c');
          case 2:
            final at = random.nextInt(numbers.length + 1);
            all.numbers.insert(at, number);
            numbers.insert(at, number);
          case 3 when numbers.isNotEmpty:
            final at = random.nextInt(numbers.length);
            expect(all.numbers.removeAt(at), numbers.removeAt(at));
          case 4:
            all.scores[word] = step;
            scores[word] = step;
          case 5 when scores.isNotEmpty:
            final key = scores.keys.elementAt(random.nextInt(scores.length));
            expect(all.scores.remove(key), scores.remove(key));
          case 6:
            final point = PointData(x: number, y: -number);
            all.points.add(point);
            rows.add(point);
          case 7:
            all.numbers.addAll(all.numbers.take(3).toList());
            numbers.addAll(numbers.take(3).toList());
          case 8:
            all.numbers.sort();
            numbers.sort();
          case 9 when numbers.length > 40:
            all.numbers.removeRange(3, 20);
            numbers.removeRange(3, 20);
          case 10 when words.isNotEmpty:
            all.words.length = words.length - 1;
            words.removeLast();
          case 11 when step % 50 == 0:
            arena.compact();
          case 12 when rows.length > 1:
            all.points.swap(0, rows.length - 1);
            final first = rows.first;
            rows.first = rows.last;
            rows.last = first;
          case 13:
            all.text = word;
          default:
        }
        if (step % 100 == 0) {
          // Rust checks all of it.
          library.shown(arena);
          expect(
            arena.root.scores.keys.toList(),
            [...scores.keys]..sort(_byRunes),
          );
        }
        final now = arena.root;
        expect(now.numbers, numbers);
        expect(now.words, words);
        expect(now.scores, scores);
        expect(now.points, rows);
      }
    });

    test('of messages move, and are values when they are taken out', () {
      final arena = built(10);
      final rows = arena.root.rows;
      rows.sort((a, b) => b.version - a.version);
      expect(rows.map((it) => it.version), [
        for (var it = 9; it >= 0; it--) it,
      ]);
      final removed = rows.removeAt(0);
      expect(removed.version, 9);
      expect(removed.tags, ['a']);
      expect(rows.first.version, 8);
      rows.insert(1, removed);
      expect(rows[1].toData(), removed.toData());
      rows[0] = rows[2];
      expect(rows[0], rows[2]);
      expect(rows.contains(removed), isTrue);
      expect(rows.indexOf(removed), 1);
      expect('${rows[1]}', contains('version: 9'));
      rows.addAll(rows.toList());
      expect(rows.length, 20);
      rows.removeWhere((it) => it.version.isOdd);
      expect(rows.every((it) => it.version.isEven), isTrue);
      library.sum(arena);
    });

    test('may be set to views of themselves', () {
      final arena = EverythingArena.fromBytes(library.everything().toBytes());
      final all = arena.root, before = all.toData();
      all
        ..numbers = all.numbers
        ..states = all.states
        ..words = all.words
        ..scores = all.scores
        ..matrix.first = all.matrix.first;
      expect(all.toData(), before);
      all.matrix.setAll(0, all.matrix.reversed.toList());
      expect(all.matrix.first, [4]);
    });

    test('that are reserved don\'t move', () {
      final rows = ResultSetArena().root.rows..reserve(100);
      final first = rows.addNew()..id = 1;
      for (var index = 1; index < 100; index++) {
        rows.addNew().name = 'x' * 1000;
      }
      first.name = 'first';
      expect(rows[0].name, 'first');
    });
  });

  group('functions', () {
    test('change what is lent', () {
      final arena = built(10);
      expect(library.append(arena, library.search(2000)), 2010);
      expect(arena.root.rows[2009].name, 'row 1999 of zürich');
      expect(library.append(arena, null), 2010);
      library.tidy(arena);
      expect(arena.root.rows[2009].tags, ['a', 'bb', 'ccc']);
      arena.root.rows.addNew().name = 'after';
      expect(library.append(arena, null), 2011);
      expect(arena.root.rows.last.name, 'after');
    });

    test('that panic leave what they had done', () {
      final arena = built(1);
      for (final length in [1, 100000]) {
        expect(
          () => library.failWhileEditing(arena, length),
          throwsIt<RustPanicException>('half done'),
        );
        expect(arena.root.rows.last.name, 'x' * length);
      }
      expect(arena.root.rows.length, 3);
    });

    test('take what is given, and nothing if they refuse it', () {
      final one = built(3), other = built(5);
      expect(library.reversed(one).root.rows.first.version, 2);
      for (final use in [
        () => one.root,
        () => one.toBytes(),
        () => one.wasted,
        () => library.sum(one),
        () => library.reversed(one),
      ]) {
        expect(use, throwsStateError);
      }
      one.dispose();
      expect(
        () => library.longer(other, other),
        throwsIt<InvalidArgumentException>(
          'are one arena, which is given away once',
        ),
      );
      expect(other.root.rows.length, 5);
      expect(library.longer(other, built(7))?.root.rows.length, 7);
      expect(library.longer(ResultSetArena(), null), isNull);
      expect(library.longer(built(1), null)?.root.rows.length, 1);
      final refused = built(2);
      expect(
        () => library.refuse(refused),
        throwsIt<RustErrorException>('2 rows are refused'),
      );
      expect(() => refused.root, throwsStateError);
    });

    test('show what they have done in lists that are held', () {
      final arena = built(2);
      final rows = arena.root.rows, tags = rows[1].tags;
      expect((rows.length, tags.length), (2, 1));
      expect(library.append(arena, library.search(500)), 502);
      expect((rows.length, rows[501].name), (502, 'row 499 of zürich'));
      expect(arena.root.rows[1].tags, ['a']);
      library.tidy(arena);
      expect(rows.length, 502);
      expect(rows[3].tags, ['a']);
      arena.compact();
      expect(rows.map((it) => it.id).take(4), [0, 1, 0, 1]);
      arena.dispose();
      expect(() => rows.length, throwsA(anything));
      expect(() => rows.addNew(), throwsA(anything));
      expect(() => tags.add('b'), throwsA(anything));
    });

    test('refuse two names of one arena, if one is changed', () {
      final arena = built(3);
      expect(
        () => library.append(arena, arena),
        throwsIt<InvalidArgumentException>('overlap'),
      );
      expect(library.append(arena, built(1)), 4);
    });

    test('run later', () async {
      final given = built(0);
      final found = await library.searchLater(given, 100);
      expect(found.toBytes(), library.search(100).toBytes());
      expect(() => given.root, throwsStateError);
      expect(await library.sumLater(found), library.sum(library.search(100)));
      expect(() => found.root, throwsStateError);
    });
  });

  group('memory', () {
    test('that typed data shows stays what it is', () {
      final kept = <(Float32List, double)>[];
      final arena = EverythingArena();
      for (var round = 0; round < 300; round++) {
        final numbers = arena.root.numbers..clear();
        numbers.addAll(List.filled(1000 + round * 50, round.toDouble()));
        kept.add((numbers.typed, round.toDouble()));
        if (round % 3 == 0) arena.compact();
        if (round % 7 == 0) {
          // Garbage, so that the collector runs.
          List.generate(1000, (it) => Uint8List(1024));
        }
      }
      // `clear` of a list in its own memory writes zeros there.
      for (final (list, number) in kept) {
        expect(
          list.every((it) => it == number || it == 0 || it > number),
          isTrue,
        );
      }
      expect(() => kept.first.$1[0] = 1, throwsUnsupportedError);
      final numbers = arena.root.numbers.typed;
      final last = numbers.last;
      arena.dispose();
      expect(numbers.last, last);
    });

    test('that an arena has grown out of is no garbage', () {
      // The collector runs for external memory that is garbage, and clears the reference then.
      // It may also run for another reason, but hardly each time.
      bool runs() {
        final reference = WeakReference(Object());
        for (var i = 0; i < 20; i++) {
          final arena = ResultSetArena();
          for (var count = 100; count <= 12800; count *= 2) {
            arena.root.rows.length = count;
          }
          arena.dispose();
        }
        return reference.target == null;
      }

      expect(Iterable.generate(8, (_) => runs()), contains(false));
    });

    test('that a call got stays while the arena grows', () {
      final arena = ResultSetArena();
      arena.root.rows.addNew().id = 7;
      expect(library.sum(arena), 7);
      arena.root.rows.length = 1000;
      arena.root.rows[999].id = 3;
      expect(library.sum(arena), 10);
    });

    test('goes to another isolate by its address', () async {
      final arena = built(100);
      final address = arena.release();
      expect(() => arena.root, throwsStateError);
      expect(await _lastName(address), 'row 99 of zürich');
    });

    test('of a thousand arenas is given back', () {
      for (var round = 0; round < 1000; round++) {
        final arena = built(20);
        if (round.isEven) arena.dispose();
        if (round % 3 == 0) library.reversed(library.search(20));
      }
    });

    test('is not used after its end', () {
      final arena = built(1);
      final row = arena.root.rows[0];
      arena
        ..dispose()
        ..dispose();
      expect(() => arena.root, throwsStateError);
      expect(() => row.name, throwsA(anything));
      expect(() => row.id = 1, throwsA(anything));
    });
  });

  group('hostile bytes', () {
    test('are refused by their header', () {
      final bytes = built(2).toBytes();
      Matcher refused(String part) => throwsIt<InvalidValueException>(part);
      ResultSet read(int at, int byte) =>
          ResultSet.fromBytes(Uint8List.fromList(bytes)..[at] = byte);
      expect(() => read(0, 1), refused('the bytes are not an arena'));
      expect(() => read(8, 2), refused('version 2'));
      expect(() => read(10, 2), refused('endianness'));
      expect(() => read(16, bytes[16] ^ 1), refused('another layout'));
      expect(() => read(27, 1), refused('is in ${bytes.length} bytes'));
      expect(
        () => ResultSet.fromBytes(Uint8List.sublistView(bytes, 0, 63)),
        refused('63 bytes are less'),
      );
      expect(
        () => Everything.fromBytes(bytes),
        refused("another layout than this package's Everything"),
      );
      expect(() => ResultSetArena.fromBytes(Uint8List(64)), refused(''));
    });

    test('give values or exceptions, and Rust refuses them', () {
      final random = Random(11);
      final bytes = library.everything().toBytes();
      var values = 0, exceptions = 0, accepted = 0;
      for (var round = 0; round < 4000; round++) {
        final mutant = Uint8List.fromList(bytes);
        for (var change = random.nextInt(3); change >= 0; change--) {
          final at = 64 + random.nextInt(mutant.length - 64);
          mutant[at] = random.nextInt(4) == 0
              ? random.nextInt(256)
              : random.nextInt(8);
        }
        try {
          Everything.fromBytes(mutant).toData();
          values++;
        } on FfiException {
          exceptions++;
        } on RangeError {
          exceptions++;
        } on StackOverflowError {
          exceptions++;
        } on FormatException {
          exceptions++;
        }
        try {
          final arena = EverythingArena.fromBytes(mutant);
          library.shown(arena);
          arena.root.toData();
          accepted++;
        } on InvalidValueException {
          // Refused.
        }
      }
      expect(
        (values > 100, exceptions > 100, accepted > 100),
        (true, true, true),
      );
    });
  });
}

Future<String> _lastName(int address) => Isolate.run(() {
  FixtureArenasLibrary.open();
  final arena = ResultSetArena.adopt(address);
  final name = arena.root.rows.last.name;
  arena.dispose();
  return name;
});

int _byRunes(String a, String b) {
  final one = a.runes.toList(), other = b.runes.toList();
  for (var i = 0; i < one.length && i < other.length; i++) {
    if (one[i] != other[i]) return one[i] - other[i];
  }
  return one.length - other.length;
}
