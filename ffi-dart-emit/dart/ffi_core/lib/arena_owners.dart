/// Owners of arenas in memory that Rust and Dart share.
///
/// A generated package exports what is in this library if it has messages that live in
/// arenas.
library;

export 'src/native.dart' show NativeArena;
