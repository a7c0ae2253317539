/// Exceptions for errors of Rust, next to one of Dart.
library;

import 'package:bench_calls/bench_calls.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

import 'libraries.dart';

const _typed = 'an error with a field';
const _text = 'an error with a text';
const _dart = 'a StateError of Dart';

/// Compares exceptions that are thrown and caught.
void compareExceptions(String mode) {
  final thrown = Comparison('exception, thrown and caught', const [
    Contender(_typed, _catchTyped),
    Contender(_text, _catchText),
    Contender(_dart, _catchDart),
  ], expected: (count) => count).run();
  for (final (name, what) in [('typed', _typed), ('text', _text)]) {
    printRatio(
      '${mode}_${name}_exception_vs_dart',
      thrown[what]!,
      thrown[_dart]!,
      const Target.atMost(3),
    );
  }
}

int _catchTyped(int count) {
  final library = generatedLibrary;
  var caught = 0;
  for (var i = 0; i < count; i++) {
    try {
      library.find(1);
    } on NoRowException catch (error) {
      caught += error.id;
    }
  }
  return caught;
}

int _catchText(int count) {
  final library = generatedLibrary;
  var caught = 0;
  for (var i = 0; i < count; i++) {
    try {
      library.addChecked(0x7fffffff, 1);
    } on RustErrorException {
      caught++;
    }
  }
  return caught;
}

int _catchDart(int count) {
  var caught = 0;
  for (var i = 0; i < count; i++) {
    try {
      _throw(i);
    } on StateError {
      caught++;
    }
  }
  return caught;
}

@pragma('vm:never-inline')
int _throw(int id) => throw StateError('there is no row $id');
