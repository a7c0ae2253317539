// @dart = 3.8

import 'dart:collection';
import 'dart:convert';
import 'dart:ffi';
import 'dart:io';
import 'dart:math';
import 'dart:typed_data';

import 'library.g.dart' show libraryMemory;

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
final class RustErrorException extends FfiException {
  /// An `Err` that displays as [message].
  const RustErrorException(String message, this.detail)
    : super._('RustErrorException', message);

  /// The number of the error's variant, 0 if it has none.
  final int detail;
}

/// A Rust function panicked; [message] is that of the panic.
///
/// Data that the function was changing may be half changed.
final class RustPanicException extends FfiException {
  /// A panic with [message].
  const RustPanicException(String message)
    : super._('RustPanicException', message);
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

/// The library reported a status that this package does not know, such as one of
/// the reserved 6 to 15.
final class UnknownStatusException extends FfiException {
  /// The unknown status [code].
  const UnknownStatusException(String message, this.code)
    : super._('UnknownStatusException', message);

  /// The unknown status.
  final int code;
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
        '${_lead(field)}${bigFromBits(value)} is no value of $name',
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

/// An enum whose values have the numbers that they have in Rust.
abstract interface class FfiEnum {
  /// The number in Rust.
  int get value;
}

/// The number of an enum in Rust, which need not be one of its values.
final class FfiOpen<E extends FfiEnum> {
  /// The number of [value].
  FfiOpen(E this.value) : number = value.value;

  /// The number [number], with [value] null if no value has it.
  const FfiOpen.raw(this.number, this.value);

  /// As [FfiOpen.raw], for an enum whose numbers are `u64`.
  const factory FfiOpen.rawUnsigned(int number, E? value) = _UnsignedOpen<E>;

  /// The number in Rust.
  final int number;

  /// The value that has the number; null when there is none.
  final E? value;

  @override
  bool operator ==(Object other) =>
      other is FfiOpen<E> && other.number == number;

  @override
  int get hashCode => number.hashCode;

  @override
  String toString() => 'FfiOpen(${value ?? number})';
}

final class _UnsignedOpen<E extends FfiEnum> extends FfiOpen<E> {
  const _UnsignedOpen(super.number, super.value) : super.raw();

  @override
  String toString() => 'FfiOpen(${value ?? bigFromBits(number)})';
}

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

  /// Size in bytes of [message].
  @Size()
  external int messageLength;

  /// Place in which the library notes a result until Dart has taken it.
  external Pointer<FfiPending> pending;
}

/// A result that would be lost with the isolate: the library frees it when the
/// isolate is gone.
final class FfiPending extends Struct {
  /// The result; null for none.
  external Pointer<Void> resource;

