part of '../../values.dart';

/// Exceptions that a call into the library, or opening it, throws by design.
sealed class FfiException implements Exception {
  const FfiException._(this._name, this.message);

  /// Name of the class, which obfuscation does not change.
  final String _name;

  /// Description of the failure.
  final String message;

  @override
  String toString() => '$_name: $message';
}

/// A Rust function returned an `Err`; [message] is what it displays.
///
/// An error with variants has a class of its own in a generated package, which
/// extends this one. It owns nothing native, and may be sent to other isolates.
base class RustErrorException extends FfiException {
  /// An `Err` that displays as [message].
  const RustErrorException(
    String message, {
    this.detail = 0,
    this.causes = const [],
  }) : super._('RustErrorException', message);

  /// For the classes of generated packages, which pass their names.
  const RustErrorException.variant(
    super.name,
    super.message,
    this.detail, {
    this.causes = const [],
  }) : super._();

  /// The number of the error's variant, 0 if it has none.
  final int detail;

  /// The texts of the errors that caused this one, outermost first; empty for
  /// an error without variants or fields.
  final List<String> causes;

  @override
  String toString() => [super.toString(), ...causes].join('\ncaused by: ');
}

/// A Rust function panicked; [message] is that of the panic.
///
/// Data that the function was changing may be half changed. A library that is
/// compiled with `panic = "abort"` throws none: a panic ends the process.
final class RustPanicException extends FfiException {
  /// A panic with [message], at a place if it is known.
  const RustPanicException(
    String message, {
    this.file,
    this.line,
    this.column,
    this.backtrace,
  }) : super._('RustPanicException', message);

  /// Path of the source file, as the Rust compiler was given it; null if the
  /// panic was resumed, or another panic hook took the place of the library's.
  final String? file;

  /// Line in [file], counted from 1.
  final int? line;

  /// Column in [line], counted in characters from 1.
  final int? column;

  /// Backtrace; null unless `RUST_BACKTRACE` or the library asks for them.
  final String? backtrace;

  @override
  String toString() => file == null
      ? super.toString()
      : '${super.toString()}\nat $file:$line:$column';
}

/// An argument was refused: a null or misaligned pointer, or two that overlap.
///
/// The function did not run.
final class InvalidArgumentException extends FfiException {
  /// A refused argument, which [message] names.
  const InvalidArgumentException(String message)
    : super._('InvalidArgumentException', message);
}

/// Memory holds no valid value of its type, such as text that is not UTF-8.
///
/// When a call throws it, the value is an argument, and the function did not
/// run.
final class InvalidValueException extends FfiException {
  /// An invalid value, which [message] describes.
  const InvalidValueException(String message)
    : super._('InvalidValueException', message);
}

/// An argument, or a field of one, breaks a rule that its declaration in Rust has, such as
/// `#[ffi(range = 1..=100)]`.
///
/// When a call throws it, the function did not run.
final class ValidationException extends FfiException {
  /// The [value] of [field] breaks [rule].
  const ValidationException(
    String message, {
    required this.field,
    required this.rule,
    required this.value,
  }) : super._('ValidationException', message);

  /// Path to the value from the parameter, such as `order.lines[2].count`.
  final String field;

  /// The rule as it is written in Rust, such as `range = 1..=100`.
  final String rule;

  /// The value, or what of it is against the rule, such as its length. Long text is cut.
  final String value;
}

/// A call was refused, so that others get their share or nothing is done in the name of somebody
/// else.
sealed class RefusedException extends FfiException {
  const RefusedException._(super._name, super.message) : super._();
}

/// A call was refused by a limit of its function.
sealed class LimitException extends RefusedException {
  const LimitException._(super._name, super.message, this.limit) : super._();

  /// Largest number that the limit allows.
  final int limit;
}

/// The arguments or the result of a call have more than [limit] bytes.
final class SizeLimitException extends LimitException {
  /// More than [limit] bytes of arguments, or of a result.
  const SizeLimitException(int limit, {this.isResult = false})
    : super._(
        'SizeLimitException',
        isResult
            ? 'the result has more than $limit bytes'
            : 'the arguments have more than $limit bytes',
        limit,
      );

  /// True for the result: the function has run.
  final bool isResult;
}

/// More than [limit] calls came in a second. The function did not run.
final class RateLimitException extends LimitException implements RetryLater {
  /// More than [limit] calls in a second; another one passes [retryAfter] from now if no other
  /// takes its place.
  const RateLimitException(int limit, this.retryAfter)
    : super._(
        'RateLimitException',
        'more than $limit calls in a second; the next one passes in $retryAfter',
        limit,
      );

  @override
  final Duration retryAfter;
}

/// As many calls as [limit] run already. The function did not run.
final class TooManyCallsException extends LimitException {
  /// One call more than [limit].
  const TooManyCallsException(int limit)
    : super._(
        'TooManyCallsException',
        '$limit calls run already, as many as may',
        limit,
      );
}

