part of 'native.dart';

/// A function that Rust calls with a context, the arguments, and the places for the
/// result and an error. Addresses are integers, as the VM makes an object of each
/// pointer that it passes.
typedef CallbackC = Uint8 Function(IntPtr, IntPtr, IntPtr, IntPtr);

/// What a [CallbackC] returns if the isolate ends while it runs.
const couldNotRun = 2;

/// Text that a function returned or threw, for Rust to copy.
final class _CallbackText extends Struct {
  external Pointer<Uint8> data;

  @Size()
  external int length;
}

/// Returns the address of the argument [index], of several at [arguments].
@pragma('vm:prefer-inline')
int argumentAt(int arguments, int index) =>
    (Pointer<Pointer<Void>>.fromAddress(arguments) + index).value.address;

/// Returns a copy of the [size] bytes at [address].
Uint8List copyAt(int address, int size) =>
    Uint8List.fromList(Pointer<Uint8>.fromAddress(address).asTypedList(size));

/// The functions of type [F] that calls under way may call, those of one parameter.
///
/// All of them are one function in C, which finds the one that is meant by its context,
/// so nothing is made for a call and nothing left behind by one.
final class LentFunctions<F extends Function> {
  /// No functions; text of errors is in memory from [_memory]. The function in C is
  /// what [make] returns: it calls the one [at] its context, between [enter] and
  /// [leave] or [fail].
  LentFunctions(
    this._memory,
    NativeCallable<CallbackC> Function(LentFunctions<F> lent) make,
  ) {
    final callable = make(this)..keepIsolateAlive = false;
    pointer = callable.nativeFunction.cast();
  }

  final LibraryMemory _memory;
  final List<F> _lent = [];

  late final TextArguments _errors = TextArguments(_memory);

  /// The function in C.
  late final Pointer<Void> pointer;

  /// The number of functions that are lent now, for [end].
  int get mark {
    // Left by a call that was refused before it began.
    if (_memory._depth == 0) _lent.clear();
    return _lent.length;
  }

  /// Lends [function] until [end], and returns its context.
  Pointer<Void> lend(F function) {
    _lent.add(function);
    return Pointer.fromAddress(_lent.length - 1);
  }

  /// Ends the loans since [mark].
  void end(int mark) => _lent.length = mark;

  /// The function whose context is [context].
  @pragma('vm:prefer-inline')
  F at(int context) => _lent[context];

  /// Begins a call of a function, and returns how many there are around it.
  @pragma('vm:prefer-inline')
  int enter() => _memory._depth++;

  /// Ends a call that began at [depth], with its result.
  @pragma('vm:prefer-inline')
  int leave(int depth) {
    _memory._depth = depth;
    return 0;
  }

  /// Ends a call that began at [depth], with what was [thrown], whose text goes to the
  /// address [error].
  int fail(int depth, Object thrown, int error) {
    _memory._depth = depth;
    _tell(thrown, Pointer.fromAddress(error));
    return 1;
  }

  void _tell(Object thrown, Pointer<_CallbackText> error) {
    _errors.clear();
    final int length;
    try {
      length = _errors.add('$thrown', 'error');
    } on Object {
      // The text is none: Rust says so.
      return;
    }
    error.ref
      ..data = _errors.pointer
      ..length = length;
  }
}
