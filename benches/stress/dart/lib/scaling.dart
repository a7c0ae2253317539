/// Time of a message when there are ten times as many.
library;

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:stress/stress.dart';

const _few = 1000;
const _many = 10000;

void compareSizes(String mode) {
  for (final (name, work) in [('boxes', _boxes), ('array', _array)]) {
    int few(int count) => _repeat(count * (_many ~/ _few), _few, work);
    int many(int count) => _repeat(count, _many, work);
    final times = Comparison(
      'messages in use at once, $name, each message',
      [Contender('$_many', many), Contender('$_few', few)],
      // A message for each.
      expected: (count) => count * _many,
      unit: _many,
    ).run();
    printRatio(
      '${mode}_${name}_${_many}_vs_$_few',
      times['$_many']!,
      times['$_few']!,
      const Target.atMost(1.2),
    );
  }
}

/// Does [work] with [messages] messages [times] times, and returns how many had the
/// right value.
int _repeat(int times, int messages, int Function(int messages) work) {
  var right = 0;
  for (var i = 0; i < times; i++) {
    right += work(messages);
  }
  return right;
}

int _boxes(int messages) {
  final boxes = List.generate(
    messages,
    (number) => LeafBox()..ref.id = number,
    growable: false,
  );
  var right = 0;
  for (final (number, box) in boxes.indexed) {
    if (box.ref.id == number) right++;
    box.dispose();
  }
  return right;
}

int _array(int messages) {
  final array = LeafArray(messages);
  for (var number = 0; number < messages; number++) {
    array[number].id = number;
  }
  var right = 0;
  for (var number = 0; number < messages; number++) {
    if (array[number].id == number) right++;
  }
  array.dispose();
  return right;
}
