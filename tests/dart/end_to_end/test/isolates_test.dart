/// Views of every kind of owner that leave their isolate, in every way that there
/// is: they keep their memory, and what it holds. And owners that can't leave, and
/// isolates that are killed.
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

/// A view: how an isolate makes it, and what it must hold in another one.
final class Case {
  const Case(this.name, this.make, this.read, this.expected);

  final String name;
  final Object Function() make;
  final Object Function(Object view) read;
  final Object Function() expected;
}

/// As many elements as make a block that the allocator hands out again soon.
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
      final array = owned.Float64Array.of([for (final it in _numbers()) it / 2]);
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
    () => _owned().sizes(owned.Uint32Array.of(_numbers())).raw,
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
    () => const owned.PointData(x: 6, y: 7).toNative().ref,
    _readPoint,
    () => (6, 7),
  ),
  Case(
    'the message of a view of a box',
    () {
      final box = const owned.PointData(x: 6, y: 7).toNative();
      return owned.PointBox.view(box.pointer, owner: box).ref;
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
    () => _particles(_count).mode.raw,
    (view) => (view as Uint8List).toList(),
    () => [for (final it in _numbers()) const [0, 1, 5][it % 3]],
  ),
  Case(
    'a column of messages',
    () => _shapes().outline[5],
    (view) => ((view as columns.Point).x, view.y),
    () => (5.0, -5.0),
  ),
  Case(
    'a column of lists',
    () => _shapes().weights,
    (view) => [for (final it in view as List<columns.Uint16Vec>) it.toList()],
    () => [for (final it in _numbers()) [it, 1]],
  ),
  Case(
    'a list in a message of a box',
    () => _shape(9).toNative().ref.weights,
    (view) => (view as columns.Uint16Vec).toList(),
    () => [9, 1],
  ),
  Case(
    'an array in a message of a box',
    () => _shape(9).toNative().ref.outline,
    (view) => [for (final it in view as List<columns.Point>) it.y],
    () => [0.0, 0.0, -9.0],
  ),
  Case(
    'the message of a box of a pool',
    () => (pools.ParticlePool.owned()..ref.owner = 77).ref,
    (view) => (view as pools.Particle).owner,
    () => 77,
  ),
  Case(
    'the message of a box of a pool that a function returned',
    () => pools.EventPool.own(_pools().newEvent(78)).ref,
    (view) => (view as pools.Event).number,
    () => 78,
  ),
  Case(
    'the message of a queue',
    () {
      _pools();
      pools.OrdersQueue.push(pools.EventPool.alloc()..ref.number = 79);
      return pools.EventPool.own(pools.OrdersQueue.tryPop()!).ref;
    },
    (view) => (view as pools.Event).number,
    () => 79,
  ),
  Case(
    'an array in a message of a pool',
    () => (pools.ParticlePool.owned()..ref.velocity = [3, 4]).ref.velocity,
    (view) => (view as Float32List).toList(),
    () => [3.0, 4.0],
  ),
  Case(
    'a message that was read as protobuf',
    () {
      final bytes = (owned.PointBox()..ref.x = 81).toProto();
      return owned.PointBox.fromProto(bytes).ref;
    },
    _readPoint,
    () => (81, 0),
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

columns.ShapeData _shape(int number) => columns.ShapeData(
  outline: [
    const columns.PointData(x: 0, y: 0),
    const columns.PointData(x: 0, y: 0),
    columns.PointData(x: number.toDouble(), y: -number.toDouble()),
  ],
);
