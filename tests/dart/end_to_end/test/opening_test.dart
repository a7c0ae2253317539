/// Tests libraries that a package refuses to open.
library;

import 'dart:io';

import 'package:ffi_core/generated.dart' show LibraryCheck, runtimeVersion;
import 'package:fixture_calls/fixture_calls.dart';
import 'package:test/test.dart';

import 'machine.dart';

/// C compiler, which writes for the system that this runs on.
final _compiler = Platform.environment['CC'] ?? 'gcc';

void main() {
  final own = Platform.environment['FIXTURE_CALLS_LIBRARY']!;

  Matcher refused<T extends LibraryException>(List<Pattern> parts) => throwsA(
    allOf([
      for (final part in parts)
        isA<T>().having((it) => it.message, 'message', contains(part)),
    ]),
  );

  test('a changed library, naming all that differs and the command', () {
    final changed = Platform.environment['FIXTURE_CHANGED_LIBRARY']!;
    expect(
      () => FixtureCallsLibrary.open(path: changed),
      throwsA(
        isA<LayoutMismatchException>()
            .having((it) => it.path, 'path', changed)
            .having((it) => it.mismatches, 'mismatches', [
              matches(
                RegExp(
                  r'^message Lamp: the library has fingerprint 0x\w{16}, '
                  r'this package 0x\w{16}$',
                ),
              ),
              startsWith('function brightness: the library has fingerprint'),
              startsWith('function negate: the library does not export'),
              startsWith('function negate: the library does not export'),
              startsWith('function panics: the library has fingerprint'),
              startsWith('function switch_of: the library has fingerprint'),
              startsWith('function turn_on: the library has fingerprint'),
            ])
            .having(
              (it) => it.message,
              'message',
              contains('ffi-dart-emit dart $changed --out'),
            ),
      ),
    );
  });

  test('another library of the same kind', () {
    final other = Platform.environment['FIXTURE_LAYOUT_LIBRARY']!;
    expect(
      () => FixtureCallsLibrary.open(path: other),
      refused<LibraryLoadException>([other, 'is not the library']),
    );
  });

  test('a file that is no library', () {
    final file = File('pubspec.yaml').absolute.path;
    expect(
      () => FixtureCallsLibrary.open(path: file),
      refused<LibraryLoadException>([
        file,
        'The file is there',
        'setting FIXTURE_CALLS_LIBRARY to its path',
      ]),
    );
  });

  test('what a variable names, with the variable', () {
    // That of another fixture, and one that the runner of this test has set.
    for (final (variable, problem) in [
      ('FIXTURE_LAYOUT_LIBRARY', ' does not export `fixture_calls_ffi0_no'),
      ('PATH', ': '),
    ]) {
      final file = Platform.environment[variable]!;
      expect(
        () => LibraryCheck.open(
          'fixture_calls',
          path: null,
          package: 'fixture_calls',
          variable: variable,
          marker: 'fixture_calls_ffi0_no_such_symbol',
          runtime: runtimeVersion,
          fits: (check) => check.abi('fixture_calls_ffi0_no_abi_version', 1),
        ),
        refused<LibraryLoadException>(['$file (set by $variable)$problem']),
        reason: variable,
      );
    }
  });

  test('a library without another one that it depends on', () {
    final folder = Directory.systemTemp.createTempSync();
    addTearDown(() => deleteFolder(folder));
    void link(String name, List<String> arguments) {
      File('${folder.path}/$name.c').writeAsStringSync('int $name;');
      final made = Process.runSync(_compiler, [
        '-shared',
        '-Wl,--no-as-needed',
        '$name.c',
        ...['-o', 'lib$name.so'],
        ...arguments,
      ], workingDirectory: folder.path);
      expect(made.exitCode, 0, reason: '${made.stderr}');
    }

    link('needed', []);
    link('needing', ['-L.', '-lneeded']);
    File('${folder.path}/libneeded.so').deleteSync();
    final file = '${folder.path}/libneeding.so';
    expect(
      () => FixtureCallsLibrary.open(path: file),
      refused<LibraryLoadException>([
        // As glibc's loader says it, and musl's.
        RegExp(
          r'libneeded\.so: cannot open|library libneeded\.so: No such file',
        ),
        'install or bundle what it depends on',
      ]),
    );
  }, testOn: 'linux');

  test('a library whose tables lack functions that the runtime calls', () {
    final folder = Directory.systemTemp.createTempSync();
    addTearDown(() => deleteFolder(folder));
    for (final (name, table, begin) in [
      // It is as old as tables that didn't tell their sizes: it begins with a function.
      ('old', 'dart_calls', '(size_t)table'),
      ('short', 'dart_calls', '8 * sizeof(size_t)'),
      ('old_mailbox', 'mailbox', '(size_t)table'),
    ]) {
      // All else is that of the fixture, on which this library depends.
      File('${folder.path}/$name.c').writeAsStringSync('''
#include <stddef.h>
static size_t table[64];
const void *fixture_calls_ffi0_$table(void) {
  table[0] = $begin;
  return table;
}
''');
      final made = Process.runSync(_compiler, [
        '-shared',
        '-fPIC',
        '-Wl,--no-as-needed',
        '$name.c',
        own,
        ...['-o', 'lib$name.so'],
      ], workingDirectory: folder.path);
      expect(made.exitCode, 0, reason: '${made.stderr}');
      final file = '${folder.path}/lib$name.so';
      expect(
        () => FixtureCallsLibrary.open(path: file),
        refused<LibraryLoadException>([
          file,
          'lacks functions',
          'fixture_calls_ffi0_$table',
          'build it again',
        ]),
      );
      expect(
        () => FixtureCallsLibrary.open(candidates: [file]),
        throwsA(
          isA<NoCandidateException>().having(
            (it) => it.refusals.single.message,
            'refusal',
            contains('lacks functions'),
          ),
        ),
      );
    }
  }, testOn: 'linux');

  test('a file that is not there', () {
    expect(
      () => FixtureCallsLibrary.open(path: '/nowhere/lib.so'),
      refused<LibraryLoadException>([
        '/nowhere/lib.so',
        'Build it (cargo build), then set FIXTURE_CALLS_LIBRARY',
      ]),
    );
  });

  test('a refusal is not final', () {
    expect(FixtureCallsLibrary.open(path: own).add(1, 2), 3);
  });

  test('another file, but not the open one under another name', () {
    final library = FixtureCallsLibrary.open(path: own);
    final folder = Directory.systemTemp.createTempSync();
    addTearDown(() => deleteFolder(folder));
    final link = '${folder.path}/link.so';
    Link(link).createSync(own);
    final up = '../' * (Directory.current.path.split('/').length - 1);
    for (final path in [link, '$up${own.substring(1)}', own]) {
      expect(FixtureCallsLibrary.open(path: path), same(library), reason: path);
    }
    expect(library.path, own);
    final copy = File(own).copySync('${folder.path}/copy.so').path;
    for (final path in [copy, '/nowhere/lib.so']) {
      expect(
        () => FixtureCallsLibrary.open(path: path),
        throwsA(
          isA<StateError>().having(
            (it) => it.message,
            'message',
            startsWith('$own is open, so $path cannot be; hint: '),
          ),
        ),
      );
    }
  }, testOn: 'linux || mac-os');
}
