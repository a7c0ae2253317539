part of 'native.dart';

/// Returns true if the byte of an option says that its value is there. The
/// option is the field [name], or its element [index].
///
/// Throws an [InvalidValueException] if it is neither 0 nor 1.
@pragma('vm:prefer-inline')
bool isPresent(int byte, String name, [int? index]) =>
    byte == 1 || byte != 0 && _throwPresence(byte, name, index);

/// Null, for the byte of an option without a value, in the field [name].
///
/// Throws an [InvalidValueException] if it is not 0.
@pragma('vm:prefer-inline')
// It is an expression, and `void` has no value.
// ignore: prefer_void_to_null
Null absent(int byte, String name) =>
    byte == 0 ? null : _throwPresence(byte, name, null);

Never _throwPresence(int byte, String name, int? index) =>
    throw InvalidValueException(
      '${placeLead(name, index)}$byte instead of 0 or 1 in an option',
    );
