part of 'native.dart';

/// Status that a call writes when it fails; zero until then.
final class FfiStatus extends Struct {
  /// Kind of the failure; 0 for none.
  @Int32()
  external int code;

  /// The number of the error's variant.
  @Uint32()
  external int detail;

  /// UTF-8 that Rust owns.
  external Pointer<Uint8> message;

  /// Size in bytes of [message]; without a message, a number of some codes.
  @Size()
  external int messageLength;

  /// Fields of an error that has variants or fields.
  external Pointer<FfiOwned> payload;

  /// Place of a panic.
  external Pointer<FfiPlace> place;

  /// Place in which the library notes a result until Dart has taken it.
  external Pointer<Void> pending;
}

/// Place of a panic, which the library frees with the status.
final class FfiPlace extends Struct {
  /// UTF-8 that Rust owns.
  external Pointer<Uint8> file;

  /// Size in bytes of [file].
  @Size()
  external int fileLength;

  /// Line, counted from 1.
  @Uint32()
  external int line;

  /// Column, counted from 1.
  @Uint32()
  external int column;

  /// UTF-8 that Rust owns; null for none.
  external Pointer<Uint8> backtrace;

  /// Size in bytes of [backtrace].
  @Size()
  external int backtraceLength;
}

/// Code of a call that succeeded without a value.
const noValue = -1;

/// Text or a list that a function returned, in memory of Rust.
final class FfiOwned extends Struct {
  /// Pointer to the elements; for text, to UTF-8.
  external Pointer<Void> data;

  /// Number of elements; for text, of bytes.
  @Size()
  external int length;
}

/// Function that makes the exception of an error with variants or fields.
typedef ErrorDecoder = RustErrorException Function(ErrorPayload error);

/// Throws what [status] says, after [clear] has freed and zeroed it. An error
/// becomes what [decode] returns, if the function has one.
Never throwStatus(
  Pointer<FfiStatus> status,
  void Function(Pointer<FfiStatus>) clear, [
  ErrorDecoder? decode,
]) {
  final FfiException exception;
  try {
    exception = _exception(status.ref, decode);
  } finally {
    clear(status);
  }
  throw exception;
}

/// Returns null if [status] says that there is no value, after it was set back; throws
/// as [throwStatus] does for any other reason.
T? noValueOrThrow<T extends Object>(
  Pointer<FfiStatus> status,
  void Function(Pointer<FfiStatus>) clear, [
  ErrorDecoder? decode,
]) {
  if (status.ref.code != noValue) throwStatus(status, clear, decode);
  status.ref.code = 0;
  return null;
}

/// Returns the [length] bytes of UTF-8 at [text], replacing what is none; null
/// if there is no text.
String? _textAt(Pointer<Uint8> text, int length) => text == nullptr
    ? null
    : decodeUtf8(text.asTypedList(length), length, allowMalformed: true);

FfiException _exception(FfiStatus status, ErrorDecoder? decode) {
  final FfiStatus(:code, :detail) = status;
  final message =
      _textAt(status.message, status.messageLength) ??
      'the library gave no message';
  return switch (code) {
    1 when decode != null => decode(
      ErrorPayload._(message, detail, status.payload),
    ),
    1 => RustErrorException(message, detail: detail),
    2 => _panic(message, status.place),
    3 when detail >= _objectUnknown => _objectRefusal(detail, message),
    3 when detail != 0 => _refusal(detail, message),
    3 => InvalidArgumentException(message),
    4 => InvalidValueException(message),
    5 when detail == 0 => PoolExhaustedException(message),
    5 when detail == 1 => PoolMemoryException(message),
    5 when detail == 2 => PoolClosedException(message),
    6 => SizeLimitException(detail, isResult: status.messageLength == 1),
    7 => ServiceNotInstalledException(message),
    8 => RateLimitException(
      detail,
      Duration(microseconds: status.messageLength),
    ),
    9 => TooManyCallsException(detail),
    10 => DeadlineException(Duration(milliseconds: detail)),
    _closed => LibraryClosedException(message),
    14 => const UnauthorizedException(),
    15 => _brokenRule(ErrorPayload._(message, detail, status.payload)),
    _ => UnknownStatusException(_unknownStatusText(code, message), code),
  };
}

ValidationException _brokenRule(ErrorPayload error) {
  error.expect('the broken rule', 32);
  return ValidationException(
    error.message,
    field: error.text(8, 'field'),
    rule: error.text(16, 'rule'),
    value: error.text(24, 'value'),
  );
}

RustPanicException _panic(String message, Pointer<FfiPlace> place) {
  if (place == nullptr) return RustPanicException(message);
  final FfiPlace(:line, :column, :file, :fileLength) = place.ref;
  return RustPanicException(
    message,
    file: _textAt(file, fileLength),
    line: line,
    column: column,
    backtrace: _textAt(place.ref.backtrace, place.ref.backtraceLength),
  );
}

/// Meanings of the statuses that no library of this version reports.
const _reservedStatuses = {12: 'cancelled', 13: 'internal'};

/// Describes a status that this package does not know.
String _unknownStatusText(int code, String message) {
  final known = _reservedStatuses[code];
  final meaning = known == null ? '' : ' ($known)';
  return 'status $code$meaning: $message\n'
      'hint: the library is newer than this package: generate it again';
}

/// Returns the exception for a pointer that a pool or a queue refused with
/// [code].
FfiException _refusal(int code, String message) => switch (code) {
  1 => NullSlotException(message),
  2 => ForeignSlotException(message),
  3 => InteriorSlotException(message),
  4 => DoubleFreeException(message),
  5 => SlotInUseException(message),
  6 => PoolClosedException(message),
  _queueFull => QueueFullException(message),
  8 => QueueClosedException(message),
  9 => InvalidValueException(message),
  _ => UnknownStatusException('code $code: $message', code),
};

/// Describes [code], the reason why a pointer was refused, and the fix.
String _refusalText(int code) => switch (code) {
  1 => 'is null',
  2 =>
    'is outside of the pool; hint: a slot goes back to the pool that it '
        'came from',
  3 => 'is inside of a slot; hint: give back the pointer that was allocated',
  4 => 'is not in use; hint: give a slot back once',
  5 => 'is owned by Rust; hint: Rust gives it back, or hands it over',
  6 => 'belongs to a library that was shut down',
  7 => 'finds no room; hint: pop, or try again later',
  8 => 'comes too late: the queue is closed',
  9 => 'holds no value of its type',
  _ => 'was refused',
};

/// Returns the exception for a handle or a token that was refused with [code].
FfiException _objectRefusal(int code, String message) => switch (code) {
  _objectUnknown => UnknownObjectException(message),
  17 => ForeignObjectException(message),
  18 => WrongObjectException(message),
  19 => StaleObjectException(message),
  20 => TooManyObjectsException(message),
  _ => UnknownStatusException('code $code: $message', code),
};

/// Least code of a refused handle.
const _objectUnknown = 16;

/// Status of a call that the shutdown of the library ended or refused.
const _closed = 11;

const _poolClosed = 6;
const _queueFull = 7;
