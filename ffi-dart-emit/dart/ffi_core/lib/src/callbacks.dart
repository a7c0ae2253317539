part of 'native.dart';

// Addresses are integers, as the VM makes an object of each pointer that it passes.
typedef _CallbackC = Uint8 Function(IntPtr, IntPtr, IntPtr, IntPtr);

/// Text that a function returned or threw, for Rust to copy.
final class _CallbackText extends Struct {
  external Pointer<Uint8> data;

  @Size()
  external int length;
}

/// A function that a call gets: it reads its arguments and writes its result.
typedef LentFunction = void Function(int argument, int result);

/// Returns the address of the argument [index], of several at [arguments].
@pragma('vm:prefer-inline')
int argumentAt(int arguments, int index) =>
    (Pointer<Pointer<Void>>.fromAddress(arguments) + index).value.address;

/// Returns a copy of the [size] bytes at [address].
Uint8List copyAt(int address, int size) =>
    Uint8List.fromList(Pointer<Uint8>.fromAddress(address).asTypedList(size));

/// The functions of this isolate that calls under way may call.
///
/// All of them are one function in C, which finds the one that is meant by its context,
/// so nothing is made for a call and nothing left behind by one.
final class LentFunctions {
  /// No functions; text of errors is in memory from [_memory].
  LentFunctions(this._memory);

  /// Result of the function in C if the isolate ends while it runs.
  static const _couldNotRun = 2;

  final LibraryMemory _memory;
  final List<LentFunction> _lent = [];

  late final TextArguments _errors = TextArguments(_memory);

  /// The function in C.
  late final Pointer<NativeFunction<_CallbackC>> _native = _make();

  /// Its address.
  late final Pointer<Void> pointer = _native.cast();

  Pointer<NativeFunction<_CallbackC>> _make() {
    final memory = _memory, lent = _lent;
    // A closure of its own, as a method would be called by one.
    int run(int context, int argument, int result, int error) {
      final depth = memory._depth++;
      try {
        lent[context](argument, result);
        memory._depth = depth;
        return 0;
      } on Object catch (thrown) {
        memory._depth = depth;
        _tell(thrown, Pointer.fromAddress(error));
        return 1;
      }
    }

    final callable = NativeCallable<_CallbackC>.isolateLocal(
      run,
      exceptionalReturn: _couldNotRun,
    )..keepIsolateAlive = false;
    return callable.nativeFunction;
  }

  /// The number of functions that are lent now, for [end].
  int get mark {
    // Left by a call that was refused before it began.
    if (_memory._depth == 0) _lent.clear();
    return _lent.length;
  }

  /// Lends [function] until [end], and returns its context.
  Pointer<Void> lend(LentFunction function) {
    _lent.add(function);
    return Pointer.fromAddress(_lent.length - 1);
  }

  /// Ends the loans since [mark].
  void end(int mark) => _lent.length = mark;

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
