/// Tests messages as protobuf from Dart; `tests/fixtures/types` and
/// `tests/fixtures/pools` have the Rust.
library;

import 'dart:ffi';
import 'dart:isolate';
import 'dart:math';
import 'dart:typed_data';

import 'package:fixture_pools/fixture_pools.dart' as pools;
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
  pools.FixturePoolsLibrary.open();

  final texts = TextsData(
    before: 255,
    name: 'twenty-four bytes in all',
    initial: '',
    lines: const ['日本', '\u{10ffff}', 'two'],
    page: '0123456789' * 100,
  );

  test('a message is what its bytes say', () {
    final box = PointData(valid: true, x: 1.5, y: -0.0).toBox();
    final bytes = box.toProto();
    expect(bytes, [8, 1, 17, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 29, 0, 0, 0, 0x80]);
    final back = PointBox.fromProto(bytes);
    expect(back.ref.toData(), box.ref.toData());
    expect(back.raw.pointer.toProto(), bytes);
    // It is a copy: the memory that Rust has allocated is freed.
    box.ref.x = 2;
    expect(bytes[9], 0xF8);
    expect(PointBox().toProto(), isEmpty);
    expect(PointBox.fromProto(Uint8List(0)).ref.x, 0);
  });

  test('text goes there and back', () {
    final box = texts.toBox();
    final bytes = box.toProto();
    expect(TextsBox.fromProto(bytes).ref.toData(), texts);
    // Decoding also works from a part of other bytes.
    final around = Uint8List(bytes.length + 20)..setAll(7, bytes);
    final part = Uint8List.sublistView(around, 7, 7 + bytes.length);
    expect(TextsBox.fromProto(part).ref.toData(), texts);
  });

  test('a pointer is read over', () {
    final box = TextsBox()..ref.name = 'before';
    box.raw.pointer.readProto(Uint8List.fromList([0x12, 1, 0x61]));
    expect((box.ref.name, box.ref.initial), ('', 'a'));
  });

  test('what is not known is skipped', () {
    final box = PointBox();
    final unknown = [0xFA, 1, 3, 1, 2, 3, 0xF5, 1, 0, 0, 0, 0];
    box.readProto(Uint8List.fromList([...unknown, 8, 1, ...unknown]));
    expect(box.ref.valid, isTrue);
    expect(box.toProto(), [8, 1]);
  });

  test('what is refused has its path, and leaves zero', () {
    final box = texts.toBox();
    expect(
      () => box.readProto(Uint8List.fromList([0x0A, 1, 0x61, 0x12, 2, 97, 97])),
      refusedAt('initial: text of 2 bytes, and the capacity is 1; hint: '),
    );
    expect(box.toProto(), TextsBox().toProto());
    expect(
      () => PointBox.fromProto(Uint8List.fromList([17, 0])),
      refusedAt('x: the bytes end inside this field'),
    );
    // Memory without a valid value is not encoded.
    box.bytes.fillRange(0, box.bytes.length, 0xFF);
    expect(box.toProto, throwsA(isA<InvalidValueException>()));
    expect(
      () => nullptr.cast<Point>().toProto(),
      throwsA(isA<InvalidArgumentException>()),
    );
  });

  test('hostile bytes are read or refused', () {
    final bytes = (texts.toBox()..ref.page = 'p').toProto();
    final random = Random(7);
    final box = TextsBox();
    var (read, refused) = (0, 0);
    for (var i = 0; i < 5000; i++) {
      final changed = Uint8List.fromList(bytes);
      for (var j = 0; j <= random.nextInt(3); j++) {
        changed[random.nextInt(changed.length)] = random.nextInt(256);
      }
      try {
        box.readProto(changed);
        expect(TextsBox.fromProto(box.toProto()).toProto(), box.toProto());
        read++;
      } on InvalidValueException catch (exception) {
        expect(exception.message, contains('; hint: '));
        refused++;
      }
    }
    expect(read, greaterThan(100));
    expect(refused, greaterThan(100));
  });

  test('megabytes go there and back', () {
    final frame = pools.FrameBox();
    frame.bytes.fillRange(100, 16 << 20, 0xA5);
    final bytes = frame.toProto();
    expect(bytes.length, greaterThan(16 << 20));
    final back = pools.FrameBox.fromProto(bytes);
    expect(back.toProto(), bytes);
    back.dispose();
    frame.dispose();
    expect(
      () => pools.FrameBox.fromProto(Uint8List(2 << 20)),
      throwsA(isA<pools.InvalidValueException>()),
    );
  });

  group('references', () {
    tearDown(() => expect(pools.PlanNodePool.stats.live, 0));

    Iterable<pools.FfiRef<pools.PlanNodeData>> below(pools.PlanNode node) =>
        node.children;

    test('of a tree are the tree', () {
      final plan = pools.FixturePoolsLibrary.instance.buildPlan(2, 3);
      final bytes = plan.toProto();
      // Parents are above, and so not written again.
      expect(bytes.length, lessThan(13 * 40));
      final back = pools.PlanNodePool.raw.alloc()..readProto(bytes);
      expect(pools.PlanNodePool.stats.live, 26);
      expect(back.toProto(), bytes);
      expect(back.ref.children[2].message?.operator, 'join');
      expect(pools.PlanNodePool.raw.freeTree(back, below), 13);
      expect(pools.PlanNodePool.freeTree(plan, below), 13);
    });

    test('are given back with what was decoded', () {
      final plan = pools.FixturePoolsLibrary.instance.buildPlan(2, 3);
      final bytes = plan.toProto();
      pools.PlanNodePool.freeTree(plan, below);
      final box = pools.PlanNodeBox.fromProto(bytes);
      expect(pools.PlanNodePool.stats.live, 12);
      // What Dart has looked at is freed as well, and its reference stale.
      final child = box.ref.children[2];
      expect(child.message?.operator, 'join');
      box.dispose();
      expect(pools.PlanNodePool.stats.live, 0);
      expect(child.message, isNull);
      box.dispose();
    });

    test('are given back where bytes are refused', () {
      final plan = pools.FixturePoolsLibrary.instance.buildPlan(2, 3);
      final bytes = plan.toProto();
      pools.PlanNodePool.freeTree(plan, below);
      for (var end = 1; end < bytes.length; end++) {
        try {
          final node = pools.PlanNodePool.raw.alloc();
          try {
            node.readProto(Uint8List.sublistView(bytes, 0, end));
          } finally {
            pools.PlanNodePool.raw.freeTree(node, below);
          }
        } on pools.InvalidValueException catch (exception) {
          expect(exception.message, contains('hint'));
        }
        expect(pools.PlanNodePool.stats.live, 0);
      }
    });

    test('that isolates share are there in each of their encodings', () async {
      final shared = pools.PlanNodePool.raw.alloc();
      shared.ref.operator = 'shared';
      final part = pools.PlanNodePool.raw.reference(shared);
      final start = DateTime.now().add(const Duration(milliseconds: 300));
      final lost = await Future.wait([
        for (var i = 0; i < 2; i++) _encodeElsewhere(part, start),
      ]);
      expect(lost, [0, 0]);
      pools.PlanNodePool.raw.free(shared);
    });
  });
}

/// Returns how many of 10,000 encodings, made by another isolate, of a message
/// that refers to [part] don't hold it.
Future<int> _encodeElsewhere(
  pools.FfiRef<pools.PlanNodeData> part,
  DateTime start,
) => Isolate.run(() {
  pools.FixturePoolsLibrary.open();
  final root = pools.PlanNodePool.raw.alloc();
  root.ref.children.add(part);
  // All isolates begin at once.
  while (DateTime.now().isBefore(start)) {}
  var lost = 0;
  for (var i = 0; i < 10000; i++) {
    if (!String.fromCharCodes(root.toProto()).contains('shared')) lost++;
  }
  pools.PlanNodePool.raw.free(root);
  return lost;
});
