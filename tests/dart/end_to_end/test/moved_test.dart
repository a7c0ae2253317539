/// Tests lists that are given to functions, and that all of them are freed once;
/// `tests/fixtures/owned` has the Rust.
library;

import 'dart:isolate';

import 'package:fixture_owned/fixture_owned.dart';
import 'package:test/test.dart';

import 'garbage.dart';

final _library = FixtureOwnedLibrary.open();

PointArray _points(List<int> numbers) {
  final points = PointArray(numbers.length);
  for (final (index, number) in numbers.indexed) {
    points[index].x = number;
  }
  return points;
}

int _sum(
  PointArray points,
  PointArray? others,
  MagnitudeArray sizes, [
  String how = '',
]) =>
    _library.sumPoints(points: points, others: others, sizes: sizes, how: how);

void main() {
  late int before;

  setUpAll(() {
    // What the isolate allocates once.
    _library.keepList(Uint32Array(1));
    for (final how in ['', 'fails', 'panics']) {
      try {
        _sum(_points([1]), _points([1]), MagnitudeArray(1), how);
      } on FfiException {
        // As it was told to.
      }
    }
    _library.dropLists();
  });

  setUp(() async => before = await fewest(_library.liveAllocations));

  tearDown(() => untilCollected(_library.liveAllocations, before));

  test('stays where it is, and is freed with the owner in Rust', () {
    final numbers = Uint32Array.of([1, 2, 3]);
    final address = numbers.raw.pointer.address;
    expect(_library.keepList(numbers), address);
    expect(_library.liveAllocations(), greaterThan(before));
    expect(_library.dropLists(), 12);
    expect(_library.liveAllocations(), before);
    numbers.dispose();
    expect(_library.liveAllocations(), before);
  });

  test('can not be used any more', () {
    final numbers = Uint32Array.of([1, 2, 3]);
    final part = numbers.sublistView(1);
    _library.keepList(numbers);
    for (final use in <Object? Function()>[
      () => numbers.list,
      () => numbers.bytes,
      () => numbers.raw.pointer,
      () => numbers.sublistView(0),
      () => _library.keepList(numbers),
    ]) {
      expect(
        use,
        throwsA(
          isA<StateError>().having(
            (it) => it.message,
            'message',
            contains('after it was given to a call'),
          ),
        ),
      );
    }
    expect(_library.dropLists(), 12);
    part.dispose();
  });

  test('shows what Rust makes of it in what was read before', () async {
    final numbers = Uint32Array.of([1, 2]);
    final list = numbers.list;
    _library.keepList(numbers);
    expect(list, [2, 4]);
    _library.dropLists();
    expect(list, [2, 4]);
  });

  test('is one that a function has made, or none', () {
    final points = _library.diagonal(3);
    expect(_sum(points, null, MagnitudeArray(0)), 6);
    expect(() => points[0], throwsStateError);
    expect(_sum(PointArray(0), _points([4]), MagnitudeArray(0)), 4);
    expect(_library.keepList(Uint32Array(0)), isNonZero);
    expect(_library.dropLists(), 0);
  });

  test('is not a part, nor memory of somebody else', () {
    final numbers = Uint32Array.of([1, 2, 3]);
    final part = numbers.sublistView(1);
    expect(() => _library.keepList(part), throwsStateError);
    final foreign = Uint32Array.raw(numbers.raw.pointer, 3);
    expect(() => _library.keepList(foreign), throwsStateError);
    expect(part.list, [2, 3]);
    expect(numbers.list, [1, 2, 3]);
    numbers.dispose();
    part.dispose();
    expect(() => _library.keepList(numbers), throwsStateError);
  });

  test('stays with the caller when an argument is refused', () {
    final points = _points([1, 2]), sizes = MagnitudeArray(2);
    sizes.numbers[1] = 9;
    expect(
      () => _sum(points, null, sizes),
      throwsA(isA<InvalidValueException>()),
    );
    expect(
      () => _sum(points, points, MagnitudeArray(1)),
      throwsA(isA<InvalidArgumentException>()),
    );
    sizes.numbers[1] = Magnitude.large.value;
    expect(() => _sum(points, null, sizes, '\ud800'), throwsArgumentError);
    expect(points[1].x, 2);
    expect(_sum(points, null, sizes), 4);
    expect(() => points[1], throwsStateError);
    expect(() => sizes[1], throwsStateError);
  });

  test('is gone when the function fails, and when it panics', () {
    for (final how in ['fails', 'panics']) {
      final points = _points([1]), others = _points([2]);
      final sizes = MagnitudeArray(1);
      expect(
        () => _sum(points, others, sizes, how),
        throwsA(isA<FfiException>()),
      );
      expect(() => points[0], throwsStateError);
      expect(() => others[0], throwsStateError);
      expect(() => sizes[0], throwsStateError);
    }
  });

  test('is freed once when its isolate is killed', () async {
    for (var i = 0; i < 20; i++) {
      final ready = ReceivePort(), ended = ReceivePort();
      final isolate = await Isolate.spawn(
        _giver,
        ready.sendPort,
        onExit: ended.sendPort,
      );
      await ready.first;
      isolate.kill(
        priority: i.isEven ? Isolate.immediate : Isolate.beforeNextEvent,
      );
      await ended.first;
      _library.dropLists();
    }
  });
}

/// Gives lists until the isolate is killed.
Future<void> _giver(SendPort ready) async {
  final library = FixtureOwnedLibrary.open();
  for (var i = 0; ; i++) {
    if (i % 10 == 0) await Future<void>.delayed(Duration.zero);
    final numbers = Uint32Array.of([i, 1, 2]);
    if (i % 3 == 0) numbers.list;
    library.keepList(numbers);
    if (i % 100 == 0) library.dropLists();
    if (i == 300) ready.send(null);
  }
}
