part of 'native.dart';

/// Facts about the build of an open library, **copied**.
final class LibraryInfo {
  /// Asks the library of [memory], which exports [symbol].
  ///
  /// Throws a [StateError] if the library was built with an `ffi-core` that does
  /// not export it.
  factory LibraryInfo.of(LibraryMemory memory, String symbol) {
    final library = memory.library;
    if (!library.providesSymbol(symbol)) {
      throw StateError(
        'the library does not export `$symbol`; hint: build it with the `ffi-core` '
        'of this package',
      );
    }
    final info = library.lookupFunction<_InfoF, _InfoF>(symbol);
    final facts = jsonDecode(memory.takeString(info())) as Map<String, Object?>;
    String text(String key) => facts[key]! as String;
    return LibraryInfo._(
      name: text('name'),
      version: text('version'),
      abi: facts['abi']! as int,
      target: text('target'),
      simd: text('simd'),
      features: List.unmodifiable((facts['features']! as List).cast<String>()),
      profile: text('profile'),
      panic: text('panic'),
    );
  }

  const LibraryInfo._({
    required this.name,
    required this.version,
    required this.abi,
    required this.target,
    required this.simd,
    required this.features,
    required this.profile,
    required this.panic,
  });

  /// Name of the Rust crate.
  final String name;

  /// Version of the Rust crate.
  final String version;

  /// Version of the calling convention.
  final int abi;

  /// System and architecture, as Rust names them: `linux-x86_64`.
  final String target;

  /// Level of vector instructions in use, such as `avx2`; `none` if the library
  /// has no kernels.
  final String simd;

  /// The features of `ffi-core` that the library was built with.
  final List<String> features;

  /// `debug` if the library has debug assertions, otherwise `release`.
  final String profile;

  /// `unwind` if a panic becomes an exception, `abort` if it ends the process.
  final String panic;

  @override
  String toString() =>
      '$name $version ($profile, $target, abi $abi, simd $simd, panic $panic, '
      'features ${features.join(' ')})';
}

typedef _InfoF = Pointer<FfiOwned> Function();
