/// Tests arenas that are read-only, files with their schema, oneofs in arenas, types in
/// circles, and protobuf; `tests/fixtures/arenas/src/frozen.rs` and `circles.rs` have the
/// Rust.
library;

import 'dart:io';
import 'dart:isolate';
import 'dart:typed_data';

import 'package:fixture_arenas/fixture_arenas.dart';
import 'package:test/test.dart';

import 'machine.dart';

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

  group('a function that shares the pages', () {
    test('keeps them, as Dart does', () async {
      final arena = library.search(300);
      final sum = library.sum(arena);
      arena.freeze();
      library.keepFrozen(arena);
      expect(arena.root.rows[3].id, 3);
      final later = library.sumFrozen(arena);
      arena.dispose();
      expect(await later, sum);
      expect(library.sum(library.kept()!), sum);
      expect(await library.sumFrozen(null), 0);
      expect(() => library.sumFrozen(arena), throwsStateError);
    });

    test('wants a frozen arena', () async {
      final arena = library.search(3);
      final refused = throwsA(
        isA<InvalidArgumentException>().having(
          (it) => it.message,
          'message',
          contains('is not frozen; hint: `freeze()` it before'),
        ),
      );
      expect(() => library.keepFrozen(arena), refused);
      expect(arena.root.rows.length, 3);
      arena.freeze();
      library.keepFrozen(arena);
      expect(library.kept()?.root.rows.length, 3);
    });
  });

  group('a file', () {
    final folder = Directory.systemTemp.createTempSync('frozen');
    tearDownAll(() => deleteFolder(folder));

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
      final changed = '${folder.path}/changed.ffi';
      File(changed).writeAsBytesSync(bytes);
      final refused = throwsA(
        isA<InvalidValueException>().having(
          (it) => it.message,
          'message',
          contains('`Row.version` is only here: `u32`'),
        ),
      );
      expect(() => ResultSetArena.open(changed), refused);
      expect(() => ResultSetArena.map(changed), refused);
    });
  });

  group('a oneof with handles', () {
    test('is read in place', () {
      final post = library.posts().root;
      expect(post.content.tag, 1);
      expect(post.content.text, 'as long as you like');
      expect((post.content.words, post.content.note), (null, null));
      expect(post.content.isRemoved, isFalse);
      expect(post.history.single.isRemoved, isTrue);
      expect(post.answers[0].content.words, ['zürich', 'bern']);
      expect(post.answers[1].content.note?.body, 'body');
      expect(post.answers[2].content.at, PointData(x: 1, y: 2));
      expect(post.answers[3].content.isUnset, isTrue);
    });

    test('is copied as a value', () {
      final post = library.posts().root;
      expect(post.content.value, ContentText('as long as you like'));
      expect(post.history.toData(), [const ContentRemoved()]);
      expect(
        post.answers[1].content.toData(),
        ContentNote(NoteData(at: 0, author: '', body: 'body')),
      );
      expect(post.answers[2].content, post.answers[2].content);
      expect('${post.answers[3].content}', 'ContentUnset()');
    });

    test('is written in place, and read by Rust', () {
      final arena = PostArena();
      final content = arena.root.content;
      content.newWords().addAll(['a', 'bb']);
      expect(library.postShown(arena), contains('content: Words(["a", "bb"])'));
      // A case that is set stays as it is; what it is set to may be a view of it.
      content.newWords().add('ccc');
      content.setWords(content.words!);
      expect(content.words, ['a', 'bb', 'ccc']);
      // Each change of the case begins with zeros, also if the bytes were another handle.
      content.newNote().body = 'x' * 5000;
      expect(content.words, isNull);
      expect(content.newWords(), isEmpty);
      content.newNote();
      expect(
        library.postShown(arena),
        contains('content: Note(Some(Note { at: 0, author: "", body: "" }))'),
      );
      content.setText('text');
      arena.root.history.addNew().setRemoved();
      arena.root.history.addNew().newNote().author = 'ada';
      final shown = library.postShown(arena);
      expect(shown, contains('content: Text("text")'));
      expect(shown, contains('history: [Removed, Note(Some(Note'));
      content.setAt(PointData(x: 3, y: 4));
      expect(library.postShown(arena), contains('content: At(Point'));
    });

    test('is written by a value, and read by Rust', () {
      final arena = PostArena();
      arena.root.content.value = ContentWords(['a', 'bb']);
      arena.root.history.addData(
        ContentNote(NoteData(at: 5, author: 'ada', body: 'x' * 5000)),
      );
      arena.root.history.addData(ContentText('text'));
      final shown = library.postShown(arena);
      expect(shown, contains('content: Words(["a", "bb"])'));
      expect(shown, contains('author: "ada"'));
      expect(shown, contains('Text("text")'));
      arena.root.content.value = const ContentRemoved();
      expect(library.postShown(arena), contains('content: Removed'));
      expect(arena.root.toData().toArena().root.toData(), arena.root.toData());
    });

    test('with a tag of no case throws', () {
      final bytes = library.posts().toBytes();
      ByteData.sublistView(bytes).setUint32(64 + 8, 77, Endian.little);
      final content = Post.fromBytes(bytes).content;
      expect((content.tag, content.text, content.isUnset), (77, null, false));
      expect(
        () => content.value,
        throwsA(
          isA<InvalidValueException>().having(
            (it) => it.message,
            'message',
            'Content: Content has no case with tag 77',
          ),
        ),
      );
      expect(() => content.setUnset(), throwsUnsupportedError);
    });

    test('of a frozen arena is only read', () {
      final arena = library.posts()..freeze();
      final content = arena.root.content;
      expect(content.text, 'as long as you like');
      expect(() => content.setText('other'), throwsUnsupportedError);
      expect(content.setRemoved, throwsUnsupportedError);
      expect(content.newWords, throwsUnsupportedError);
    });
  });

  group('types in a circle', () {
    test('are read, copied and compared', () {
      final arena = library.people();
      final ada = arena.root;
      expect(ada.company?.people.single.said.text, 'hello');
      expect(ada.company?.byName['eve']?.said.to?.name, 'mallory');
      expect(ada.company?.branches[7]?.branches[8]?.name, 'inner');
      expect(ada.said.answers?[0].text, 'zürich');
      expect(ada.said.answers?[1].answers?.single.number, -1);
      expect(
        ada.said.answers?[1].answers?.single.numberBig,
        BigInt.parse('18446744073709551615'),
      );
      expect(ada.red?.weight, isNaN);
      expect(ada.red?.next?.next.single.next?.weight, 2);
      final copy = ada.toData().toArena();
      expect(library.samePeople(arena, copy), isTrue);
      expect(library.peopleShown(copy), library.peopleShown(arena));
      copy.root.company!.byName['eve']!.said.setText('other');
      expect(library.samePeople(arena, copy), isFalse);
    });

    test('are compacted, written and mapped', () {
      final folder = Directory.systemTemp.createTempSync('circles');
      addTearDown(() => deleteFolder(folder));
      final arena = library.people();
      arena.root.said.newAnswers()[0].newTo().newCompany().name = 'waste';
      arena.root.said.answers![0].setText('kept');
      arena.compact();
      expect(arena.wasted, lessThan(64));
      final path = '${folder.path}/people.ffi';
      arena.write(path, schema: true);
      final mapped = PersonArena.map(path);
      expect(mapped.root.said.answers?[0].text, 'kept');
      expect(library.samePeople(mapped, arena), isTrue);
    });
  });

  group('protobuf of an arena', () {
    test('is written and read', () {
      final arena = library.people();
      final bytes = arena.toProto();
      final back = PersonArena.fromProto(bytes);
      expect(library.samePeople(arena, back), isTrue);
      expect(back.toProto(), bytes);
      // The bytes of `name`, field 1, begin with its key and length.
      expect(bytes.sublist(0, 5), [0x0a, 3, ...'ada'.codeUnits]);
      expect(PersonArena.fromProto(Uint8List(0)).root.name, '');
      back.root.name = 'grows' * 5000;
      expect(PersonArena.fromProto(back.toProto()).root.name, back.root.name);
    });

    test('that is none is refused with a path', () {
      expect(
        () => PersonArena.fromProto(
          Uint8List.fromList([0x12, 4, 0x0a, 2, 0xff, 0xff]),
        ),
        throwsA(
          isA<InvalidValueException>().having(
            (it) => it.message,
            'message',
            startsWith('company.name: invalid UTF-8 at byte 0'),
          ),
        ),
      );
      final arena = library.people()..dispose();
      expect(arena.toProto, throwsStateError);
    });
  });
}

Future<int> _sumOf(int address) => Isolate.run(() {
  final library = FixtureArenasLibrary.open();
  return library.sum(ResultSetArena.adopt(address));
});