/// A call took longer than a limit of its function allows. An async function was ended; a
/// blocking one has run to its end, and its result was dropped.
final class DeadlineException extends FfiException {
  /// A call that took longer than [deadline].
  const DeadlineException(this.deadline)
    : super._('DeadlineException', 'the call took longer than $deadline');

  /// Longest time that a call may take.
  final Duration deadline;
}

/// The guard of a service refused a call. The method did not run.
final class UnauthorizedException extends RefusedException {
  /// A call that the guard refused.
  const UnauthorizedException()
    : super._(
        'UnauthorizedException',
        'the guard of the service refused the call',
      );
}

/// A conversion that an application declared for a newtype threw something.
final class ConversionException extends FfiException {
  /// The function [callee] threw [cause], for the field [name] or the element
  /// [index] of it.
  ConversionException(this.cause, String callee, String name, [int? index])
    : super._(
        'ConversionException',
        '${placeLead(name, index)}`$callee` threw: $cause',
      );

  /// The exception or error that the conversion threw.
  final Object cause;
}

/// The library reported a status that this package does not know, such as the
/// reserved 12 and 13.
final class UnknownStatusException extends FfiException {
  /// The unknown status [code].
  const UnknownStatusException(String message, this.code)
    : super._('UnknownStatusException', message);

  /// The unknown status.
  final int code;
}

/// A call was cancelled before its result came.
final class FfiCancelledException extends FfiException {
  /// A cancelled call.
  const FfiCancelledException()
    : super._('FfiCancelledException', 'the call was cancelled');
}

/// The library was shut down while a call waited, or before it.
final class LibraryClosedException extends FfiException {
  /// A library that was shut down, as [message] says.
  const LibraryClosedException(String message)
    : super._('LibraryClosedException', message);
}

/// The library has no memory left.
final class AllocationException extends FfiException {
  /// There was no memory for [bytes] bytes.
  const AllocationException(this.bytes)
    : super._('AllocationException', 'no memory for $bytes bytes');

  /// Number of bytes that were asked for.
  final int bytes;
}

/// A number has no value in an enum; the raw getter beside it reads the number.
final class UnknownEnumValueException extends FfiException {
  /// No value of the enum [name] has the number [value], which is that of the field
  /// [field] if one is given.
  const UnknownEnumValueException(String name, this.value, [String? field])
    : super._(
        'UnknownEnumValueException',
        '${field == null ? '' : '$field: '}$value is no value of $name',
      );

  /// No value of the enum [name], whose numbers are `u64`, has the bits [value].
  UnknownEnumValueException.unsigned(String name, this.value, [String? field])
    : super._(
        'UnknownEnumValueException',
        '${placeLead(field)}${bigFromBits(value)} is no value of $name',
      );

  /// The number; for an enum of `u64`, its 64 bits.
  final int value;
}

/// Text, a list or a map is too long for its place in memory; nothing was
/// truncated.
final class CapacityException extends FfiException {
  /// [length] is more than [capacity], that of the field [name] if one is given.
  const CapacityException(this.length, this.capacity, [String? name])
    : super._(
        'CapacityException',
        '${name == null ? '' : '$name: '}length $length exceeds $capacity',
      );

  /// Length that was asked for: bytes of UTF-8, or elements.
  final int length;

  /// Largest length that fits.
  final int capacity;
}

/// A pool can't give a slot, or refuses to take one back.
///
/// The message names the pool. A refused slot is unchanged: the caller still
/// owns a slot that a call or a queue refuses.
sealed class PoolException extends FfiException {
  const PoolException._(super._name, super.message) : super._();
}

/// Fewer slots are free than were asked for.
final class PoolExhaustedException extends PoolException {
  /// An exhausted pool, which [message] names with its capacity.
  const PoolExhaustedException(String message)
    : super._('PoolExhaustedException', message);
}

/// The system did not reserve the memory of a pool.
final class PoolMemoryException extends PoolException {
  /// A failed reservation, which [message] describes.
  const PoolMemoryException(String message)
    : super._('PoolMemoryException', message);
}

/// The library was shut down: nothing is allocated or freed any more.
final class PoolClosedException extends PoolException {
  /// A closed pool, which [message] names.
  const PoolClosedException(String message)
    : super._('PoolClosedException', message);
}

/// A null pointer in the place of a slot.
final class NullSlotException extends PoolException {
  /// A null pointer, which [message] is about.
  const NullSlotException(String message)
    : super._('NullSlotException', message);
}

/// A pointer outside of the pool, from another pool or from none.
final class ForeignSlotException extends PoolException {
  /// A foreign pointer, which [message] is about.
  const ForeignSlotException(String message)
    : super._('ForeignSlotException', message);
}

/// A pointer to the inside of a slot.
final class InteriorSlotException extends PoolException {
  /// A pointer to no start of a slot, which [message] is about.
  const InteriorSlotException(String message)
    : super._('InteriorSlotException', message);
}

