part of 'native.dart';

/// Enum values inside a message, **borrowed**: a list of fixed length.
///
/// Reading a number without a value throws an [UnknownEnumValueException].
final class EnumList<E extends FfiEnum>
    with ListMixin<E>, SharedList<E>, FixedLengthList<E> {
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
base mixin FixedLengthList<E> on SharedList<E> {
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
