part of 'native.dart';

/// Returns true if the byte of an option says that it has a value.
///
/// Throws an [InvalidValueException] if it is neither 0 nor 1.
@pragma('vm:prefer-inline')
bool isPresent(int byte) => byte == 1 || byte != 0 && _throwPresence(byte);

/// Returns null for the byte of an option without a value.
///
/// Throws an [InvalidValueException] if it is not 0.
@pragma('vm:prefer-inline')
// It is an expression, and `void` has no value.
// ignore: prefer_void_to_null
Null absent(int byte) => byte == 0 ? null : _throwPresence(byte);

Never _throwPresence(int byte) =>
    throw InvalidValueException('$byte instead of 0 or 1 in an option');
