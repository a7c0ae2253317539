/// Functions that Dart resolves itself, by `@Native`, against those that are looked
/// up in the opened library: the two forms of bindings that packages have.
///
/// There is no code asset here, so Dart finds the symbols in the process, where the
/// library has put them when it was opened; after the first call it makes no
/// difference.
library;

import 'dart:ffi';
import 'dart:io';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

import 'hand_written.dart';
import 'libraries.dart';

const _lookedUp = 'looked up';
const _resolved = '@Native';

/// Compares leaf calls of both forms; on Linux, as only there and on macOS symbols
/// of a library are those of the process.
void compareResolved(String mode) {
  if (!Platform.isLinux) return;
  final results = Comparison('leaf call, function looked up or @Native', const [
    Contender(_lookedUp, _callLookedUp),
    Contender(_resolved, _callResolved),
  ], expected: _sumUpTo).run();
  printRatio(
    '${mode}_native_leaf_call_vs_looked_up',
    results[_resolved]!,
    results[_lookedUp]!,
    const Target.atMost(1.05),
  );
}

@Native<Int32 Function(Int32, Int32, Pointer<HandStatus>)>(
  symbol: 'bench_calls_ffi_add_leaf',
  isLeaf: true,
)
external int _addLeaf(int a, int b, Pointer<HandStatus> status);

int _sumUpTo(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = (sum + i).toSigned(32);
  }
  return sum;
}

int _callLookedUp(int count) {
  final library = uncheckedLibrary;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = library.addLeaf(sum, i);
  }
  return sum;
}

int _callResolved(int count) {
  final library = uncheckedLibrary;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum = _addLeaf(sum, i, library.status);
  }
  return sum;
}
