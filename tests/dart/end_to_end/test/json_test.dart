/// Tests messages and arenas as JSON from Dart; `tests/fixtures/types` and
/// `tests/fixtures/arenas` have the Rust.
library;

import 'dart:convert';
import 'dart:typed_data';

import 'package:fixture_arenas/fixture_arenas.dart' as arenas;
import 'package:fixture_types/fixture_types.dart';
import 'package:test/test.dart';

Matcher refusedAt(String start) => throwsA(
  isA<InvalidValueException>().having(
    (it) => it.message,
    'message',
    startsWith(start),
  ),
);

void main() {
  FixtureTypesLibrary.open();
  arenas.FixtureArenasLibrary.open();

  final texts = TextsData(
    before: 255,
    name: 'twenty-four bytes in all',
    initial: '',
    lines: const ['日本', '\u{10ffff}', 'two'],
    page: '0123456789' * 100,
  );

  test('a message is JSON', () {
    final box = PointData(valid: true, x: 1.5, y: -0.0).toBox();
    const json = '{"valid":true,"x":1.5,"y":-0.0}';
    expect(box.toProtoJson(), json);
    expect(box.raw.pointer.toProtoJson(), json);
    expect(PointBox.fromProtoJson(json).toProto(), box.toProto());
    final bytes = utf8.encode(json);
    expect(PointBox.fromProtoJsonBytes(bytes).toProto(), box.toProto());
    expect(PointBox().toProtoJson(), '{}');
    expect(
      PointBox().toProtoJson(printDefaultValues: true),
      '{"valid":false,"x":0.0,"y":0.0}',
    );
    final back = TextsBox.fromProtoJson(texts.toBox().toProtoJson());
    expect(back.ref.toData(), texts);
  });

  test('JSON that is wrong is refused with a path', () {
    final box = PointData(valid: true, x: 1.5, y: 2).toBox();
    expect(
      () => box.readProtoJson('{"x": 1, "y": "one"}'),
      refusedAt('y: `one` before byte 19 is not a number'),
    );
    expect(box.toProto(), isEmpty);
    expect(
      () => TextsBox.fromProtoJson('{"lines": ["", "\\uD800"]}'),
      refusedAt('lines[1]: half of a pair of surrogates'),
    );
    expect(
      () => PointBox.fromProtoJsonBytes(Uint8List.fromList([0x22, 0xFF])),
      refusedAt('invalid UTF-8 at byte 1'),
    );
    expect(() => PointBox.fromProtoJson('"\ud800"'), throwsArgumentError);
    expect(
      () => PointBox.fromProtoJson('{"z": 1}'),
      refusedAt('`z` is no field of Point'),
    );
    final read = PointBox.fromProtoJson(
      '{"z": 1, "x": 2}',
      ignoreUnknownFields: true,
    );
    expect(read.ref.x, 2);
  });

  test('an arena is JSON', () {
    const json =
        '{"id":"7","created":"-1","score":0.5,"name":"日\\n",'
        '"tags":["","b"],"paid":true,"replies":[{"replies":[{"id":"9"}]},{}]}';
    final arena = arenas.RowArena.fromProtoJson(json);
    expect(arena.root.name, '日\n');
    expect(arena.root.replies[0].replies[0].id, 9);
    expect(arena.toProtoJson(), json);
    final again = arenas.RowArena.fromProtoJsonBytes(utf8.encode(json));
    expect(again.toProto(), arena.toProto());
    expect(
      arenas.RowArena().toProtoJson(printDefaultValues: true),
      allOf(
        startsWith('{"id":"0","created":"0","name":"","tags":[]'),
        endsWith('"replies":[]}'),
      ),
    );
    expect(
      () => arenas.RowArena.fromProtoJson('{"replies":[{},{"tags":[1]}]}'),
      refusedAt('replies[1].tags[0]: `1]}]}` at byte 24'),
    );
    // Larger than what a call keeps for the next one.
    final large = '{"name":"${'x' * (2 << 20)}"}';
    expect(arenas.RowArena.fromProtoJson(large).toProtoJson(), large);
  });
}
