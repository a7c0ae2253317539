/// Tests views of every kind of owner that leave their isolate, in every
/// possible way: they keep their memory and its contents. Also tests owners
/// that can't leave, and isolates that are killed.
///
/// `GLIBC_TUNABLES` makes freed memory hold other bytes (see `tests/tests/dart.rs`).
library;

import 'dart:async';
import 'dart:ffi';
import 'dart:isolate';
import 'dart:typed_data';

import 'package:fixture_columns/fixture_columns.dart' as columns;
import 'package:fixture_owned/fixture_owned.dart' as owned;
import 'package:fixture_pools/fixture_pools.dart' as pools;
import 'package:test/test.dart';

import 'garbage.dart';

/// A view: how an isolate makes it, and what it must hold in another one.
final class Case {
  Case(this.name, Object Function() make, this.read, this.expected)
    : make = _withLibrary(make);

  final String name;
  final Object Function() make;
  final Object Function(Object view) read;
  final Object Function() expected;
}

/// [make] in an isolate that has opened a library: arrays of numbers are of the
/// library that was opened first.
Object Function() _withLibrary(Object Function() make) => () {
  _owned();
  return make();
};

/// Number of elements for which the allocator soon reuses the block.
const _count = 512;

final _cases = [
  Case(
    'a list of an array',
    () => owned.Int32Array.of(_numbers()).list,
    (view) => (view as Int32List).toList(),
    _numbers,
  ),
  Case(
    'the bytes of an array',
    () => owned.Uint8Array.of(List.filled(_count, 7)).bytes,
    (view) => (view as Uint8List).toList(),
    () => List.filled(_count, 7),
  ),
  Case(
    'the list of a part of an array, which is disposed of',
    () {
      final array = owned.Int64Array.of(_numbers());
      final part = array.sublistView(8);
      array.dispose();
      return part.list;
    },
    (view) => (view as Int64List).toList(),
    () => _numbers().sublist(8),
  ),
  Case(
    'a list of an array that is disposed of',
    () {
      final array = owned.Float64Array.of([
        for (final it in _numbers()) it / 2,
      ]);
      final list = array.list;
      array.dispose();
      return list;
    },
    (view) => [for (final it in view as Float64List) (it * 2).toInt()],
    _numbers,
  ),
  Case(
    'the list of a result',
    () => _owned().sorted(owned.Int64Array.of(_numbers())).list,
    (view) => (view as Int64List).toList(),
    _numbers,
  ),
  Case(
    'the numbers of a result of enums',
    () => _owned().sizes(owned.Uint32Array.of(_numbers())).numbers,
    (view) => (view as Uint8List).toList(),
    () => [for (final it in _numbers()) it > 10 ? 1 : 0],
  ),
  Case(
    'the bytes of a result of flags',
    () => _owned().evens(owned.Uint32Array.of(_numbers())).bytes,
    (view) => (view as Uint8List).toList(),
    () => [for (final it in _numbers()) 1 - it % 2],
  ),
  Case(
    'a message of a result',
    () => _owned().diagonal(_count)[_count - 1],
    _readPoint,
    () => (_count - 1, _count - 1),
  ),
  Case(
    'a message of an array',
    () {
      final array = owned.PointArray(_count);
      array[3]
        ..x = 4
        ..y = -5;
      return array[3];
    },
    _readPoint,
    () => (4, -5),
  ),
  Case(
    'the message of a box',
    () => const owned.PointData(x: 6, y: 7).toBox().ref,
    _readPoint,
    () => (6, 7),
  ),
  Case(
    'the message of a view of a box',
    () {
      final box = const owned.PointData(x: 6, y: 7).toBox();
      return owned.PointBox.raw(box.raw.pointer, owner: box).ref;
    },
    _readPoint,
    () => (6, 7),
  ),
  Case(
    'a column of numbers',
    () => _particles(_count).id,
    (view) => (view as Uint64List).toList(),
    _numbers,
  ),
  Case(
    'a column of a result',
    () => _columns().newParticles(_count)!.x,
    (view) => [for (final it in view as Float32List) it.toInt()],
    _numbers,
  ),
  Case(
    'a column that has grown',
    () {
      final particles = _particles(3);
      particles.id;
      _columns().spawn(particles, _count - 3);
      return particles.id;
    },
    (view) => (view as Uint64List).toList(),
    _numbers,
  ),
  Case(
    'the numbers of a column of enums',
    () => _particles(_count).mode.numbers,
    (view) => (view as Uint8List).toList(),
    () => [
      for (final it in _numbers()) const [0, 1, 5][it % 3],
    ],
  ),
  Case(
    'a column of messages',
    () => _shapes().outline[17],
    (view) => ((view as columns.Point).x, view.y),
    () => (5.0, -5.0),
  ),
  Case(
    'a column of lists',
    () => _shapes().weights,
    (view) => [for (final it in view as List<List<int>>) it.toList()],
    () => [
      for (final it in _numbers()) [it, 1],
    ],
  ),
  Case(
    'a list in a message of a box',
    () => _shape(9).toBox().ref.weights,
    (view) => (view as columns.Uint16Vec).toList(),
    () => [9, 1],
  ),
  Case(
    'an array in a message of a box',
    () => _shape(9).toBox().ref.outline,
    (view) => [for (final it in view as List<columns.Point>) it.y],
    () => [0.0, 0.0, -9.0],
  ),
  Case(
    'the message of a box of a pool',
    () => (pools.ParticlePool.alloc()..ref.owner = 77).ref,
    (view) => (view as pools.Particle).owner,
    () => 77,
  ),
  Case(
    'the message of a box of a pool that a function returned',
    () => _pools().buildPlan(0, 0).ref,
    (view) => (view as pools.PlanNode).operator,
    () => 'scan',
  ),
  Case(
    'the message of a queue',
    () {
      _pools();
      pools.OrdersQueue.push(pools.EventPool.alloc()..ref.number = 79);
      return pools.OrdersQueue.tryPop()!.ref;
    },
    (view) => (view as pools.Event).number,
    () => 79,
  ),
  Case(
    'an array in a message of a pool',
    () => (pools.ParticlePool.alloc()..ref.velocity = [3, 4]).ref.velocity,
    (view) => (view as Float32List).toList(),
    () => [3.0, 4.0],
  ),
  Case(
    'a message that was read as protobuf',
    () {
      final bytes = (pools.EventBox()..ref.number = 81).toProto();
      return pools.EventBox.fromProto(bytes).ref;
    },
    (view) => (view as pools.Event).number,
    () => 81,
  ),
];

