/// Tests every field of every kind, written on one side and read on the other;
/// `tests/fixtures/layout` has the Rust.
library;

import 'dart:ffi';

import 'package:fixture_layout/fixture_layout.dart';
import 'package:test/test.dart';

void main() {
  final library = FixtureLayoutLibrary.open();

  test('sizes are those of Rust', () {
    expect(sizeOf<Nested>(), 216);
    expect(sizeOf<Scalars>(), 64);
    expect(sizeOf<Part>(), 24);
    expect(sizeOf<Plain>(), 16);
    expect(sizeOf<Labels>(), 12);
  });

  group('Dart reads what Rust wrote', () {
    test('in place', () {
      final nested = NestedBox();
      library.writeNested(nested);
      _expectWrittenByRust(nested.ref);
    });

    test('by value', () => _expectWrittenByRust(library.makeNested()));

    test('in messages with renamed and deprecated fields', () {
      final plain = PlainBox();
      final labels = LabelsBox();
      library.writeOthers(plain, labels);
      expect(plain.ref.id, 1 << 40);
      expect(plain.ref.weights, [0.5, -0.5]);
      expect(labels.ref.type, 1);
      expect(labels.ref.title, 2);
      // ignore: deprecated_member_use
      expect(labels.ref.oldTitleNumber, 3);
    });
  });

  group('Rust reads what Dart wrote', () {
    test('in place', () {
      final nested = NestedBox();
      _write(nested.ref);
      expect(library.isFromDart(nested), isTrue);
      nested.ref.digest[19]++;
      expect(library.isFromDart(nested), isFalse);
    });

    test('by value', () {
      final nested = Struct.create<Nested>();
      _write(nested);
      expect(library.isValueFromDart(nested), isTrue);
      nested.parts[1].spare = true;
      expect(library.isValueFromDart(nested), isFalse);
    });

    test('after a copy', () {
      final from = Struct.create<Nested>();
      _write(from);
      final to = NestedArray(3);
      to[1] = from;
      to[2].setFrom(from);
      expect(library.isFromDart(to.boxAt(0)), isFalse);
      expect(library.isFromDart(to.boxAt(1)), isTrue);
      expect(library.isFromDart(to.boxAt(2)), isTrue);
    });
  });

  test('a list of another length is refused', () {
    final nested = NestedBox().ref;
    expect(() => nested.digest = [1, 2, 3], throwsArgumentError);
    expect(() => nested.flags = [true], throwsArgumentError);
    expect(() => nested.palette = [], throwsArgumentError);
  });

  test('an unknown number of an enum is read raw', () {
    final nested = NestedBox().ref;
    nested.colourRaw = 77;
    expect(nested.colourRaw, 77);
    expect(() => nested.colour, throwsA(isA<UnknownEnumValueException>()));
    nested.paletteRaw[2] = 78;
    expect(() => nested.palette[2], throwsA(isA<UnknownEnumValueException>()));
  });
}

void _expectWrittenByRust(Nested nested) {
  expect(nested.colour, Colour.red);
  final scalars = nested.scalars;
  expect(scalars.flag, isTrue);
  expect(scalars.wide, -1.5e300);
  expect(scalars.tiny, -128);
  expect(scalars.short, -32768);
  expect(scalars.byte, 255);
  expect(scalars.int_, -2147483648);
  expect(scalars.word, 65535);
  expect(scalars.long, 0x8000000000000000);
  expect(scalars.count, 4294967295);
  expect(scalars.big, -1);
  expect(scalars.bigBig, (BigInt.one << 64) - BigInt.one);
  expect(scalars.single, 0.25);
  _expectPart(nested.part, 7, 1, spare: true);
  expect(nested.level, Level.cellar);
  expect(nested.matrix, [1, 2, 3, 4, 5, 6]);
  _expectPart(nested.parts[0], 7, 2, spare: true);
  _expectPart(nested.parts[1], 7, 3, spare: true);
  expect(nested.palette, [
    Colour.blue,
    Colour.red,
    Colour.unknown,
    Colour.red,
    Colour.blue,
  ]);
  expect(nested.flags, [true, false, true]);
  expect(nested.mask, Mask.all);
  expect(nested.digest, [for (var i = 0; i < 20; i++) 200 + i]);
}

void _expectPart(Part part, int kind, int serial, {required bool spare}) {
  expect((part.kind, part.serial, part.spare), (kind, serial, spare));
}

/// Writes the values of Rust's `written_by_dart`.
void _write(Nested nested) {
  nested
    ..colour = Colour.blue
    ..level = Level.first
    ..matrix = [-1, -2, -3, -4, -5, -6]
    ..palette = [
      Colour.red,
      Colour.blue,
      Colour.red,
      Colour.unknown,
      Colour.unknown,
    ]
    ..flags = [false, true, true]
    ..mask = Mask.none
    ..digest = [for (var i = 0; i < 20; i++) 100 - i];
  nested.scalars
    ..flag = false
    ..wide = 6.25e-3
    ..tiny = -2
    ..short = -300
    ..byte = 5
    ..int_ = -70000
    ..word = 50000
    ..long = -5000000000
    ..count = 4000000000
    ..bigBig = BigInt.one << 63
    ..single = -8.5;
  _writePart(nested.part, -1);
  _writePart(nested.parts[0], 4);
  _writePart(nested.parts[1], 5);
}

void _writePart(Part part, int serial) => part
  ..kind = 9
  ..serial = serial
  ..spare = false;
