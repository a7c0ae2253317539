/// Tests one application that uses several generated packages: it imports them
/// without prefixes, and they have one runtime.
library;

import 'package:fixture_calls/fixture_calls.dart';
import 'package:fixture_owned/fixture_owned.dart';
import 'package:fixture_types/fixture_types.dart' as types;
import 'package:test/test.dart';

void main() {
  final calls = FixtureCallsLibrary.open();
  final owned = FixtureOwnedLibrary.open();

  test('one `on` clause catches the exceptions of all packages', () {
    final caught = <FfiException>[];
    for (final call in [calls.panics, () => owned.failsWith('an error')]) {
      try {
        call();
      } on FfiException catch (error) {
        caught.add(error);
      }
    }
    expect(caught, [isA<RustPanicException>(), isA<RustErrorException>()]);
  });

  test('a library takes an array of another one', () {
    final flags = owned.evens(Uint32Array.of([1, 2, 4]));
    expect(flags, isA<types.BoolArray>());
    expect(calls.countTrue(flags), 2);
  });

  test('classes are the same, whatever package they are imported from', () {
    const reference = types.FfiRef<types.FfiException>.none();
    expect(reference, isA<FfiRef<FfiException>>());
  });
}
