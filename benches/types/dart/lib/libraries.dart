/// The native library, and the memory that all contenders share.
library;

import 'dart:ffi';

import 'package:bench_types/bench_types.dart';

import 'hand_written.dart';

const generated = 'generated';

/// How many messages there are. A loop that reads one field of one view again
/// and again would be no loop once the compiler has moved the read in front of
/// it, so all go round a list of views.
const held = 64;

/// For `index & mask`.
const mask = held - 1;

late final BenchTypesLibrary library;

late final List<Fields> views;

/// Views of the same memory, which keep it alive, too.
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

/// 24 characters, another text for each index below 64.
String nameOf(int index) =>
    'somebody called number ${String.fromCharCode(0x30 + index)}';

/// The same, made beforehand.
final List<String> names = List.generate(held, nameOf, growable: false);

/// Puts into every message what reading expects.
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

/// The sum of what `value` says of each index, going round `count` times.
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
