/// Tests what happens before a library is called.
library;

import 'package:ffi_core/generated.dart';
import 'package:test/test.dart';

void main() {
  LibraryCheck open(int runtime) => LibraryCheck.open(
    'nothing',
    path: 'libnothing.so',
    package: 'old_package',
    variable: 'NOTHING_LIBRARY',
    marker: 'nothing_ffi0_abi_version',
    runtime: runtime,
  );

  Matcher refused(int expected, List<String> parts) => throwsA(
    allOf([
      isA<RuntimeMismatchException>()
          .having((it) => it.expected, 'expected', expected)
          .having((it) => it.found, 'found', runtimeVersion),
      for (final part in parts)
        isA<FfiException>().having((it) => '$it', 'text', contains(part)),
    ]),
  );

  test('a package for an older runtime says what to generate again', () {
    expect(
      () => open(runtimeVersion - 1),
      refused(runtimeVersion - 1, [
        'package `old_package` was generated for version '
            '${runtimeVersion - 1} of the runtime `ffi_core`',
        'hint: generate `old_package` again: ffi-dart-emit dart',
      ]),
    );
  });

  test('a package for a newer runtime says how to get that runtime', () {
    expect(
      () => open(runtimeVersion + 1),
      refused(runtimeVersion + 1, ['--runtime <folder of ffi_core>']),
    );
  });

  test('a package for this runtime gets as far as its library', () {
    expect(() => open(runtimeVersion), throwsA(isA<LibraryLoadException>()));
  });

  test('arrays of numbers need an open library, and say so', () {
    expect(
      () => Int32Array(3),
      throwsA(
        isA<StateError>().having(
          (it) => it.message,
          'message',
          contains('hint: call the `open()` of a library'),
        ),
      ),
    );
  });
}
