/// Tests what a Dart engineer sees: objects as arguments and results, what their
/// wrong use gets, and fakes.
library;

import 'dart:ffi' show Struct;
import 'dart:isolate';
import 'dart:typed_data';

import 'package:fixture_calls/fixture_calls.dart' as calls;
import 'package:fixture_owned/fixture_owned.dart' as owned;
import 'package:fixture_pools/fixture_pools.dart';
import 'package:test/test.dart';

void main() {
  final library = FixturePoolsLibrary.open();

  Matcher throwsText<T extends Object>(String part) =>
      throwsA(isA<T>().having((it) => '$it', 'text', contains(part)));

  /// Checks that a test has freed everything.
  void expectNoneLive() {
    expect(EventPool.stats.live, 0);
    expect(PlanNodePool.stats.live, 0);
    expect(TokenPool.stats.live, 0);
  }

  group('a box as an argument', () {
    test('lives to the end of the call, if nothing else has it', () {
      final library = owned.FixtureOwnedLibrary.open();
      var wrong = 0;
      for (var i = 0; i < 20000; i++) {
        final text = library.labelPoint(
          owned.PointData(x: i, y: -i).toBox(),
          'number ${_garbage(i)}',
        );
        if (text != 'number $i $i ${-i}') wrong++;
      }
      expect(wrong, 0);
    });

    test('is an element of an array', () {
      final library = calls.FixtureCallsLibrary.open();
      final lamps = calls.LampArray(3);
      lamps[1].brightness = 7;
      final box = lamps.boxAt(1);
      expect(box.ref.brightness, 7);
      library.turnOn(box);
      library.turnOn(lamps.boxAt(2));
      expect(
        [for (final lamp in lamps) lamp.switch_],
        [calls.Switch.off, calls.Switch.on, calls.Switch.on],
      );
      expect(() => lamps.boxAt(3), throwsRangeError);
      expect(() => lamps.boxAt(-1), throwsRangeError);
      // A view made from the box keeps the memory; the box ends with the array.
      final view = box.ref;
      box.dispose();
      expect(lamps[1].brightness, 7);
      final other = lamps.boxAt(1);
      lamps.dispose();
      expect(view.brightness, 7);
      expect(() => other.ref, throwsText<StateError>('`LampArray`'));
      expect(() => library.turnOn(other), throwsText<StateError>('hint: '));
    });

    test('asks for the memory it is a part of with each use', () {
      final lamps = calls.LampArray(3);
      final element = lamps.boxAt(1);
      final part = calls.LampBox.raw(lamps.raw.pointerAt(2), owner: lamps);
      element.ref.brightness = 7;
      part.ref.brightness = 8;
      expect((element.ref.brightness, part.ref.brightness), (7, 8));
      lamps.raw.freeNow();
      expect(() => element.ref, throwsText<StateError>('`LampArray`'));
      expect(() => part.ref, throwsText<StateError>('was freed; hint: '));
    });

    test('is a part of an array, whose list asks for it as well', () {
      final numbers = calls.Int64Array.of([1, 2, 3]);
      final part = numbers.sublistView(1);
      final list = part.list;
      expect(list, [2, 3]);
      expect(part.list, same(list));
      part.bytes[0] = 9;
      expect(numbers.list, [1, 9, 3]);
      numbers.raw.freeNow();
      for (final use in [() => part.list, () => part.bytes]) {
        expect(use, throwsText<StateError>('was freed; hint: '));
      }
    });

    test('is a number or an enum in an array', () {
      final library = calls.FixtureCallsLibrary.open();
      final value = calls.Int64Array.of([21, 5]);
      library.doubleInPlace(value);
      expect(value.list, [42, 5]);
      expect(
        () => library.doubleInPlace(calls.Int64Array(0)),
        throwsText<calls.InvalidArgumentException>('`value` is null'),
      );
    });

    test('is refused once it was disposed of', () {
      final library = calls.FixtureCallsLibrary.open();
      final lamp = calls.LampBox()..dispose();
      for (final use in [() => library.turnOn(lamp), () => lamp.ref]) {
        expect(
          use,
          throwsText<StateError>(
            'the `LampBox` was used after dispose(); hint: ',
          ),
        );
      }
    });
  });

  group('a box of a pool', () {
    tearDown(expectNoneLive);

    test('comes as a result, and owns its slot', () {
      final token = library.newToken(8);
      expect((token.ref.id, token.ref.valid), (8, true));
      expect(TokenPool.stats.live, 1);
      token.dispose();
      expect(TokenPool.stats.live, 0);
      expect(library.evenToken(3), isNull);
      library.evenToken(4)!.dispose();
      final failed = [for (var i = 0; i < 3; i++) TokenPool.alloc()];
      expect(TokenPool.tryAlloc(), isNull);
      expect(TokenPool.alloc, throwsText<PoolExhaustedException>('3 boxes'));
      expect(
        () => library.newToken(1),
        throwsText<PoolExhaustedException>('hint: '),
      );
      for (final box in failed) {
        box.dispose();
      }
    });

    test('as a result that is ignored goes back to the pool', () async {
      for (var made = 0; made < 2000; made++) {
        try {
          library.newToken(made);
        } on PoolExhaustedException {
          await _collect(() => TokenPool.stats.live == 0);
        }
      }
      await _collect(() => TokenPool.stats.live == 0);
    });

    test('is empty once it was passed on', () {
      final token = library.newToken(5);
      expect(library.spend(token), 5);
      for (final use in [
        () => token.ref,
        () => library.spend(token),
        () => TokenPool.reference(token),
        () => token.raw.release(),
      ]) {
        expect(
          use,
          throwsText<StateError>(
            'the `TokenBox` was used after its slot was passed',
          ),
        );
      }
      token.dispose();
      expect(TokenPool.stats.live, 0);
      final one = library.newToken(1), other = library.newToken(2);
      final higher = library.exchange(one, other);
      expect((higher.ref.id, TokenPool.stats.live), (2, 1));
      final same = library.exchange(higher, null);
      expect(() => higher.ref, throwsStateError);
      expect(library.spend(same), 2);
    });

    test('stays as it was when the call is refused', () {
      final token = library.newToken(5);
      expect(
        () => library.exchange(token, token),
        throwsText<InvalidArgumentException>(
          '`one` and `other` are one slot, which is given away once: pass another one',
        ),
      );
      expect(token.ref.id, 5);
      final noSlot = TokenBox();
      expect(
        () => library.exchange(token, noSlot),
        throwsText<StateError>('the `TokenBox` owns no slot of a pool; hint: '),
      );
      expect(token.ref.id, 5);
      final empty = library.newToken(6);
      library.spend(empty);
      expect(() => library.exchange(token, empty), throwsStateError);
      _bytesOf(token)[4] = 2;
      expect(
        () => library.spend(token),
        throwsText<InvalidValueException>('token.valid'),
      );
      _bytesOf(token)[4] = 1;
      expect(library.spend(token), 5);
    });

    test('is gone after a panic', () {
      final token = library.newToken(13);
      expect(
        () => library.lose(token),
        throwsText<RustPanicException>('lost token 13'),
      );
      expect(() => token.ref, throwsStateError);
      expect(TokenPool.stats.live, 0);
    });

    test('that moved is not freed by the views that are left', () async {
      Token viewOfMoved() {
        final token = library.newToken(9);
        final view = token.ref;
        library.spend(token);
        return view;
      }

      viewOfMoved();
      final next = [for (var i = 0; i < 3; i++) TokenPool.alloc()];
      final before = TokenPool.stats;
      await _collect(() => false, tries: 20);
      expect(TokenPool.stats.live, 3);
      expect(TokenPool.stats.badDouble, before.badDouble);
      for (final box in next) {
        box.dispose();
      }
    });

    test('is lent to an action, which may pass it on', () async {
      late TokenBox seen;
      expect(TokenPool.using((box) => (seen = box).ref.id = 5), 5);
      expect(() => seen.ref, throwsStateError);
      expect(TokenPool.using(library.spend), 0);
      expect(
        () => TokenPool.using((box) => throw StateError('mine')),
        throwsText<StateError>('mine'),
      );
      final Future<int> later = TokenPool.using((box) async => box.ref.id = 6);
      expect(TokenPool.stats.live, 1);
      expect(await later, 6);
      expect(TokenPool.stats.live, 0);
    });

    test('is borrowed by its reference, until it is freed', () {
      final token = library.newToken(3);
      final reference = TokenPool.reference(token);
      final lent = reference.box!;
      expect((lent.ref.id, TokenPool.require(reference).id), (3, 3));
      expect(() => library.spend(lent), throwsText<StateError>('owns no slot'));
      lent.dispose();
      final again = TokenPool.borrow(reference)!;
      token.dispose();
      expect(reference.box, isNull);
      expect(() => again.ref, throwsText<StaleReferenceException>('hint: '));
      expect(
        () => TokenPool.require(reference),
        throwsText<StaleReferenceException>('hint: '),
      );
    });

    test('that is borrowed does not become the next message', () {
      final token = library.newToken(3);
      final lent = TokenPool.reference(token).box!;
      expect(lent.ref.id, 3);
      token.dispose();
      final next = [for (var id = 4; id < 7; id++) library.newToken(id)];
      expect(() => lent.ref, throwsText<StaleReferenceException>('hint: '));
      expect(
        () => lent.ref.id = 9,
        throwsText<StaleReferenceException>('hint: '),
      );
      expect([for (final box in next) box.ref.id], [4, 5, 6]);
      for (final box in next) {
        box.dispose();
      }
    });

    test('keeps its slot if its tree is not freed', () {
      final plan = library.buildPlan(1, 2);
      expect(
        () => PlanNodePool.freeTree(plan, (_) => throw StateError('mine')),
        throwsText<StateError>('mine'),
      );
      expect((plan.ref.children.length, PlanNodePool.stats.live), (2, 3));
      // A lazy iterable throws later.
      Iterable<FfiRef<PlanNodeData>> none(PlanNode node) sync* {
        throw StateError('mine');
      }

      expect(
        () => PlanNodePool.freeTree(plan, none),
        throwsText<StateError>('mine'),
      );
      expect((plan.ref.children.length, PlanNodePool.stats.live), (2, 3));
      expect(PlanNodePool.freeTree(plan, (node) => node.children), 3);
      final spent = library.buildPlan(0, 0);
      expect(
        () => PlanNodePool.freeTree(spent, (node) {
          spent.dispose();
          return [];
        }),
        throwsStateError,
      );
    });

    test('is the root of a tree', () {
      final plan = library.buildPlan(2, 3);
      expect(library.planCost(plan), 5);
      final child = plan.ref.children.first.box!;
      expect(library.planCost(child), 1);
      expect(PlanNodePool.freeTree(plan, (node) => node.children), 13);
      expect(() => plan.ref, throwsStateError);
      expect(() => child.ref, throwsA(isA<StaleReferenceException>()));
      expect(library.freePlan(library.buildPlan(1, 2)), 3);
    });

    test('does not go to another isolate', () async {
      final token = library.newToken(1);
      await expectLater(_send(token), throwsArgumentError);
      token.dispose();
    });
  });

  group('a queue', () {
    tearDown(() {
      OrdersQueue.drain((_) {});
      expectNoneLive();
    });

    test('takes boxes, and gives boxes', () {
      EventBox event(int number) => EventPool.alloc()..ref.number = number;
      expect(OrdersQueue.tryPop(), isNull);
      final first = event(10);
      OrdersQueue.push(first);
      expect(() => first.ref, throwsStateError);
      expect(OrdersQueue.tryPush(event(11)), isTrue);
      final refused = event(12);
      expect(OrdersQueue.tryPush(refused), isFalse);
      expect(
        () => OrdersQueue.push(refused),
        throwsText<QueueFullException>('the queue `ORDERS`'),
      );
      expect(refused.ref.number, 12);
      expect(library.nextOrder(), 10);
      OrdersQueue.push(refused);
      final popped = OrdersQueue.tryPop()!;
      expect((popped.ref.number, EventPool.stats.live), (11, 2));
      popped.dispose();
      OrdersQueue.tryPop()!.dispose();
      expect(OrdersQueue.length, 0);
    });

    test('refuses a box that owns no slot, and a message that is none', () {
      expect(
        () => OrdersQueue.push(EventBox()),
        throwsText<StateError>('hint: '),
      );
      final event = EventPool.alloc();
      _bytesOf(event)[8] = 3;
      expect(
        () => OrdersQueue.push(event),
        throwsA(isA<InvalidValueException>()),
      );
      expect(event.ref.number, 0);
      event.dispose();
    });

    test('lends messages', () {
      for (final number in [1, 2]) {
        OrdersQueue.push(EventPool.alloc()..ref.number = number);
      }
      final seen = <int>[];
      expect(OrdersQueue.drain((it) => seen.add(it.number), max: 1), 1);
      expect(EventPool.stats.live, 1);
      expect(
        () => OrdersQueue.drain((it) => throw StateError('mine')),
        throwsText<StateError>('mine'),
      );
      expect((EventPool.stats.live, OrdersQueue.length), (0, 0));
      expect(OrdersQueue.drain((it) => seen.add(it.number)), 0);
      expect(seen, [1]);
      expect(() => OrdersQueue.drain((_) {}, max: -1), throwsRangeError);
    });

    test('lends messages while one is lent', () {
      for (final number in [1, 2]) {
        OrdersQueue.push(EventPool.alloc()..ref.number = number);
      }
      final seen = <(int, int)>[];
      final drained = OrdersQueue.drain((outer) {
        OrdersQueue.drain(
          (inner) => seen.add((outer.number, inner.number)),
          max: 1,
        );
        expect((outer.number, EventPool.stats.live), (1, 1));
      });
      expect(drained, 1);
      expect(seen, [(1, 2)]);
      expect(EventPool.stats.live, 0);
    });

    test('gives back what it lends, unless the pool refuses it', () {
      final slot = EventPool.raw.alloc();
      OrdersQueue.raw.push(slot);
      OrdersQueue.push(EventPool.alloc());
      expect(
        () => OrdersQueue.drain((_) => EventPool.raw.free(slot)),
        throwsA(isA<DoubleFreeException>()),
      );
      expect((EventPool.stats.live, OrdersQueue.length), (1, 1));
      expect(OrdersQueue.drain((_) {}), 1);
    });
  });

  group('a fake', () {
    tearDown(() => FixturePoolsLibrary.instance = null);

    test('takes the place of the library', () {
      FixturePoolsLibrary.instance = _Fake();
      expect(FixturePoolsLibrary.open(), isA<_Fake>());
      expect(_pricesOf(FixturePoolsLibrary.instance), [2.5, 40.0]);
      expect(
        () => FixturePoolsLibrary.instance.path,
        throwsText<StateError>('is a fake'),
      );
      expect(
        () => FixturePoolsLibrary.instance.raw,
        throwsText<StateError>('hint: '),
      );
      // Pools and queues as well.
      final token = TokenPool.alloc()..ref.id = 4;
      expect(TokenPool.using(FixturePoolsLibrary.instance.spend), 0);
      expect(FixturePoolsLibrary.instance.spend(token), 4);
      expect((TokenPool.capacity, TokenPool.stats.live), (1, 0));
    });

    test('is gone when it is unset', () {
      FixturePoolsLibrary.instance = _Fake();
      FixturePoolsLibrary.instance = null;
      expect(FixturePoolsLibrary.instance, same(library));
      FixturePoolsLibrary.instance = library;
      expect(FixturePoolsLibrary.open().path, library.path);
    });

    test('may pass calls on to the library', () async {
      expect(await Isolate.run(_withSpy), [5, 2, 4, 3, 1]);
      expectNoneLive();
    });

    test('needs no library on the host', () async {
      expect(await Isolate.run(_withoutLibrary), [2.5, 40.0, 7, 60]);
    });
  });
}

