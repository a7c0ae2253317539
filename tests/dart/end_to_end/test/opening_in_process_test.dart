/// Tests a library that is part of the process and has no file, as on iOS: the
/// system loads it before the program, whose tests say that they run there.
library;

import 'dart:io';

import 'package:ffi_core/generated.dart' show LibraryCheck;
import 'package:fixture_calls/fixture_calls.dart';
import 'package:test/test.dart';

void main() {
  final fits = Platform.environment['FIXTURE_CALLS_IN_PROCESS'] == 'fits';
  setUpAll(() => LibraryCheck.operatingSystem = 'ios');

  // The files are not looked for, and need not exist.
  for (final candidates in [
    null,
    ['lib_2.so', 'lib_1.so'],
  ]) {
    test('the version is checked, candidates: $candidates', () {
      FixtureCallsLibrary open() =>
          FixtureCallsLibrary.open(candidates: candidates);
      if (fits) {
        final library = open();
        expect(library.path, 'fixture_calls');
        expect(library.add(1, 2), 3);
        expect(open(), same(library));
        return;
      }
      expect(
        open,
        throwsA(
          isA<LayoutMismatchException>().having(
            (it) => it.mismatches,
            'mismatches',
            contains(startsWith('function negate: the library does not')),
          ),
        ),
      );
    });
  }
}