List<int> _numbers() => [for (var i = 0; i < _count; i++) i];

Object _readPoint(Object view) => ((view as owned.Point).x, view.y);

owned.FixtureOwnedLibrary _owned() => owned.FixtureOwnedLibrary.instance;
columns.FixtureColumnsLibrary _columns() =>
    columns.FixtureColumnsLibrary.instance;
pools.FixturePoolsLibrary _pools() => pools.FixturePoolsLibrary.instance;

columns.ParticleColumns _particles(int count) {
  final particles = columns.ParticleColumns();
  _columns().spawn(particles, count);
  return particles;
}

columns.ShapeData _shape(int number) {
  final shape = columns.ShapeBox().ref
    ..weights = [number, 1]
    ..outline[2].x = number.toDouble()
    ..outline[2].y = -number.toDouble();
  return shape.toData();
}

columns.ShapeColumns _shapes() {
  final shapes = columns.ShapeColumns();
  for (final number in _numbers()) {
    shapes.push(_shape(number).toBox().ref);
  }
  return shapes;
}

/// Ways out of an isolate.
final _ways = <String, Future<Object> Function(Object Function() make)>{
  'Isolate.run': Isolate.run,
  'Isolate.exit': (make) => _spawned(_exit, make),
  'a port': (make) => _spawned(_send, make),
  'a closure': (make) async => (await Isolate.run(_closure(make)))(),
};

Object Function() Function() _closure(Object Function() make) => () {
  final view = make();
  return () => view;
};

void _exit((SendPort, Object Function()) message) =>
    Isolate.exit(message.$1, message.$2());

void _send((SendPort, Object Function()) message) =>
    message.$1.send(message.$2());

/// Returns the part of the result of [make] that [entry] sends, after its
/// isolate has ended.
Future<Object> _spawned(
  void Function((SendPort, Object Function()) message) entry,
  Object Function() make,
) async {
  final port = ReceivePort(), gone = ReceivePort();
  final arrived = port.first;
  await Isolate.spawn(entry, (port.sendPort, make), onExit: gone.sendPort);
  await gone.first;
  return (await arrived) as Object;
}

