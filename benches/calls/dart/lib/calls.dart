/// Calls without work: only the way to Rust and back is timed.
///
/// Each result is the next call's argument, so no call can be left out or moved.
library;

import 'package:bench_calls/bench_calls.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

import 'libraries.dart';

/// Compares leaf calls, others, and calls that can fail.
void compareCalls(String mode) {
  _checkFailures();

  final leaf = Comparison('leaf call', const [
    Contender(generated, _generatedLeaf),
    Contender(raw, _rawLeaf),
    Contender(checked, _checkedLeaf),
    Contender(unchecked, _uncheckedLeaf),
    Contender(plain, _plainLeaf),
  ], expected: _sumUpTo).run();
  printRatio(
    '${mode}_leaf_call_vs_hand_written',
    leaf[generated]!,
    leaf[checked]!,
    const Target.atMost(1.1),
  );
  printRatio(
    '${mode}_leaf_call_raw_vs_hand_written',
    leaf[raw]!,
    leaf[checked]!,
    const Target.atMost(1.05),
  );
  printRatio(
    '${mode}_leaf_call_vs_plain_c',
    leaf[generated]!,
    leaf[plain]!,
    const Target.atMost(1.5),
  );
  print(
    ratioLine(
      '${mode}_leaf_calls_per_second_vs_40_million',
      1e9 / leaf[generated]!.median / 40e6,
      const Target.atLeast(1),
    ),
  );

  final other = Comparison('call that is not leaf', const [
    Contender(generated, _generatedCall),
    Contender(raw, _rawCall),
    Contender(checked, _checkedCall),
    Contender(unchecked, _uncheckedCall),
    Contender(plain, _plainCall),
  ], expected: _sumUpTo).run();
  printRatio(
    '${mode}_call_vs_hand_written',
    other[generated]!,
    other[checked]!,
    const Target.atMost(1.1),
  );
  printRatio(
    '${mode}_call_raw_vs_hand_written',
    other[raw]!,
    other[checked]!,
    const Target.atMost(1.05),
  );
  print(
    ratioLine(
      '${mode}_calls_per_second_vs_40_million',
      1e9 / other[generated]!.median / 40e6,
      const Target.atLeast(1),
    ),
  );

  final fallible = Comparison('leaf call that can fail', const [
    Contender(generated, _generatedFallible),
    Contender(raw, _rawFallible),
    Contender(checked, _checkedFallible),
    Contender(plain, _plainFallible),
  ], expected: _onesUpTo).run();
  printRatio(
    '${mode}_fallible_leaf_call_vs_hand_written',
    fallible[generated]!,
    fallible[checked]!,
    const Target.atMost(1.1),
  );
  printRatio(
    '${mode}_fallible_leaf_call_raw_vs_hand_written',
    fallible[raw]!,
    fallible[checked]!,
    const Target.atMost(1.05),
  );
  printRatio(
    '${mode}_fallible_leaf_call_vs_plain_c',
    fallible[generated]!,
    fallible[plain]!,
    const Target.atMost(1.5),
  );
}

/// A contender that ignores failures would be faster without reason.
void _checkFailures() {
  const max = 0x7fffffff;
  final calls = <String, int Function()>{
    generated: () => generatedLibrary.addChecked(max, 1),
    checked: () => checkedLibrary.addChecked(max, 1),
  };
  for (final MapEntry(key: name, value: call) in calls.entries) {
    try {
      throw WrongResult('overflow, $name', call(), double.nan);
    } on WrongResult {
      rethrow;
    } on Object catch (error) {
      print('$name: an overflow throws $error');
    }
  }
  final sum = plainLibrary.addChecked(max, 1);
  if (sum != -max - 1) throw WrongResult('overflow, $plain', sum, -max - 1);
}

int _sumUpTo(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = (sum + i).toSigned(32);
  }
  return sum;
}

int _generatedLeaf(int count) {
  final library = generatedLibrary;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.addLeaf(sum, i);
  }
  return sum;
}

int _rawLeaf(int count) {
  final library = generatedLibrary.raw;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.addLeaf(sum, i);
  }
  return sum;
}

int _checkedLeaf(int count) {
  final library = checkedLibrary;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.addLeaf(sum, i);
  }
  return sum;
}

int _uncheckedLeaf(int count) {
  final library = uncheckedLibrary;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.addLeaf(sum, i);
  }
  return sum;
}

int _plainLeaf(int count) {
  final library = plainLibrary;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.addLeaf(sum, i);
  }
  return sum;
}

int _generatedCall(int count) {
  final library = generatedLibrary;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.add(sum, i);
  }
  return sum;
}

int _rawCall(int count) {
  final library = generatedLibrary.raw;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.add(sum, i);
  }
  return sum;
}

int _checkedCall(int count) {
  final library = checkedLibrary;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.add(sum, i);
  }
  return sum;
}

int _uncheckedCall(int count) {
  final library = uncheckedLibrary;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.add(sum, i);
  }
  return sum;
}

int _plainCall(int count) {
  final library = plainLibrary;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.add(sum, i);
  }
  return sum;
}

int _onesUpTo(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += i & 1;
  }
  return sum;
}

int _generatedFallible(int count) {
  final library = generatedLibrary;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.addChecked(sum, i & 1);
  }
  return sum;
}

int _rawFallible(int count) {
  final library = generatedLibrary.raw;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.addChecked(sum, i & 1);
  }
  return sum;
}

int _checkedFallible(int count) {
  final library = checkedLibrary;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.addChecked(sum, i & 1);
  }
  return sum;
}

int _plainFallible(int count) {
  final library = plainLibrary;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.addChecked(sum, i & 1);
  }
  return sum;
}
