/// Calls of the conversions that an application declares for its types.
library;

import '../values.dart';

/// Returns what [convert], which is called [callee], makes of [value]. It is for
/// the field [name], or the element [index] of it.
///
/// Throws a [ConversionException] for anything that [convert] throws.
R converted<V, R>(
  V value,
  R Function(V value) convert,
  String callee,
  String name, [
  int? index,
]) {
  try {
    return convert(value);
  } on Object catch (error, trace) {
    final exception = ConversionException(error, callee, name, index);
    Error.throwWithStackTrace(exception, trace);
  }
}
