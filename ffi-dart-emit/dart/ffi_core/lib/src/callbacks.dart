part of 'native.dart';

// Addresses are integers, as the VM makes an object of each pointer that it passes.
typedef _CallbackC = Uint8 Function(IntPtr, IntPtr, IntPtr, IntPtr);

/// Text that a function returned or threw, for Rust to copy.
final class _CallbackText extends Struct {
  external Pointer<Uint8> data;

  @Size()
  external int length;
}

/// Function that C calls for one that is lent: it gets its context, the addresses of
/// its arguments, of the place for the result and of that for an error, and returns
/// what [LentFunctions.end] or [LentFunctions.threw] does.
typedef LentCall =
    int Function(int context, int argument, int result, int error);

// All memory, by the number of an element from the address 0 on. Generated code reads
// and writes it without a pointer, which is an object that compilers make in each call
// of a function with `try`.

/// Memory as elements of 8 bits.
final Pointer<Int8> int8s = nullptr;

/// Memory as elements of 8 bits without a sign.
final Pointer<Uint8> uint8s = nullptr;

/// Memory as elements of 16 bits.
final Pointer<Int16> int16s = nullptr;

/// Memory as elements of 16 bits without a sign.
final Pointer<Uint16> uint16s = nullptr;

/// Memory as elements of 32 bits.
final Pointer<Int32> int32s = nullptr;

/// Memory as elements of 32 bits without a sign.
final Pointer<Uint32> uint32s = nullptr;

/// Memory as elements of 64 bits.
final Pointer<Int64> int64s = nullptr;

/// Memory as elements of 64 bits without a sign.
final Pointer<Uint64> uint64s = nullptr;

/// Memory as floating-point numbers of 32 bits.
final Pointer<Float> floats = nullptr;

/// Memory as floating-point numbers of 64 bits.
final Pointer<Double> doubles = nullptr;

/// Memory as truths.
final Pointer<Bool> bools = nullptr;

/// Returns the address of the argument [index], of several at [arguments].
@pragma('vm:prefer-inline')
int argumentAt(int arguments, int index) => sizeOf<IntPtr>() == 8
    ? int64s[(arguments >> 3) + index]
    : int32s[(arguments >> 2) + index];

/// Returns a copy of the [size] bytes at [address].
Uint8List copyAt(int address, int size) =>
    Uint8List.fromList(Pointer<Uint8>.fromAddress(address).asTypedList(size));

/// The functions of this isolate that calls under way may call, as one parameter.
///
/// All of them are one function in C, which finds the one that is meant by its context,
/// so nothing is made for a call and nothing left behind by one.
final class LentFunctions<F extends Function> {
  /// No functions, which C calls by what [_make] makes; text of errors is in memory from
  /// [_memory].
  LentFunctions(this._memory, this._make);

  /// Results of the function in C: it has returned, or thrown, or the isolate has
  /// ended while it ran.
  static const _returned = 0;
  static const _threw = 1;
  static const _couldNotRun = 2;

  final LibraryMemory _memory;
  final LentCall Function(LentFunctions<F> lent) _make;
  final List<F> _lent = [];

  late final TextArguments _errors = TextArguments(_memory);

  /// The function in C.
  late final Pointer<NativeFunction<_CallbackC>> _native =
      (NativeCallable<_CallbackC>.isolateLocal(
        _make(this),
        exceptionalReturn: _couldNotRun,
      )..keepIsolateAlive = false).nativeFunction;

  /// Its address.
  late final Pointer<Void> pointer = _native.cast();

  /// The number of functions that are lent now, for [takeBack].
  int get mark {
    // Left by a call that was refused before it began.
    if (_memory._depth == 0) _lent.clear();
    return _lent.length;
  }

  /// Lends [function] until [takeBack], and returns its context.
  Pointer<Void> lend(F function) {
    _lent.add(function);
    return Pointer.fromAddress(_lent.length - 1);
  }

  /// Ends the loans since [mark], and frees what was disposed of meanwhile.
  void takeBack(int mark) {
    _lent.length = mark;
    if (LibraryMemory._within == 0 && LibraryMemory._putOff.isNotEmpty) {
      LibraryMemory._catchUp();
    }
  }

  /// The function with [context].
  @pragma('vm:prefer-inline')
  F operator [](int context) => _lent[context];

  /// Begins a call of one of them, and returns the number of the one that it is in, for
  /// its end.
  @pragma('vm:prefer-inline')
  int begin() {
    _memory._depth++;
    final outer = LibraryMemory._within;
    LibraryMemory._within = ++LibraryMemory._lastWithin;
    return outer;
  }

  /// Ends a call that has returned.
  @pragma('vm:prefer-inline')
  int end(int outer) {
    // In the outermost one it is set, should one have ended without its end.
    _memory._depth = outer == 0 ? 0 : _memory._depth - 1;
    LibraryMemory._within = outer;
    return _returned;
  }

  /// Ends a call that has thrown, whose text goes to [error].
  int threw(int outer, Object thrown, int error) {
    end(outer);
    _tell(thrown, Pointer.fromAddress(error));
    return _threw;
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
