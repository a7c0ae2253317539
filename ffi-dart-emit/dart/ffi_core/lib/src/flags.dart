part of 'native.dart';

/// The flags of a library, by their names in Rust: `library.flags['FAST_BLUR'] = false`.
///
/// A flag is one for the whole process: all isolates and all threads of Rust see it.
final class FfiFlags {
  /// The flags of the library of [memory], with the symbol of each.
  FfiFlags(LibraryMemory memory, Map<String, String> symbols)
    : _calls = {
        for (final MapEntry(:key, :value) in symbols.entries)
          key: memory.library.lookupFunction<_FlagC, _FlagD>(
            value,
            isLeaf: true,
          ),
      };

  final Map<String, _FlagD> _calls;

  /// The names of the flags.
  Iterable<String> get names => _calls.keys;

  /// Returns true if the flag [name] is on.
  ///
  /// Throws an [ArgumentError] if there is no such flag.
  bool operator [](String name) => _call(name)(-1) == 1;

  /// Turns the flag [name] on or off.
  ///
  /// Throws an [ArgumentError] if there is no such flag.
  void operator []=(String name, bool on) => _call(name)(on ? 1 : 0);

  /// Returns all flags as they are now.
  Map<String, bool> toMap() => {for (final name in names) name: this[name]};

  _FlagD _call(String name) =>
      _calls[name] ??
      (throw ArgumentError.value(
        name,
        'name',
        'is no flag of the library; hint: ${names.join(', ')} are',
      ));

  @override
  String toString() => '${toMap()}';
}

typedef _FlagC = Int32 Function(Int32);
typedef _FlagD = int Function(int);
