part of 'native.dart';

/// The version of this package. It is raised by every change of what generated
/// code uses; a package names the version that it was generated for.
const runtimeVersion = 8;

/// Throws that [package], which opens the library [name], was generated for the
/// version [expected] of this package.
Never _throwRuntime(String package, String name, int expected) {
  final command = 'ffi-dart-emit dart <library> --out <folder of $package>';
  final hint = expected < runtimeVersion
      ? 'generate `$package` again: $command'
      : 'let the ffi-dart-emit that wrote `$package` write the runtime as well: '
            '$command --runtime <folder of ffi_core>';
  throw RuntimeMismatchException(
    'package `$package` was generated for version $expected of the runtime '
    '`ffi_core`, and this application has version $runtimeVersion; hint: $hint',
    name,
    expected: expected,
    found: runtimeVersion,
  );
}

/// Throws that the layouts of [package] are others than those of its open
/// library.
Never throwReloaded(String package) => throw StateError(
  'a hot reload has changed layouts of package `$package` under its open '
  'library, which a reload cannot replace; hint: restart the app',
);

/// Returns true if [path] is that of [library], which was opened as [opened]: spelled
/// as that, or another name of the file, such as a link or a relative path.
bool isOpenedAs(DynamicLibrary library, String opened, String path) {
  if (path == opened) return true;
  // The system knows which files are one; it counts how often one is open.
  final DynamicLibrary other;
  try {
    other = DynamicLibrary.open(path);
  } on ArgumentError {
    return false;
  }
  final same = other == library;
  other.close();
  return same;
}

/// Returns true if [library], which was opened as [opened], is what is asked for: the
/// file at [path], one of [candidates], or whatever is open.
bool isOneOf(
  DynamicLibrary library,
  String opened,
  String? path,
  List<String>? candidates,
) {
  if (path == null && candidates == null) return true;
  // There it is part of the process, whatever the candidates are called.
  if (candidates != null && LibraryCheck.operatingSystem == 'ios') return true;
  bool isOpen(String file) =>
      file == opened ||
      _fileProblem(file) == null && isOpenedAs(library, opened, file);
  return path == null
      ? candidates!.any(isOpen)
      : isOpenedAs(library, opened, path);
}

// An isolate shares nothing with the one that started it, which may have opened
// the library from another file than the default one. So the system is asked for
// the library, whose symbols are those of the process: on Linux the library sees
// to that when Dart opens it. Windows has no such symbols.

/// Returns the path of the library that the process has open and that exports
/// [symbol], or null.
String? _fileInProcess(String symbol) {
  if (!const ['linux', 'macos'].contains(LibraryCheck.operatingSystem)) {
    return null;
  }
  final process = DynamicLibrary.process();
  if (!process.providesSymbol(symbol)) return null;
  return _fileOf(process.lookup(symbol));
}

/// Returns the path of the library in which [address] is, or null; not on Windows.
String? _fileOf(Pointer<Void> address) {
  final block = HostBlock(4 * sizeOf<Pointer<Void>>());
  if (_dladdr(address, block.pointer) == 0) return null;
  final name = block.pointer.cast<Pointer<Uint8>>().value;
  var length = 0;
  while (name[length] != 0) {
    length++;
  }
  return decodeUtf8(name.asTypedList(length), length, allowMalformed: true);
}

final _dladdr = DynamicLibrary.process()
    .lookupFunction<
      Int32 Function(Pointer<Void>, Pointer<Void>),
      int Function(Pointer<Void>, Pointer<Void>)
    >('dladdr');

/// Returns the path of the library that Dart found as a code asset, and of which
/// [address] returns an address, or null if there is none.
String? _fileOfAsset(Pointer<Void> Function() address) {
  try {
    final found = address();
    // Windows opens no second library of the same name, so the default name is that
    // of the one which is open now.
    return Platform.isWindows ? null : _fileOf(found);
  } on ArgumentError {
    return null;
  }
}