  /// Function that frees it.
  external Pointer<Void> release;
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

/// Meanings of the statuses from 6 to 14, which this version of the library
/// does not report.
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

/// Describes a status that this package does not know.
String _unknownStatusText(int code, String message) {
  final index = code - 6;
  final meaning = index >= 0 && index < _reservedStatuses.length
      ? ' (${_reservedStatuses[index]})'
      : '';
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

const _doubleFree = 4;
const _poolClosed = 6;
const _queueFull = 7;

/// An opened library, and the checks that it must pass before any call.
final class LibraryCheck {
  /// Opens the library [name]: the file at [path], or that of the environment
  /// variable [variable], or the one in the platform's search path.
  ///
  /// Throws a [LibraryLoadException].
  factory LibraryCheck.open(
    String name, {
    required String? path,
    required String package,
    required String variable,
  }) {
    final tried = StringBuffer();
    var found = false;
    final explicit = path ?? Platform.environment[variable] ?? '';
    final candidates = explicit.isEmpty ? _defaultFiles(name) : [explicit];
    for (final file in candidates) {
      try {
        return LibraryCheck._(name, package, file, DynamicLibrary.open(file));
      } on ArgumentError catch (error) {
        tried.write('\n  $file: ${error.message}');
        found = found || _exists(file, '${error.message}');
      }
    }
    if (candidates.isEmpty) {
      return LibraryCheck._(name, package, name, DynamicLibrary.process());
    }
    final hint = found
        ? 'The file is there, but not all that it depends on, or it is not for this '
              'system (${Abi.current()}): install or bundle what it depends on, or '
              'build it for this system.'
        : 'Build it (cargo build), then set $variable to its path or pass the path '
              'to open(path: ..).';
    throw LibraryLoadException(
      'the library `$name` of package `$package` cannot be opened:$tried\n$hint',
      candidates.first,
    );
  }

  /// True if there is a library [file] that the system refuses for the reason
  /// in [message], such as a missing library that it depends on.
  static bool _exists(String file, String message) {
    if (File(file).existsSync()) return true;
    // Linux and Android name the missing one; macOS says which one needs it.
    const missing = ': cannot open shared object file';
    return message.contains('Library not loaded') ||
        message.contains(missing) && !message.contains('$file$missing');
  }

  LibraryCheck._(this._name, this._package, this.path, this.library);

  final String _name;
  final String _package;
  final List<String> _mismatches = [];

  /// Path of the library.
  final String path;

  /// The library.
  final DynamicLibrary library;

  /// File names of the library `name` on this platform; empty if it is part of
  /// the process.
  static List<String> _defaultFiles(String name) =>
      switch (Platform.operatingSystem) {
        'ios' => const [],
        'macos' => ['lib$name.dylib', '$name.framework/$name'],
        'windows' => ['$name.dll'],
        _ => ['lib$name.so'],
      };

  /// Checks the version of the calling convention that [symbol] returns.
  ///
  /// Throws at once, as no other symbol has a meaning under another convention.
  void abi(String symbol, int expected) {
    if (!library.providesSymbol(symbol)) {
      throw LibraryLoadException(
        '$path does not export `$symbol`: it is not the library `$_name`, '
        'or lacks `ffi_core::library!();`.',
        path,
      );
    }
    final found = library.lookupFunction<Uint32 Function(), int Function()>(
      symbol,
    )();
    if (found == expected) return;
    throw AbiMismatchException(
      '$path has calling convention $found, package `$_package` has '
      '$expected: use the same version of ffi-core and ffi-dart-emit, then '
      'run: $_command',
      path,
      expected: expected,
      found: found,
    );
  }

  /// Checks that the library exports [symbol], which [item] needs.
  bool symbol(String item, String symbol) {
    if (library.providesSymbol(symbol)) return true;
    _mismatches.add('$item: the library does not export `$symbol`');
    return false;
  }

  /// Checks the fingerprint at [symbol].
  void fingerprint(String item, String symbol, int expected) {
    if (!this.symbol(item, symbol)) return;
    final found = library.lookup<Uint64>(symbol).value;
    if (found == expected) return;
    _mismatches.add(
      '$item: the library has fingerprint ${_hex(found)}, '
      'this package ${_hex(expected)}',
    );
  }

  /// Checks that a message has as many bytes in Dart as in Rust.
  void size(String item, int dart, int rust) {
    if (dart == rust) return;
    _mismatches.add('$item: $rust bytes in Rust, $dart in Dart');
  }

  /// Throws a [LayoutMismatchException] that lists all differences, if there
  /// are any.
  void finish() {
    if (_mismatches.isEmpty) return;
    throw LayoutMismatchException(
      '$path was built from other definitions than package `$_package`:\n'
      '  ${_mismatches.join('\n  ')}\n'
      'Build both from the same source; to regenerate the package, run: '
      '$_command',
      path,
      List.unmodifiable(_mismatches),
    );
  }

  /// Prepares the library to attach its memory to objects of this Dart, with
  /// its function [init].
  ///
  /// Throws a [LibraryLoadException] if this Dart lacks the functions for it.
  void _initDart(String init) {
    final code = library.lookupFunction<_DartInitC, _DartInitD>(init)(
      NativeApi.initializeApiDLData,
    );
    if (code == 0) return;
    throw LibraryLoadException(
      code == 1
          ? '$path was built for version 2 of the native API of Dart '
                '(dart_api_dl), Dart ${Platform.version} has another one; hint: '
                'build it with an ffi-core that is newer than this Dart'
          : '$path needs finalizable handles of the native API of Dart '
                '(dart_api_dl), Dart ${Platform.version} has none; hint: use '
                'Dart 3.8 or later',
      path,
    );
  }

  String get _command =>
      'ffi-dart-emit dart $path --out <folder of package $_package>';

  static String _hex(int value) {
    final digits = BigInt.from(value).toUnsigned(64).toRadixString(16);
    return '0x${digits.padLeft(16, '0')}';
  }
}

typedef _DartInitC = Int32 Function(Pointer<Void>);
typedef _DartInitD = int Function(Pointer<Void>);
typedef _DartCallsF = Pointer<_DartCalls> Function();
typedef _ReleaseF = NativeFunction<Void Function(Pointer<Void>)>;
typedef _NewColumnsF = NativeFunction<Pointer<Void> Function(Size, Uint8)>;
typedef _AttachStatusC = Pointer<FfiAttachment> Function(Handle);
typedef _AttachStatusD = Pointer<FfiAttachment> Function(Object);
typedef _AttachOwnedC =
    Pointer<FfiAttachment> Function(
      Handle,
      Pointer<FfiStatus>,
      Pointer<FfiOwned>,
      Size,
    );
typedef _AttachOwnedD =
    Pointer<FfiAttachment> Function(
      Object,
      Pointer<FfiStatus>,
      Pointer<FfiOwned>,
      int,
    );
typedef _AttachAllocC = Pointer<FfiAttachment> Function(Handle, Size, Size);
typedef _AttachAllocD = Pointer<FfiAttachment> Function(Object, int, int);
typedef _FreeColumnsC = Int32 Function(Pointer<Void>);
typedef _FreeColumnsD = int Function(Pointer<Void>);
typedef _AttachColumnsC =
    Pointer<FfiAttachment> Function(
      Handle,
      Pointer<FfiStatus>,
      Pointer<Void>,
      Pointer<_NewColumnsF>,
      Size,
      Uint8,
      Pointer<NativeFunction<_FreeColumnsC>>,
      Size,
    );
typedef _AttachColumnsD =
    Pointer<FfiAttachment> Function(
      Object,
      Pointer<FfiStatus>,
      Pointer<Void>,
      Pointer<_NewColumnsF>,
      int,
      int,
      Pointer<NativeFunction<_FreeColumnsC>>,
      int,
    );
typedef _AttachSlotC =
    Pointer<FfiAttachment> Function(
      Handle,
      Pointer<FfiStatus>,
      Pointer<_SlotCalls>,
      Pointer<Void>,
    );
typedef _AttachSlotD =
    Pointer<FfiAttachment> Function(
      Object,
      Pointer<FfiStatus>,
      Pointer<_SlotCalls>,
      Pointer<Void>,
    );
typedef _ShareC =
    Pointer<FfiAttachment> Function(Pointer<FfiAttachment>, Handle, Size);
typedef _ShareD =
    Pointer<FfiAttachment> Function(Pointer<FfiAttachment>, Object, int);
typedef _DetachC = Void Function(Pointer<FfiAttachment>, Handle, Uint8);
typedef _DetachD = void Function(Pointer<FfiAttachment>, Object, int);
typedef _FreeOwnedC = Void Function(Pointer<FfiStatus>, Pointer<FfiOwned>);
typedef _FreeOwnedD = void Function(Pointer<FfiStatus>, Pointer<FfiOwned>);

/// A resource of the library that a Dart object keeps, and that is freed when
/// the object is collected, in any isolate.
final class FfiAttachment extends Struct {
  /// Address of the resource.
  external Pointer<Void> memory;

  /// Token that frees the resource; for a slot of a pool, its reference.
  external Pointer<Void> token;

  /// 1 once it was freed, although objects keep it.
  external Pointer<Uint8> givenBack;
}

/// The functions that attach resources to objects.
final class _DartCalls extends Struct {
  external Pointer<NativeFunction<_AttachStatusC>> attachStatus;
  external Pointer<NativeFunction<_AttachOwnedC>> attachOwned;
  external Pointer<NativeFunction<_AttachAllocC>> attachAlloc;
  external Pointer<NativeFunction<_AttachColumnsC>> attachColumns;
  external Pointer<NativeFunction<_AttachSlotC>> attachSlot;
  external Pointer<NativeFunction<_ShareC>> share;
  external Pointer<NativeFunction<_DetachC>> detach;
  external Pointer<NativeFunction<_FreeOwnedC>> freeOwned;
}

/// Memory of the library; there is one object of this class per isolate.
///
/// A handle of the whole isolate group keeps memory for an object. A
/// `NativeFinalizer` would run when the isolate ends that attached it, although
/// the object may have moved to another one, and would be lost when the isolate
/// is killed.
final class LibraryMemory {
  /// The memory of the library that passed [check]; the other arguments are
  /// symbols.
  factory LibraryMemory(
    LibraryCheck check,
    String dartInit,
    String dartCalls,
    String clear,
  ) {
    final LibraryCheck(:library) = check.._initDart(dartInit);
    final calls = library.lookupFunction<_DartCallsF, _DartCallsF>(dartCalls)();
    return LibraryMemory._(library, clear, calls.ref);
  }

  LibraryMemory._(this.library, this._clear, _DartCalls calls)
    : _attachStatus = calls.attachStatus.asFunction(),
      _attachOwned = calls.attachOwned.asFunction(),
      _attachAlloc = calls.attachAlloc.asFunction(),
      _attachColumns = calls.attachColumns.asFunction(),
      _attachSlot = calls.attachSlot.asFunction(),
      _share = calls.share.asFunction(),
      _detach = calls.detach.asFunction(),
      _freeOwned = calls.freeOwned.asFunction(isLeaf: true);

  /// The opened library.
  final DynamicLibrary library;

  final _AttachStatusD _attachStatus;
  final _AttachOwnedD _attachOwned;
  final _AttachAllocD _attachAlloc;
  final _AttachColumnsD _attachColumns;
  final _AttachSlotD _attachSlot;
  final _ShareD _share;
  final _DetachD _detach;
  final _FreeOwnedD _freeOwned;

  /// Status of calls from this isolate. A result that owns memory or a slot is
  /// noted in it until it is taken, so that it is freed even if the isolate is
  /// killed before.
  late final Pointer<FfiStatus> status = _attached(
    _attachStatus(this),
  ).ref.memory.cast();

  late final Pointer<FfiPending> _pending = status.ref.pending;

  /// The symbol of the function that clears a status.
  final String _clear;

  /// Status of the functions of messages for protobuf.
  late final _ProtoStatus _protoStatus = _ProtoStatus._(this, _clear);

  /// Memory for the text arguments of a call.
  late final TextArguments texts = TextArguments(this);

  /// Allocates zeroed memory that [keeper] keeps, aligned for SIMD and cache
  /// lines.
  ///
  /// Throws an [AllocationException].
  Pointer<FfiAttachment> allocate(Object keeper, int bytes) {
    final size = checkSize(bytes, 'bytes');
    final attachment = _attachAlloc(keeper, size, 64);
    if (attachment == nullptr) throw AllocationException(bytes);
    return attachment;
  }

  /// Allocates zeroed memory that lives as long as the isolate.
  ///
  /// Throws an [AllocationException].
  Pointer<T> scratch<T extends NativeType>(int bytes) =>
      allocate(this, bytes).ref.memory.cast();

  /// Has [keeper] keep the memory that a function returned.
  Pointer<FfiAttachment> attachOwned(
    Object keeper,
    Pointer<FfiOwned> owned,
    int bytes,
  ) => _attached(_attachOwned(keeper, status, owned, bytes));

  Pointer<FfiAttachment> _attached(Pointer<FfiAttachment> attachment) {
    if (attachment != nullptr) return attachment;
    throw StateError('Dart refused to attach memory of the library');
  }

  /// Has [keeper] also keep the memory that the object of [attachment] keeps.
  Pointer<FfiAttachment> share(
    Pointer<FfiAttachment> attachment,
    Object keeper,
    int bytes,
  ) => _attached(_share(attachment, keeper, bytes));

  /// Ends the hold of [keeper] on its memory, which is freed with the last
  /// hold.
  void drop(Pointer<FfiAttachment> attachment, Object keeper) =>
      _detach(attachment, keeper, 2);

  /// Frees the memory of [keeper] now, although other objects may keep it.
  void release(Pointer<FfiAttachment> attachment, Object keeper) =>
      _detach(attachment, keeper, 1);

  /// Ends the hold of [keeper] without freeing; the caller owns the memory.
  void forget(Pointer<FfiAttachment> attachment, Object keeper) =>
      _detach(attachment, keeper, 0);

  /// Returns the text in [owned], and frees it.
  String takeString(Pointer<FfiOwned> owned) {
    final FfiOwned(:data, :length) = owned.ref;
    final text = decodeString(data.cast<Uint8>().asTypedList(length), length);
    _freeOwned(status, owned);
    return text;
  }

  /// Returns a copy of the bytes in [owned], and frees them.
  Uint8List takeBytes(Pointer<FfiOwned> owned) {
    final FfiOwned(:data, :length) = owned.ref;
    final bytes = Uint8List.fromList(data.cast<Uint8>().asTypedList(length));
    _freeOwned(status, owned);
    return bytes;
  }

  /// Takes the [slot] that a function returned, which the caller now owns.
  Pointer<T> takeSlot<T extends NativeType>(Pointer<T> slot) {
    _pending.ref.resource = nullptr;
    return slot;
  }
}

/// Text arguments of a call, as UTF-8 in memory that every call reuses.
///
/// When the call is over, Rust has copied whatever it keeps.
final class TextArguments implements Finalizable {
  /// No texts; memory comes from [_memory] with the first one.
  TextArguments(this._memory);

  final LibraryMemory _memory;
  Pointer<FfiAttachment> _attachment = nullptr;
  Uint8List _bytes = Uint8List(0);
  int _end = 0;

  /// Address of the first text. Adding another one may move it.
  Pointer<Uint8> pointer = nullptr;

  /// Removes all texts.
  void clear() => _end = 0;

  /// Puts [text], the argument [name], behind the others, and returns where it
  /// ends; null is empty.
  ///
  /// Throws an [ArgumentError] when it holds half of a surrogate pair.
  int add(String? text, String name) {
    if (text == null) return _end;
    // No code unit takes more than three bytes.
    final room = _end + text.length * 3;
    if (room > _bytes.length) _grow(room);
    final free = _end == 0 ? _bytes : Uint8List.sublistView(_bytes, _end);
    return _end += encodeString(text, free, name);
  }

  /// Adds [bytes] after the others, and returns the position of their end.
  int addBytes(Uint8List bytes) {
    final end = _end + bytes.length;
    if (end > _bytes.length) _grow(end);
    _bytes.setRange(_end, end, bytes);
    return _end = end;
  }

  void _grow(int room) {
    final length = max(256, room * 2);
    final larger = _memory.allocate(this, length);
    final start = larger.ref.memory.cast<Uint8>();
    final bytes = start.asTypedList(length)..setRange(0, _end, _bytes);
    if (_attachment != nullptr) _memory.release(_attachment, this);
    _attachment = larger;
    pointer = start;
    _bytes = bytes;
  }
}

/// Result of a call for protobuf.
final class _ProtoStatus {
  _ProtoStatus._(LibraryMemory memory, String clear)
    : _pointer = memory.status,
      _clear = memory.library
          .lookupFunction<
            Void Function(Pointer<FfiStatus>),
            void Function(Pointer<FfiStatus>)
          >(clear, isLeaf: true);

  final Pointer<FfiStatus> _pointer;
  final void Function(Pointer<FfiStatus>) _clear;

  void _check() {
    if (_pointer.ref.code != 0) throwStatus(_pointer, _clear);
  }
}

typedef _EncodeF =
    Pointer<FfiOwned> Function(Pointer<Void>, Pointer<FfiStatus>);
typedef _DecodeC =
    Void Function(Pointer<Uint8>, Size, Pointer<Void>, Pointer<FfiStatus>);
typedef _DecodeD =
    void Function(Pointer<Uint8>, int, Pointer<Void>, Pointer<FfiStatus>);

/// The functions of a message that write and read it as protobuf.
final class NativeProto<T extends NativeType> {
  /// The functions that the library exports as [encode] and [decode].
  NativeProto(String encode, String decode)
    : _memory = libraryMemory,
      _encode = libraryMemory.library.lookupFunction<_EncodeF, _EncodeF>(
        encode,
      ),
      _decode = libraryMemory.library.lookupFunction<_DecodeC, _DecodeD>(
        decode,
      );

  /// Size in bytes from which a call allocates memory instead of reusing it.
  static const _large = 1 << 20;

  final LibraryMemory _memory;
  final _EncodeF _encode;
  final _DecodeD _decode;

  /// Encodes [message] as protobuf.
  Uint8List encode(Pointer<T> message) {
    final status = _memory._protoStatus;
    final owned = _encode(message.cast(), status._pointer);
    status._check();
    return _memory.takeBytes(owned);
  }

  /// Decodes [bytes] into [message].
  void decode(Pointer<T> message, Uint8List bytes) {
    final length = bytes.length;
    final status = _memory._protoStatus;
    if (length < _large) {
      final scratch = _memory.texts
        ..clear()
        ..addBytes(bytes);
      _decode(scratch.pointer, length, message.cast(), status._pointer);
    } else {
      final keeper = Object();
      final attachment = _memory.allocate(keeper, length);
      final copy = attachment.ref.memory.cast<Uint8>();
      copy.asTypedList(length).setAll(0, bytes);
      _decode(copy, length, message.cast(), status._pointer);
      _memory.release(attachment, keeper);
    }
    status._check();
  }
}

/// Objects that typed data over borrowed memory keeps alive, in its isolate.
final Expando<Object> _owners = Expando();

/// Memory that Rust and Dart share.
///
/// **owned**: it comes from the library, and is freed when nothing in Dart
/// refers to it or its views any more, in any isolate. [dispose] ends the use
/// of this object: memory that was never viewed is freed at once, any other
/// when the last view is collected.
/// **borrowed**: it belongs to another owner, which must outlive the view; a
/// view keeps the `owner` it was made with alive.
///
/// Views (typed data, and messages in it) can be sent to other isolates, this
/// object can't. Two isolates or threads may only use one memory in turns.
abstract base class NativeMemory<T extends NativeType> implements Finalizable {
  /// Zeroed memory for [count] elements, **owned**.
  ///
  /// Throws a [RangeError] if [count] is negative or too large, and an
  /// [AllocationException].
  NativeMemory.owned(int count) {
    RangeError.checkValueInInterval(
      count,
      0,
      _maxBytes ~/ elementSize,
      'length',
    );
    _size = count * elementSize;
    if (_size == 0) return;
    _attachment = libraryMemory.allocate(this, _size);
    _pointer = _attachment.ref.memory.cast();
  }

  /// The result of a function, **owned**.
  NativeMemory.taken(Pointer<FfiOwned> owned) {
    final FfiOwned(:data, :length) = owned.ref;
    _size = length * elementSize;
    _attachment = libraryMemory.attachOwned(this, owned, _size);
    _pointer = data.cast();
  }

  /// [count] elements at [pointer], **borrowed** from [owner].
  ///
  /// Throws an [ArgumentError] if [count] is not 0 and [pointer] is null or no
  /// multiple of [elementAlign].
  NativeMemory.borrowed(Pointer<T> pointer, int count, Object? owner)
    : _pointer = pointer {
    RangeError.checkValueInInterval(
      count,
      0,
      _maxBytes ~/ elementSize,
      'length',
    );
    if (count == 0) return;
    if (pointer == nullptr) {
      throw ArgumentError.value(pointer, 'pointer', 'is null');
    }
    if (pointer.address % elementAlign != 0) _throwMisaligned(pointer);
    _size = count * elementSize;
    // Kept now and not with the first view, since the owner may be disposed of.
    if (owner != null) _keep(owner);
  }

  /// Keeps the attachment of [owner] if this is a part of its memory, or else
  /// [owner].
  void _keep(Object owner) {
    final start = _pointer.address;
    switch (owner) {
      case NativeMemory<NativeType>(pointer: Pointer(:final address))
          when start >= address && start - address <= owner._size - _size:
        _owner = owner._owner;
        _attachment = owner._attachment;
      case NativeColumns<NativeType>() when owner._has(start, _size):
        _attachment = owner._attachment;
        owner._viewed = true;
    }
    if (_attachment == nullptr) {
      _owner ??= owner;
    } else {
      _borrowed = _asks = true;
      _attachment = libraryMemory.share(_attachment, this, _size);
    }
  }

  Never _throwMisaligned(Pointer<T> pointer) => throw ArgumentError(
    'a $runtimeType at 0x${pointer.address.toRadixString(16)}, which is not a '
    'multiple of $elementAlign; hint: copy the bytes to memory of the library, '
    'which is aligned',
  );

  /// A slot of [pool], **owned**: that at [pointer], or a new one for null.
  ///
  /// Throws an [ArgumentError] if it is no slot in use.
  NativeMemory.slot(Pointer<T>? pointer, NativePool<T> pool) {
    _size = elementSize;
    _attachment = pool._attach(this, pointer);
    _pointer = _attachment.ref.memory.cast();
    _pool = pool;
  }

  static final int _maxBytes = sizeOf<Size>() == 8
      ? 0x7fffffffffffffff
      : 0x7fffffff;

  NativePool<T>? _pool;
  bool _disposed = false;

  /// True if the memory may be gone: after [dispose], and for a part of other
  /// memory.
  bool _asks = false;
  int _size = 0;
  Pointer<T> _pointer = nullptr;

  /// Null for memory that the library does not keep, or that is empty.
  Pointer<FfiAttachment> _attachment = nullptr;

  /// True if the attachment is a share in the memory of another owner.
  bool _borrowed = false;

  /// Object that views keep alive, in their isolate, if there is no attachment.
  Object? _owner;

  // The getter is read often, so it makes one test, and the field has one
  // class, that of lists over memory outside of Dart.
  bool _hasBytes = false;
  Uint8List _bytes = _noBytes;
  static final Uint8List _noBytes = Pointer<Uint8>.fromAddress(
    0,
  ).asTypedList(0);

  /// Size of an element in bytes.
  int get elementSize;

  /// Alignment of an element in bytes.
  ///
  /// It is 1 for numbers, as kernels take them from any address. A function of
  /// the library that takes a slice of them checks its alignment itself.
  int get elementAlign => 1;

  /// Address of the memory; null when it is empty.
  ///
  /// A pointer keeps nothing alive. Throws a [StateError] after [dispose], and
  /// for a part of memory that [freeNow] has freed.
  Pointer<T> get pointer {
    if (_asks) _checkUse();
    return _pointer;
  }

  @pragma('vm:never-inline')
  void _checkUse() {
    if (_disposed) throw StateError('used after dispose()');
    if (_attachment.ref.givenBack.value != 0) {
      throw StateError('used after the memory it is a part of was freed');
    }
  }

  /// The memory as bytes, **borrowed**; they keep it alive.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Uint8List get bytes {
    if (!_hasBytes) _firstBytes();
    return _bytes;
  }

  @pragma('vm:never-inline')
  void _firstBytes() {
    final bytes = _untracked;
    _keepFor(bytes);
    _bytes = bytes;
    _hasBytes = true;
  }

  /// Has [view] keep the memory.
  void _keepFor(Object view) {
    if (_attachment != nullptr) {
      libraryMemory.share(_attachment, view, _pool?._share ?? _size);
    } else if (_owner case final owner?) {
      _owners[view] = owner;
    }
  }

  /// The memory as bytes that keep nothing alive, for use within one method.
  Uint8List get _untracked => pointer.cast<Uint8>().asTypedList(_size);

  /// Removes all views; subclasses that hold others add theirs.
  void _dropViews() {
    _hasBytes = false;
    _bytes = _noBytes;
  }

  /// Ends the use of this object; does nothing the second time.
  ///
  /// Owned memory is freed: at once if no view of it was ever asked for, or
  /// else when the last view is collected. A slot of a pool is freed at once in
  /// any case, and views of it must not be used any more.
  /// Throws a [PoolException] for a slot that was freed through its pointer.
  void dispose() => _end(now: false);

  /// Calls [dispose], and frees owned memory at once: for large memory, whose
  /// views must not be used any more, in any isolate.
  void freeNow() => _end(now: true);

  void _end({required bool now}) {
    if (_disposed) return;
    final attachment = _attachment;
    _disposed = _asks = true;
    _attachment = nullptr;
    _dropViews();
    if (attachment == nullptr) return;
    final pool = _pool;
    if (pool != null) {
      pool._dispose(attachment, this, _pointer);
    } else if (now && !_borrowed) {
      libraryMemory.release(attachment, this);
    } else {
      libraryMemory.drop(attachment, this);
    }
  }
}

/// One value in memory that Rust and Dart share.
abstract base class NativeBox<T extends NativeType> extends NativeMemory<T> {
  /// Zeroed memory, **owned**.
  NativeBox() : super.owned(1);

  /// The value at [pointer], **borrowed**; keeps [owner] alive.
  NativeBox.view(Pointer<T> pointer, {Object? owner})
    : super.borrowed(pointer, 1, owner);

  /// The slot at [pointer] of a pool, or a new one for null, **owned**: it is
  /// freed when nothing refers to this box or its views any more, or with
  /// [dispose].
  NativeBox.slot(super.pointer, super.pool) : super.slot();

  /// Gives the slot of a pool to the caller, which then **owns** it, to pass it
  /// on or to free it.
  ///
  /// The box can't be used afterwards. Throws a [StateError] after [dispose],
  /// and if it owns no slot.
  Pointer<T> release() {
    final slot = pointer;
    final pool = _pool;
    if (pool == null) throw StateError('the box owns no slot of a pool');
    libraryMemory.forget(_attachment, this);
    pool._boxes--;
    _disposed = _asks = true;
    _attachment = nullptr;
    _dropViews();
    return slot;
  }
}

/// Consecutive values in memory that Rust and Dart share.
abstract base class NativeArray<T extends NativeType> extends NativeMemory<T> {
  /// Zeroed memory for [length] elements, **owned**.
  NativeArray(this.length) : super.owned(length);

  /// [length] elements at [pointer], **borrowed**; keeps [owner] alive.
  NativeArray.view(Pointer<T> pointer, this.length, {Object? owner})
    : super.borrowed(pointer, length, owner);

  /// The result of a function, **owned**.
  NativeArray.taken(super.owned) : length = owned.ref.length, super.taken();

  /// Number of elements.
  final int length;

  /// Returns [index], or throws if no element has it.
  @pragma('vm:prefer-inline')
  int checkIndex(int index) =>
      index >= 0 && index < length ? index : _throwIndex(index);

  Never _throwIndex(int index) => throw IndexError.withLength(index, length);

  /// Returns the address of the element at [index].
  Pointer<T> pointerAt(int index) =>
      Pointer.fromAddress(pointer.address + checkIndex(index) * elementSize);
}

/// A contiguous array of messages, as a list of fixed length.
///
/// An element is a view of the memory, which it keeps alive; `a[i] = b` copies.
abstract base class MessageArray<T extends Struct> extends NativeArray<T>
    with ListMixin<T>, FixedLengthList<T> {
  /// Zeroed memory for [length] messages, **owned**.
  MessageArray(super.length);

  /// [length] messages at [pointer], **borrowed**; keeps [owner] alive.
  MessageArray.view(super.pointer, super.length, {super.owner}) : super.view();

  /// The result of a function, **owned**.
  MessageArray.taken(super.owned) : super.taken();

  /// Sorts by [compare], which sees views of the elements.
  @override
  void sort([int Function(T a, T b)? compare]) {
    if (compare == null) throw ArgumentError.notNull('compare');
    _arrange(_indices..sort((a, b) => compare(this[a], this[b])));
  }

  @override
  void shuffle([Random? random]) => _arrange(_indices..shuffle(random));

  List<int> get _indices => List.generate(length, (index) => index);

  /// Moves the element at `order[i]` to `i`. It copies bytes, since a view
  /// changes when its element does.
  void _arrange(List<int> order) {
    final bytes = _untracked;
    final before = Uint8List.fromList(bytes);
    for (final (index, from) in order.indexed) {
      final start = index * elementSize;
      bytes.setRange(start, start + elementSize, before, from * elementSize);
    }
  }
}

/// A contiguous array of enum values, as a list of fixed length.
abstract base class EnumArray<T extends NativeType, E extends FfiEnum>
    extends NativeArray<T>
    with ListMixin<E>, FixedLengthList<E> {
  /// Zeroed memory for [length] values, **owned**.
  EnumArray(super.length);

  /// [length] values at [pointer], **borrowed**; keeps [owner] alive.
  EnumArray.view(super.pointer, super.length, {super.owner}) : super.view();

  /// The result of a function, **owned**.
  EnumArray.taken(super.owned) : super.taken();

  @override
  int get elementAlign => elementSize;
}

/// A contiguous array of `bool`, as a list of fixed length.
final class BoolArray extends NativeArray<Bool>
    with ListMixin<bool>, FixedLengthList<bool> {
  /// Zeroed memory for [length] flags, **owned**.
  BoolArray(super.length);

  /// A copy of [values], **owned**.
  factory BoolArray.of(List<bool> values) =>
      BoolArray(values.length)..setAll(0, values);

  /// [length] flags at [pointer], **borrowed**; keeps [owner] alive.
  BoolArray.view(super.pointer, super.length, {super.owner}) : super.view();

  /// The result of a function, **owned**.
  BoolArray.taken(super.owned) : super.taken();

  @override
  int get elementSize => sizeOf<Bool>();

  @override
  bool operator [](int index) => pointer[checkIndex(index)];

  @override
  void operator []=(int index, bool value) =>
      pointer[checkIndex(index)] = value;

  /// The flags from [start] up to [end], **borrowed** from this array.
  BoolArray sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return BoolArray.view(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `i8`, shared with Rust.
final class Int8Array extends NativeArray<Int8> {
  /// Zeroed memory for [length] numbers, **owned**.
  Int8Array(super.length);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one of them is no `i8`.
  factory Int8Array.of(List<int> values) =>
      Int8Array(values.length).._fill(checkInt8s(values, 'values'));

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Int8Array.view(super.pointer, super.length, {super.owner}) : super.view();

  /// The result of a function, **owned**.
  Int8Array.taken(super.owned) : super.taken();

  @override
  int get elementSize => sizeOf<Int8>();

  bool _hasList = false;
  Int8List _list = _noList;
  static final Int8List _noList = Pointer<Int8>.fromAddress(0).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that is
  /// too large.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Int8List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    final list = pointer.asTypedList(length);
    _keepFor(list);
    _list = list;
    _hasList = true;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Int8Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Int8Array.view(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `i16`, shared with Rust.
final class Int16Array extends NativeArray<Int16> {
  /// Zeroed memory for [length] numbers, **owned**.
  Int16Array(super.length);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one of them is no `i16`.
  factory Int16Array.of(List<int> values) =>
      Int16Array(values.length).._fill(checkInt16s(values, 'values'));

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Int16Array.view(super.pointer, super.length, {super.owner}) : super.view();

  /// The result of a function, **owned**.
  Int16Array.taken(super.owned) : super.taken();

  @override
  int get elementSize => sizeOf<Int16>();

  bool _hasList = false;
  Int16List _list = _noList;
  static final Int16List _noList = Pointer<Int16>.fromAddress(0).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that is
  /// too large.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Int16List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    final list = pointer.asTypedList(length);
    _keepFor(list);
    _list = list;
    _hasList = true;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Int16Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Int16Array.view(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `i32`, shared with Rust.
final class Int32Array extends NativeArray<Int32> {
  /// Zeroed memory for [length] numbers, **owned**.
  Int32Array(super.length);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one of them is no `i32`.
  factory Int32Array.of(List<int> values) =>
      Int32Array(values.length).._fill(checkInt32s(values, 'values'));

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Int32Array.view(super.pointer, super.length, {super.owner}) : super.view();

  /// The result of a function, **owned**.
  Int32Array.taken(super.owned) : super.taken();

  @override
  int get elementSize => sizeOf<Int32>();

  bool _hasList = false;
  Int32List _list = _noList;
  static final Int32List _noList = Pointer<Int32>.fromAddress(0).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that is
  /// too large.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Int32List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    final list = pointer.asTypedList(length);
    _keepFor(list);
    _list = list;
    _hasList = true;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Int32Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Int32Array.view(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `i64`, shared with Rust.
final class Int64Array extends NativeArray<Int64> {
  /// Zeroed memory for [length] numbers, **owned**.
  Int64Array(super.length);

  /// A copy of [values], **owned**.
  factory Int64Array.of(List<int> values) =>
      Int64Array(values.length).._fill(values);

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Int64Array.view(super.pointer, super.length, {super.owner}) : super.view();

  /// The result of a function, **owned**.
  Int64Array.taken(super.owned) : super.taken();

  @override
  int get elementSize => sizeOf<Int64>();

  bool _hasList = false;
  Int64List _list = _noList;
  static final Int64List _noList = Pointer<Int64>.fromAddress(0).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Int64List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    final list = pointer.asTypedList(length);
    _keepFor(list);
    _list = list;
    _hasList = true;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Int64Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Int64Array.view(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `u8`, shared with Rust.
final class Uint8Array extends NativeArray<Uint8> {
  /// Zeroed memory for [length] numbers, **owned**.
  Uint8Array(super.length);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one of them is no `u8`.
  factory Uint8Array.of(List<int> values) =>
      Uint8Array(values.length).._fill(checkUint8s(values, 'values'));

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Uint8Array.view(super.pointer, super.length, {super.owner}) : super.view();

  /// The result of a function, **owned**.
  Uint8Array.taken(super.owned) : super.taken();

  @override
  int get elementSize => sizeOf<Uint8>();

  bool _hasList = false;
  Uint8List _list = _noList;
  static final Uint8List _noList = Pointer<Uint8>.fromAddress(0).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that is
  /// too large.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Uint8List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    final list = pointer.asTypedList(length);
    _keepFor(list);
    _list = list;
    _hasList = true;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Uint8Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Uint8Array.view(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `u16`, shared with Rust.
final class Uint16Array extends NativeArray<Uint16> {
  /// Zeroed memory for [length] numbers, **owned**.
  Uint16Array(super.length);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one of them is no `u16`.
  factory Uint16Array.of(List<int> values) =>
      Uint16Array(values.length).._fill(checkUint16s(values, 'values'));

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Uint16Array.view(super.pointer, super.length, {super.owner}) : super.view();

  /// The result of a function, **owned**.
  Uint16Array.taken(super.owned) : super.taken();

  @override
  int get elementSize => sizeOf<Uint16>();

  bool _hasList = false;
  Uint16List _list = _noList;
  static final Uint16List _noList = Pointer<Uint16>.fromAddress(
    0,
  ).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that is
  /// too large.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Uint16List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    final list = pointer.asTypedList(length);
    _keepFor(list);
    _list = list;
    _hasList = true;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Uint16Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Uint16Array.view(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `u32`, shared with Rust.
final class Uint32Array extends NativeArray<Uint32> {
  /// Zeroed memory for [length] numbers, **owned**.
  Uint32Array(super.length);

  /// A copy of [values], **owned**.
  ///
  /// Throws a [RangeError] if one of them is no `u32`.
  factory Uint32Array.of(List<int> values) =>
      Uint32Array(values.length).._fill(checkUint32s(values, 'values'));

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Uint32Array.view(super.pointer, super.length, {super.owner}) : super.view();

  /// The result of a function, **owned**.
  Uint32Array.taken(super.owned) : super.taken();

  @override
  int get elementSize => sizeOf<Uint32>();

  bool _hasList = false;
  Uint32List _list = _noList;
  static final Uint32List _noList = Pointer<Uint32>.fromAddress(
    0,
  ).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that is
  /// too large.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Uint32List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    final list = pointer.asTypedList(length);
    _keepFor(list);
    _list = list;
    _hasList = true;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Uint32Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Uint32Array.view(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `u64`, shared with Rust.
///
/// A number above `2^63 - 1` reads as a negative `int` with the same 64 bits.
final class Uint64Array extends NativeArray<Uint64> {
  /// Zeroed memory for [length] numbers, **owned**.
  Uint64Array(super.length);

  /// A copy of [values], **owned**.
  factory Uint64Array.of(List<int> values) =>
      Uint64Array(values.length).._fill(values);

  void _fill(List<int> values) => pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Uint64Array.view(super.pointer, super.length, {super.owner}) : super.view();

  /// The result of a function, **owned**.
  Uint64Array.taken(super.owned) : super.taken();

  @override
  int get elementSize => sizeOf<Uint64>();

  bool _hasList = false;
  Uint64List _list = _noList;
  static final Uint64List _noList = Pointer<Uint64>.fromAddress(
    0,
  ).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Uint64List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    final list = pointer.asTypedList(length);
    _keepFor(list);
    _list = list;
    _hasList = true;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers of [list] as the unsigned numbers that they are in Rust.
  List<BigInt> get listBig => BigList(list);

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Uint64Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Uint64Array.view(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `f32`, shared with Rust.
final class Float32Array extends NativeArray<Float> {
  /// Zeroed memory for [length] numbers, **owned**.
  Float32Array(super.length);

  /// A copy of [values], **owned**.
  factory Float32Array.of(List<double> values) =>
      Float32Array(values.length).._fill(values);

  void _fill(List<double> values) =>
      pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Float32Array.view(super.pointer, super.length, {super.owner}) : super.view();

  /// The result of a function, **owned**.
  Float32Array.taken(super.owned) : super.taken();

  @override
  int get elementSize => sizeOf<Float>();

  bool _hasList = false;
  Float32List _list = _noList;
  static final Float32List _noList = Pointer<Float>.fromAddress(
    0,
  ).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Float32List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    final list = pointer.asTypedList(length);
    _keepFor(list);
    _list = list;
    _hasList = true;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Float32Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Float32Array.view(pointer + start, stop - start, owner: this);
  }
}

/// A contiguous array of `f64`, shared with Rust.
final class Float64Array extends NativeArray<Double> {
  /// Zeroed memory for [length] numbers, **owned**.
  Float64Array(super.length);

  /// A copy of [values], **owned**.
  factory Float64Array.of(List<double> values) =>
      Float64Array(values.length).._fill(values);

  void _fill(List<double> values) =>
      pointer.asTypedList(length).setAll(0, values);

  /// The numbers at [pointer], **borrowed**; keeps [owner] alive.
  Float64Array.view(super.pointer, super.length, {super.owner}) : super.view();

  /// The result of a function, **owned**.
  Float64Array.taken(super.owned) : super.taken();

  @override
  int get elementSize => sizeOf<Double>();

  bool _hasList = false;
  Float64List _list = _noList;
  static final Float64List _noList = Pointer<Double>.fromAddress(
    0,
  ).asTypedList(0);

  /// The memory as a list, **borrowed**; it keeps the memory alive.
  ///
  /// Throws a [StateError] after [dispose].
  @pragma('vm:prefer-inline')
  Float64List get list {
    if (!_hasList) _firstList();
    return _list;
  }

  @pragma('vm:never-inline')
  void _firstList() {
    final list = pointer.asTypedList(length);
    _keepFor(list);
    _list = list;
    _hasList = true;
  }

  @override
  void _dropViews() {
    super._dropViews();
    _hasList = false;
    _list = _noList;
  }

  /// The numbers from [start] up to [end], **borrowed** from this array.
  Float64Array sublistView(int start, [int? end]) {
    final stop = RangeError.checkValidRange(start, end, length);
    return Float64Array.view(pointer + start, stop - start, owner: this);
  }
}

typedef _RowsC = Int32 Function(Pointer<Void>, Pointer<Void>, Size);
typedef _RowsD = int Function(Pointer<Void>, Pointer<Void>, int);
typedef _RowsAtC = Int32 Function(Pointer<Void>, Size, Pointer<Void>, Size);
typedef _RowsAtD = int Function(Pointer<Void>, int, Pointer<Void>, int);

/// Functions that the library exports for the columns of one message; there is
/// one object of this class per message and isolate.
final class ColumnsCalls<T extends NativeType> {
  /// The columns of the message [name] of [elementSize] bytes, whose fields are
  /// [rowSize] bytes; the last of [count] fields has [lastSize].
  ColumnsCalls(
    this.name,
    this.elementSize,
    this.rowSize,
    this.count,
    this.lastSize,
    String create,
    String free,
    String reserve,
    String resize,
    String append,
    String read,
    String write,
    String swapRemove,
  ) : _create = libraryMemory.library.lookup(create),
      _free = libraryMemory.library.lookup(free),
      _reserve = _count(reserve),
      _resize = _count(resize),
      _append = libraryMemory.library.lookupFunction<_RowsC, _RowsD>(
        append,
        isLeaf: true,
      ),
      _read = _rowsAt(read),
      _write = _rowsAt(write),
      _swapRemove = libraryMemory.library
          .lookupFunction<
            Int32 Function(Pointer<Void>, Size, Pointer<Void>),
            int Function(Pointer<Void>, int, Pointer<Void>)
          >(swapRemove, isLeaf: true);

  static int Function(Pointer<Void>, int) _count(String symbol) =>
      libraryMemory.library.lookupFunction<
        Int32 Function(Pointer<Void>, Size),
        int Function(Pointer<Void>, int)
      >(symbol, isLeaf: true);

  static _RowsAtD _rowsAt(String symbol) => libraryMemory.library
      .lookupFunction<_RowsAtC, _RowsAtD>(symbol, isLeaf: true);

  /// Name of the message in Rust.
  final String name;

  /// Size of a message in bytes.
  final int elementSize;

  /// Size of the fields of one row in bytes.
  final int rowSize;

  /// Number of fields.
  final int count;

  /// Size of the last field in bytes.
  final int lastSize;

  final Pointer<_NewColumnsF> _create;
  final Pointer<NativeFunction<_FreeColumnsC>> _free;
  final int Function(Pointer<Void>, int) _reserve;
  final int Function(Pointer<Void>, int) _resize;
  final _RowsD _append;
  final _RowsAtD _read;
  final _RowsAtD _write;
  final int Function(Pointer<Void>, int, Pointer<Void>) _swapRemove;

  /// Returns the size of [rows] rows in bytes, or the largest number if it is
  /// more.
  int _bytesOf(int rows) =>
      rows > _maxInt ~/ rowSize ? _maxInt : rows * rowSize;

  /// Memory for a message that is copied to or from a row.
  late final Pointer<T> _scratch = libraryMemory.scratch(elementSize);
}

/// Columns of messages, shared with Rust: each field of all messages is an
/// array of its own.
///
/// **owned**: the memory is freed when nothing in Dart refers to the columns or
/// their views any more, in any isolate. [dispose] ends the use of this object:
/// memory that was never viewed is freed at once, any other when the last view
/// is collected.
///
/// Two isolates or threads may only use one container in turns.
abstract base class NativeColumns<T extends NativeType> implements Finalizable {
  /// No rows, and memory for [capacity] of them.
  NativeColumns(this._calls, int capacity, {required bool fixed}) {
    checkSize(capacity, 'capacity');
    _attach(nullptr, capacity, fixed ? 1 : 0, _calls._bytesOf(capacity));
  }

  /// The result of a function.
  NativeColumns.taken(this._calls, this._header) {
    _attach(_header, 0, 0, capacity * _calls.rowSize);
  }

  /// Keeps the container at [header], or a new one for null.
  void _attach(Pointer<Void> header, int capacity, int fixed, int bytes) {
    final ColumnsCalls(:_create, :_free) = _calls;
    final memory = libraryMemory;
    _attachment = memory._attachColumns(
      this,
      memory.status,
      header,
      _create,
      capacity,
      fixed,
      _free,
      bytes,
    );
    if (_attachment == nullptr) throw AllocationException(bytes);
    _header = _attachment.ref.memory;
  }

  final ColumnsCalls<T> _calls;
  Pointer<FfiAttachment> _attachment = nullptr;
  Pointer<Void> _header = nullptr;

  // Length for which the views below were made.
  int _length = 0;
  int _capacity = -1;
  int _start = 0;
  final Map<int, Object> _views = {};

  /// True if a view of a column was ever asked for.
  bool _viewed = false;

  bool _has(int address, int size) {
    final start = _startOf(0).address;
    return address >= start && address - start <= _blockSize - size;
  }

  int get _blockSize =>
      _startOf(_calls.count - 1).address -
      _startOf(0).address +
      capacity * _calls.lastSize;

  /// Removes the views when the rows have moved, or their number has changed.
  void _forgetMoved() {
    final length = this.length, capacity = this.capacity;
    final start = _startOf(0).address;
    if (length == _length && capacity == _capacity && start == _start) return;
    _views.clear();
    _length = length;
    _capacity = capacity;
    _start = start;
  }

  /// Address of the header: length, capacity, and the start of each column.
  ///
  /// A pointer keeps nothing alive. Throws a [StateError] after [dispose].
  Pointer<Void> get pointer {
    if (_header == nullptr) throw StateError('used after dispose()');
    return _header;
  }

  /// Number of rows.
  int get length => pointer.cast<Uint64>().value;

  /// Number of rows for which there is memory.
  int get capacity => pointer.cast<Uint64>()[1];

  /// True if there are no rows.
  bool get isEmpty => length == 0;

  /// True if there are rows.
  bool get isNotEmpty => length != 0;

  Pointer<Void> _startOf(int column) =>
      Pointer<Pointer<Void>>.fromAddress(pointer.address + 16)[column];

  /// Returns the result of [make] for the start of the column [index]. It is
  /// made again when the rows have moved, or their number has changed.
  V column<V extends Object>(int index, V Function(Pointer<Void> at) make) {
    _forgetMoved();
    final view = _views[index] ??= make(_startOf(index));
    return view as V;
  }

  /// Returns the bytes of the column [index], whose values have [size] bytes;
  /// they keep the memory alive.
  Uint8List columnBytes(int index, int size) {
    final bytes = _startOf(index).cast<Uint8>().asTypedList(length * size);
    libraryMemory.share(_attachment, bytes, bytes.length);
    _viewed = true;
    return bytes;
  }

  void _check(int code, int rows) {
    if (code != 0) _throwCode(code, rows, capacity);
  }

  Never _throwCode(int code, int rows, int capacity) {
    switch (code) {
      case 3:
        throw CapacityException(rows, capacity, 'columns of `${_calls.name}`');
      case 4:
        throw AllocationException(_calls._bytesOf(rows));
      case 5:
        throw InvalidValueException(
          'the header of columns of `${_calls.name}` was written to, which '
          'only the library may',
        );
      default:
        throw UnknownStatusException('columns: code $code', code);
    }
  }

  int _checkRow(int row) =>
      RangeError.checkValidIndex(row, this, 'row', length);

  /// Reserves memory for [additional] more rows.
  ///
  /// Throws a [CapacityException] if the capacity is fixed and too small, and
  /// an [AllocationException].
  void reserve(int additional) {
    checkSize(additional, 'additional');
    _check(_calls._reserve(pointer, additional), length + additional);
  }

  /// Changes the number of rows to [length]: new ones are zero, surplus ones
  /// are removed.
  ///
  /// Throws the exceptions of [reserve].
  void resize(int length) {
    checkSize(length, 'length');
    _check(_calls._resize(pointer, length), length);
  }

  /// Removes all rows; the memory stays.
  void clear() => resize(0);

  /// Memory for a message that is copied to a row.
  Pointer<T> get scratch => _calls._scratch;

  /// Adds a row for each of [count] messages at [records].
  void pushRecords(Pointer<T> records, int count) {
    checkSize(count, 'count');
    final code = _calls._append(pointer, records.cast(), count);
    if (code != 0) _check(code, length + count);
  }

  /// Returns the bytes of the message in row [row].
  Uint8List copyRow(int row) {
    _check(_calls._read(pointer, _checkRow(row), scratch.cast(), 1), 1);
    return _copied();
  }

  Uint8List _copied() =>
      Uint8List.fromList(scratch.cast<Uint8>().asTypedList(_calls.elementSize));

  /// Overwrites row [row] with the message in [scratch].
  void writeRow(int row) =>
      _check(_calls._write(pointer, _checkRow(row), scratch.cast(), 1), 1);

  /// Removes row [row], and returns the bytes of its message.
  Uint8List removeRow(int row) {
    final checked = _checkRow(row);
    _check(_calls._swapRemove(pointer, checked, scratch.cast()), 1);
    return _copied();
  }

  /// Writes all rows to [records], which must have space for as many messages.
  void readRecords(Pointer<T> records) =>
      _check(_calls._read(pointer, 0, records.cast(), length), length);

  /// Ends the use of this object; does nothing the second time.
  ///
  /// The memory is freed: at once if no view of a column was ever asked for, or
  /// else when the last one is collected. If the header has been overwritten,
  /// nothing is freed, as the addresses in it can't be trusted; an
  /// [InvalidValueException] says so if the memory was to be freed at once.
  void dispose() => _end(now: !_viewed);

  /// Calls [dispose], and frees the memory at once: for large memory, whose
  /// views must not be used any more, in any isolate.
  void freeNow() => _end(now: true);

  void _end({required bool now}) {
    if (_header == nullptr) return;
    final header = _header;
    _header = nullptr;
    _views.clear();
    if (!now) return libraryMemory.drop(_attachment, this);
    libraryMemory.forget(_attachment, this);
    final code = _calls._free.asFunction<_FreeColumnsD>(isLeaf: true)(header);
    if (code != 0) _throwCode(code, 0, 0);
  }
}

/// A column whose values have no array class, **borrowed**: a list of fixed
/// length, whose values are read and written in place.
final class ColumnList<E> with ListMixin<E>, FixedLengthList<E> {
  /// [length] values of the field [_name], read and written by functions that keep
  /// their memory alive.
  ColumnList(this._name, this.length, this._read, this._write);

  final String _name;
  final E Function(int row, String name) _read;
  final void Function(int row, E value, String name) _write;

  @override
  final int length;

  int _checked(int index) => RangeError.checkValidIndex(index, this);

  @override
  E operator [](int index) => _read(_checked(index), _name);

  @override
  void operator []=(int index, E value) =>
      _write(_checked(index), value, _name);
}

/// Enum values inside a message, **borrowed**: a list of fixed length.
///
/// Reading a number without a value throws an [UnknownEnumValueException].
final class EnumList<E extends FfiEnum> with ListMixin<E>, FixedLengthList<E> {
  /// The values of the field [_name], or the element [_index] of it, whose numbers
  /// [raw] holds.
  EnumList(this.raw, this._decode, this._name, [this._index]);

  /// The numbers.
  final List<int> raw;

  final E Function(int value, [String? name, int? index]) _decode;
  final String _name;
  final int? _index;

  @override
  int get length => raw.length;

  @override
  E operator [](int index) => _decode(raw[index], _name, _index ?? index);

  @override
  void operator []=(int index, E value) => raw[index] = value.value;
}

/// Makes methods that would change the length of a list throw before anything
/// moves.
base mixin FixedLengthList<E> on ListMixin<E> {
  Never _fixed() => throw UnsupportedError('the length of the list is fixed');

  @override
  set length(int length) => _fixed();

  @override
  void add(E element) => _fixed();

  @override
  void addAll(Iterable<E> iterable) => _fixed();

  @override
  void insert(int index, E element) => _fixed();

  @override
  void insertAll(int index, Iterable<E> iterable) => _fixed();

  @override
  bool remove(Object? element) => _fixed();

  @override
  E removeAt(int index) => _fixed();

  @override
  E removeLast() => _fixed();

  @override
  void removeRange(int start, int end) => _fixed();

  @override
  void removeWhere(bool Function(E element) test) => _fixed();

  @override
  void retainWhere(bool Function(E element) test) => _fixed();

  @override
  void replaceRange(int start, int end, Iterable<E> newContents) => _fixed();

  @override
  void clear() => _fixed();
}

@pragma('vm:never-inline')
Never _throwRange(int value, int min, int max, String name) =>
    throw RangeError.range(value, min, max, name);

// A check compares the number with itself cut to its bits. Comparing with both
// bounds would need an operand of 64 bits and a second jump.

/// Returns [value], which must be an `i8`; the exception calls it [name].
///
/// Throws a [RangeError], as the functions below do: dart:ffi would keep the
/// lower bits.
@pragma('vm:prefer-inline')
int checkInt8(int value, String name) =>
    value << 56 >> 56 == value ? value : _throwRange(value, -0x80, 0x7f, name);

/// Returns [value], which must be an `i16`.
@pragma('vm:prefer-inline')
int checkInt16(int value, String name) => value << 48 >> 48 == value
    ? value
    : _throwRange(value, -0x8000, 0x7fff, name);

/// Returns [value], which must be an `i32`.
@pragma('vm:prefer-inline')
int checkInt32(int value, String name) => value << 32 >> 32 == value
    ? value
    : _throwRange(value, -0x80000000, 0x7fffffff, name);

/// Returns [value], which must be a `u8`.
@pragma('vm:prefer-inline')
int checkUint8(int value, String name) =>
    value & 0xff == value ? value : _throwRange(value, 0, 0xff, name);

/// Returns [value], which must be a `u16`.
@pragma('vm:prefer-inline')
int checkUint16(int value, String name) =>
    value & 0xffff == value ? value : _throwRange(value, 0, 0xffff, name);

/// Returns [value], which must be a `u32`.
@pragma('vm:prefer-inline')
int checkUint32(int value, String name) => value & 0xffffffff == value
    ? value
    : _throwRange(value, 0, 0xffffffff, name);

List<int> _checkAll(
  List<int> values,
  bool typed,
  int min,
  int max,
  String name,
  int? length,
  int? at,
) {
  if (length != null) checkLength(values, length, name, at);
  // Typed data of the same type can't hold anything else.
  if (typed) return values;
  for (var index = 0; index < values.length; index++) {
    final value = values[index];
    if (value < min || value > max) {
      _throwRange(value, min, max, '${placeName(name, at)}[$index]');
    }
  }
  return values;
}

/// [values], each of which must be an `i8`; there must be [length] of them if that
/// is given. They are for the field [name], or the element [at] of it.
///
/// Throws a [RangeError], as the functions below do: typed data would keep the
/// lower bits.
List<int> checkInt8s(List<int> values, String name, [int? length, int? at]) =>
    _checkAll(values, values is Int8List, -0x80, 0x7f, name, length, at);

/// [values], each of which must be an `i16`; there must be [length] of them if that
/// is given.
List<int> checkInt16s(List<int> values, String name, [int? length, int? at]) =>
    _checkAll(values, values is Int16List, -0x8000, 0x7fff, name, length, at);

/// [values], each of which must be an `i32`; there must be [length] of them if that
/// is given.
List<int> checkInt32s(List<int> values, String name, [int? length, int? at]) =>
    _checkAll(
      values,
      values is Int32List,
      -0x80000000,
      0x7fffffff,
      name,
      length,
      at,
    );

/// [values], each of which must be a `u8`; there must be [length] of them if that
/// is given.
List<int> checkUint8s(List<int> values, String name, [int? length, int? at]) =>
    _checkAll(values, values is Uint8List, 0, 0xff, name, length, at);

/// [values], each of which must be a `u16`; there must be [length] of them if that
/// is given.
List<int> checkUint16s(List<int> values, String name, [int? length, int? at]) =>
    _checkAll(values, values is Uint16List, 0, 0xffff, name, length, at);

/// [values], each of which must be a `u32`; there must be [length] of them if that
/// is given.
List<int> checkUint32s(List<int> values, String name, [int? length, int? at]) =>
    _checkAll(values, values is Uint32List, 0, 0xffffffff, name, length, at);

/// Returns [value], a count or an index for a function of the library: it must
/// fit C's `size_t`, which has [bytes] bytes on this machine.
///
/// Throws a [RangeError]: dart:ffi would keep the lower bits.
int checkSize(int value, String name, [int? bytes]) {
  final max = (bytes ?? sizeOf<Size>()) == 8 ? _maxInt : 0xffffffff;
  return value >= 0 && value <= max ? value : _throwRange(value, 0, max, name);
}

const _maxInt = 0x7fffffffffffffff;

/// [values], which must be [length] of them, as many as the field [name], or the
/// element [index] of it, holds.
List<T> checkLength<T>(List<T> values, int length, String name, [int? index]) {
  if (values.length == length) return values;
  final place = '${placeName(name, index)}.length';
  throw ArgumentError.value(values.length, place, 'must be $length');
}

/// Returns the unsigned number with the 64 [bits] of an `int`, which is
/// negative from 2^63 on.
BigInt bigFromBits(int bits) => BigInt.from(bits).toUnsigned(64);

/// Returns the `int` with the 64 bits of the `u64` [value], to pass to a
/// function or a list that takes a `u64`.
///
/// Throws an [ArgumentError], which calls it [name], when it is no `u64`.
int bitsFromBig(BigInt value, [String name = 'value']) {
  if (value.isNegative || value.bitLength > 64) {
    throw ArgumentError.value('$value', name, 'must be from 0 to 2^64 - 1');
  }
  return value.toSigned(64).toInt();
}

/// Returns [bigFromBits], or null for null.
BigInt? bigOrNull(int? bits) => bits == null ? null : bigFromBits(bits);

/// As [bitsFromBig], or null.
int? bitsOrNull(BigInt? value, String name) =>
    value == null ? null : bitsFromBig(value, name);

/// The elements of a list of `u64` as the unsigned numbers that they are in
/// Rust; it reads and writes that list.
final class BigList with ListMixin<BigInt> {
  /// The numbers with the bits in [bits].
  BigList(this.bits);

  /// The numbers as `int`, negative from 2^63 on.
  final List<int> bits;

  @override
  int get length => bits.length;

  @override
  set length(int length) => bits.length = length;

  @override
  BigInt operator [](int index) => bigFromBits(bits[index]);

  @override
  void operator []=(int index, BigInt value) =>
      bits[index] = bitsFromBig(value);

  @override
  void add(BigInt element) => bits.add(bitsFromBig(element));

  @override
  void addAll(Iterable<BigInt> iterable) =>
      bits.addAll(iterable.map(bitsFromBig).toList());
}

/// Returns [value] with each `u64` in it as an unsigned number, for `toString`.
///
/// [shape] gives their positions: `u` is a `u64`, `m` a map whose keys have the
/// next letter and whose values have the others, `-` anything else. A list has
/// the shape of its elements.
Object? unsigned(Object? value, String shape) => switch (value) {
  final int bits when shape == 'u' => bigFromBits(bits),
  final List<Object?> list => [for (final it in list) unsigned(it, shape)],
  final Map<Object?, Object?> map => {
    for (final MapEntry(:key, :value) in map.entries)
      unsigned(key, shape[1]): unsigned(value, shape.substring(2)),
  },
  (final Object? it,) => (unsigned(it, shape),),
  _ => value,
};

/// A Dart copy of a message or a oneof: immutable, compared by its fields.
abstract base class FfiValue {
  /// Initializes nothing; subclasses add their fields.
  const FfiValue();

  /// Name in the result of `toString`.
  String get $name;

  /// Values of the fields, by name.
  Map<String, Object?> get $fields;

  /// Positions of `u64` in the fields, as [unsigned] takes them.
  Map<String, String> get $unsigned => const {};

  @override
  bool operator ==(Object other) =>
      identical(this, other) ||
      other is FfiValue &&
          other.runtimeType == runtimeType &&
          _deepEquals(other.$fields, $fields);

  @override
  int get hashCode => Object.hash($name, _deepHash($fields));

  @override
  String toString() {
    final shapes = $unsigned;
    final fields = $fields.entries.map((it) {
      final shape = shapes[it.key];
      final shown = shape == null ? it.value : unsigned(it.value, shape);
      return '${it.key}: $shown';
    });
    return '${$name}(${fields.join(', ')})';
  }
}

bool _deepEquals(Object? a, Object? b) => switch ((a, b)) {
  (final List<Object?> a, final List<Object?> b) =>
    a.length == b.length &&
        a.indexed.every((it) => _deepEquals(it.$2, b[it.$1])),
  (final Map<Object?, Object?> a, final Map<Object?, Object?> b) =>
    a.length == b.length &&
        a.entries.every(
          (it) => b.containsKey(it.key) && _deepEquals(it.value, b[it.key]),
        ),
  _ => a == b,
};

int _deepHash(Object? value) => switch (value) {
  final List<Object?> list => Object.hashAll(list.map(_deepHash)),
  final Map<Object?, Object?> map => Object.hashAllUnordered(
    map.entries.map((it) => Object.hash(it.key, _deepHash(it.value))),
  ),
  _ => value.hashCode,
};

/// Returns an unmodifiable list of [values]; typed data stays typed data.
List<T> frozen<T>(List<T> values) {
  final Object of = values;
  final List<Object?> copy = switch (of) {
    final Uint8List it => Uint8List.fromList(it).asUnmodifiableView(),
    final Int8List it => Int8List.fromList(it).asUnmodifiableView(),
    final Uint16List it => Uint16List.fromList(it).asUnmodifiableView(),
    final Int16List it => Int16List.fromList(it).asUnmodifiableView(),
    final Uint32List it => Uint32List.fromList(it).asUnmodifiableView(),
    final Int32List it => Int32List.fromList(it).asUnmodifiableView(),
    final Uint64List it => Uint64List.fromList(it).asUnmodifiableView(),
    final Int64List it => Int64List.fromList(it).asUnmodifiableView(),
    final Float32List it => Float32List.fromList(it).asUnmodifiableView(),
    final Float64List it => Float64List.fromList(it).asUnmodifiableView(),
    _ => List<T>.unmodifiable(values),
  };
  return copy as List<T>;
}

/// Returns an unmodifiable copy of [bytes].
Uint8List bytesFrozen(Uint8List bytes) =>
    Uint8List.fromList(bytes).asUnmodifiableView();

/// Reference to a message [T] in a pool of the library, or to none.
///
/// **copied**: two numbers, which keep nothing alive. When the message is freed
/// the reference becomes stale and resolves to null from then on, also when the
/// slot has another message. The pool's class resolves it, and so do the
/// getters `pointer`, `message` and `isLive`.
final class FfiRef<T extends NativeType> {
  /// The numbers as they are in memory; the first is 0 for none.
  const FfiRef.raw(this._indexPlusOne, this._generation);

  /// Reference to nothing.
  const FfiRef.none() : this.raw(0, 0);

  final int _indexPlusOne;
  final int _generation;

  /// Index of the slot plus one; 0 for none.
  ///
  /// Throws a [RangeError] if it is no `u32`.
  @pragma('vm:prefer-inline')
  int get indexPlusOne => checkUint32(_indexPlusOne, 'indexPlusOne');

  /// Number of times that the slot had been allocated when the reference was
  /// made.
  ///
  /// Throws a [RangeError] if it is no `u32`.
  @pragma('vm:prefer-inline')
  int get generation => checkUint32(_generation, 'generation');

  /// True if it refers to nothing.
  bool get isNone => _indexPlusOne == 0;

  /// Index of the slot in its pool; -1 for none.
  int get index => _indexPlusOne - 1;

  @override
  bool operator ==(Object other) =>
      other is FfiRef<T> &&
      other._indexPlusOne == _indexPlusOne &&
      other._generation == _generation;

  @override
  int get hashCode => Object.hash(_indexPlusOne, _generation);

  @override
  String toString() =>
      isNone ? 'FfiRef.none()' : 'FfiRef(index: $index, $_generation)';
}

/// State of a pool.
enum PoolState {
  /// The pool can be used, or was not used yet.
  open,

  /// The system did not reserve the memory when it was last asked.
  reservationFailed,

  /// The library was shut down.
  closed,
}

/// Counters of a pool, **copied**.
///
/// The counters of a pool in use are of slightly different moments.
final class PoolStats {
  PoolStats._(List<int> counters)
    : capacity = counters[0],
      stride = counters[1],
      live = counters[2],
      highWater = counters[3],
      allocs = counters[4],
      frees = counters[5],
      failedAllocs = counters[6],
      badNull = counters[7],
      badForeign = counters[8],
      badInterior = counters[9],
      badDouble = counters[10],
      badOwned = counters[11],
      badClosed = counters[12],
      stale = counters[13],
      state = PoolState.values[counters[14]],
      lost = counters[15];

  /// Number of slots.
  final int capacity;

  /// Distance from one slot to the next in bytes.
  final int stride;

  /// Number of slots in use.
  final int live;

  /// Highest number of slots in use that was seen: sometimes while allocating,
  /// at exhaustion, and when these counters are read.
  final int highWater;

  /// Number of allocated messages.
  final int allocs;

  /// Number of freed messages.
  final int frees;

  /// Number of failed allocations; one of several slots counts once.
  final int failedAllocs;

  /// Number of null pointers that were passed to be freed.
  final int badNull;

  /// Number of pointers outside of the pool that were passed to be freed.
  final int badForeign;

  /// Number of pointers to the inside of a slot that were passed to be freed.
  final int badInterior;

  /// Number of free slots that were passed to be freed.
  final int badDouble;

  /// Number of slots owned by Rust that were passed to be freed.
  final int badOwned;

  /// Number of slots that were passed to be freed after the library was shut
  /// down.
  final int badClosed;

  /// Number of references that did not resolve.
  final int stale;

  /// State of the pool.
  final PoolState state;

  /// Number of slots that were in use when the library was opened again after a
  /// shutdown, and may have no owner any more.
  final int lost;

  @override
  String toString() =>
      'PoolStats(state: ${state.name}, capacity: $capacity, stride: $stride, '
      'live: $live, highWater: $highWater, allocs: $allocs, frees: $frees, '
      'failedAllocs: $failedAllocs, badNull: $badNull, '
      'badForeign: $badForeign, badInterior: $badInterior, '
      'badDouble: $badDouble, badOwned: $badOwned, badClosed: $badClosed, '
      'stale: $stale, lost: $lost)';
}

/// Function that returns the references to the children of a message in a tree.
typedef TreeChildren<T extends NativeType> =
    Iterable<FfiRef<T>> Function(T message);

typedef _ManyC = Size Function(Pointer<Void>, Size);
typedef _ManyD = int Function(Pointer<Void>, int);

/// The functions of a pool that attach a slot to an object.
final class _SlotCalls extends Struct {
  external Pointer<NativeFunction<Pointer<Void> Function()>> alloc;
  external Pointer<NativeFunction<Uint64 Function(Pointer<Void>)>> reference;
  external Pointer<_ReleaseF> release;

  /// Number of bytes that the garbage collector is told of.
  @Size()
  external int bytes;

  /// Position of the generation's lowest bit in the token that frees a slot.
  @Uint32()
  external int generationShift;
}

/// Functions of a pool's class that are called so seldom that all pools share
/// them; there is one object of this class per pool and isolate.
final class NativePool<T extends NativeType> {
  /// The pool of the message [name], with the symbols that the library exports
  /// for it.
  NativePool(
    this.name,
    this._view,
    this._free,
    this._resolve,
    this._reference,
    this._allocSymbol,
    String allocMany,
    String freeMany,
    this._releaseSymbol,
    this._referenceSymbol,
    String stats,
  ) : _memory = libraryMemory,
      _allocMany = libraryMemory.library.lookupFunction<_ManyC, _ManyD>(
        allocMany,
        isLeaf: true,
      ),
      _freeMany = libraryMemory.library.lookupFunction<_ManyC, _ManyD>(
        freeMany,
        isLeaf: true,
      ),
      _stats = libraryMemory.library
          .lookupFunction<
            Void Function(Pointer<Uint64>),
            void Function(Pointer<Uint64>)
          >(stats, isLeaf: true);

  /// Name of the message in Rust.
  final String name;

  final T Function(Pointer<T>) _view;
  final int Function(Pointer<T>) _free;
  final Pointer<T> Function(int, int) _resolve;
  final int Function(Pointer<T>) _reference;
  final LibraryMemory _memory;
  final _ManyD _allocMany;
  final _ManyD _freeMany;
  final String _allocSymbol;
  final String _releaseSymbol;
  final String _referenceSymbol;
  final void Function(Pointer<Uint64>) _stats;

  static const _counterCount = 16;

  late final Pointer<Uint64> _counters = _memory.scratch(_counterCount * 8);

  late final Pointer<_SlotCalls> _slotCalls = _makeSlotCalls();

  Pointer<_SlotCalls> _makeSlotCalls() {
    final library = _memory.library;
    final calls = _memory.scratch<_SlotCalls>(sizeOf<_SlotCalls>());
    calls.ref
      ..alloc = library.lookup(_allocSymbol)
      ..reference = library.lookup(_referenceSymbol)
      ..release = library.lookup(_releaseSymbol)
      ..bytes = _share
      ..generationShift = _generationShift;
    return calls;
  }

  /// Bytes that the collector is told of a box: its part of the weight of the
  /// boxes of all slots, so that the collector runs before the slots of garbage
  /// are needed, even if they are small.
  late final int _share = max(_first.stride, _poolWeight ~/ capacity);

  static const _poolWeight = 128 << 20;

  /// Number of boxes of this isolate that were neither disposed of nor
  /// released; it includes those that the collector has freed.
  int _boxes = 0;

  /// Position of the generation's lowest bit in the token that frees a slot.
  int get _generationShift =>
      sizeOf<Pointer<Void>>() == 8 ? 32 : capacity.bitLength;

  /// Counters of the pool so far.
  PoolStats get stats {
    _stats(_counters);
    return PoolStats._(_counters.asTypedList(_counterCount));
  }

  late final PoolStats _first = stats;

  /// Number of slots.
  int get capacity => _first.capacity;

  /// Throws the reason why the pool gives no slot.
  Never throwEmpty() {
    final PoolStats(:state, :stride, :live) = stats;
    final boxes = min(_boxes, live);
    throw switch (state) {
      PoolState.open => PoolExhaustedException(
        'the pool of `$name` is exhausted: fewer of its $capacity slots are '
        'free than were asked for'
        '${boxes == 0 ? '' : ', and this isolate has not disposed of $boxes boxes'}'
        '; hint: free messages${boxes == 0 ? '' : ', dispose() of boxes'}, or raise '
        'the number in `#[ffi(pool = $capacity)]`',
      ),
      PoolState.reservationFailed => PoolMemoryException(
        'the pool of `$name` could not reserve ${capacity * stride} bytes '
        'for its $capacity slots; hint: lower the number in '
        '`#[ffi(pool = $capacity)]`, or raise the limit of address space',
      ),
      PoolState.closed => PoolClosedException(
        'the pool of `$name` is closed; hint: do not allocate after the '
        'library was shut down',
      ),
    };
  }

  /// Throws the reason [code] why the pool did not take [slot].
  Never throwRefused(int code, Pointer<T> slot) => throw _refusal(
    code,
    '${_hex(slot)}, given back to the pool of `$name`, ${_refusalText(code)}',
  );

  static String _hex(Pointer<NativeType> pointer) =>
      '0x${pointer.address.toRadixString(16)}';

  void _freeOrThrow(Pointer<T> slot) {
    final code = _free(slot);
    if (code != 0) throwRefused(code, slot);
  }

  /// Runs [action] with [slot], and frees the slot in any case.
  R using<R>(Pointer<T> slot, R Function(Pointer<T>) action) {
    final R result;
    try {
      result = action(slot);
    } catch (_) {
      // The exception of [action] tells more than that of a refusal.
      _free(slot);
      rethrow;
    }
    if (result is Future) {
      return result.whenComplete(() => _freeOrThrow(slot)) as R;
    }
    _freeOrThrow(slot);
    return result;
  }

  /// Returns an empty list of pointers with space for [capacity].
  PoolSlots<T> slots(int capacity) => PoolSlots._(this, capacity);

  /// Allocates [count] slots, all or none of them.
  PoolSlots<T> allocMany(int count, PoolSlots<T>? into) {
    checkSize(count, 'count');
    // Asking for more slots than all fails; so one more than all is enough.
    final wanted = min(count, capacity + 1);
    final slots = into ?? PoolSlots._(this, wanted);
    slots._checkRoom(wanted);
    final length = _allocMany(slots._raw, wanted);
    if (length < wanted) {
      _freeMany(slots._raw, length);
      if (into == null) slots.dispose();
      throwEmpty();
    }
    slots._length = length;
    return slots;
  }

  /// Frees all [slots].
  void freeMany(Iterable<Pointer<T>> slots) {
    if (slots is PoolSlots<T>) return slots.free();
    final all = slots.toList(growable: false);
    final copies = PoolSlots._(this, all.length);
    try {
      copies
        .._fill(all)
        ..free();
    } finally {
      copies.dispose();
    }
  }

  void _checkInUse(Pointer<T> slot) {
    if (_reference(slot) != 0) return;
    throw ArgumentError.value(
      _hex(slot),
      'slot',
      'is no slot in use of the pool of `$name`',
    );
  }

  /// Has [owner] keep [slot], or a new one for null.
  Pointer<FfiAttachment> _attach(Object owner, Pointer<T>? slot) {
    if (slot != null) _checkInUse(slot);
    final at = slot?.cast<Void>() ?? nullptr;
    final attachment = _memory._attachSlot(
      owner,
      _memory.status,
      _slotCalls,
      at,
    );
    if (attachment != nullptr) {
      _boxes++;
      return attachment;
    }
    if (slot == null) throwEmpty();
    _checkInUse(slot);
    return _memory._attached(attachment);
  }

  /// Frees the [slot] that [keeper] kept.
  void _dispose(
    Pointer<FfiAttachment> attachment,
    Object keeper,
    Pointer<T> slot,
  ) {
    final FfiRef(:indexPlusOne, :generation, :isNone) = reference(slot);
    final token = generation << _generationShift | indexPlusOne;
    final kept = attachment.ref.token.address;
    // Another message has the slot now, so it was freed before.
    final moved = !isNone && token & _tokenMask != kept & _tokenMask;
    // Freed before it is forgotten, so an isolate that is killed in between
    // loses no slot.
    final code = moved ? _doubleFree : _free(slot);
    _memory.forget(attachment, keeper);
    _boxes--;
    if (code != 0 && code != _poolClosed) throwRefused(code, slot);
  }

  static final int _tokenMask = sizeOf<Pointer<Void>>() == 8 ? -1 : 0xffffffff;

  /// Returns the reference to [slot], or none if it is no slot in use.
  FfiRef<T> reference(Pointer<T> slot) {
    final bits = _reference(slot);
    return FfiRef.raw(bits & 0xffffffff, bits >>> 32);
  }

  /// Returns the address that [reference] refers to.
  Pointer<T> require(FfiRef<T> reference) {
    final slot = _resolve(reference.indexPlusOne, reference.generation);
    if (slot.address != 0) return slot;
    throw StaleReferenceException(
      '$reference refers to no `$name` in use; hint: resolve() gives null '
      'where that is no mistake',
    );
  }

  /// Frees [root] and all messages below it, and returns the number of freed
  /// slots.
  int freeTree(Pointer<T> root, TreeChildren<T> children) {
    _checkInUse(root);
    final todo = children(_view(root)).toList();
    _freeOrThrow(root);
    var count = 1;
    while (todo.isNotEmpty) {
      final FfiRef(:indexPlusOne, :generation) = todo.removeLast();
      final slot = _resolve(indexPlusOne, generation);
      if (slot.address == 0) continue;
      final below = children(_view(slot)).toList(growable: false);
      if (_free(slot) != 0) continue;
      count++;
      todo.addAll(below);
    }
    return count;
  }
}

/// Pointers to slots of a pool, in memory that Rust fills and empties with one
/// call.
///
/// **owned**: the caller owns the slots, and frees them with [free] or passes
/// them on with [takeAt]. Only the memory of the pointers is freed when this is
/// collected, or with [dispose]; the slots are not.
final class PoolSlots<T extends NativeType> extends Iterable<Pointer<T>>
    implements Finalizable {
  PoolSlots._(this._pool, int capacity) : _capacity = capacity {
    RangeError.checkValueInInterval(capacity, 0, 0xffffffff, 'capacity');
    if (capacity == 0) return;
    final bytes = capacity * sizeOf<Pointer<Void>>();
    _attachment = _pool._memory.allocate(this, bytes);
    _raw = _attachment.ref.memory;
    _slots = _raw.cast();
  }

  final NativePool<T> _pool;
  int _capacity;
  Pointer<FfiAttachment> _attachment = nullptr;
  Pointer<Void> _raw = nullptr;
  Pointer<Pointer<T>> _slots = nullptr;
  int _length = 0;
  int _taken = 0;

  /// Largest number of pointers.
  int get capacity => _capacity;

  @override
  int get length => _length;

  @override
  bool get isEmpty => _length == 0;

  @override
  bool get isNotEmpty => _length != 0;

  @override
  Iterator<Pointer<T>> get iterator =>
      Iterable.generate(_length, (index) => _slots[index]).iterator;

  @override
  Pointer<T> elementAt(int index) => this[index];

  /// The pointer at [index]; null if [takeAt] took it.
  @pragma('vm:prefer-inline')
  Pointer<T> operator [](int index) {
    checkElement(index, _length);
    return _slots[index];
  }

  /// Returns the pointer at [index], which [free] then skips: for code that
  /// takes the slot over.
  Pointer<T> takeAt(int index) {
    final slot = this[index];
    if (slot.address == 0) return slot;
    _slots[index] = nullptr;
    _taken++;
    return slot;
  }

  /// Frees all slots with one call, and empties this list.
  ///
  /// Throws a [PoolException] about the first slot that the pool refuses; the
  /// others are freed nevertheless.
  void free() {
    final length = _length;
    final freed = _pool._freeMany(_raw, length);
    final refused = length - freed - _taken;
    clear();
    if (refused != 0) _throwRefused(length);
  }

  void _throwRefused(int length) {
    for (var index = 0; index < length; index++) {
      final slot = _slots[index];
      if (slot.address != 0) _pool._freeOrThrow(slot);
    }
  }

  /// Removes all pointers without freeing the slots.
  void clear() {
    _length = 0;
    _taken = 0;
  }

  /// Frees the memory of the pointers; the slots stay as they are.
  ///
  /// The list has no capacity afterwards.
  void dispose() {
    clear();
    _capacity = 0;
    if (_attachment == nullptr) return;
    _pool._memory.release(_attachment, this);
    _attachment = nullptr;
    _raw = _slots = nullptr;
  }

  void _checkRoom(int wanted) {
    if (_length != 0) {
      throw StateError('there are slots in here: free() or clear() them first');
    }
    checkCapacity(wanted, _capacity, 'slots');
  }

  void _fill(List<Pointer<T>> slots) {
    for (final (index, slot) in slots.indexed) {
      if (slot.address == 0) _taken++;
      _slots[index] = slot;
    }
    _length = slots.length;
  }
}

/// Functions of a queue's class that are called so seldom that all queues share
/// them; there is one object of this class per queue and isolate.
final class NativeQueue<T extends NativeType> {
  /// The queue [_name] of messages in [_pool], with the symbols that the
  /// library exports for it.
  NativeQueue(
    this._name,
    this._pool,
    String popMany,
    String length,
    String close,
    String isClosed,
  ) : _popMany = libraryMemory.library.lookupFunction<_ManyC, _ManyD>(
        popMany,
        isLeaf: true,
      ),
      _length = libraryMemory.library
          .lookupFunction<Size Function(), int Function()>(
            length,
            isLeaf: true,
          ),
      _close = libraryMemory.library
          .lookupFunction<Void Function(), void Function()>(
            close,
            isLeaf: true,
          ),
      _isClosed = libraryMemory.library
          .lookupFunction<Uint8 Function(), int Function()>(
            isClosed,
            isLeaf: true,
          );

  final String _name;
  final NativePool<T> _pool;
  final _ManyD _popMany;
  final int Function() _length;
  final void Function() _close;
  final int Function() _isClosed;

  /// Number of messages in the queue.
  int get length => _length();

  /// True if the queue was closed.
  bool get isClosed => _isClosed() != 0;

  /// Closes the queue, which then refuses messages.
  void close() => _close();

  /// Returns true if [code] says that the queue did not take [slot] because it
  /// is full; throws for any other reason.
  bool isFull(int code, Pointer<T> slot) =>
      code == _queueFull || throwRefused(code, slot);

  /// Throws the reason [code] why the queue did not take [slot].
  Never throwRefused(int code, Pointer<T> slot) => throw _refusal(
    code,
    '${NativePool._hex(slot)}, pushed into the queue `$_name`, '
    '${_refusalText(code)}',
  );

  /// Returns up to [max] messages, in the order in which they were pushed.
  PoolSlots<T> popMany(int max, PoolSlots<T>? into) {
    checkSize(max, 'max');
    // There are no more than the pool has.
    final wanted = min(max, into?.capacity ?? _pool.capacity);
    final slots = into ?? PoolSlots._(_pool, wanted);
    slots
      .._checkRoom(wanted)
      .._length = _popMany(slots._raw, wanted);
    return slots;
  }
}

/// The element [index] of the field [name], or the field, as exceptions call it;
/// null for none.
String? placeName(String? name, int? index) =>
    index == null ? name : '$name[$index]';

/// The beginning of a message about a field, or nothing for none.
String _lead(String? name, [int? index]) =>
    name == null ? '' : '${placeName(name, index)}: ';

/// The text in the first [length] of [bytes], those of the field [name], or the
/// element [index] of it.
///
/// Throws an [InvalidValueException] if [length] is too large or the bytes are
/// no UTF-8.
@pragma('vm:prefer-inline')
String decodeString(Uint8List bytes, int length, [String? name, int? index]) {
  if (length > bytes.length) throwLength(length, bytes.length, name, index);
  var all = 0;
  for (var i = 0; i < length; i++) {
    all |= bytes[i];
  }
  return all < 0x80
      ? String.fromCharCodes(bytes, 0, length)
      : decodeUtf8(bytes, length, name: name, index: index);
}

/// Returns the text in the first [length] of [bytes], and keeps U+FEFF at the
/// start, which Dart's own decoder would drop as a byte order mark.
///
/// Throws an [InvalidValueException] when the bytes are no UTF-8, unless
/// [allowMalformed] replaces what isn't.
String decodeUtf8(
  Uint8List bytes,
  int length, {
  bool allowMalformed = false,
  String? name,
  int? index,
}) {
  var start = 0;
  while (start + 3 <= length &&
      bytes[start] == 0xef &&
      bytes[start + 1] == 0xbb &&
      bytes[start + 2] == 0xbf) {
    start += 3;
  }
  try {
    final decoder = Utf8Decoder(allowMalformed: allowMalformed);
    final text = decoder.convert(bytes, start, length);
    return start == 0 ? text : '\ufeff' * (start ~/ 3) + text;
  } on FormatException {
    throw InvalidValueException('${_lead(name, index)}the text is not UTF-8');
  }
}

/// Writes [text] to [bytes], those of the field [name], or the element [index] of
/// it, as UTF-8, and returns how many bytes that took.
///
/// Throws a [CapacityException] if it does not fit, and an [ArgumentError] if
/// it holds half of a surrogate pair; then nothing is written.
@pragma('vm:prefer-inline')
int encodeString(String text, Uint8List bytes, String name, [int? index]) {
  final length = text.length;
  // A code unit takes a byte or more.
  checkCapacity(length, bytes.length, name, index);
  for (var i = 0; i < length; i++) {
    if (text.codeUnitAt(i) >= 0x80) {
      return _encodeUtf8(text, bytes, name, index);
    }
  }
  for (var i = 0; i < length; i++) {
    bytes[i] = text.codeUnitAt(i);
  }
  return length;
}

int _encodeUtf8(String text, Uint8List bytes, String name, int? index) {
  // Nothing is written before it is known to fit and to be Unicode.
  var length = text.length;
  for (var i = 0; i < text.length; i++) {
    final unit = text.codeUnitAt(i);
    if (unit < 0x80) continue;
    length++;
    if (unit < 0x800) continue;
    if (unit & 0xf800 != 0xd800) {
      length++;
      continue;
    }
    i++;
    final low = i < text.length ? text.codeUnitAt(i) : 0;
    if (unit >= 0xdc00 || low & 0xfc00 != 0xdc00) {
      _throwSurrogate(text, name, index);
    }
    length++;
  }
  checkCapacity(length, bytes.length, name, index);
  var at = 0;
  for (var i = 0; i < text.length; i++) {
    var rune = text.codeUnitAt(i);
    if (rune < 0x80) {
      bytes[at++] = rune;
      continue;
    }
    if (rune < 0x800) {
      bytes[at++] = 0xc0 | rune >> 6;
    } else {
      if (rune & 0xf800 == 0xd800) {
        i++;
        rune = 0x10000 + ((rune & 0x3ff) << 10) + (text.codeUnitAt(i) & 0x3ff);
        bytes[at++] = 0xf0 | rune >> 18;
        bytes[at++] = 0x80 | rune >> 12 & 0x3f;
      } else {
        bytes[at++] = 0xe0 | rune >> 12;
      }
      bytes[at++] = 0x80 | rune >> 6 & 0x3f;
    }
    bytes[at++] = 0x80 | rune & 0x3f;
  }
  return at;
}

Never _throwSurrogate(String text, String name, int? index) =>
    throw ArgumentError.value(
      text,
      placeName(name, index),
      'has an unpaired surrogate, which UTF-8 cannot hold',
    );

/// The first [length] of [bytes], those of the field [name], or the element
/// [index] of it, **borrowed**.
///
/// Throws an [InvalidValueException] when [length] is too large.
Uint8List bytesUsed(Uint8List bytes, int length, String name, [int? index]) {
  if (length > bytes.length) throwLength(length, bytes.length, name, index);
  return Uint8List.sublistView(bytes, 0, length);
}

/// Copies [from] to the start of [bytes], those of the field [name], or the element
/// [index] of it, and returns how many there are.
///
/// Throws a [CapacityException] when there is no room for them, and a
/// [RangeError] when one of them is no byte.
int bytesWritten(List<int> from, Uint8List bytes, String name, [int? index]) {
  final length = checkCapacity(from.length, bytes.length, name, index);
  bytes.setRange(0, length, checkUint8s(from, name, null, index));
  return length;
}

/// Returns true if the byte of an option says that it has a value; the option
/// is the field [name], or the element [index] of it.
///
/// Throws an [InvalidValueException] if it is neither 0 nor 1.
@pragma('vm:prefer-inline')
bool isPresent(int byte, String name, [int? index]) =>
    byte == 1 || byte != 0 && _throwPresence(byte, name, index);

/// Null, for the byte of an option without a value, in the field [name].
///
/// Throws an [InvalidValueException] if it is not 0.
@pragma('vm:prefer-inline')
Null absent(int byte, String name) =>
    byte == 0 ? null : _throwPresence(byte, name, null);

Never _throwPresence(int byte, String name, int? index) =>
    throw InvalidValueException(
      '${_lead(name, index)}$byte instead of 0 or 1 in an option',
    );

/// [length], which memory says, and which must not be more than [capacity], that of
/// the field [name], or the element [index] of it.
@pragma('vm:prefer-inline')
int usedLength(int length, int capacity, String name, [int? index]) =>
    length <= capacity ? length : throwLength(length, capacity, name, index);

/// Throws an [IndexError] if [index] is not that of one of [length] elements.
@pragma('vm:prefer-inline')
void checkElement(int index, int length) {
  if (index < 0 || index >= length) _throwIndex(index, length);
}

Never _throwIndex(int index, int length) =>
    throw IndexError.withLength(index, length);

/// Throws the [InvalidValueException] about a [length] above [capacity].
Never throwLength(int length, int capacity, [String? name, int? index]) =>
    throw InvalidValueException(
      '${_lead(name, index)}length $length exceeds $capacity',
    );

/// Throws the [InvalidValueException] about a discriminant [tag] that the oneof
/// [name] does not have.
Never throwTag(String name, int tag) =>
    throw InvalidValueException('$name has no case with tag $tag');

/// Throws the [InvalidValueException] about the map [name], or the element [index]
/// of it, that has a key twice.
Never throwKeys(String name, int? index) => throw InvalidValueException(
  '${_lead(name, index)}a map has the same key twice',
);

/// [length], for which there must be room in the field [name], or the element
/// [index] of it.
int checkCapacity(int length, int capacity, String name, [int? index]) =>
    length <= capacity
    ? length
    : throw CapacityException(length, capacity, placeName(name, index));

/// Members that lists and maps inside a message share.
base mixin _Sized {
  /// Largest number of elements.
  int get capacity;

  /// The field that this is, or the element of one, as exceptions call it.
  String? get $place;

  /// [length], for which there must be room.
  int _checkCapacity(int length) => length <= capacity
      ? length
      : throw CapacityException(length, capacity, $place);
}

/// A list of up to [capacity] elements inside a message, **borrowed**.
///
/// Elements that are messages are views: they show what is at their place now,
/// also after others have moved there. Assigning copies. What makes it longer than
/// [capacity] throws a [CapacityException]; a length in memory above it throws
/// an [InvalidValueException], and never reads beyond the list.
abstract base class FfiVec<E> with ListMixin<E>, _Sized {
  /// The length that memory says, whatever it is.
  int get rawLength;
  set rawLength(int length);

  /// Returns the element at [index] below [capacity], used or not.
  E read(int index);

  /// Changes the element at [index] below [capacity], used or not.
  void write(int index, E value);

  /// Zeroes the element at [index] below [capacity].
  void zero(int index);

  /// Returns a copy of [element] that does not change with the list.
  E detach(E element) => element;

  /// Zeroes elements that come into use.
  @override
  set length(int length) {
    RangeError.checkNotNegative(length, 'length');
    _checkCapacity(length);
    for (var index = this.length; index < length; index++) {
      zero(index);
    }
    rawLength = length;
  }

  /// Adds a zeroed element and returns it: for a message, the view to fill in.
  E addZeroed() {
    length = length + 1;
    return this[length - 1];
  }

  @override
  void addAll(Iterable<E> iterable) {
    final values = iterable.toList(growable: false);
    final length = this.length;
    _checkCapacity(length + values.length);
    _writeAll(length, values);
  }

  /// Replaces all elements by [values].
  ///
  /// Throws a [CapacityException] before anything changes if there are too
  /// many. If an element does not fit, it and those after it are not assigned.
  void assign(List<E> values) {
    _checkCapacity(values.length);
    _writeAll(0, values);
  }

  void _writeAll(int start, List<E> values) {
    for (var index = 0; index < values.length; index++) {
      write(start + index, values[index]);
    }
    rawLength = start + values.length;
  }

  @override
  void clear() => rawLength = 0;

  @override
  void insert(int index, E element) => super.insert(index, detach(element));

  @override
  E removeAt(int index) {
    final removed = detach(this[index]);
    removeRange(index, index + 1);
    return removed;
  }

  @override
  E removeLast() => removeAt(length - 1);

  @override
  void sort([int Function(E a, E b)? compare]) =>
      setAll(0, map(detach).toList()..sort(compare));

  @override
  void shuffle([Random? random]) =>
      setAll(0, map(detach).toList()..shuffle(random));
}

/// A list of numbers inside a message, **borrowed**; see [elements].
abstract base class NumberVec<E extends num, L extends List<E>>
    extends FfiVec<E> {
  /// The elements as typed data, **borrowed**: as many as there are now.
  ///
  /// It is Dart's own typed data, which keeps the lower bits of a number that
  /// is too large.
  L get elements;

  /// Returns [values], each of which must be of the type of the elements.
  List<E> checked(List<E> values) => values;

  /// Replaces all elements by [values].
  ///
  /// Throws a [CapacityException] if there are too many, and a [RangeError] if
  /// one is out of range, before anything changes.
  @override
  void assign(List<E> values) {
    _checkCapacity(values.length);
    checked(values);
    rawLength = values.length;
    elements.setRange(0, values.length, values);
  }
}

/// A list of `i8` inside a message, **borrowed**.
typedef Int8Vec = NumberVec<int, Int8List>;

/// A list of `i16` inside a message, **borrowed**.
typedef Int16Vec = NumberVec<int, Int16List>;

/// A list of `i32` inside a message, **borrowed**.
typedef Int32Vec = NumberVec<int, Int32List>;

/// A list of `i64` inside a message, **borrowed**.
typedef Int64Vec = NumberVec<int, Int64List>;

/// A list of `u8` inside a message, **borrowed**.
typedef Uint8Vec = NumberVec<int, Uint8List>;

/// A list of `u16` inside a message, **borrowed**.
typedef Uint16Vec = NumberVec<int, Uint16List>;

/// A list of `u32` inside a message, **borrowed**.
typedef Uint32Vec = NumberVec<int, Uint32List>;

/// A list of `u64` inside a message, **borrowed**.
typedef Uint64Vec = NumberVec<int, Uint64List>;

/// A list of `f32` inside a message, **borrowed**.
typedef Float32Vec = NumberVec<double, Float32List>;

/// A list of `f64` inside a message, **borrowed**.
typedef Float64Vec = NumberVec<double, Float64List>;

/// A list of enum values inside a message, **borrowed**.
///
/// Reading a number without a value throws an [UnknownEnumValueException].
abstract base class EnumVec<E extends FfiEnum> extends FfiVec<E> {
  /// The numbers, valid or not, **borrowed**: as many as there are now.
  List<int> get raw;
}

/// A list of fixed length inside a message, **borrowed**: its elements are
/// views unless they are plain values; assigning copies.
abstract base class FixedVec<E> with ListMixin<E>, FixedLengthList<E> {
  /// The field that this is, or the element of one, as exceptions call it.
  String? get $place;

  @override
  Never _fixed() =>
      throw UnsupportedError('${$place}: the length of the list is fixed');

  /// A copy of [element] that does not change with the list.
  E detach(E element) => element;

  @override
  void sort([int Function(E a, E b)? compare]) =>
      setAll(0, map(detach).toList()..sort(compare));

  @override
  void shuffle([Random? random]) =>
      setAll(0, map(detach).toList()..shuffle(random));
}

/// A map of up to [capacity] entries inside a message, **borrowed**.
///
/// Looking up compares key by key; removing moves the last entry to the place
/// of the removed one. Values that are messages are views. What
/// makes it larger than [capacity] throws a [CapacityException].
abstract base class FfiMap<K, V> with MapMixin<K, V>, _Sized {
  /// The length that memory says, whatever it is.
  int get rawLength;
  set rawLength(int length);

  /// Returns the key of the entry at [index] below [capacity], used or not.
  K readKey(int index);

  /// Returns the value of the entry at [index] below [capacity], used or not.
  V readValue(int index);

  /// Changes the key of the entry at [index] below [capacity].
  void writeKey(int index, K key);

  /// Changes the value of the entry at [index] below [capacity].
  void writeValue(int index, V value);

  /// Copies the entry at [from] to [to].
  void move(int from, int to);

  /// Returns a copy of [value] that does not change with the map.
  V detach(V value) => value;

  int _find(Object? key) {
    final length = this.length;
    for (var index = 0; index < length; index++) {
      if (readKey(index) == key) return index;
    }
    return -1;
  }

  @override
  int get length {
    final length = rawLength;
    return length <= capacity ? length : throwLength(length, capacity, $place);
  }

  @override
  bool get isEmpty => length == 0;

  @override
  bool get isNotEmpty => length != 0;

  @override
  V? operator [](Object? key) {
    final index = _find(key);
    return index < 0 ? null : readValue(index);
  }

  @override
  void operator []=(K key, V value) {
    final index = _find(key);
    if (index >= 0) return writeValue(index, value);
    final length = _checkCapacity(this.length + 1);
    writeKey(length - 1, key);
    writeValue(length - 1, value);
    rawLength = length;
  }

  @override
  bool containsKey(Object? key) => _find(key) >= 0;

  @override
  V? remove(Object? key) {
    final found = _find(key);
    if (found < 0) return null;
    final removed = detach(readValue(found));
    final last = length - 1;
    if (found < last) move(last, found);
    rawLength = last;
    return removed;
  }

  @override
  void clear() => rawLength = 0;

  @override
  Iterable<K> get keys => Iterable.generate(length, readKey);

  @override
  Iterable<V> get values => Iterable.generate(length, readValue);

  @override
  Iterable<MapEntry<K, V>> get entries => Iterable.generate(
    length,
    (index) => MapEntry(readKey(index), readValue(index)),
  );

  /// Replaces all entries by those of [values].
  ///
  /// Throws a [CapacityException] before anything changes if there are too
  /// many, and an [ArgumentError] if two keys are equal, as they can be in a
  /// [Map.identity]. If an entry does not fit, those before it are kept, and
  /// nothing changes if it is the key of the first.
  void assign(Map<K, V> values) => assignWith(values, writeValue);

  /// Replaces all entries as [assign] does, with values that [write] writes to
  /// the entry at an index.
  void assignWith<T>(
    Map<K, T> values,
    void Function(int index, T value) write,
  ) {
    _checkCapacity(values.length);
    if (values.keys.toSet().length < values.length) {
      throw ArgumentError(
        '${$place}: two keys of the map are equal; hint: `Map.of(map)` has each '
        'key once',
      );
    }
    var index = 0;
    var changed = values.isEmpty;
    try {
      for (final MapEntry(:key, :value) in values.entries) {
        writeKey(index, key);
        changed = true;
        write(index, value);
        index++;
      }
    } finally {
      // The entries after this one would have new keys with old values, or keys
      // twice.
      if (changed) rawLength = index;
    }
  }
}
