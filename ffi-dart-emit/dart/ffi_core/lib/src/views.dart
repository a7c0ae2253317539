part of 'native.dart';

/// A view of a message or a oneof in memory, **borrowed**.
abstract interface class FfiView<D extends FfiValue> {
  /// A Dart copy of what is in memory now, **copied**.
  ///
  /// Throws an [InvalidValueException] or [UnknownEnumValueException] where
  /// memory holds no value.
  D toData();
}

/// Returns the text of the view of a [type] whose value [read] returns.
///
/// It throws nothing, as it is for logs and debuggers: what can't be read is
/// described.
String shownView(String type, FfiValue Function() read) {
  try {
    return '${read()}';
  } on FfiException catch (error) {
    return '$type($error)';
  }
}
