part of 'native.dart';

/// Whether the byte of an option says that its value is there.
///
/// Throws an [InvalidValueException] when it says neither.
@pragma('vm:prefer-inline')
bool isPresent(int byte) => byte == 1 || byte != 0 && _throwPresence(byte);

/// Null, for the byte of an option without a value.
///
/// Throws an [InvalidValueException] when it says something else.
// It is an expression, and `void` has no value.
@pragma('vm:prefer-inline')
// ignore: prefer_void_to_null
Null absent(int byte) => byte == 0 ? null : _throwPresence(byte);

Never _throwPresence(int byte) =>
    throw InvalidValueException('$byte instead of 0 or 1 in an option');
