/// Tests pools, references, boxes and queues; `tests/fixtures/pools` has the
/// Rust. Tests of the shutdown are in `pools_shutdown_test.dart`.
library;

import 'dart:ffi';
import 'dart:isolate';
import 'dart:typed_data';

import 'package:fixture_pools/fixture_pools.dart';
import 'package:test/test.dart';

import 'machine.dart';

void main() {
  final library = FixturePoolsLibrary.open();

  Matcher throwsIt<T extends FfiException>([String part = '']) =>
      throwsA(isA<T>().having((it) => it.message, 'message', contains(part)));

  /// Allocates all three tokens.
  List<Pointer<Token>> allTokens() => [
    for (var i = 0; i < 3; i++) TokenPool.raw.alloc(),
  ];

  /// Checks that a test has freed everything.
  void expectNoneLive() {
    expect(EventPool.stats.live, 0);
    expect(ParticlePool.stats.live, 0);
    expect(PlanNodePool.stats.live, 0);
    expect(TokenPool.stats.live, 0);
  }

  tearDown(expectNoneLive);

  group('slots', () {
    test('are zeroed, distinct, and where they were', () {
      final one = ParticlePool.raw.alloc(), other = ParticlePool.raw.alloc();
      expect(one, isNot(other));
      one.ref
        ..owner = 7
        ..position[1] = 2.5;
      expect((one.ref.owner, one.ref.position[1]), (7, 2.5));
      expect((other.ref.owner, other.ref.mass), (0, 0));
      ParticlePool.raw.free(one);
      ParticlePool.raw.free(other);
      for (var i = 0; i < 5000; i++) {
        final slot = ParticlePool.raw.alloc();
        expect((slot.ref.owner, slot.ref.position[1]), (0, 0));
        slot.ref.owner = 1;
        ParticlePool.raw.free(slot);
      }
    });

    test('of pictures keep what they hold', () {
      final slots = FramePool.raw.allocMany(120);
      for (final slot in slots) {
        slot.ref.number = 1000;
        library.raw.paint(slot, 7);
        expect(slot.ref.number, 1001);
      }
      slots.free();
      final again = FramePool.raw.alloc();
      expect(again.ref.number, 1001);
      expect(again.ref.pixels.last, 7);
      FramePool.raw.free(again);
    });

    test('run out', () {
      final before = TokenPool.stats;
      final tokens = allTokens();
      expect(TokenPool.live, 3);
      expect(TokenPool.raw.tryAlloc(), isNull);
      expect(
        TokenPool.raw.alloc,
        throwsIt<PoolExhaustedException>(
          'the pool of `Token` is exhausted: fewer of its 3 slots are free',
        ),
      );
      expect(TokenPool.alloc, throwsIt<PoolExhaustedException>('hint: '));
      expect(
        () => TokenPool.raw.using((slot) => fail('there is none')),
        throwsIt<PoolExhaustedException>(),
      );
      tokens.forEach(TokenPool.raw.free);
      final stats = TokenPool.stats;
      expect(stats.failedAllocs - before.failedAllocs, 4);
      expect(stats.allocs - before.allocs, 3);
      expect(stats.frees - before.frees, 3);
      expect((stats.highWater, stats.capacity, TokenPool.capacity), (3, 3, 3));
      expect(stats.state, PoolState.open);
      expect('$stats', startsWith('PoolStats(state: open, capacity: 3, '));
    });

    test('that the system has no memory for', () {
      final bytes = hasShortSizes ? '21307' : '268435';
      final message = 'the pool of `Vast` could not reserve $bytes';
      expect(VastPool.raw.tryAlloc(), isNull);
      expect(VastPool.raw.alloc, throwsIt<PoolMemoryException>(message));
      expect(VastPool.stats.state, PoolState.reservationFailed);
      expect(library.raw.newVast, throwsIt<PoolMemoryException>(message));
    });

    test('are lent to an action', () {
      late Pointer<Token> seen;
      expect(
        TokenPool.raw.using((slot) {
          seen = slot;
          return slot.ref.id = 5;
        }),
        5,
      );
      expect(TokenPool.raw.reference(seen).isNone, isTrue);
      expect(
        () => TokenPool.raw.using((slot) => throw StateError('mine')),
        throwsA(isA<StateError>().having((it) => it.message, '', 'mine')),
      );
      expect(TokenPool.stats.live, 0);
      // An action that frees its slot itself gets an error.
      expect(
        () => TokenPool.raw.using(TokenPool.raw.free),
        throwsIt<DoubleFreeException>(),
      );
    });

    test('are lent to an action until its future is complete', () async {
      Future<int> later(Pointer<Token> slot) async {
        await Future<void>.delayed(const Duration(milliseconds: 1));
        expect(TokenPool.stats.live, 1);
        return slot.ref.id = 6;
      }

      final Future<int> result = TokenPool.raw.using(later);
      expect(TokenPool.stats.live, 1);
      expect(await result, 6);
      expect(TokenPool.stats.live, 0);
      await expectLater(
        TokenPool.raw.using((slot) async => throw StateError('later')),
        throwsStateError,
      );
    });
  });

  group('many slots', () {
    test('come and go at once', () {
      final slots = ParticlePool.raw.allocMany(1000);
      expect(slots.length, 1000);
      expect({for (final slot in slots) slot.address}.length, 1000);
      expect(slots[999], slots.last);
      expect(slots.elementAt(3), slots[3]);
      expect(() => slots[1000], throwsRangeError);
      expect(() => slots[-1], throwsRangeError);
      expect(ParticlePool.stats.live, 1000);
      slots.free();
      expect(slots, isEmpty);
      expect(() => slots[0], throwsRangeError);
      slots.free();
      expect(ParticlePool.raw.allocMany(0), isEmpty);
      expect(() => ParticlePool.raw.allocMany(-1), throwsRangeError);
    });

    test('all or none', () {
      final one = TokenPool.raw.alloc();
      for (final count in [3, 4, countless]) {
        expect(
          () => TokenPool.raw.allocMany(count),
          throwsIt<PoolExhaustedException>(),
        );
        expect(TokenPool.stats.live, 1);
      }
      TokenPool.raw.allocMany(2).free();
      TokenPool.raw.free(one);
    });

    test('in the same memory each time', () {
      final slots = ParticlePool.raw.slots(100);
      expect((slots.capacity, slots.length), (100, 0));
      for (final count in [100, 1, 0, 57]) {
        expect(ParticlePool.raw.allocMany(count, into: slots), same(slots));
        expect(slots.length, count);
        ParticlePool.raw.freeMany(slots);
        expect(slots, isEmpty);
      }
      expect(
        () => ParticlePool.raw.allocMany(101, into: slots),
        throwsIt<CapacityException>(),
      );
      ParticlePool.raw.allocMany(2, into: slots);
      expect(
        () => ParticlePool.raw.allocMany(1, into: slots),
        throwsStateError,
      );
      final kept = slots.toList();
      slots.clear();
      expect(ParticlePool.stats.live, 2);
      ParticlePool.raw.freeMany(kept);
      slots.dispose();
      slots.dispose();
      expect(slots.capacity, 0);
      expect(
        () => ParticlePool.raw.allocMany(1, into: slots),
        throwsIt<CapacityException>(),
      );
    });

    test('in memory that serves the next list, and one at a time', () {
      TokenPool.raw.allocMany(2)
        ..free()
        ..dispose();
      final lists = [
        for (final count in [1, 2]) TokenPool.raw.allocMany(count),
      ];
      expect(lists.map((it) => it.capacity), [1, 2]);
      expect({for (final list in lists) ...list}, hasLength(3));
      for (final list in lists) {
        list
          ..free()
          ..dispose();
      }
      expect(TokenPool.stats.live, 0);
    });

    test('of which some are passed on', () {
      final slots = TokenPool.raw.allocMany(3);
      final id = library.raw.spend(slots.takeAt(1)..ref.id = 9);
      expect(id, 9);
      expect(slots[1], nullptr);
      expect(slots.takeAt(1), nullptr);
      expect(TokenPool.stats.live, 2);
      slots.free();
    });

    test('of which the pool takes all it can', () {
      final slots = TokenPool.raw.allocMany(3);
      final before = TokenPool.stats;
      TokenPool.raw.free(slots[0]);
      expect(slots.free, throwsIt<DoubleFreeException>('`Token`'));
      expect(slots, isEmpty);
      final stats = TokenPool.stats;
      expect(stats.live, 0);
      // Counted by the call for all of them, and by the one that asks for the
      // reason.
      expect(stats.badDouble - before.badDouble, 2);

      final good = TokenPool.raw.alloc();
      expect(
        () =>
            TokenPool.raw.freeMany([nullptr, Pointer.fromAddress(4096), good]),
        throwsIt<ForeignSlotException>(),
      );
      expect(TokenPool.stats.live, 0);
    });
  });

  group('what is no slot to give back', () {
    late PoolStats before;
    setUp(() => before = TokenPool.stats);

    test('null', () {
      expect(
        () => TokenPool.raw.free(nullptr),
        throwsIt<NullSlotException>('given back to the pool of `Token`'),
      );
      expect(TokenPool.stats.badNull - before.badNull, 1);
    });

    test('memory of another kind, and of another pool', () {
      final box = TokenBox();
      final event = EventPool.raw.alloc();
      for (final foreign in [box.raw.pointer, event.cast<Token>()]) {
        expect(
          () => TokenPool.raw.free(foreign),
          throwsIt<ForeignSlotException>('hint: '),
        );
      }
      expect(TokenPool.stats.badForeign - before.badForeign, 2);
      EventPool.raw.free(event);
    });

    test('the inside of a slot', () {
      final slot = TokenPool.raw.alloc();
      expect(
        () => TokenPool.raw.free(Pointer.fromAddress(slot.address + 1)),
        throwsIt<InteriorSlotException>(),
      );
      expect(TokenPool.stats.badInterior - before.badInterior, 1);
      TokenPool.raw.free(slot);
    });

    test('a slot that was given back', () {
      final slot = TokenPool.raw.alloc();
      TokenPool.raw.free(slot);
      expect(
        () => TokenPool.raw.free(slot),
        throwsIt<DoubleFreeException>('0x${slot.address.toRadixString(16)}'),
      );
      expect(TokenPool.stats.badDouble - before.badDouble, 1);
    });

    test('a slot that Rust has', () {
      final before = EventPool.stats;
      final slot = EventPool.raw.alloc();
      OrdersQueue.raw.push(slot);
      expect(() => EventPool.raw.free(slot), throwsIt<SlotInUseException>());
      expect(EventPool.stats.badOwned - before.badOwned, 1);
      expect(OrdersQueue.raw.tryPop(), slot);
      EventPool.raw.free(slot);
    });
  });

  group('references', () {
    test('are stale once the slot is given back', () {
      final slot = TokenPool.raw.alloc()..ref.id = 3;
      final reference = TokenPool.raw.reference(slot);
      expect(reference.isNone, isFalse);
      expect(TokenPool.raw.resolve(reference), slot);
      expect(TokenPool.raw.require(reference), slot);
      expect(reference.box!.raw.pointer, slot);
      expect(reference.message?.id, 3);
      expect(reference.isLive, isTrue);
      final before = TokenPool.stats;
      TokenPool.raw.free(slot);
      expect(TokenPool.raw.resolve(reference), isNull);
      expect(reference.message, isNull);
      // Also when the slot has another owner.
      final tokens = allTokens();
      expect(tokens, contains(slot));
      expect(reference.isLive, isFalse);
      expect(
        () => TokenPool.raw.require(reference),
        throwsIt<StaleReferenceException>('$reference refers to no `Token`'),
      );
      expect(TokenPool.stats.stale - before.stale, 4);
      tokens.forEach(TokenPool.raw.free);
    });

    test('that were made up', () {
      final before = TokenPool.stats;
      final slot = TokenPool.raw.alloc();
      final FfiRef(:indexPlusOne, :generation) = TokenPool.raw.reference(slot);
      TokenPool.raw.free(slot);
      final forged = [
        // The generation that the slot has, or will have next, while it is
        // free.
        FfiRef<TokenData>.raw(indexPlusOne, generation + 1),
        FfiRef<TokenData>.raw(4, 0),
        const FfiRef<TokenData>.raw(0xffffffff, 0),
        const FfiRef<TokenData>.raw(1, 0xffffffff),
      ];
      for (final reference in forged) {
        expect(reference.isLive, isFalse, reason: '$reference');
      }
      expect(TokenPool.stats.stale - before.stale, forged.length);
    });

    test('to nothing', () {
      final before = TokenPool.stats;
      const none = FfiRef<TokenData>.none();
      expect(none.isLive, isFalse);
      expect(TokenPool.raw.resolve(none), isNull);
      expect(TokenPool.raw.reference(nullptr), none);
      expect(TokenPool.raw.reference(Pointer.fromAddress(64)), none);
      expect(TokenPool.stats.stale, before.stale);
    });
  });

  group('boxes', () {
    test('own a slot', () {
      final box = TokenPool.alloc();
      box.ref.id = 4;
      expect(box.raw.pointer.ref.id, 4);
      expect(TokenPool.stats.live, 1);
      box.dispose();
      box.dispose();
      expect(TokenPool.stats.live, 0);
      expect(() => box.ref, throwsStateError);
      expect(() => box.raw.pointer, throwsStateError);
      expect(box.raw.release, throwsStateError);
    });

    test('give their slot up', () {
      final box = TokenPool.raw.own(library.raw.newToken(6));
      expect(box.ref.id, 6);
      expect(library.raw.spend(box.raw.release()), 6);
      expect(() => box.ref, throwsStateError);
      box.dispose();
      expect(TokenBox().raw.release, throwsStateError);
    });

    test('own nothing that is no slot', () {
      final slot = TokenPool.raw.alloc();
      TokenPool.raw.free(slot);
      for (final bad in [slot, nullptr, Pointer<Token>.fromAddress(64)]) {
        expect(() => TokenPool.raw.own(bad), throwsArgumentError);
      }
    });

    test('notice that their slot is gone', () {
      final box = TokenPool.alloc();
      TokenPool.raw.free(box.raw.pointer);
      expect(box.dispose, throwsIt<DoubleFreeException>());
      box.dispose();
    });

    test('that are garbage do not exhaust a small pool', () async {
      const count = 200000;
      var refused = 0;
      for (var made = 0; made < count; made++) {
        final slot = PlanNodePool.raw.tryAlloc();
        if (slot == null) {
          refused++;
        } else {
          PlanNodePool.raw.own(slot);
        }
      }
      expect(refused, lessThan(count ~/ 100));
      for (var tries = 0; PlanNodePool.stats.live > 0; tries++) {
        expect(tries, lessThan(2000), reason: 'the garbage is collected');
        await _makeGarbage();
      }
    });

    test('are counted when a pool is exhausted', () {
      final boxes = <PlanNodeBox>[];
      expect(
        () {
          while (true) {
            boxes.add(PlanNodePool.alloc());
          }
        },
        throwsA(
          isA<PoolExhaustedException>().having(
            (it) => it.message,
            'message',
            matches(
              'this isolate has not disposed of [0-9]+ boxes; .* dispose()',
            ),
          ),
        ),
      );
      for (final box in boxes) {
        box.dispose();
      }
    });

    test('that are dropped give every slot back, once', () async {
      const count = 100000;
      final before = ParticlePool.stats;
      var made = 0;
      for (var tries = 0; made < count; tries++) {
        expect(tries, lessThan(2000), reason: 'the garbage is collected');
        made += _drop(count - made);
        if (made < count) await _makeGarbage();
      }
      for (var tries = 0; ParticlePool.stats.live > 0; tries++) {
        expect(tries, lessThan(2000), reason: 'the garbage is collected');
        await _makeGarbage();
      }
      final after = ParticlePool.stats;
      expect(after.allocs - before.allocs, count);
      expect(after.frees - before.frees, count);
      expect(after.badDouble, before.badDouble);
    });
  });

  group('a box that changes hands', () {
    test('comes as a result', () {
      final token = library.raw.newToken(8);
      expect((token.ref.id, token.ref.valid), (8, true));
      TokenPool.raw.free(token);
      final even = library.raw.evenToken(2)!;
      expect(even.ref.id, 2);
      TokenPool.raw.free(even);
      expect(library.raw.evenToken(3), isNull);
    });

    test('does not come from an empty pool', () {
      final tokens = allTokens();
      expect(
        () => library.raw.newToken(1),
        throwsIt<PoolExhaustedException>('hint: free messages'),
      );
      expect(library.raw.evenToken(2), isNull);
      tokens.forEach(TokenPool.raw.free);
    });

    test('goes as an argument', () {
      final one = library.raw.newToken(1), other = library.raw.newToken(2);
      final higher = library.raw.exchange(one, other);
      expect(higher, other);
      expect(TokenPool.stats.live, 1);
      expect(library.raw.exchange(higher, null), higher);
      expect(library.raw.spend(higher), 2);
      expect(() => library.raw.spend(higher), throwsIt<DoubleFreeException>());
    });

    test('stays when the call is refused', () {
      final token = library.raw.newToken(5);
      final event = EventPool.raw.alloc();
      expect(
        () => library.raw.exchange(token, token),
        throwsIt<InvalidArgumentException>(
          '`one` and `other` are one slot, which is given away once',
        ),
      );
      expect(
        () => library.raw.exchange(token, nullptr),
        throwsIt<NullSlotException>('`other` is null'),
      );
      expect(
        () => library.raw.exchange(token, event.cast()),
        throwsIt<ForeignSlotException>('`other` is outside of the pool'),
      );
      expect(
        () =>
            library.raw.exchange(Pointer.fromAddress(token.address + 4), null),
        throwsIt<InteriorSlotException>('`one` is inside of a slot'),
      );
      final valid = Pointer<Uint8>.fromAddress(token.address + 4);
      valid.value = 2;
      expect(
        () => library.raw.spend(token),
        throwsIt<InvalidValueException>('token.valid'),
      );
      valid.value = 1;
      expect(TokenPool.stats.live, 1);
      expect(library.raw.spend(token), 5);
      EventPool.raw.free(event);
    });

    test('comes back to the pool from a panic', () {
      final token = library.raw.newToken(13);
      expect(
        () => library.raw.lose(token),
        throwsIt<RustPanicException>('lost token 13'),
      );
      expect(TokenPool.stats.live, 0);
    });
  });

  group('plans', () {
    Iterable<FfiRef<PlanNodeData>> below(PlanNode node) => node.children;

    double cost(PlanNode root) {
      var sum = 0.0;
      final todo = [root];
      while (todo.isNotEmpty) {
        final node = todo.removeLast();
        sum += node.cost;
        todo.addAll([for (final child in node.children) ?child.message]);
      }
      return sum;
    }

    Pointer<PlanNode> node(String operator, double cost) =>
        PlanNodePool.raw.alloc()
          ..ref.operator = operator
          ..ref.cost = cost;

    void attach(Pointer<PlanNode> child, Pointer<PlanNode> parent) {
      parent.ref.children.add(PlanNodePool.raw.reference(child));
      child.ref.parent = PlanNodePool.raw.reference(parent);
    }

    void detach(PlanNode node) {
      final self = node.parent.message!.children.firstWhere(
        (it) => it.message?.operator == node.operator,
      );
      node.parent.message!.children.remove(self);
      node.parent = const FfiRef.none();
    }

    test('from Rust, edited here', () {
      final root = library.raw.buildPlan(2, 3);
      expect(PlanNodePool.stats.live, 13);
      expect((root.ref.operator, root.ref.parent.isNone), ('join', true));
      expect(cost(root.ref), 5);
      expect(library.raw.planCost(root), 5);
      final [one, other, third] = root.ref.children.toList();
      expect(one.message!.parent, PlanNodePool.raw.reference(root));

      final added = node('filter', 100);
      attach(added, PlanNodePool.raw.require(other));
      expect((cost(root.ref), library.raw.planCost(root)), (105, 105));

      // A subtree is freed; a reference to it that stays is stale.
      final leaf = one.message!.children.first;
      root.ref.children.remove(one);
      expect(
        PlanNodePool.raw.freeTree(PlanNodePool.raw.require(one), below),
        4,
      );
      expect(one.isLive || leaf.isLive, isFalse);
      expect(PlanNodePool.stats.live, 10);
      expect((cost(root.ref), library.raw.planCost(root)), (104, 104));

      // A node moves.
      detach(added.ref);
      expect(library.raw.planCost(root), 4);
      attach(added, PlanNodePool.raw.require(third));
      expect(third.message!.children.last.message!.cost, 100);
      expect((cost(root.ref), library.raw.planCost(root)), (104, 104));

      // A stale reference in the tree is skipped.
      root.ref.children.add(leaf);
      expect((cost(root.ref), library.raw.planCost(root)), (104, 104));
      expect(library.raw.freePlan(root), 10);
      expect(() => library.raw.planCost(root), returnsNormally);
    });

    test('from here, freed here', () {
      final root = node('scan', 1);
      final deepest = [root];
      for (var depth = 0; depth < 255; depth++) {
        final parent = deepest.last;
        for (var i = 0; i < 16; i++) {
          final child = node('n$i', 0.5);
          attach(child, parent);
          if (i == 15) deepest.add(child);
        }
      }
      expect(PlanNodePool.stats.live, 1 + 255 * 16);
      expect(
        () => attach(root, root),
        throwsIt<CapacityException>(),
        reason: '16 is the most',
      );
      expect(library.raw.planCost(root), 1 + 255 * 8);
      expect(cost(root.ref), 1 + 255 * 8);
      expect(PlanNodePool.raw.freeTree(root, below), 1 + 255 * 16);
      expect(() => PlanNodePool.raw.freeTree(root, below), throwsArgumentError);
    });

    test('in a circle are freed once', () {
      final one = node('a', 1), other = node('b', 1);
      attach(one, other);
      attach(other, one);
      expect(PlanNodePool.raw.freeTree(one, below), 2);
    });

    test('that do not fit the pool', () {
      expect(
        () => library.raw.buildPlan(4, 16),
        throwsIt<PoolExhaustedException>('`PlanNode`'),
      );
    });
  });

  test('isolates and threads on one pool', () async {
    final path = library.path;
    final before = ParticlePool.stats;
    final found = await Future.wait([
      _isolate(path, _hammerAsOne),
      _isolate(path, _hammerAsOther),
      _isolate(path, _hammerInRust),
    ]);
    expect(found, [0, 0, 0], reason: 'foreign marks');
    final stats = ParticlePool.stats;
    expect(stats.live, 0);
    expect(stats.allocs - before.allocs, stats.frees - before.frees);
    expect(stats.allocs - before.allocs, greaterThan(400000));
    expect(stats.badDouble, before.badDouble);
  });

  group('queues', () {
    test('from a thread of Rust, all in order', () {
      const count = 50000;
      library.startEvents(count);
      final slots = EventPool.raw.slots(32);
      var next = 0, urgent = 0;
      final clock = Stopwatch()..start();
      while (next < count) {
        expect(clock.elapsed, lessThan(const Duration(minutes: 2)));
        for (final slot in EventsQueue.raw.popMany(32, into: slots)) {
          expect(slot.ref.number, next++);
          if (slot.ref.urgent) urgent++;
        }
        slots.free();
      }
      expect(urgent, count ~/ 5);
      expect((EventsQueue.raw.tryPop(), EventsQueue.length), (null, 0));
      expect(EventsQueue.capacity, 64);
      expect(EventsQueue.raw.popMany(5), isEmpty);
      expect(() => EventsQueue.raw.popMany(-1), throwsRangeError);
    });

    test('to Rust, until it is full', () {
      final events = [for (var i = 0; i < 3; i++) EventPool.raw.alloc()];
      for (final (index, event) in events.indexed) {
        event.ref.number = index + 10;
      }
      OrdersQueue.raw.push(events[0]);
      expect(OrdersQueue.raw.tryPush(events[1]), isTrue);
      expect((OrdersQueue.length, OrdersQueue.capacity), (2, 2));
      expect(OrdersQueue.raw.tryPush(events[2]), isFalse);
      expect(
        () => OrdersQueue.raw.push(events[2]),
        throwsIt<QueueFullException>('the queue `ORDERS`'),
      );
      expect(
        () => OrdersQueue.raw.push(events[0]),
        throwsIt<SlotInUseException>(),
      );
      expect(library.nextOrder(), 10);
      // The caller still owns the refused one.
      OrdersQueue.raw.push(events[2]);
      expect(library.nextOrder(), 11);
      expect(library.nextOrder(), 12);
      expect(library.nextOrder(), isNull);
    });

    test('take slots that hold a message, and nothing else', () {
      final event = EventPool.raw.alloc();
      final urgent = Pointer<Uint8>.fromAddress(event.address + 8);
      urgent.value = 3;
      for (final push in [OrdersQueue.raw.push, OrdersQueue.raw.tryPush]) {
        expect(() => push(event), throwsIt<InvalidValueException>());
        expect(() => push(nullptr), throwsIt<NullSlotException>());
        expect(
          () => push(Pointer.fromAddress(event.address + 8)),
          throwsIt<InteriorSlotException>(),
        );
        expect(
          () => push(Pointer.fromAddress(64)),
          throwsIt<ForeignSlotException>(),
        );
      }
      EventPool.raw.free(event);
      expect(
        () => OrdersQueue.raw.push(event),
        throwsIt<DoubleFreeException>(),
      );
      expect(OrdersQueue.length, 0);
    });

    test('that are closed take nothing, and give what they have', () {
      final events = [EventPool.raw.alloc(), EventPool.raw.alloc()];
      OrdersQueue.raw.push(events[0]);
      expect(OrdersQueue.isClosed, isFalse);
      OrdersQueue.close();
      expect(OrdersQueue.isClosed, isTrue);
      for (final push in [OrdersQueue.raw.push, OrdersQueue.raw.tryPush]) {
        expect(
          () => push(events[1]),
          throwsIt<QueueClosedException>('`ORDERS`'),
        );
      }
      expect(OrdersQueue.raw.tryPop(), events[0]);
      expect(OrdersQueue.raw.tryPop(), isNull);
      EventPool.raw.freeMany(events);
    });
  });
}

