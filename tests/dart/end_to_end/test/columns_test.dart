/// Tests columns; `tests/fixtures/columns` has the Rust.
library;

import 'dart:ffi';
import 'dart:typed_data';

import 'package:fixture_columns/fixture_columns.dart';
import 'package:test/test.dart';

import 'machine.dart';

void main() {
  final library = FixtureColumnsLibrary.open();

  Matcher throwsIt<T extends FfiException>([String part = '']) =>
      throwsA(isA<T>().having((it) => it.message, 'message', contains(part)));

  Particle particle(int number) => Struct.create<Particle>()
    ..x = number.toDouble()
    ..y = -number.toDouble()
    ..vx = 1
    ..vy = 2
    ..id = number << 33
    ..mode = Mode.values[number % 3]
    ..visible = number.isOdd
    ..colour[3] = number & 0xff;

  ParticleColumns particles(int count) {
    final columns = ParticleColumns();
    for (var number = 0; number < count; number++) {
      columns.push(particle(number));
    }
    return columns;
  }

  group('rows', () {
    test('go in and come out', () {
      final columns = ParticleColumns();
      expect((columns.length, columns.isEmpty), (0, true));
      final model = <ParticleData>[];
      for (var number = 0; number < 1000; number++) {
        columns.push(particle(number));
        model.add(particle(number).toData());
      }
      expect(columns.isNotEmpty, isTrue);
      expect(columns.capacity, greaterThanOrEqualTo(1000));
      for (var row = 0; row < 1000; row++) {
        expect(columns[row].toData(), model[row]);
      }
      columns[7] = particle(70);
      model[7] = particle(70).toData();
      for (final row in [999, 0, 500, 7]) {
        expect(columns.swapRemove(row).toData(), model[row]);
        final last = model.removeLast();
        if (row < model.length) model[row] = last;
        expect(columns.length, model.length);
      }
      final records = columns.toArray();
      expect(records.map((it) => it.toData()), model);
      final again = ParticleColumns.fromArray(records);
      expect(again.toArray().map((it) => it.toData()), model);
      again.pushAll(records);
      expect(again.length, 2 * model.length);
      expect(again[again.length - 1].toData(), model.last);
      columns.clear();
      expect(columns.toArray(), isEmpty);
      expect(again[3].toData(), model[3], reason: 'they share nothing');
    });

    test('are copies', () {
      final columns = particles(2);
      final row = columns[0];
      row.x = 77;
      expect(columns.x[0], 0);
      columns.x[0] = 5;
      expect(row.x, 77);
      columns[1];
      expect(row.x, 77, reason: 'each copy has memory of its own');
    });

    test('are sorted and reordered', () {
      final columns = particles(100), ids = columns.id, x = columns.x;
      columns.sort((a, b) => ids[b].compareTo(ids[a]));
      expect(x, [for (var row = 99; row >= 0; row--) row]);
      for (var row = 0; row < 100; row++) {
        expect(columns[row].toData(), particle(99 - row).toData());
      }
      columns.reorder([for (var row = 99; row >= 0; row--) row]);
      expect(columns[7].toData(), particle(7).toData());
      for (final order in [
        [0],
        List.filled(100, 0),
        List.generate(100, (row) => row + 1),
        List.generate(101, (row) => row % 100),
      ]) {
        expect(() => columns.reorder(order), throwsArgumentError);
      }
      expect(columns.x, List.generate(100, (row) => row));
      ParticleColumns()
        ..sort((a, b) => fail('there are no rows'))
        ..reorder([]);
    });

    test('that are not there are refused', () {
      final columns = particles(3);
      for (final row in [-1, 3, 1 << 40]) {
        expect(() => columns[row], throwsRangeError);
        expect(() => columns[row] = particle(1), throwsRangeError);
        expect(() => columns.swapRemove(row), throwsRangeError);
      }
      expect(() => columns.resize(-1), throwsRangeError);
      expect(() => columns.reserve(-1), throwsRangeError);
      expect(() => ParticleColumns(-1), throwsRangeError);
      expect(columns.length, 3);
    });

    test('are zero when the columns are resized', () {
      final columns = particles(5)
        ..resize(2)
        ..resize(50);
      expect(columns.x, [0, 1, ...List.filled(48, 0)]);
      expect(columns.mode.skip(2).toSet(), {Mode.bounce});
      expect(columns[49].toData(), Struct.create<Particle>().toData());
    });
  });

  group('columns', () {
    test('are typed data, aligned to 64 bytes', () {
      final columns = particles(100);
      expect(columns.x, isA<Float32List>().having((it) => it.length, '', 100));
      expect(columns.x.toList(), List.generate(100, (row) => row));
      expect(columns.id, isA<Uint64List>());
      expect(columns.id[99], 99 << 33);
      expect(columns.colour, isA<Uint8List>());
      expect((columns.colour.length, columns.colour[99 * 4 + 3]), (400, 99));
      expect(columns.visible.take(3), [false, true, false]);
      expect(columns.mode.take(4), [
        Mode.bounce,
        Mode.wrap,
        Mode.stop,
        Mode.bounce,
      ]);
      expect(columns.mode.numbers, isA<Uint8List>());
      for (final pointer in [
        columns.xArray.raw.pointer,
        columns.vyArray.raw.pointer,
        columns.idArray.raw.pointer,
        columns.mode.raw.pointer,
        columns.visible.raw.pointer,
        columns.colourArray.raw.pointer,
      ]) {
        expect(pointer.address % 64, 0);
      }
    });

    test('are written in place, and Rust sees it', () {
      final columns = particles(10);
      columns.x.fillRange(0, 10, 3);
      columns.x[9] = 13;
      expect(library.meanX(columns), 4);
      columns.mode[0] = Mode.stop;
      columns.mode[3] = Mode.stop;
      expect(
        library.countMode(particles: columns, others: null, mode: Mode.stop),
        5,
      );
      columns.visible[0] = true;
      expect(columns[0].visible, isTrue);
      library.step(columns, 2);
      expect(columns.x[9], 15);
      expect(columns.y[9], -5);
    });

    test('are the same view until they move', () {
      final columns = ParticleColumns(4)..push(particle(1));
      final x = columns.x;
      expect(columns.x, same(x));
      columns.push(particle(2));
      expect(columns.x, isNot(same(x)));
      expect(columns.x, [1, 2]);
      final before = columns.xArray.raw.pointer;
      library.spawn(columns, 1000);
      expect(columns.xArray.raw.pointer, isNot(before));
      expect(
        (columns.length, columns.x.length, columns.x[1001]),
        (1002, 1002, 1001),
      );
    });

    test('move and change their values all at once, or none', () {
      final shapes = ShapeColumns();
      for (var row = 0; row < 3; row++) {
        shapes.push(
          Struct.create<Shape>()
            ..name = '$row'
            ..weights = [row]
            ..state = FfiOpen.raw(row, null),
        );
      }
      for (final change in [
        () => shapes.name.setAll(0, ['x', 'far too long']),
        () => shapes.weights.setAll(0, [
          [7],
          [1, 2, 3, 4],
        ]),
        () => shapes.weights.setAll(0, [
          [7],
          [0x10000],
        ]),
        () => shapes.state.setAll(0, const [
          FfiOpen.raw(7, null),
          FfiOpen.raw(300, null),
        ]),
      ]) {
        expect(change, throwsA(anything));
        expect(shapes.name, ['0', '1', '2']);
        expect(shapes.weights, [
          [0],
          [1],
          [2],
        ]);
        expect([for (final it in shapes.state) it.number], [0, 1, 2]);
      }
      shapes.weights.setAll(0, shapes.weights.reversed.toList());
      expect(shapes.weights, [
        [2],
        [1],
        [0],
      ]);
    });

    test('of every other type are lists', () {
      final shapes = ShapeColumns();
      for (var number = 0; number < 20; number++) {
        final shape = Struct.create<Shape>()
          ..len = number
          ..capacity = 2 * number
          ..pointer = -number
          ..name = '$number'
          ..weights = List.filled(number % 4, number)
          ..centre = number.isEven
              ? (Struct.create<Point>()..x = number / 2)
              : null
          ..modes = [Mode.wrap, Mode.stop, Mode.bounce, Mode.values[number % 3]]
          ..state = FfiOpen.raw(number, null)
          ..tags = {number: 3};
        shape.outline[2].y = number.toDouble();
        shape.fill.setColour(number);
        shapes.push(shape);
      }
      expect(shapes.len[19], 19);
      expect(shapes.capacity_[19], 38);
      expect(shapes.pointer_[19], -19);
      expect(shapes.outline.length, 60);
      expect(shapes.outline[3 * 19 + 2].y, 19);
      expect(shapes.name, List.generate(20, (row) => '$row'));
      expect(shapes.weights[7], [7, 7, 7]);
      expect(shapes.centre[4]!.x, 2);
      expect(shapes.centre[5], isNull);
      expect(shapes.modes.length, 80);
      expect(shapes.modes[4 * 5 + 3], Mode.stop);
      expect(shapes.state[5], FfiOpen(Mode.stop));
      expect(shapes.state[6], const FfiOpen<Mode>.raw(6, null));
      expect(shapes.tags[9], {9: 3});
      expect(shapes.fill[3].toData(), const FillColour(3));

      shapes.name[2] = 'two';
      shapes.weights[2] = [9];
      shapes.centre[2] = null;
      shapes.state[2] = FfiOpen(Mode.wrap);
      shapes.tags[2] = {1: 1, 2: 2};
      expect(library.names(shapes), startsWith('0,1,two,3,'));
      expect(shapes[2].weights, [9]);
      expect(shapes[2].centre, isNull);
      expect(shapes[2].state.value, Mode.wrap);
      expect(shapes[2].tags, {1: 1, 2: 2});
      expect(
        () => shapes.name[3] = 'far too long',
        throwsIt<CapacityException>(),
      );
      expect(shapes.name[3], '3');
      expect(() => shapes.name[20], throwsRangeError);
      expect(() => shapes.name[-1] = '', throwsRangeError);
      expect(() => shapes.name.add(''), throwsUnsupportedError);
    });
  });

  group('functions', () {
    test('take them', () {
      final columns = particles(0);
      expect(
        () => library.meanX(columns),
        throwsIt<RustErrorException>('there are no particles'),
      );
      library.spawn(columns, 101);
      expect(library.meanX(columns), 50);
      final others = particles(3);
      expect(
        library.countMode(particles: columns, others: others, mode: Mode.wrap),
        35,
      );
      expect(
        library.countMode(particles: columns, others: null, mode: Mode.wrap),
        34,
      );
      library.transfer(columns, others);
      expect((columns.length, others.length), (0, 104));
      expect(others.x.last, 100);
      final flags = FlagColumns.fixed(2)
        ..push(Struct.create<Flag>()..on = true)
        ..push(Struct.create<Flag>());
      expect(library.lit(flags), 1);
    });

    test('return them', () {
      expect(library.newParticles(0), isNull);
      final columns = library.newParticles(5)!;
      expect(columns.x, [0, 1, 2, 3, 4]);
      columns
        ..push(particle(9))
        ..dispose();
    });

    test('see a column of others as a slice, and none of their own', () {
      final columns = particles(4), others = particles(4);
      library.shift(columns, others.xArray);
      expect(columns.x, [0, 2, 4, 6]);
      expect(
        () => library.shift(columns, columns.yArray),
        throwsIt<InvalidArgumentException>('overlap'),
      );
      expect(
        () => library.transfer(columns, columns),
        throwsIt<InvalidArgumentException>('overlap'),
      );
    });

    test('are not called with bytes that are no value', () {
      final columns = particles(5);
      columns.mode.numbers[3] = 2;
      expect(
        () => library.meanX(columns),
        throwsIt<InvalidValueException>('particles.mode[3]: 2 is not a Mode'),
      );
      expect(() => columns.mode[3], throwsIt<UnknownEnumValueException>());
      columns.mode.numbers[3] = 5;
      expect(library.meanX(columns), 2);
    });

    test('are not called with a header that was written to', () {
      final columns = particles(5);
      final header = columns.raw.pointer.cast<Uint64>();
      header.value = 1 << 40;
      expect(
        () => library.meanX(columns),
        throwsIt<InvalidValueException>('its header was written to'),
      );
      expect(
        () => columns.push(particle(1)),
        throwsIt<InvalidValueException>('columns of `Particle`'),
      );
      header.value = 5;
      expect(library.meanX(columns), 2);
    });
  });

  group('memory', () {
    test('that is fixed is not exceeded', () {
      final columns = ParticleColumns.fixed(2)
        ..push(particle(1))
        ..push(particle(2));
      final x = columns.x;
      expect(
        () => columns.push(particle(3)),
        throwsIt<CapacityException>(
          'columns of `Particle`: length 3 exceeds 2',
        ),
      );
      expect(() => columns.resize(3), throwsIt<CapacityException>());
      expect(() => columns.reserve(1), throwsIt<CapacityException>());
      expect(
        () => library.spawn(columns, 1),
        throwsIt<RustPanicException>('the columns are full'),
      );
      expect((columns.length, columns.capacity), (2, 2));
      expect(columns.x, same(x));
    });

    test('that is not there is an exception', () {
      expect(() => ParticleColumns(countless), throwsIt<AllocationException>());
      final columns = particles(1);
      expect(() => columns.reserve(countless), throwsIt<AllocationException>());
      expect(() => columns.resize(countless), throwsIt<AllocationException>());
      expect(columns.x, [0]);
    });

    test('of a damaged header is neither freed nor used', () {
      for (final word in [0, 1, 2, 3, 4]) {
        final columns = FlagColumns(4)..push(Struct.create<Flag>()..on = true);
        final header = columns.raw.pointer.cast<Uint64>();
        // Length, capacity, start of the column, the flag `fixed`, seal.
        header[word] ^= 1 << 20;
        final length = columns.length;
        void push() => columns.push(Struct.create<Flag>());
        expect(push, throwsIt<InvalidValueException>('written to'));
        expect(
          () => columns.resize(1),
          throwsIt<InvalidValueException>('written to'),
        );
        expect(
          () => library.lit(columns),
          throwsIt<InvalidValueException>('written to'),
        );
        if (length > 0) {
          expect(
            () => columns[0],
            throwsIt<InvalidValueException>('written to'),
          );
        }
        expect(
          columns.dispose,
          throwsIt<InvalidValueException>('`Flag` was written to'),
        );
        expect(() => columns.length, throwsStateError);
        columns.dispose();
      }
    });

    test('is freed once, and not used afterwards', () {
      final columns = particles(3);
      columns
        ..dispose()
        ..dispose();
      for (final use in <void Function()>[
        () => columns.length,
        () => columns.capacity,
        () => columns.x,
        () => columns.mode,
        () => columns[0],
        () => columns.push(particle(1)),
        () => columns.swapRemove(0),
        () => columns.resize(1),
        () => columns.toArray(),
        () => library.meanX(columns),
      ]) {
        expect(use, throwsStateError);
      }
    });

    test('outlives the columns where there is a view', () {
      final views = [
        for (var i = 0; i < 200; i++) (particles(100).x, particles(3).mode),
      ];
      // The columns are garbage: other objects take their memory, if it was
      // freed.
      for (var i = 0; i < 2000; i++) {
        ParticleColumns(10000).resize(1000);
      }
      for (final (x, mode) in views) {
        expect((x.length, x[99], mode[2]), (100, 99, Mode.stop));
      }
    });
  });
}
