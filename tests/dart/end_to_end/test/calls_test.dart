/// Tests every way in which a call can end; `tests/fixtures/calls` has the
/// Rust.
library;

import 'dart:ffi';
import 'dart:isolate';

import 'package:fixture_calls/fixture_calls.dart';
import 'package:test/test.dart';

import 'machine.dart';

void main() {
  final library = FixtureCallsLibrary.open();

  group('values', () {
    test('scalars keep their largest values', () {
      final largest = library.countLargest(
        flag: true,
        i8: 0x7f,
        i16: 0x7fff,
        i32: 0x7fffffff,
        i64: 0x7fffffffffffffff,
        u8: 0xff,
        u16: 0xffff,
        u32: 0xffffffff,
        u64: -1, // u64::MAX: the same 64 bits
        f32: 3.4028234663852886e+38,
        f64: double.maxFinite,
      );
      expect(largest, 11);
    });

    test('leaf and other calls agree', () {
      for (final (a, b) in [(1, 2), (-1, -2), (0x7fffffff, 1)]) {
        expect(library.add(a, b), (a + b).toSigned(32));
        expect(library.addLeaf(a, b), (a + b).toSigned(32));
      }
    });

    test('enums and booleans', () {
      expect(library.toggle(Switch.off), Switch.on);
      expect(library.toggle(Switch.on), Switch.off);
      expect(library.negate(flag: true), isFalse);
      expect(library.negate(flag: false), isTrue);
    });

    test('arguments have names from three on, or as the attribute says', () {
      expect(library.volume(2, 3, 4), 24);
      expect(library.ratio(of: 3, to: 4), 0.75);
      final vector = VectorBox()..ref.x = 1;
      final more = Struct.create<Vector>()..y = 0.5;
      library.addVector(vector: vector, by: vector.ref, more: more);
      expect((vector.ref.x, vector.ref.y), (2, 0.5));
    });

    test('messages are copied both ways', () {
      final vector = Struct.create<Vector>()
        ..x = 1.5
        ..y = -2;
      final scaled = library.scaled(vector, 2);
      expect((scaled.x, scaled.y), (3, -4));
      expect((vector.x, vector.y), (1.5, -2));
    });
  });

  group('memory', () {
    test('a message is changed in place', () {
      final lamp = LampBox();
      expect(library.turnOn(lamp), Switch.off);
      expect(lamp.ref.switch_, Switch.on);
      expect(library.turnOn(lamp), Switch.on);
    });

    test('a slice of messages is read in place', () {
      final lamps = LampArray(3);
      for (final (index, lamp) in lamps.indexed) {
        lamp
          ..brightness = 100 << index
          ..switch_ = Switch.on;
      }
      lamps[1].broken = true;
      expect(library.brightness(lamps), 500);
      expect(library.brightness(lamps.sublistView(1)), 400);
    });

    test('slices of enums, booleans and numbers', () {
      final switches = SwitchArray(4)..[2] = Switch.on;
      expect(library.countOn(switches), 1);
      final flags = BoolArray(9);
      flags[0] = flags[8] = true;
      expect(library.countTrue(flags), 2);
      final into = Float32Array.of([1, 2]);
      library.accumulate(into, Float32Array.of([0.5, 0.25]));
      expect(into.list, [1.5, 2.25]);
    });

    test('empty slices need no memory', () {
      expect(library.brightness(LampArray(0)), 0);
      library.accumulate(Float32Array(0), Float32Array(0));
    });

    test('a pointer to a scalar', () {
      final value = Int64Array.of([21]);
      library.doubleInPlace(value);
      expect(value.list, [42]);
    });

    test('what was disposed throws', () {
      final lamps = LampArray(1)..dispose();
      expect(() => library.brightness(lamps), throwsStateError);
      expect(() => lamps[0], throwsA(isA<Error>()));
    });
  });

  group('errors', () {
    test('an Err is an exception with its message', () {
      expect(
        () => library.divide(7, 0),
        throwsA(
          isA<RustErrorException>()
              .having((it) => it.message, 'message', "7 can't be divided by 0")
              .having((it) => it.detail, 'detail', 0),
        ),
      );
      expect(library.divide(7, 2), 3, reason: 'the status was cleared');
    });

    test('a message is UTF-8', () {
      expect(
        () => library.accumulate(Float32Array(1), Float32Array(2)),
        _throws<RustErrorException>("2 elements can't be added to 1 — schade"),
      );
    });

    test('a panic is an exception with its message', () {
      expect(
        library.panics,
        _throws<RustPanicException>('the roof is on fire at 451 degrees'),
      );
      expect(
        library.panicsWithoutText,
        _throws<RustPanicException>("the panic's payload is not text"),
      );
      expect(
        library.panicsWithBomb,
        _throws<RustPanicException>("the panic's payload is not text"),
      );
      expect(
        library.failsUnprintably,
        _throws<RustPanicException>('words fail'),
      );
    });

    test('a mistake in ordinary Rust is a panic', () {
      expect(
        () => library.nth(Uint32Array(2), 2),
        _throws<RustPanicException>(
          'index out of bounds: the len is 2 but the index is 2',
        ),
      );
    });

    test('a hundred thousand failures leave the library well', () {
      for (var i = 0; i < 100000; i++) {
        try {
          library.divide(i, 0);
          fail('divided by zero');
        } on RustErrorException catch (error) {
          if (error.message != "$i can't be divided by 0") rethrow;
        }
      }
      expect(library.add(1, 1), 2);
    });
  });

  group('wrong arguments', () {
    test('null', () {
      expect(
        () => library.raw.turnOn(nullptr),
        _throws<InvalidArgumentException>('`lamp` is null'),
      );
      expect(
        () => library.doubleInPlace(Int64Array(0)),
        _throws<InvalidArgumentException>('`value` is null'),
      );
      expect(() => LampArray.raw(nullptr, 1), throwsArgumentError);
    });

    test('misaligned', () {
      final lamps = LampArray(2);
      final address = lamps.raw.pointer.address + 2;
      final pointer = Pointer<Lamp>.fromAddress(address);
      final message =
          '`lamp` is at 0x${address.toRadixString(16)}, '
          'which is not a multiple of 4';
      expect(
        () => library.raw.turnOn(pointer),
        _throws<InvalidArgumentException>(message),
      );
    });

    test('too long', () {
      final lamps = LampArray(1);
      expect(() => LampArray.raw(lamps.raw.pointer, 1 << 60), throwsRangeError);
      expect(() => LampArray(-1), throwsRangeError);
      // Memory of 32 bits has no lists that are so long.
      expect(
        () => LampArray(1 << 59),
        hasShortSizes ? throwsRangeError : _throwsA<AllocationException>(),
      );
    });

    test('two that overlap, one of them written to', () {
      final values = Float32Array.of([1, 2, 3]);
      expect(
        () => library.accumulate(
          values.sublistView(0, 2),
          values.sublistView(1, 3),
        ),
        _throws<InvalidArgumentException>(
          '`into` and `from` overlap, and the function writes to one of them: '
          'pass a copy',
        ),
      );
      expect(values.list, [1, 2, 3]);
      library.accumulate(values.sublistView(0, 1), values.sublistView(1, 2));
      expect(values.list, [3, 2, 3]);
    });

    test('an invalid enum byte', () {
      final lamp = LampBox();
      lamp.ref.switchRaw = 2;
      expect(
        () => library.turnOn(lamp),
        _throws<InvalidValueException>('lamp.switch: 2 is not a Switch'),
      );
      expect(
        () => lamp.ref.switch_,
        throwsA(
          isA<UnknownEnumValueException>().having((it) => it.value, 'value', 2),
        ),
      );
    });

    test('an invalid bool byte, with its path', () {
      final lamps = LampArray(4);
      final bytes = (lamps.raw.pointer + 3).cast<Uint8>();
      bytes[5] = 7;
      expect(
        () => library.brightness(lamps),
        _throws<InvalidValueException>('lamps[3].broken: 7 is not a bool'),
      );
    });
  });

  group('opening', () {
    test('again gives the same library', () {
      expect(FixtureCallsLibrary.open(), same(library));
      expect(FixtureCallsLibrary.open(path: library.path), same(library));
      expect(FixtureCallsLibrary.instance, same(library));
    });

    test('another file beside it is refused', () {
      expect(
        () => FixtureCallsLibrary.open(path: 'elsewhere.so'),
        throwsA(
          isA<StateError>()
              .having((it) => it.message, 'message', contains(library.path))
              .having((it) => it.message, 'message', contains('elsewhere.so')),
        ),
      );
    });

    test('other isolates have their own status', () async {
      final messages = await Future.wait([
        for (var i = 0; i < 4; i++) _failElsewhere(library.path, i),
      ]);
      expect(messages, [
        for (var i = 0; i < 4; i++) "$i can't be divided by 0",
      ]);
    });
  });
}

/// Returns the last of many errors in an isolate of its own.
Future<String> _failElsewhere(String path, int number) =>
    Isolate.run(() => _failOften(path, number));

/// Returns the last of many errors in this isolate.
String _failOften(String path, int number) {
  final library = FixtureCallsLibrary.open(path: path);
  var message = '';
  for (var i = 0; i < 10000; i++) {
    try {
      library.divide(number, 0);
    } on RustErrorException catch (error) {
      message = error.message;
    }
  }
  return message;
}

Matcher _throwsA<T extends FfiException>() => throwsA(isA<T>());

Matcher _throws<T extends FfiException>(String message) =>
    throwsA(isA<T>().having((it) => it.message, 'message', message));
