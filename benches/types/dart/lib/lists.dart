/// Times 1,000 numbers in a message: one by one, and all at once.
library;

import 'dart:ffi';
import 'dart:typed_data';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

import 'hand_written.dart';
import 'libraries.dart';

const _byHand = 'by hand, index and length checked';
const _array = 'by hand, Array without its length';
const _typedList = 'by hand, typed list';
const _elements = 'generated, elements';

const _length = 1000;

/// Compares a list of [_length] numbers.
void compareLists(String mode) {
  for (final (comparison, name, contenders) in [
    (_read, 'vec_read', {generated: _byHand, _elements: _typedList}),
    (_write, 'vec_write', {generated: _byHand, _elements: _typedList}),
    (_bulkRead, 'vec_bulk_read', {generated: _byHand}),
    (_bulkWrite, 'vec_bulk_write', {generated: _byHand}),
  ]) {
    final times = comparison.run();
    for (final MapEntry(key: ours, value: byHand) in contenders.entries) {
      final suffix = ours == _elements ? '_elements' : '';
      printRatio(
        '${mode}_$name${suffix}_vs_hand_written',
        times[ours]!,
        times[byHand]!,
        const Target.atMost(1.15),
      );
    }
  }
}

final Uint32List _source = Uint32List.fromList(
  List.generate(_length, (i) => i * 3 + 1),
);

final Uint32List _target = Uint32List(_length);

void _reset() {
  _target.fillRange(0, _length, 0);
  for (final view in views) {
    view.numbers = _source;
  }
}

void _clear() {
  for (final view in handViews) {
    view.numbers.elements.fillRange(0, _length, 0);
    view.numbersLength = _length;
  }
}

int _sumOf(List<int> numbers) => numbers.fold(0, (sum, it) => sum + it);

final _read = Comparison(
  'read $_length numbers, per number',
  const [
    Contender(generated, _generatedRead, prepare: _reset),
    Contender(_byHand, _handRead, prepare: _reset),
    Contender(_array, _arrayRead, prepare: _reset),
    Contender(_elements, _elementsRead, prepare: _reset),
    Contender(_typedList, _typedListRead, prepare: _reset),
  ],
  unit: _length,
  expected: (count) => count * _sumOf(_source),
);

int _generatedRead(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final numbers = views[pass & mask].numbers;
    for (var i = 0; i < numbers.length; i++) {
      sum += numbers[i];
    }
  }
  return sum;
}

int _handRead(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final view = handViews[pass & mask];
    final numbers = view.numbers;
    for (var i = 0; i < checkedLength(view.numbersLength); i++) {
      RangeError.checkValidIndex(
        i,
        numbers,
        null,
        checkedLength(view.numbersLength),
      );
      sum += numbers[i];
    }
  }
  return sum;
}

int _arrayRead(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final numbers = handViews[pass & mask].numbers;
    for (var i = 0; i < _length; i++) {
      sum += numbers[i];
    }
  }
  return sum;
}

int _elementsRead(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final numbers = views[pass & mask].numbers.elements;
    for (var i = 0; i < numbers.length; i++) {
      sum += numbers[i];
    }
  }
  return sum;
}

int _typedListRead(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final numbers = numbersOf(handViews[pass & mask]);
    for (var i = 0; i < numbers.length; i++) {
      sum += numbers[i];
    }
  }
  return sum;
}

final _write = Comparison(
  'write $_length numbers, per number',
  const [
    Contender(generated, _generatedWrite, prepare: _clear),
    Contender(_byHand, _handWrite, prepare: _clear),
    Contender(_array, _arrayWrite, prepare: _clear),
    Contender(_elements, _elementsWrite, prepare: _clear),
    Contender(_typedList, _typedListWrite, prepare: _clear),
  ],
  unit: _length,
  expected: _written,
);

/// Returns a number of the last list that was written: each is its index plus
/// the pass.
num _written(int count) {
  var sum = 0;
  for (var i = 0; i < _length; i++) {
    sum += i + count - 1;
  }
  return sum;
}

/// Returns the numbers that the other contender reads.
int _found(int count) {
  final at = (count - 1) & mask;
  final sum = _sumOf(numbersOf(handViews[at]));
  return sum == _sumOf(views[at].numbers) ? sum : -1;
}

int _generatedWrite(int count) {
  for (var pass = 0; pass < count; pass++) {
    final numbers = views[pass & mask].numbers;
    for (var i = 0; i < numbers.length; i++) {
      numbers[i] = i + pass;
    }
  }
  return _found(count);
}

int _handWrite(int count) {
  for (var pass = 0; pass < count; pass++) {
    final view = handViews[pass & mask];
    final numbers = view.numbers;
    for (var i = 0; i < checkedLength(view.numbersLength); i++) {
      RangeError.checkValidIndex(
        i,
        numbers,
        null,
        checkedLength(view.numbersLength),
      );
      numbers[i] = i + pass;
    }
  }
  return _found(count);
}

int _arrayWrite(int count) {
  for (var pass = 0; pass < count; pass++) {
    final numbers = handViews[pass & mask].numbers;
    for (var i = 0; i < _length; i++) {
      numbers[i] = i + pass;
    }
  }
  return _found(count);
}

int _elementsWrite(int count) {
  for (var pass = 0; pass < count; pass++) {
    final numbers = views[pass & mask].numbers.elements;
    for (var i = 0; i < numbers.length; i++) {
      numbers[i] = i + pass;
    }
  }
  return _found(count);
}

int _typedListWrite(int count) {
  for (var pass = 0; pass < count; pass++) {
    final numbers = numbersOf(handViews[pass & mask]);
    for (var i = 0; i < numbers.length; i++) {
      numbers[i] = i + pass;
    }
  }
  return _found(count);
}

final _bulkRead = Comparison('copy $_length numbers out', const [
  Contender(generated, _generatedBulkRead, prepare: _reset),
  Contender(_byHand, _handBulkRead, prepare: _reset),
], expected: (count) => _sumOf(_source));

int _generatedBulkRead(int count) {
  for (var pass = 0; pass < count; pass++) {
    _target.setAll(0, views[pass & mask].numbers.elements);
  }
  return _sumOf(_target);
}

int _handBulkRead(int count) {
  for (var pass = 0; pass < count; pass++) {
    _target.setAll(0, numbersOf(handViews[pass & mask]));
  }
  return _sumOf(_target);
}

final _bulkWrite = Comparison('copy $_length numbers in', const [
  Contender(generated, _generatedBulkWrite, prepare: _clear),
  Contender(_byHand, _handBulkWrite, prepare: _clear),
], expected: (count) => _sumOf(_source));

int _generatedBulkWrite(int count) {
  for (var pass = 0; pass < count; pass++) {
    views[pass & mask].numbers = _source;
  }
  return _found(count);
}

int _handBulkWrite(int count) {
  final source = _source;
  for (var pass = 0; pass < count; pass++) {
    final view = handViews[pass & mask];
    final length = view.numbersLength = checkedLength(source.length);
    view.numbers.elements.setRange(0, length, source);
  }
  return _found(count);
}