/// Makes boxes that nothing refers to, up to [count] or until the pool is
/// empty, and returns their number. Not inlined: the caller's frame must not
/// keep the last one.
@pragma('vm:never-inline')
int _drop(int count) {
  for (var made = 0; made < count; made++) {
    final slot = ParticlePool.raw.tryAlloc();
    if (slot == null) return made;
    ParticlePool.raw.own(slot);
  }
  return count;
}

/// Makes garbage in both generations, so that the collector runs: a box that
/// was moved to the old one is not found in the new one.
Future<void> _makeGarbage() async {
  for (var i = 0; i < 16; i++) {
    Uint8List(1 << 16);
    Uint8List(1 << 20);
  }
  await Future<void>.delayed(Duration.zero);
}

/// Runs [hammer] in an isolate, without objects that can't be sent.
Future<int> _isolate(String path, int Function(String path) hammer) =>
    Isolate.run(() => hammer(path));

int _hammer(String path, int owner) {
  FixturePoolsLibrary.open(path: path);
  var corrupt = 0;
  final held = <Pointer<Particle>>[];
  for (var round = 0; round < 100000; round++) {
    final slot = ParticlePool.raw.tryAlloc();
    if (slot != null) {
      if (slot.ref.owner != 0) corrupt++;
      slot.ref.owner = owner;
      held.add(slot);
    }
    if (held.length > round % 17) {
      final slot = held.removeAt(round % held.length);
      if (slot.ref.owner != owner) corrupt++;
      ParticlePool.raw.free(slot);
    }
  }
  corrupt += held.where((slot) => slot.ref.owner != owner).length;
  ParticlePool.raw.freeMany(held);
  return corrupt;
}

int _hammerAsOne(String path) => _hammer(path, 0x10001);

int _hammerAsOther(String path) => _hammer(path, 0x10002);

int _hammerInRust(String path) =>
    FixturePoolsLibrary.open(path: path).hammer(4, 60000);
