/// The native library, and the memory that all contenders share.
library;

import 'dart:ffi';

import 'package:bench_types/bench_types.dart';

import 'hand_written.dart';

const generated = 'generated';

/// Number of messages. The compiler would move a repeated read of one field of
/// one view in front of the loop, so all loops go round a list of views.
const held = 64;

/// Mask that makes an index of a count: `index & mask`.
const mask = held - 1;

late final BenchTypesLibrary library;

late final List<Fields> views;

/// Views of the same memory by hand, which also keep it alive.
late final List<HandFields> handViews;

void openLibraries(String path) {
  library = BenchTypesLibrary.open(path: path);
  final array = FieldsArray(held);
  if (sizeOf<HandFields>() != sizeOf<Fields>()) throw StateError('size');
  views = List.generate(held, (i) => array[i], growable: false);
  handViews = List.generate(
    held,
    (i) => Struct.create(array.bytes, i * sizeOf<HandFields>()),
    growable: false,
  );
}

/// Returns 24 characters, another text for each index below 64.
String nameOf(int index) =>
    'somebody called number ${String.fromCharCode(0x30 + index)}';

/// The names of all indices, made beforehand.
final List<String> names = List.generate(held, nameOf, growable: false);

/// Writes the values that reading expects to every message.
void resetFields() {
  for (var i = 0; i < held; i++) {
    final fields = views[i];
    fields.name = names[i];
    fields.limit = i.isEven ? i / 4 : null;
    if (i % 3 == 0) {
      fields.reading.setCelsius(i / 2);
    } else {
      fields.reading.setCount(i);
    }
    fields.point.x = i.toDouble();
    fields.point.y = 0.5;
  }
}

/// Returns the sum of `value` for each index, going round `count` times.
num roundSum(int count, num Function(int index) value) {
  num all = 0;
  for (var i = 0; i < held; i++) {
    all += value(i);
  }
  num sum = count ~/ held * all;
  for (var i = 0; i < count % held; i++) {
    sum += value(i);
  }
  return sum;
}
