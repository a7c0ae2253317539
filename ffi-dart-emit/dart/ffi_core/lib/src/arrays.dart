part of 'native.dart';

/// Consecutive values in memory that Rust and Dart share.
abstract base class NativeArray<T extends NativeType> extends NativeMemory<T> {
  /// Zeroed memory for [length] elements, **owned**.
  NativeArray(this.length, LibraryMemory memory) : super.owned(length, memory);

  /// [length] elements at [pointer], **borrowed**; keeps [owner] alive.
  NativeArray.raw(Pointer<T> pointer, this.length, {Object? owner})
    : super.borrowed(pointer, length, owner);

  /// The result of a function, **owned**.
  NativeArray.taken(super.owned, super.memory)
    : length = owned.ref.length,
      super.taken();

  /// Number of elements.
  final int length;

  /// Returns [index], or throws if no element has it.
  @pragma('vm:prefer-inline')
  int checkIndex(int index) =>
      index >= 0 && index < length ? index : _throwIndex(index);

  Never _throwIndex(int index) => throw IndexError.withLength(index, length);

  /// Ends the use of this object, whose memory a function has.
  void _given() {
    if (_use != _Use.allowed) return;
    final hold = _hold;
    _stop(_Use.given);
    if (hold != null && hold.view == null) {
      hold.memory!.drop(hold.attachment, hold, madeWithin: hold.madeWithin);
    }
  }

  /// The array as a pointer.
  RawArray<T> get raw => RawArray._(this);
}

/// Returns [array] for a call that takes it, in the place [index] of [memory]; null
/// for none.
///
/// Throws a [StateError] when the array doesn't own all of its memory.
Pointer<FfiGiven> giveArray(
  NativeArray<NativeType>? array,
  LibraryMemory memory,
  int index,
) {
  if (array == null) return nullptr;
  final pointer = array.pointer;
  final place = memory._placeForList(index);
  final given = place.ref
    ..data = pointer.cast()
    ..length = array.length
    ..token = nullptr
    ..take = nullptr
    ..release = nullptr;
  if (array._size == 0) return place;
  final hold = array._hold;
  if (hold == null || hold.borrowed || hold.attachment == nullptr) {
    throw StateError(
      'the `${array.runtimeType}` does not own its memory, so it can not be given; '
      'hint: give a copy',
    );
  }
  LibraryMemory._checkGiven(hold.madeWithin, array);
  final calls = hold.memory!._attach;
  given
    ..token = hold.attachment.cast()
    ..take = calls.takeHold
    ..release = calls.endHold;
  return place;
}

/// Ends the call that got [array]: it stays as it is if [status] says that an argument
/// was refused, as then the function did not run.
void settleArray(NativeArray<NativeType>? array, Pointer<FfiStatus> status) {
  if (array == null) return;
  final code = status.ref.code;
  if (code == _invalidArgument || code == _invalidValue || code == _closed) {
    return;
  }
  array._given();
}

/// An array as a pointer.
extension type RawArray<T extends NativeType>._(NativeArray<T> _array)
    implements RawMemory<T> {
  /// Returns the address of the element at [index].
  Pointer<T> pointerAt(int index) => Pointer.fromAddress(
    _array.pointer.address + _array.checkIndex(index) * _array.elementSize,
  );
}

/// A contiguous array of messages, as a list of fixed length.
///
/// An element is a view of the memory, which it keeps alive. `a[i] = b` copies the
/// bytes of `b` at once, so this is no swap: `final kept = a[i]; a[i] = a[j];
/// a[j] = kept;`, as `kept` shows what `a[i]` has become. [swap] exchanges two.
abstract base class MessageArray<T extends Struct> extends NativeArray<T>
    with ListMixin<T>, SharedList<T>, FixedLengthList<T> {
  /// Zeroed memory for [length] messages, **owned**.
  MessageArray(super.length, super.memory);

  /// [length] messages at [pointer], **borrowed**; keeps [owner] alive.
  MessageArray.raw(super.pointer, super.length, {super.owner}) : super.raw();

  /// The result of a function, **owned**.
  MessageArray.taken(super.owned, super.memory) : super.taken();

  /// Sorts by [compare], which sees views of the elements.
  @override
  void sort([int Function(T a, T b)? compare]) {
    if (compare == null) throw ArgumentError.notNull('compare');
    _arrange(_indices..sort((a, b) => compare(this[a], this[b])));
  }

  @override
  void shuffle([Random? random]) => _arrange(_indices..shuffle(random));

  List<int> get _indices => List.generate(length, (index) => index);

  @override
  void swap(int i, int j) {
    final bytes = _untracked;
    final [first, second] = [checkIndex(i), checkIndex(j)];
    final [a, b] = [first * elementSize, second * elementSize];
    final kept = bytes.sublist(a, a + elementSize);
    bytes
      ..setRange(a, a + elementSize, bytes, b)
      ..setRange(b, b + elementSize, kept);
  }

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
    with ListMixin<E>, SharedList<E>, FixedLengthList<E> {
  /// Zeroed memory for [length] values, **owned**.
  EnumArray(super.length, super.memory);

  /// [length] values at [pointer], **borrowed**; keeps [owner] alive.
  EnumArray.raw(super.pointer, super.length, {super.owner}) : super.raw();

  /// The result of a function, **owned**.
  EnumArray.taken(super.owned, super.memory) : super.taken();

  @override
  int get elementAlign => elementSize;
}

/// A contiguous array of `bool`, as a list of fixed length.
final class BoolArray extends NativeArray<Bool>
    with ListMixin<bool>, SharedList<bool>, FixedLengthList<bool> {
  /// Zeroed memory for [length] flags, **owned**.
  ///
  /// It is of the library that this isolate opened first; throws a [StateError]
  /// when none is open.
  BoolArray(int length) : super(length, LibraryMemory.current);

  /// A copy of [values], **owned**.
  factory BoolArray.of(List<bool> values) =>
      BoolArray(values.length)..setAll(0, values);

  /// [length] flags at [pointer], **borrowed**; keeps [owner] alive.
  BoolArray.raw(super.pointer, super.length, {super.owner}) : super.raw();

  BoolArray._taken(super.owned, super.memory) : super.taken();

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
    return BoolArray.raw(pointer + start, stop - start, owner: this);
  }
}

/// The result of a function, **owned**.
BoolArray boolArrayTaken(Pointer<FfiOwned> owned, LibraryMemory memory) =>
    BoolArray._taken(owned, memory);
