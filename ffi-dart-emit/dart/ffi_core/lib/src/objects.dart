part of 'native.dart';

typedef _ObjectCallsF = Pointer<_ObjectCalls> Function();
typedef _AttachObjectC =
    Pointer<FfiAttachment> Function(Handle, Pointer<FfiStatus>, Uint64);
typedef _AttachObjectD =
    Pointer<FfiAttachment> Function(Object, Pointer<FfiStatus>, int);
typedef _RefillObjectC =
    Void Function(Pointer<FfiAttachment>, Pointer<FfiStatus>, Uint64);
typedef _RefillObjectD =
    void Function(Pointer<FfiAttachment>, Pointer<FfiStatus>, int);
typedef _DisposeObjectC = Void Function(Pointer<FfiAttachment>);
typedef _DisposeObjectD = void Function(Pointer<FfiAttachment>);

/// The functions that attach objects of the library to those of Dart.
final class _ObjectCalls extends Struct {
  external Pointer<NativeFunction<_AttachObjectC>> attach;
  external Pointer<NativeFunction<_RefillObjectC>> refill;
  external Pointer<NativeFunction<_DisposeObjectC>> dispose;
}

/// An object of the library: of a type of Rust, or an implementor of a service.
///
/// **owned**: it is dropped in Rust when this object is garbage, or with [dispose],
/// unless Rust or another isolate has it as well. It can't be sent to another
/// isolate; a token of it can, which `share()` makes.
abstract interface class FfiObject implements Finalizable {
  /// Ends the use of the object: calls throw a [StateError] from now on. Those that
  /// are under way go on. Does nothing the second time.
  void dispose();

  /// True after [dispose].
  bool get isDisposed;
}

/// A right to an object of type [T], which can be sent to another isolate and is
/// redeemed there, once.
final class FfiToken<T> {
  const FfiToken._(this._number);

  final int _number;
}

/// The token of [number].
FfiToken<T> tokenOf<T>(int number) => FfiToken._(number);

/// The number of [token].
int numberOf(FfiToken<Object?> token) => token._number;

/// Keeper of a handle: the library attaches the handle to it, and not to the object
/// that refers to it, as it serves another object when that one is disposed of.
final class _ObjectHold {
  Pointer<FfiAttachment> attachment = nullptr;
}

/// The functions of one library for its objects.
final class ObjectCalls {
  /// The functions that [symbol] of the library returns.
  ObjectCalls(this._memory, this._symbol);

  final LibraryMemory _memory;
  final String _symbol;

  late final _ObjectCalls _calls = _memory.library
      .lookupFunction<_ObjectCallsF, _ObjectCallsF>(_symbol)()
      .ref;
  late final _AttachObjectD _attach = _calls.attach.asFunction();
  late final _RefillObjectD _refill = _calls.refill.asFunction(isLeaf: true);
  // Runs the destructor of the user's.
  late final _DisposeObjectD _dispose = _calls.dispose.asFunction();
  late final _ClearD _clear = _memory.library.lookupFunction<_ClearC, _ClearD>(
    _memory._clear,
    isLeaf: true,
  );

  /// Keepers of handles that were disposed of.
  final List<_ObjectHold> _spare = [];

  /// Number of keepers that wait for another handle.
  static const _mostSpare = 256;

  _ObjectHold _keep(int handle) {
    if (_spare.isNotEmpty) {
      final hold = _spare.removeLast();
      _refill(hold.attachment, _memory.status, handle);
      return hold;
    }
    final hold = _ObjectHold();
    hold.attachment = _memory._attached(_attach(hold, _memory.status, handle));
    return hold;
  }

  void _end(_ObjectHold hold) {
    _dispose(hold.attachment);
    if (_spare.length < _mostSpare) _spare.add(hold);
  }
}

/// An object in Rust, to which this one has a handle.
abstract base class NativeObject implements FfiObject {
  /// The object of a [handle] that the library has just made for this isolate.
  NativeObject(int handle, this._calls, this._name)
    : _handle = handle,
      _hold = _calls._keep(handle);

  final ObjectCalls _calls;

  /// Name of the type in Dart, which obfuscation does not change.
  final String _name;

  /// The handle; null after [dispose]. As it may be null, the compiler keeps the object
  /// that a call takes, and doesn't make it of a machine number each time.
  int? _handle;

  // Kept although a program may never dispose of an object.
  @pragma('vm:entry-point')
  _ObjectHold? _hold;

  @override
  bool get isDisposed => _handle == null;

  @override
  void dispose() {
    final hold = _hold;
    if (hold == null) return;
    _handle = null;
    _hold = null;
    _calls._end(hold);
  }

  Never _throwDisposed() =>
      throw StateError('the `$_name` was used after dispose()');
}

/// Handles, for generated code: no member of an object has a `$` in its name.
extension HandleOf on NativeObject {
  /// The handle.
  ///
  /// Throws a [StateError] after `dispose()`.
  @pragma('vm:prefer-inline')
  int get $handle {
    final handle = _handle;
    if (handle == null) _throwDisposed();
    return handle;
  }

  /// Throws what the status says after a call of a method.
  @pragma('vm:never-inline')
  Never $fail([ErrorDecoder? decode]) =>
      throwStatus(_calls._memory.status, _calls._clear, decode);
}

/// Returns the handle of [object], an argument.
///
/// Throws a [StateError] after `dispose()`, and an [ArgumentError] if it is not in
/// Rust.
int handleOf(FfiObject object) => object is NativeObject
    ? object.$handle
    : throw ArgumentError.value(
        object,
        'object',
        'is a fake, which Rust cannot call; hint: pass one that the library made',
      );
