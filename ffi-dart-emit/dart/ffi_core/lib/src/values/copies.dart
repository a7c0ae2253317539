part of '../../values.dart';

/// A Dart copy of a message or a oneof: immutable, compared by its fields, with
/// a `copyWith`.
abstract base class FfiValue {
  /// Initializes nothing; subclasses add their fields.
  const FfiValue();
}
