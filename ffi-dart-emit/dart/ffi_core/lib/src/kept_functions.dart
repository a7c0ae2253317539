part of 'native.dart';

/// The arguments of a call that Rust makes.
final class KeptArguments {
  KeptArguments._(this._mailbox);

  final Mailbox _mailbox;

  /// The event of the call, and the address of the addresses of its arguments.
  int _event = 0;
  int _places = 0;

  /// The address of the argument [index], which stays until the function is called.
  @pragma('vm:prefer-inline')
  int at(int index) => argumentAt(_places, index);

  /// The argument [index]; the status owns what it does, from which it is attached.
  EventValue own(int index) {
    _mailbox._takeArgument(
      _mailbox.handle,
      _event,
      index,
      _mailbox._memory.status,
    );
    return EventValue(at(index));
  }
}

/// A function, or a method of an object, that Rust calls while it keeps it. The
/// result of type [R] is written to memory.
final class KeptFunction<R> {
  /// [_call] reads the arguments and calls the function; [_write] writes its result,
  /// null for none.
  KeptFunction(this._call, this._write);

  final FutureOr<R> Function(KeptArguments arguments) _call;
  final void Function(R answer, int result)? _write;

  /// Calls it, and answers the call [ask], 0 if nobody waits.
  ///
  /// All of it is in the zone that the function came from: the error of a future never
  /// leaves its zone.
  void _run(Mailbox mailbox, int ask) {
    final FutureOr<R> answer;
    try {
      answer = _call(mailbox._arguments);
    } on Object catch (error, stack) {
      return _threw(mailbox, ask, error, stack);
    }
    if (answer is Future<R>) {
      answer.then(
        (answer) => _answer(mailbox, ask, answer),
        onError: (Object error, StackTrace stack) =>
            _threw(mailbox, ask, error, stack),
      );
    } else {
      _answer(mailbox, ask, answer);
    }
  }

  void _answer(Mailbox mailbox, int ask, R answer) {
    if (ask == 0) return;
    var result = 0;
    if (_write case final write?) {
      result = mailbox._result;
      try {
        write(answer, result);
      } on Object catch (error, stack) {
        return _threw(mailbox, ask, error, stack);
      }
    }
    mailbox._answer(mailbox.handle, ask, 0, Pointer.fromAddress(result), 0);
  }

  void _threw(Mailbox mailbox, int ask, Object error, StackTrace stack) {
    if (ask == 0) return Zone.current.handleUncaughtError(error, stack);
    final texts = mailbox._memory.texts..clear();
    var length = 0;
    try {
      length = texts.add('$error', 'error');
    } on Object {
      // The text is none: Rust says so.
    }
    mailbox._answer(mailbox.handle, ask, 1, texts.pointer, length);
  }
}

/// An object that Rust keeps: its methods, and the zone that it came from.
final class _Kept {
  _Kept(this.methods);

  final List<KeptFunction<Object?>> methods;
  final Zone zone = Zone.current;
}
