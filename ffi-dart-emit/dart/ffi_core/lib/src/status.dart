part of 'native.dart';

/// What a call writes when it fails; zero until then.
final class FfiStatus extends Struct {
  /// What kind of failure; 0 for none.
  @Int32()
  external int code;

  /// The number of the error's variant.
  @Uint32()
  external int detail;

  /// UTF-8 that Rust owns.
  external Pointer<Uint8> message;

  /// Bytes at [message].
  @Size()
  external int messageLength;

  /// Where the library notes a result until Dart has taken it.
  external Pointer<FfiPending> pending;
}

/// A result that is lost with the isolate unless it is noted: the library gives it
/// back when the isolate is gone.
final class FfiPending extends Struct {
  /// The result; null for none.
  external Pointer<Void> resource;

  /// What gives it back.
  external Pointer<Void> release;
}

/// The code of a call that succeeded and whose result is none.
const noValue = -1;

/// Text or a list that a function returned, in memory of Rust's.
final class FfiOwned extends Struct {
  /// The elements; for text, UTF-8.
  external Pointer<Void> data;

  /// How many there are; for text, how many bytes.
  @Size()
  external int length;
}

/// Throws what [status] says, after [clear] has freed and zeroed it.
Never throwStatus(
  Pointer<FfiStatus> status,
  void Function(Pointer<FfiStatus>) clear,
) {
  final FfiStatus(:code, :detail, message: text, :messageLength) = status.ref;
  final message = text == nullptr
      ? 'the library gave no message'
      : decodeUtf8(
          text.asTypedList(messageLength),
          messageLength,
          allowMalformed: true,
        );
  clear(status);
  throw switch (code) {
    1 => RustErrorException(message, detail),
    2 => RustPanicException(message),
    3 when detail != 0 => _refusal(detail, message),
    3 => InvalidArgumentException(message),
    4 => InvalidValueException(message),
    5 when detail == 0 => PoolExhaustedException(message),
    5 when detail == 1 => PoolMemoryException(message),
    5 when detail == 2 => PoolClosedException(message),
    _ => UnknownStatusException(_unknownStatusText(code, message), code),
  };
}

/// The meaning of the statuses from 6 to 14, which this version of the library does not report.
const _reservedStatuses = [
  'limit exceeded',
  'not initialised',
  'rate limited',
  'too many at once',
  'deadline',
  'closed',
  'cancelled',
  'internal',
  'unauthorized',
];

/// Says of a status that this package does not know what is known of it.
String _unknownStatusText(int code, String message) {
  final index = code - 6;
  final meaning = index >= 0 && index < _reservedStatuses.length
      ? ' (${_reservedStatuses[index]})'
      : '';
  return 'status $code$meaning: $message\n'
      'hint: the library is newer than this package: generate it again';
}

/// Why a pool, or a queue, does not take a pointer: [code] is what it says.
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

/// Says of a pointer what [code] means, and what to do.
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

const _doubleFree = 4;
const _poolClosed = 6;
const _queueFull = 7;
