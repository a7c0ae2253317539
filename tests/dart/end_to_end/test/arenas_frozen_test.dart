/// Tests arenas that are read-only, files with their schema, and oneofs in arenas;
/// `tests/fixtures/arenas/src/frozen.rs` has the Rust.
library;

import 'dart:io';
import 'dart:isolate';
import 'dart:typed_data';

import 'package:fixture_arenas/fixture_arenas.dart';
import 'package:test/test.dart';

void main() {
  final library = FixtureArenasLibrary.open();

  group('a frozen arena', () {
    test('is read, lent and not written', () {
      final arena = library.search(200);
      final sum = library.sum(arena);
      expect(arena.isReadOnly, isFalse);
      arena.freeze();
      arena.freeze();
      expect(arena.isReadOnly, isTrue);
      expect(arena.root.rows[3].name, 'row 3 of zürich');
      expect(library.sum(arena), sum);
      expect(() => arena.root.next = 1, throwsUnsupportedError);
      expect(() => arena.root.rows.addNew(), throwsUnsupportedError);
      expect(() => arena.root.rows[0].name = 'x', throwsUnsupportedError);
      for (final change in [
        () => library.tidy(arena),
        () => library.reversed(arena),
      ]) {
        expect(
          change,
          throwsA(
            isA<InvalidValueException>().having(
              (it) => it.message,
              'message',
              contains('which is only read; hint: pass a copy of it'),
            ),
          ),
        );
      }
      expect(library.sum(arena), sum, reason: 'it is still here');
      // A copy can be changed, and so can one without waste in its place.
      final copy = ResultSetArena.fromBytes(arena.toBytes());
      copy.root.rows[0].name = 'changed';
      expect(copy.isReadOnly, isFalse);
      arena.compact();
      arena.root.rows[0].name = 'changed';
      expect(arena.isReadOnly, isFalse);
    });

    test('keeps the typed data of before', () {
      final all = library.everything();
      final numbers = all.root.numbers.typed;
      all.freeze();
      expect(numbers, [0.5, 1.5, -2.5]);
      expect(all.root.numbers, [0.5, 1.5, -2.5]);
    });

    test('is read by several isolates at once', () async {
      final arena = library.search(500)..freeze();
      final sum = library.sum(arena);
      final sums = [
        for (var index = 0; index < 4; index++) _sumOf(arena.share()),
      ];
      expect(library.sum(arena), sum);
      expect(await Future.wait(sums), [sum, sum, sum, sum]);
      final released = arena.release();
      expect(() => arena.root, throwsStateError);
      expect(await _sumOf(released), sum);
      expect(() => library.search(1).share(), throwsStateError);
    });

    test('of Rust is the same pages each time', () async {
      final first = library.sharedTable(), second = library.sharedTable();
      expect((first.isReadOnly, second.root.rows.length), (true, 1000));
      expect(library.sum(first), library.tableSum());
      expect(await _sumOf(second.release()), library.tableSum());
      first.dispose();
      expect(library.sharedTable().root.rows[7].version, 7);
    });

    test('is made of one that was given away', () {
      final arena = library.search(30);
      final sum = library.sum(arena);
      expect(library.keep(arena), sum);
      expect(() => arena.root, throwsStateError);
      expect(library.sum(library.kept()!), sum);
    });

    test('is not made of an arena that is none', () {
      final arena = library.search(3);
      arena.memory$.lists.setUint32(64 + 16, 0x7fffffff, Endian.little);
      expect(arena.freeze, throwsA(isA<InvalidValueException>()));
      expect(arena.isReadOnly, isFalse);
    });
  });

  group('a file', () {
    final folder = Directory.systemTemp.createTempSync('frozen');
    tearDownAll(() => folder.deleteSync(recursive: true));

    test('is mapped read-only, and shared', () async {
      final path = '${folder.path}/rows.ffi';
      library.search(50).write(path);
      final mapped = ResultSetArena.map(path);
      expect(mapped.isReadOnly, isTrue);
      expect(await _sumOf(mapped.share()), library.sum(mapped));
    });

    test('with its schema is read as one without', () {
      final path = '${folder.path}/schema.ffi';
      final arena = library.search(20)..write(path, schema: true);
      final bytes = File(path).readAsBytesSync();
      expect(bytes.length, greaterThan(arena.lengthInBytes + 500));
      expect(ResultSetArena.open(path).root.rows.length, 20);
      expect(ResultSetArena.map(path).root.rows.length, 20);
      expect(ResultSet.fromBytes(bytes).rows[7].version, 7);
      // With another layout the first difference is named.
      final text = String.fromCharCodes(bytes.sublist(arena.lengthInBytes));
      final other = text.replaceFirst(
        '"name":"version","tag":8',
        '"name":"edition","tag":8',
      );
      expect(other, isNot(text));
      bytes
        ..[16] ^= 1
        ..setRange(arena.lengthInBytes, bytes.length, other.codeUnits);
      File(path).writeAsBytesSync(bytes);
      final refused = throwsA(
        isA<InvalidValueException>().having(
          (it) => it.message,
          'message',
          contains('`Row.version` is only here: `u32`'),
        ),
      );
      expect(() => ResultSetArena.open(path), refused);
      expect(() => ResultSetArena.map(path), refused);
    });
  });

  group('a oneof with handles', () {
    test('is read as a value', () {
      final post = library.posts().root;
      expect(post.content, ContentText('as long as you like'));
      expect(post.history, [const ContentRemoved()]);
      expect(post.answers[0].content, ContentWords(['zürich', 'bern']));
      expect(
        post.answers[1].content,
        ContentNote(NoteData(at: 0, author: '', body: 'body')),
      );
      expect(post.answers[2].content, ContentAt(PointData(x: 1, y: 2)));
      expect(post.answers[3].content, const ContentUnset());
    });

    test('is written by a value, and read by Rust', () {
      final arena = PostArena();
      arena.root.content = ContentWords(['a', 'bb']);
      arena.root.history.add(
        ContentNote(NoteData(at: 5, author: 'ada', body: 'x' * 5000)),
      );
      arena.root.history.add(ContentText('text'));
      final shown = library.postShown(arena);
      expect(shown, contains('content: Words(["a", "bb"])'));
      expect(shown, contains('author: "ada"'));
      expect(shown, contains('Text("text")'));
      arena.root.content = const ContentRemoved();
      expect(library.postShown(arena), contains('content: Removed'));
      expect(arena.root.toData().toArena().root.toData(), arena.root.toData());
    });
  });
}

Future<int> _sumOf(int address) => Isolate.run(() {
  final library = FixtureArenasLibrary.open();
  return library.sum(ResultSetArena.adopt(address));
});