/// Collects garbage, then allocates free memory and slots and overwrites them.
Future<void> _disturb() async {
  await collectGarbage();
  final blocks = <Pointer<Uint8>>[];
  for (final size in [8, 64, 512, 2048, 4096, 8192, 32768]) {
    for (var i = 0; i < 20; i++) {
      final array = owned.Uint8Array(size);
      array.raw.pointer.asTypedList(size).fillRange(0, size, 0x5a);
      blocks.add(array.raw.pointer);
    }
  }
  // All free slots, wherever the pool keeps them.
  final particles = _all(pools.ParticlePool.raw.tryAlloc);
  for (final slot in particles) {
    slot.ref
      ..owner = 0x5a
      ..velocity = [0x5a, 0x5a];
  }
  final events = _all(pools.EventPool.raw.tryAlloc);
  for (final slot in events) {
    slot.ref.number = 0x5a;
  }
  final nodes = _all(pools.PlanNodePool.raw.tryAlloc);
  for (final slot in nodes) {
    slot.ref.operator = 'other';
  }
  pools.ParticlePool.raw.freeMany(particles);
  pools.EventPool.raw.freeMany(events);
  pools.PlanNodePool.raw.freeMany(nodes);
}

List<Pointer<T>> _all<T extends NativeType>(Pointer<T>? Function() tryAlloc) {
  final all = <Pointer<T>>[];
  for (var slot = tryAlloc(); slot != null; slot = tryAlloc()) {
    all.add(slot);
  }
  return all;
}

/// Returns the library's live memory and slots.
(int, int) _live() => (
  _owned().liveAllocations(),
  pools.ParticlePool.stats.live +
      pools.EventPool.stats.live +
      pools.TokenPool.stats.live +
      pools.PlanNodePool.stats.live,
);

/// Uses small boxes and arrays in each way first, when [start] allocations are live.
void _useSmall(int start) {
  final box = owned.PointBox();
  expect(_live().$1, start);
  box.ref.x = 5;
  expect(_live().$1, start + 2, reason: 'the message, and its attachment');
  final part = owned.PointBox.raw(box.raw.pointer, owner: box);
  expect((box.raw.pointer.ref.x, part.ref.x), (5, 5));
  final array = owned.Int32Array(3)..list[1] = 7;
  expect(array.raw.pointer[1], 7);
  expect(array.bytes, [0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]);
  final pointed = owned.PointBox()..raw.pointer.ref.x = 6;
  expect(pointed.ref.x, 6);
  final late = owned.PointBox()..dispose();
  expect(() => late.ref, throwsStateError);
  expect(() => late.raw.pointer, throwsStateError);
  box.raw.freeNow();
  expect(() => part.ref, throwsStateError);
  array.dispose();
  pointed.dispose();
}

/// Waits until at most [before] of each are live, and returns what is live.
Future<(int, int)> _settled((int, int) before) async {
  for (var tries = 0; tries < 100; tries++) {
    await collectGarbage();
    final (memory, slots) = _live();
    if (memory <= before.$1 && slots <= before.$2) break;
  }
  return _live();
}

void _makeOften((SendPort, void Function()) message) {
  _owned();
  message.$1.send(null);
  while (true) {
    message.$2();
  }
}

/// Objects that a killed isolate makes repeatedly; some are kept for a while.
final _kept = <Object>[];

void _keep(Object object) {
  if (_kept.length == 1000) _kept.clear();
  _kept.add(object);
}

final _made = <String, void Function()>{
  'boxes': () => _keep(owned.PointBox()..raw.pointer.ref.x = 1),
  'views of boxes': () => _keep(owned.PointBox().ref),
  'arrays': () => _keep(owned.Float64Array(8).list),
  'arrays that are disposed of': () => owned.Float64Array(8).dispose(),
  'columns': () {
    final columns = owned.PointColumns(4)..resize(3);
    _keep(columns.x);
  },
  'slots of a pool': () => _keep(pools.ParticlePool.alloc()),
  'views of slots of a pool': () => _keep(pools.ParticlePool.alloc().ref),
  'slots that are given back': () => pools.EventPool.alloc().dispose(),
  'views of slots that are given back': () => pools.EventPool.alloc()
    ..ref.number = 1
    ..dispose(),
};