/// A slot that is not in use: it was freed before.
final class DoubleFreeException extends PoolException {
  /// A slot that is free already, which [message] is about.
  const DoubleFreeException(String message)
    : super._('DoubleFreeException', message);
}

/// A slot that Rust or a queue owns, which the caller may not free.
final class SlotInUseException extends PoolException {
  /// A slot of Rust's, which [message] is about.
  const SlotInUseException(String message)
    : super._('SlotInUseException', message);
}

/// A reference whose message was freed, or that never was valid.
final class StaleReferenceException extends PoolException {
  /// A stale reference, which [message] names.
  const StaleReferenceException(String message)
    : super._('StaleReferenceException', message);
}

/// A handle or a token of an object was refused; the function did not run.
sealed class ObjectException extends FfiException {
  const ObjectException._(super._name, super.message) : super._();
}

/// A number that no library has made as a handle or a token.
final class UnknownObjectException extends ObjectException {
  /// A number that is no handle, as [message] says.
  const UnknownObjectException(String message)
    : super._('UnknownObjectException', message);
}

/// A handle or a token of another library of the process.
final class ForeignObjectException extends ObjectException {
  /// A foreign handle, which [message] is about.
  const ForeignObjectException(String message)
    : super._('ForeignObjectException', message);
}

/// A handle or a token of an object of another type.
final class WrongObjectException extends ObjectException {
  /// A handle of another type than [message] names.
  const WrongObjectException(String message)
    : super._('WrongObjectException', message);
}

/// An object that is gone, or a token that was redeemed before or ended with the
/// shutdown of the library.
final class StaleObjectException extends ObjectException {
  /// A stale handle or token, which [message] is about.
  const StaleObjectException(String message)
    : super._('StaleObjectException', message);
}

/// There are as many objects as a library can have, 16,777,215.
final class TooManyObjectsException extends ObjectException {
  /// A full table, as [message] says.
  const TooManyObjectsException(String message)
    : super._('TooManyObjectsException', message);
}

/// A service has no implementor, as Rust has not installed one.
final class ServiceNotInstalledException extends FfiException {
  /// A service without an implementor, which [message] names.
  const ServiceNotInstalledException(String message)
    : super._('ServiceNotInstalledException', message);
}

/// A queue refuses a message, which the caller still owns.
sealed class QueueException extends FfiException {
  const QueueException._(super._name, super.message) : super._();
}

/// There is no room in a queue now.
final class QueueFullException extends QueueException {
  /// A full queue, which [message] names.
  const QueueFullException(String message)
    : super._('QueueFullException', message);
}

/// A queue was closed, and takes nothing any more.
final class QueueClosedException extends QueueException {
  /// A closed queue, which [message] names.
  const QueueClosedException(String message)
    : super._('QueueClosedException', message);
}

/// The library can't be used.
sealed class LibraryException extends FfiException {
  const LibraryException._(super._name, super.message, this.path) : super._();

  /// Path of the file.
  final String path;
}

/// The library can't be opened, or is another one.
final class LibraryLoadException extends LibraryException {
  /// The library at [path] can't be opened.
  const LibraryLoadException(String message, String path)
    : super._('LibraryLoadException', message, path);
}

/// None of the files that might be the library is one that fits.
final class NoCandidateException extends LibraryException {
  /// Each of the files, of which [path] is the first, was refused by [refusals].
  const NoCandidateException(String message, String path, this.refusals)
    : super._('NoCandidateException', message, path);

  /// The reasons of the files, in the order in which they were tried.
  final List<LibraryException> refusals;
}

/// The `init` function of the library failed.
final class LibraryStartException extends LibraryException {
  /// The library at [path] does not start, because of [cause].
  const LibraryStartException(String message, String path, this.cause)
    : super._('LibraryStartException', message, path);

  /// The error that the function returned, or its panic.
  final FfiException cause;
}

/// The library speaks another calling convention than this package.
final class AbiMismatchException extends LibraryException {
  /// The library at [path] has version [found], this package [expected].
  const AbiMismatchException(
    String message,
    String path, {
    required this.expected,
    required this.found,
  }) : super._('AbiMismatchException', message, path);

  /// The version of this package.
  final int expected;

  /// The version of the library.
  final int found;
}

/// The library was built from other definitions than this package.
final class LayoutMismatchException extends LibraryException {
  /// The library at [path] differs in all of [mismatches].
  const LayoutMismatchException(String message, String path, this.mismatches)
    : super._('LayoutMismatchException', message, path);

  /// Each type and function that differs, with the difference.
  final List<String> mismatches;
}

/// The app has another runtime, the package `ffi_core`, than this package was generated for.
final class RuntimeMismatchException extends LibraryException {
  /// The package of the library at [path] needs version [expected], the app has [found].
  const RuntimeMismatchException(
    String message,
    String path, {
    required this.expected,
    required this.found,
  }) : super._('RuntimeMismatchException', message, path);

  /// The version that the package was generated for.
  final int expected;

  /// The version of the runtime in the app.
  final int found;
}