/// Throws that a message [type] of [package] has another size in [dart] than in [rust],
/// in the library at [path].
@pragma('vm:never-inline')
Never throwSize(String type, int dart, int rust, String package, String? path) {
  final mismatch = 'message $type: $rust bytes in Rust, $dart in Dart';
  throw LayoutMismatchException(
    'package `$package` has other layouts than its library:\n  $mismatch\n'
    'hint: this is a fault of ffi-dart-emit, or of Dart for this system '
    '(${Abi.current()})',
    path ?? package,
    [mismatch],
  );
}

/// A symbol that a library must export for an item, and the fingerprint at it, if
/// it is that of one.
final class Expected {
  /// The symbol [symbol], which [item] needs.
  const Expected(this.item, this.symbol, [this.fingerprint]);

  /// Item that needs the symbol, as messages call it.
  final String item;

  /// Name of the symbol.
  final String symbol;

  /// The fingerprint that the package has; null if the symbol is none.
  final int? fingerprint;
}

/// An opened library, and the checks that it must pass before any call.
final class LibraryCheck {
  /// Opens the library [name]: the file at [path], or the one that another isolate
  /// has open, or that of the environment variable [variable], or the code asset of
  /// the package, or the one in the platform's search path. The library exports
  /// [marker], as no other does; [bundled] returns an address in the code asset.
  /// [fits] checks it: a file for which that throws is closed again.
  ///
  /// With [candidates], opens the first of these files that fits. If the library is
  /// part of the process, that one is checked instead.
  ///
  /// Throws a [RuntimeMismatchException] when the package was generated for another
  /// version of this one than [runtimeVersion], a [LibraryLoadException], what [fits]
  /// throws, and a [NoCandidateException] when no candidate fits.
  factory LibraryCheck.open(
    String name, {
    required String? path,
    required String package,
    required String variable,
    required String marker,
    required int runtime,
    Pointer<Void> Function()? bundled,
    List<String>? candidates,
    void Function(LibraryCheck check)? fits,
  }) {
    if (runtime != runtimeVersion) _throwRuntime(package, name, runtime);
    if (candidates != null && _defaultFiles(name).isNotEmpty) {
      if (path != null) {
        throw ArgumentError.value(path, 'path', 'there are candidates as well');
      }
      return LibraryCheck._first(name, package, candidates, fits);
    }
    final tried = StringBuffer();
    var found = false;
    final named = path == null ? Platform.environment[variable] ?? '' : '';
    final explicit = path ?? named;
    // A variable that was set long ago is not seen in a path.
    String shown(String file) =>
        file.isNotEmpty && file == named ? '$file (set by $variable)' : file;
    final files = [
      if (path == null) ?_fileInProcess(marker),
      if (explicit.isNotEmpty)
        explicit
      else ...[
        if (bundled != null) ?_fileOfAsset(bundled),
        ..._defaultFiles(name),
      ],
    ];
    for (final file in files) {
      final DynamicLibrary library;
      try {
        library = DynamicLibrary.open(file);
      } on ArgumentError catch (error) {
        tried.write('\n  ${shown(file)}: ${error.message}');
        found = found || _exists(file, '${error.message}');
        continue;
      }
      final check = LibraryCheck._(name, package, file, library, shown(file));
      return check.._run(fits);
    }
    if (files.isEmpty) {
      final check = LibraryCheck._(
        name,
        package,
        name,
        DynamicLibrary.process(),
      );
      fits?.call(check);
      return check;
    }
    final hint = found
        ? 'The file is there, but not all that it depends on, or it is not for this '
              'system (${Abi.current()}): install or bundle what it depends on, or '
              'build it for this system. Another file is opened by '
              '${named.isEmpty ? 'setting $variable' : 'changing $variable'} to its path, '
              'or by open(path: ..).'
        : 'Build it (cargo build), then set $variable to its path or pass the path '
              'to open(path: ..).';
    throw LibraryLoadException(
      'the library `$name` of package `$package` cannot be opened:$tried\n$hint',
      files.first,
    );
  }

