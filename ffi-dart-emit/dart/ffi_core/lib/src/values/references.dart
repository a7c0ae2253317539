part of '../../values.dart';

/// Reference to a message in a pool of the library, or to none.
///
/// [T] is the value class of the message, so that references are part of values,
/// which need no memory.
///
/// **copied**: two numbers, which keep nothing alive. When the message is freed
/// the reference becomes stale and resolves to null from then on, also when the
/// slot has another message. The pool's class resolves it, and so do the
/// getters `box`, `message` and `isLive`.
final class FfiRef<T> {
  /// The numbers as they are in memory; the first is 0 for none.
  const FfiRef.raw(this._indexPlusOne, this._generation);

  /// Reference to nothing.
  const FfiRef.none() : this.raw(0, 0);

  final int _indexPlusOne;
  final int _generation;

  /// Index of the slot plus one; 0 for none.
  ///
  /// Throws a [RangeError] if it is no `u32`.
  @pragma('vm:prefer-inline')
  int get indexPlusOne => checkUint32(_indexPlusOne, 'indexPlusOne');

  /// Number of times that the slot had been allocated when the reference was
  /// made.
  ///
  /// Throws a [RangeError] if it is no `u32`.
  @pragma('vm:prefer-inline')
  int get generation => checkUint32(_generation, 'generation');

  /// True if it refers to nothing.
  bool get isNone => _indexPlusOne == 0;

  /// Index of the slot in its pool; -1 for none.
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