/// Returns [number] as text, and makes garbage: the call that has it as its second
/// argument must keep the first.
String _garbage(int number) {
  var last = '';
  for (var i = 0; i < 40; i++) {
    last = '$number${' ' * i}';
  }
  return last.trim();
}

/// Runs the collector until [done].
Future<void> _collect(bool Function() done, {int tries = 2000}) async {
  for (var i = 0; i < tries && !done(); i++) {
    for (var j = 0; j < 16; j++) {
      Uint8List(1 << 16);
      Uint8List(1 << 20);
    }
    await Future<void>.delayed(Duration.zero);
  }
}

Uint8List _bytesOf(NativeBox<Struct> box) => box.bytes;

Future<void> _send(Object object) => Isolate.run(() => object);

/// Code of an application that a test runs with a fake.
List<double> _pricesOf(FixturePoolsLibrary library) {
  final plan = library.buildPlan(1, 2);
  final box = PlanNodeBox()..ref.cost = 40;
  return [library.planCost(plan), library.planCost(box)];
}

/// An isolate in which nothing opens the library.
List<num> _withoutLibrary() {
  FixturePoolsLibrary.instance = _Fake();
  final frames = Float32Array.of([1, 2, 4]);
  final tokens = TokenArray(10);
  for (final (index, token) in tokens.indexed) {
    token.id = index;
  }
  final views = [for (var i = 0; i < 1000; i++) (TokenBox()..ref.id = i).ref];
  if (!views.indexed.every((it) => it.$1 == it.$2.id)) return [];
  return [
    ..._pricesOf(FixturePoolsLibrary.instance),
    frames.list.fold<double>(0, (sum, it) => sum + it),
    tokens.fold<int>(15, (sum, it) => sum + it.id),
  ];
}