  /// Opens the first of [files] that fits.
  factory LibraryCheck._first(
    String name,
    String package,
    List<String> files,
    void Function(LibraryCheck check)? fits,
  ) {
    final refusals = <LibraryException>[];
    for (final file in files) {
      try {
        return LibraryCheck._candidate(name, package, file, fits);
      } on LibraryException catch (refusal) {
        refusals.add(refusal);
      }
    }
    throw NoCandidateException(
      refusals.isEmpty
          ? 'there are no candidates for the library `$name` of package `$package`'
          : 'no candidate for the library `$name` of package `$package` fits:'
                '${[for (final it in refusals) '\n  ${it.message}'].join()}',
      files.isEmpty ? name : files.first,
      List.unmodifiable(refusals),
    );
  }

  factory LibraryCheck._candidate(
    String name,
    String package,
    String file,
    void Function(LibraryCheck check)? fits,
  ) {
    final problem = _fileProblem(file);
    if (problem != null) throw LibraryLoadException('$file: $problem', file);
    final DynamicLibrary library;
    try {
      library = DynamicLibrary.open(file);
    } on ArgumentError catch (error) {
      throw LibraryLoadException('$file: ${error.message}', file);
    }
    return LibraryCheck._(name, package, file, library).._run(fits);
  }

  /// Checks the library with [fits], and closes the file again if that throws.
  void _run(void Function(LibraryCheck check)? fits) {
    try {
      fits?.call(this);
    } on Object {
      library.close();
      rethrow;
    }
  }

  /// True if there is a library [file] that the system refuses for the reason
  /// in [message], such as a missing library that it depends on.
  static bool _exists(String file, String message) {
    if (File(file).existsSync()) return true;
    // Linux and Android name the missing one; macOS says which one needs it.
    const missing = ': cannot open shared object file';
    return message.contains('Library not loaded') ||
        message.contains(missing) && !message.contains('$file$missing');
  }

  LibraryCheck._(
    this._name,
    this._package,
    this.path,
    this.library, [
    String? shown,
  ]) : _shown = shown ?? path;

  final String _name;
  final String _package;
  final List<String> _mismatches = [];

  /// Path of the library.
  final String path;

  /// The path in messages, with the variable that named it.
  final String _shown;

  /// The library.
  final DynamicLibrary library;

  /// Name of the system, by which libraries are found. A test sets it, to see what
  /// becomes of a library that is part of the process, as on iOS.
  static String operatingSystem = Platform.operatingSystem;

  /// File names of the library `name` on this platform; empty if it is part of
  /// the process.
  static List<String> _defaultFiles(String name) => switch (operatingSystem) {
    'ios' => const [],
    'macos' => ['lib$name.dylib', '$name.framework/$name'],
    'windows' => ['$name.dll'],
    _ => ['lib$name.so'],
  };

  /// Checks the version of the calling convention that [symbol] returns.
  ///
  /// Throws at once, as no other symbol has a meaning under another convention.
  void abi(String symbol, int expected) {
    if (!library.providesSymbol(symbol)) {
      throw LibraryLoadException(
        '$_shown does not export `$symbol`: it is not the library `$_name`, '
        'or lacks `ffi_core::library!();`.',
        path,
      );
    }
    final found = library.lookupFunction<Uint32 Function(), int Function()>(
      symbol,
    )();
    if (found != expected) {
      throw AbiMismatchException(
        '$_shown has calling convention $found, package `$_package` has '
        '$expected: use the same version of ffi-core and ffi-dart-emit, then '
        'run: $_command',
        path,
        expected: expected,
        found: found,
      );
    }
    final prefix = symbol.substring(0, symbol.length - 'abi_version'.length);
    _table('${prefix}dart_calls', sizeOf<_DartCalls>());
    _table('${prefix}mailbox', sizeOf<_MailboxCalls>());
  }

  /// Checks that the table of functions that [symbol] returns, if the library has one,
  /// has the [needed] bytes: a later version of ffi-core adds functions at its end.
  ///
  /// Throws a [LibraryLoadException].
  void _table(String symbol, int needed) {
    if (!library.providesSymbol(symbol)) return;
    final size = library.lookupFunction<_TableF, _TableF>(symbol)().value;
    // A table of a library that is so old that it doesn't tell its size begins with the
    // address of a function, and no system has one so low.
    if (size >= needed && size < 1 << 16) return;
    throw LibraryLoadException(
      '$_shown was built with an ffi-core that lacks functions which this version of the '
      'runtime `ffi_core` calls (`$symbol`); hint: build it again, with the ffi-core of '
      'the same version as the runtime',
      path,
    );
  }

