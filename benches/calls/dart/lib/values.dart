/// Values of eleven fields: compared, hashed and copied, against a class that is
/// written by hand for the same fields.
library;

import 'dart:typed_data';

import 'package:bench_calls/bench_calls.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

import 'hand_written_values.dart';
import 'libraries.dart';

const _byHand = 'by hand';

/// Number of values, which a loop goes round; a power of two.
const _held = 64;

// Lists of two kinds, as there are in an application: a compiler that finds only one compiles
// code for that one.
List<int> _calls(int index) =>
    index.isEven ? [3, 1, 4, 1, 5] : Uint8List.fromList([3, 1, 4, 1, 5]);

PersonData _person(int index) => PersonData(
  id: index,
  age: 36,
  height: 1.65,
  weight: 60.5,
  here: index.isEven,
  name: 'Ada Lovelace $index',
  city: 'London',
  rating: 4.5,
  parent: 7,
  calls: _calls(index),
  changed: StampData(seconds: index, nanos: 5, zone: 60),
);

HandPerson _handPerson(int index) => HandPerson(
  id: index,
  age: 36,
  height: 1.65,
  weight: 60.5,
  here: index.isEven,
  name: 'Ada Lovelace $index',
  city: 'London',
  rating: 4.5,
  parent: 7,
  calls: switch (_calls(index)) {
    final Uint8List bytes => bytes.asUnmodifiableView(),
    final numbers => List.unmodifiable(numbers),
  },
  changed: HandStampValue(seconds: index, nanos: 5, zone: 60),
);

final List<PersonData> _persons = List.generate(_held, _person);
final List<PersonData> _equalPersons = List.generate(_held, _person);
final List<HandPerson> _hands = List.generate(_held, _handPerson);
final List<HandPerson> _equalHands = List.generate(_held, _handPerson);

/// Compares what an application does with values.
void compareValues(String mode) {
  for (final (comparison, name) in [
    (_equal, 'value_equal'),
    (_different, 'value_different'),
    (_hash, 'value_hash'),
    (_copy, 'value_copy_with'),
  ]) {
    final times = comparison.run();
    printRatio(
      '${mode}_${name}_vs_hand_written',
      times[generated]!,
      times[_byHand]!,
      const Target.atMost(1.2),
    );
  }
}

final _equal = Comparison('== of equal values', const [
  Contender(generated, _generatedEqual),
  Contender(_byHand, _handEqual),
], expected: (count) => count);

int _generatedEqual(int count) {
  var equal = 0;
  for (var i = 0; i < count; i++) {
    final index = i & (_held - 1);
    if (_persons[index] == _equalPersons[index]) equal++;
  }
  return equal;
}

int _handEqual(int count) {
  var equal = 0;
  for (var i = 0; i < count; i++) {
    final index = i & (_held - 1);
    if (_hands[index] == _equalHands[index]) equal++;
  }
  return equal;
}

final _different = Comparison('== of values whose first field differs', const [
  Contender(generated, _generatedDifferent),
  Contender(_byHand, _handDifferent),
], expected: (count) => 0);

int _generatedDifferent(int count) {
  var equal = 0;
  for (var i = 0; i < count; i++) {
    if (_persons[i & (_held - 1)] == _equalPersons[(i + 1) & (_held - 1)]) {
      equal++;
    }
  }
  return equal;
}

int _handDifferent(int count) {
  var equal = 0;
  for (var i = 0; i < count; i++) {
    if (_hands[i & (_held - 1)] == _equalHands[(i + 1) & (_held - 1)]) equal++;
  }
  return equal;
}

final _hash = Comparison('hashCode', const [
  Contender(generated, _generatedHash),
  Contender(_byHand, _handHash),
], expected: (count) => count);

int _generatedHash(int count) {
  var hashes = 0;
  for (var i = 0; i < count; i++) {
    if (_persons[i & (_held - 1)].hashCode >= 0) hashes++;
  }
  return hashes;
}

int _handHash(int count) {
  var hashes = 0;
  for (var i = 0; i < count; i++) {
    if (_hands[i & (_held - 1)].hashCode >= 0) hashes++;
  }
  return hashes;
}

final _copy = Comparison('copyWith', const [
  Contender(generated, _generatedCopy),
  Contender(_byHand, _handCopy),
], expected: (count) => count * (count - 1) ~/ 2);

int _generatedCopy(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += _persons[i & (_held - 1)].copyWith(id: i, rating: null).id;
  }
  return sum;
}

int _handCopy(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += _hands[i & (_held - 1)].copyWith(id: i, rating: null).id;
  }
  return sum;
}
