/// Calls that pass a message by value, against a struct of C by value.
///
/// Each result is the next call's argument, so no call can be left out or moved.
library;

import 'dart:ffi';

import 'package:bench_calls/bench_calls.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

import 'hand_written.dart';
import 'libraries.dart';

const _byHand = 'by hand, struct of C by value, status checked';

/// Compares messages of 16 and 64 bytes, and one of floats.
void compareByValue(String mode) {
  _compare(mode, '16_bytes', _generatedStamp, _handStamp);
  _compare(mode, '64_bytes', _generatedPose, _handPose);
  _compare(mode, '3_floats', _generatedVector, _handVector);
}

void _compare(
  String mode,
  String message,
  int Function(int) ours,
  int Function(int) theirs,
) {
  final results = Comparison('call with a message by value, $message', [
    Contender(generated, ours),
    Contender(_byHand, theirs),
  ], expected: _timesThree).run();
  printRatio(
    '${mode}_call_by_value_${message}_vs_hand_written',
    results[generated]!,
    results[_byHand]!,
    const Target.atMost(1.1),
  );
}

int _timesThree(int count) => (3 * count).toSigned(32);

int _generatedStamp(int count) {
  final library = generatedLibrary;
  final stamp = Struct.create<Stamp>()..seconds = 3;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.later(stamp, sum);
  }
  return sum;
}

int _handStamp(int count) {
  final library = checkedLibrary;
  final stamp = Struct.create<HandStamp>()..seconds = 3;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.later(stamp, sum);
  }
  return sum;
}

int _generatedPose(int count) {
  final library = generatedLibrary;
  final pose = Struct.create<Pose>()..weight = 3;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.heavier(pose, sum);
  }
  return sum;
}

int _handPose(int count) {
  final library = checkedLibrary;
  final pose = Struct.create<HandPose>()..weight = 3;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.heavier(pose, sum);
  }
  return sum;
}

int _generatedVector(int count) {
  final library = generatedLibrary;
  final vector = Struct.create<Vector>()..z = 3;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.higher(vector, sum);
  }
  return sum;
}

int _handVector(int count) {
  final library = checkedLibrary;
  final vector = Struct.create<HandVector>()..z = 3;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.higher(vector, sum);
  }
  return sum;
}