  /// Checks all symbols and fingerprints of [expected].
  void all(List<Expected> expected) {
    for (final Expected(:item, :symbol, :fingerprint) in expected) {
      if (fingerprint == null) {
        this.symbol(item, symbol);
      } else {
        this.fingerprint(item, symbol, fingerprint);
      }
    }
  }

  /// Checks that the library exports [symbol], which [item] needs.
  void symbol(String item, String symbol) {
    if (!library.providesSymbol(symbol)) _missing(item, symbol);
  }

  void _missing(String item, String symbol) =>
      _mismatches.add('$item: the library does not export `$symbol`');

  /// Checks the fingerprint at [symbol].
  void fingerprint(String item, String symbol, int expected) {
    final Pointer<Uint64> place;
    try {
      // Without a question before, which would take as long again.
      place = library.lookup(symbol);
    } on ArgumentError {
      return _missing(item, symbol);
    }
    final found = place.value;
    if (found == expected) return;
    _mismatches.add(
      '$item: the library has fingerprint ${_hex(found)}, '
      'this package ${_hex(expected)}',
    );
  }

  /// Checks that the functions that Dart resolves itself are those of the opened
  /// library, after it was prepared for this Dart: [address] returns that of
  /// [symbol].
  ///
  /// Throws a [LibraryLoadException] if Dart finds none, or those of another file.
  void resolved(String symbol, Pointer<Void> Function() address) {
    final Pointer<Void> found;
    try {
      found = address();
    } on ArgumentError catch (error) {
      throw LibraryLoadException(
        'Dart does not find the functions of `$_name` (${error.message}): package '
        '`$_package` needs what its hook bundles with the app; hint: `dart run`, '
        '`dart build` and `flutter` run hooks. For others, write the package with '
        'lookups: $_command --bindings lookup',
        path,
      );
    }
    if (found == library.lookup<Void>(symbol)) return;
    throw LibraryLoadException(
      'package `$_package` calls the library that its hook bundles with the app, '
      'and $_shown is another file; hint: name no file, or write the package with '
      'lookups, which call any: $_command --bindings lookup',
      path,
    );
  }

  /// Throws a [LayoutMismatchException] that lists all differences, if there
  /// are any.
  void finish() {
    if (_mismatches.isEmpty) return;
    throw LayoutMismatchException(
      '$_shown was built from other definitions than package `$_package`:\n'
      '  ${_mismatches.join('\n  ')}\n'
      'Build both from the same source; to regenerate the package, run '
      'ffi-dart-emit dart in the folder of its project, or elsewhere: $_command',
      path,
      List.unmodifiable(_mismatches),
    );
  }

  /// Prepares the library to attach its memory to objects of this Dart, with
  /// its function [init].
  ///
  /// Throws a [LibraryLoadException] if this Dart lacks the functions for it.
  void _initDart(String init) {
    final code = library.lookupFunction<_DartInitC, _DartInitD>(init)(
      NativeApi.initializeApiDLData,
    );
    if (code == 0) return;
    throw LibraryLoadException(
      code == 1
          ? '$_shown was built for version 2 of the native API of Dart '
                '(dart_api_dl), Dart ${Platform.version} has another one; hint: '
                'build it with an ffi-core that is newer than this Dart'
          : '$_shown needs finalizable handles of the native API of Dart '
                '(dart_api_dl), Dart ${Platform.version} has none; hint: use '
                'Dart 3.8 or later',
      path,
    );
  }

  /// Line for a shell that writes the package again.
  String get _command {
    final word = path.contains(RegExp(r"[\s'&()]")) ? '"$path"' : path;
    return 'ffi-dart-emit dart $word --out <folder of package $_package>';
  }

  static String _hex(int value) {
    final digits = BigInt.from(value).toUnsigned(64).toRadixString(16);
    return '0x${digits.padLeft(16, '0')}';
  }
}

typedef _TableF = Pointer<Size> Function();