/// An isolate in which something has taken the place of the opened library before
/// pools, protobuf and columns are used.
List<num> _withSpy() {
  final spy = _Spy(FixturePoolsLibrary.open());
  FixturePoolsLibrary.instance = spy;
  final token = TokenPool.alloc()..ref.id = 5;
  token.ref.valid = true;
  final spent = FixturePoolsLibrary.instance.spend(token);
  final event = EventPool.alloc()..ref.number = 4;
  final read = EventBox.fromProto(event.toProto());
  event.dispose();
  final plan = FixturePoolsLibrary.instance.buildPlan(1, 2);
  final freed = PlanNodePool.freeTree(plan, (node) => node.children);
  owned.FixtureOwnedLibrary.open();
  owned.FixtureOwnedLibrary.instance = _FakeOwned();
  final columns = owned.PointColumns()..pushAll(owned.PointArray(1));
  return [spent, spy.calls, read.ref.number.toInt(), freed, columns.length];
}

final class _FakeOwned implements owned.FixtureOwnedLibrary {
  @override
  Object? noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}

/// A library that counts calls of the one it takes the place of.
final class _Spy implements FixturePoolsLibrary {
  _Spy(this._library);

  final FixturePoolsLibrary _library;
  int calls = 0;

  @override
  int spend(TokenBox token) {
    calls++;
    return _library.spend(token);
  }

  @override
  PlanNodeBox buildPlan(int depth, int width) {
    calls++;
    return _library.buildPlan(depth, width);
  }

  @override
  FfiPool<Token, TokenData> get tokenPool => _library.tokenPool;

  @override
  FfiPool<PlanNode, PlanNodeData> get planNodePool => _library.planNodePool;

  @override
  FfiPool<Event, EventData> get eventPool => _library.eventPool;

  @override
  Object? noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}

/// A library with plans that cost what their root says, and one token.
final class _Fake implements FixturePoolsLibrary {
  @override
  PlanNodeBox buildPlan(int depth, int width) =>
      PlanNodeBox()..ref.cost = depth + width - 0.5;

  @override
  double planCost(PlanNodeBox root) => root.ref.cost;

  @override
  int spend(TokenBox token) => token.ref.id;

  @override
  final FfiPool<Token, TokenData> tokenPool = _FakeTokens();

  @override
  Object? noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}

final class _FakeTokens implements FfiPool<Token, TokenData> {
  @override
  TokenBox alloc() => TokenBox();

  @override
  int get capacity => 1;

  @override
  PoolStats get stats => PoolStats.fromCounters(List.filled(16, 0));

  @override
  int get live => 0;

  @override
  Object? noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}
