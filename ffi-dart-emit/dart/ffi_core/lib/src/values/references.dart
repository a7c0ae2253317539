part of '../../values.dart';

/// Refers to a message [T] in a pool of the library, or to none.
///
/// **copied**: two numbers, which keep nothing alive. When the message was given
/// back the reference is stale and resolves to null, for ever: also when
/// the slot has another message by now. The pool's class resolves it, and so do
/// the getters `pointer`, `message` and `isLive`.
final class FfiRef<T> {
  /// The numbers as they are in memory; the first is 0 for none.
  const FfiRef.raw(this._indexPlusOne, this._generation);

  /// Refers to nothing.
  const FfiRef.none() : this.raw(0, 0);

  final int _indexPlusOne;
  final int _generation;

  /// One more than the number of the slot; 0 for none.
  ///
  /// Throws a [RangeError] when it is no `u32`.
  @pragma('vm:prefer-inline')
  int get indexPlusOne => checkUint32(_indexPlusOne, 'indexPlusOne');

  /// How often the slot had been taken when the reference was made.
  ///
  /// Throws a [RangeError] when it is no `u32`.
  @pragma('vm:prefer-inline')
  int get generation => checkUint32(_generation, 'generation');

  /// Whether it refers to nothing.
  bool get isNone => _indexPlusOne == 0;

  /// The number of the slot in its pool; -1 for none.
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