/// Functions that a killed isolate calls repeatedly: their results own
/// everything that a result can own, and the message of a failure.
final _returned = <String, void Function()>{
  'a vector': () => _keep(_owned().countUp(100)),
  'a vector of messages': () => _keep(_owned().diagonal(3)[0]),
  'text': () => _keep(_owned().repeated('text', 300)),
  'columns': () => _keep(_owned().diagonalColumns(3)),
  'views of columns': () => _keep(_owned().diagonalColumns(3).x),
  'an error': () {
    try {
      _owned().failsWith('an error');
    } on owned.RustErrorException catch (error) {
      _keep(error);
    }
  },
  'slots of a pool': () => _pools().buildPlan(0, 0).dispose(),
  'views of slots of a pool': () => _pools().buildPlan(0, 0)
    ..ref.cost = 1
    ..dispose(),
};

/// Kills isolates in [rounds] while they run [make] repeatedly.
Future<void> _killOften(int rounds, void Function() make) async {
  final errors = ReceivePort();
  final thrown = errors.toList();
  for (var round = 0; round < rounds; round++) {
    final port = ReceivePort(), gone = ReceivePort();
    final isolate = await Isolate.spawn(
      _makeOften,
      (port.sendPort, make),
      onError: errors.sendPort,
      onExit: gone.sendPort,
    );
    await port.first;
    await Future<void>.delayed(Duration(milliseconds: 1 + round % 5));
    isolate.kill(priority: Isolate.immediate);
    await gone.first;
    // Collected often, so that pools are not exhausted.
    if (round % 10 == 9) await collectGarbage();
  }
  errors.close();
  // The collector may be late for slots that are not freed explicitly.
  expect([
    for (final error in await thrown)
      if (!'$error'.contains('PoolExhaustedException')) error,
  ], isEmpty);
}

