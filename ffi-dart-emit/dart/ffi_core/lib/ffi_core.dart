/// Memory that Rust and Dart share, exceptions and values: the common part of
/// all generated packages.
///
/// A generated package exports what is in this library: an application that uses
/// one or several packages doesn't import it.
library;

export 'memory.dart';
export 'values.dart';
