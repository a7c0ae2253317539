part of 'native.dart';

typedef _CallbackC =
    Uint8 Function(
      Pointer<Void>,
      Pointer<Void>,
      Pointer<Void>,
      Pointer<_CallbackError>,
    );

/// Text of what a function threw, for Rust to copy.
final class _CallbackError extends Struct {
  external Pointer<Uint8> message;

  @Size()
  external int length;
}

/// A function that a call gets: it reads its argument and writes its result.
typedef LentFunction =
    void Function(Pointer<Void> argument, Pointer<Void> result);

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

  /// Texts of the calls that functions make, by how deep they are: those of the calls
  /// above are still in use.
  final List<TextArguments> _texts = [];
  int _depth = 0;

  late final TextArguments _errors = TextArguments(_memory);

  /// The function in C.
  late final Pointer<NativeFunction<_CallbackC>> _native = _make();

  /// Its address.
  late final Pointer<Void> pointer = _native.cast();

  Pointer<NativeFunction<_CallbackC>> _make() {
    final callable = NativeCallable<_CallbackC>.isolateLocal(
      _run,
      exceptionalReturn: _couldNotRun,
    )..keepIsolateAlive = false;
    return callable.nativeFunction;
  }

  /// The number of functions that are lent now, for [end].
  int get mark {
    // Left by a call that was refused before it began.
    if (_depth == 0) _lent.clear();
    return _lent.length;
  }

  /// Lends [function] until [end], and returns its context.
  Pointer<Void> lend(LentFunction function) {
    _lent.add(function);
    return Pointer.fromAddress(_lent.length - 1);
  }

  /// Ends the loans since [mark].
  void end(int mark) => _lent.length = mark;

  int _run(
    Pointer<Void> context,
    Pointer<Void> argument,
    Pointer<Void> result,
    Pointer<_CallbackError> error,
  ) {
    final outer = _memory.texts;
    if (_depth == _texts.length) _texts.add(TextArguments(_memory));
    _memory.texts = _texts[_depth++];
    try {
      _lent[context.address](argument, result);
      return 0;
    } on Object catch (thrown) {
      _tell(thrown, error);
      return 1;
    } finally {
      _depth--;
      _memory.texts = outer;
    }
  }

  void _tell(Object thrown, Pointer<_CallbackError> error) {
    _errors.clear();
    final int length;
    try {
      length = _errors.add('$thrown', 'error');
    } on Object {
      // The text is none: Rust says so.
      return;
    }
    error.ref
      ..message = _errors.pointer
      ..length = length;
  }
}