void main() {
  // Calls each once, for the memory that each needs once in this isolate.
  _owned();
  _columns();
  _disturb();
  final before = _live();

  group('a view leaves its isolate:', () {
    for (final Case(:name, :make, :read, :expected) in _cases) {
      test(name, () async {
        for (final MapEntry(key: way, value: leave) in _ways.entries) {
          final view = await leave(make);
          await _disturb();
          expect(read(view), expected(), reason: 'by $way');
        }
      });
    }

    test('and all memory goes back at last', () async {
      expect(await _settled(before), before);
    });
  });

  group('an owner stays:', () {
    final owners = <String, Object Function()>{
      'an array': () => owned.Int32Array(3),
      'an array of messages': () => owned.PointArray(3),
      'an array of flags': () => owned.BoolArray(3),
      'a part of an array': () => owned.Int32Array(3).sublistView(1),
      'a box': owned.PointBox.new,
      'a result': () => _owned().countUp(3),
      'a result of enums': () => _owned().sizes(owned.Uint32Array(3)),
      'columns': columns.ParticleColumns.new,
      'an array of a column': () => _particles(3).xArray,
      'a box of a pool': pools.ParticlePool.alloc,
      'many slots of a pool': () => pools.ParticlePool.raw.slots(3),
    };
    for (final MapEntry(key: name, value: make) in owners.entries) {
      test(name, () async {
        final port = ReceivePort();
        expect(() => port.sendPort.send(make()), throwsArgumentError);
        port.close();
        await expectLater(
          Isolate.run(_withLibrary(make)),
          throwsA(
            isA<RemoteError>().having(
              (error) => '$error',
              'what it says',
              contains('unsendable'),
            ),
          ),
        );
      });
    }
  });

  group('an isolate is killed while it makes', () {
    for (final MapEntry(key: name, value: make) in _made.entries) {
      test(name, () async {
        await _killOften(12, make);
        expect(await _settled(before), before, reason: 'what is lost');
      });
    }
  });

  test('300 isolates are killed while they attach slots', () async {
    await _killOften(300, _made['slots of a pool']!);
    expect(await _settled(before), before, reason: 'what is lost');
  });

  group('an isolate is killed while functions return to it', () {
    for (final MapEntry(key: name, value: make) in _returned.entries) {
      test(name, () async {
        await _killOften(100, make);
        expect(await _settled(before), before, reason: 'what is lost');
      });
    }
  });

  test('a pointer that a function returned is the caller\'s', () async {
    final before = _live();
    // The end of its isolate does not free it.
    final address = await Isolate.run(() => _pools().raw.newToken(9).address);
    await collectGarbage();
    final slot = Pointer<pools.Token>.fromAddress(address);
    expect(slot.ref.id, 9);
    expect(_live().$2, before.$2 + 1);
    pools.TokenPool.raw.free(slot);
    expect(_live().$2, before.$2);
  });

  test('what is disposed of goes back at once when it was not viewed', () {
    final before = _live();
    owned.Float64Array(8).dispose();
    owned.Float64Array.of([1, 2]).dispose();
    const owned.PointData(x: 1, y: 2).toBox().dispose();
    owned.PointColumns(8).dispose();
    _owned().countUp(100).dispose();
    pools.ParticlePool.alloc()
      ..ref.owner = 1
      ..dispose();
    expect(_live(), before);
  });

  test('a small box has memory from its first use on, attached once', () async {
    final (start, _) = await _settled(before);
    _useSmall(start);
    expect(await _settled(before), before);
  });

  test('what a large text took goes back with the event loop', () async {
    final library = _owned();
    final text = 'aé' * (1 << 20);
    for (var turn = 0; turn < 2; turn++) {
      expect(library.countCharacters(text), text.length);
      expect(library.countCharacters(text), text.length);
      final held = library.liveAllocations();
      await Future(() {});
      expect(library.liveAllocations(), lessThan(held));
    }
  });

  test('what was viewed is freed at once on request', () async {
    // The memory beside that of the owner itself, as a view needs the rest.
    int freed(void Function() end) {
      final (before, _) = _live();
      end();
      return before - _live().$1;
    }

    owned.Float64Array array() => owned.Float64Array(8)..list[1] = 2;
    final kept = array(), given = array();
    expect(freed(given.raw.freeNow), freed(kept.dispose) + 1);
    expect(freed(given.raw.freeNow), 0);

    owned.PointColumns columns() => owned.PointColumns(8)
      ..resize(1)
      ..x[0] = 1;
    final keptRows = columns(), givenRows = columns();
    expect(freed(givenRows.raw.freeNow), greaterThan(freed(keptRows.dispose)));
    expect(() => givenRows.x, throwsStateError);
    expect(await _settled(before), before);
  });

  test('views of what is disposed of hold what they held', () async {
    final views = <(int, Int32List)>[];
    for (var i = 0; i < 200; i++) {
      final array = owned.Int32Array.of([i, -i]);
      views.add((i, array.list));
      array.dispose();
      expect(() => array.list, throwsStateError);
    }
    await _disturb();
    for (final (i, view) in views) {
      expect(view, [i, -i]);
    }
    final result = _owned().countUp(_count), box = owned.PointBox();
    final columns = owned.PointColumns(_count)..resize(_count);
    final (list, point, column) = (result.list, box.ref, columns.x);
    final counted = list.toList();
    point.x = 6;
    column.fillRange(0, _count, 7);
    result.dispose();
    box.dispose();
    columns.dispose();
    await _disturb();
    expect(list, counted);
    expect(point.x, 6);
    expect(column, List.filled(_count, 7));
  });

  test('boxes of a pool do not give back the next message', () async {
    final box = pools.ParticlePool.alloc();
    pools.ParticlePool.raw.free(box.raw.pointer);
    final next = <Pointer<pools.Particle>>[];
    do {
      next.add(pools.ParticlePool.raw.alloc());
    } while (next.last != box.raw.pointer);
    expect(box.dispose, throwsA(isA<pools.DoubleFreeException>()));
    // The same test, but the collector frees it.
    _freeBehindItsBack(next.last);
    next.last = pools.ParticlePool.raw.alloc();
    await collectGarbage();
    final live = pools.ParticlePool.stats.live;
    expect(live, next.length);
    pools.ParticlePool.raw.freeMany(next);
  });
}

/// Not inlined: the caller's frame must not keep the box.
@pragma('vm:never-inline')
void _freeBehindItsBack(Pointer<pools.Particle> slot) {
  pools.ParticlePool.raw.own(slot).ref.owner = 9;
  pools.ParticlePool.raw.free(slot);
}
