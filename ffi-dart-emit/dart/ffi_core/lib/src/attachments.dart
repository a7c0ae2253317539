part of 'native.dart';

typedef _DartInitC = Int32 Function(Pointer<Void>);
typedef _DartInitD = int Function(Pointer<Void>);
typedef _KernelsF = Pointer<Pointer<Void>> Function();
typedef _DartCallsF = Pointer<_DartCalls> Function();
typedef _ReleaseF = NativeFunction<Void Function(Pointer<Void>)>;
typedef _PopF = NativeFunction<Pointer<Void> Function(Pointer<Int32>)>;
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
typedef _AllocPendingC = Pointer<Void> Function(Pointer<FfiStatus>, Size, Size);
typedef _AllocPendingD = Pointer<Void> Function(Pointer<FfiStatus>, int, int);
typedef _AttachPendingC =
    Pointer<FfiAttachment> Function(
      Handle,
      Pointer<FfiStatus>,
      Pointer<Void>,
      Size,
    );
typedef _AttachPendingD =
    Pointer<FfiAttachment> Function(
      Object,
      Pointer<FfiStatus>,
      Pointer<Void>,
      int,
    );
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
typedef _SlotPoolF = Pointer<Void> Function(Pointer<_SlotCalls>);
typedef _AttachSlotC =
    Pointer<FfiAttachment> Function(
      Handle,
      Pointer<FfiStatus>,
      Pointer<Void>,
      Pointer<Void>,
      Pointer<_PopF>,
    );
typedef _AttachSlotD =
    Pointer<FfiAttachment> Function(
      Object,
      Pointer<FfiStatus>,
      Pointer<Void>,
      Pointer<Void>,
      Pointer<_PopF>,
    );
typedef _RefillSlotF =
    Pointer<Void> Function(
      Pointer<FfiAttachment>,
      Pointer<FfiStatus>,
      Pointer<Void>,
      Pointer<_PopF>,
    );
typedef _FreeSlotC = Int32 Function(Pointer<FfiAttachment>);
typedef _FreeSlotD = int Function(Pointer<FfiAttachment>);
typedef _ForgetSlotC = Void Function(Pointer<FfiAttachment>);
typedef _ForgetSlotD = void Function(Pointer<FfiAttachment>);
typedef _DrainSlotC = Size Function(Pointer<DrainCalls>);
typedef _DrainSlotD = int Function(Pointer<DrainCalls>);
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

/// A list that is given to a function.
final class FfiGiven extends Struct {
  /// Address of the elements.
  external Pointer<Void> data;

  /// Number of elements.
  @Size()
  external int length;

  /// The attachment of the memory.
  external Pointer<Void> token;

  /// Called when the function takes the list.
  external Pointer<Void> take;

  /// Frees the list; null when it was taken.
  external Pointer<Void> release;
}

/// The functions that attach resources to objects.
final class _DartCalls extends Struct {
  /// Number of bytes of the table.
  @Size()
  external int size;

  external Pointer<NativeFunction<_AttachStatusC>> attachStatus;
  external Pointer<NativeFunction<_AttachOwnedC>> attachOwned;
  external Pointer<NativeFunction<_AttachAllocC>> attachAlloc;
  external Pointer<NativeFunction<_AttachColumnsC>> attachColumns;
  external Pointer<NativeFunction<_SlotPoolF>> slotPool;
  external Pointer<NativeFunction<_AttachSlotC>> attachSlot;
  external Pointer<NativeFunction<_RefillSlotF>> refillSlot;
  external Pointer<NativeFunction<_FreeSlotC>> freeSlot;
  external Pointer<NativeFunction<_ForgetSlotC>> forgetSlot;
  external Pointer<NativeFunction<_DrainSlotC>> drainSlot;
  external Pointer<NativeFunction<_ShareC>> share;
  external Pointer<NativeFunction<_DetachC>> detach;
  external Pointer<NativeFunction<_FreeOwnedC>> freeOwned;

  /// The `take` and `release` of lists whose token is an attachment.
  external Pointer<Void> takeHold;
  external Pointer<Void> endHold;

  /// As [attachAlloc], for memory that is zeroed when it is freed.
  external Pointer<NativeFunction<_AttachAllocC>> attachSecret;
  external Pointer<NativeFunction<_AllocPendingC>> allocPending;
  external Pointer<NativeFunction<_AttachPendingC>> attachPending;
}
