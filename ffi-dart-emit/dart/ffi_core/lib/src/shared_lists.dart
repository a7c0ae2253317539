part of 'native.dart';

/// List of elements in memory that Rust and Dart share, each of which may be a
/// view of its place.
///
/// A view shows what is at its place now. So a method that moves elements reads
/// them all before it writes the first, and what searches compares the values
/// that [FfiView.toData] returns: it gives what it gives for a list of values.
base mixin SharedList<E> on ListMixin<E> {
  /// Returns a copy of [element] that does not change with the list; an exception
  /// about it says that it is at [index], if that is given.
  E detach(E element, [int? index]) => element;

  /// Throws if one of [elements], which are to be written from [start] on, can't be
  /// in this list.
  void checkAll(List<E> elements, int start) {}

  /// Returns copies of [elements], all of which can be written from [start] on.
  List<E> _detached(Iterable<E> elements, int start) {
    final all = _copies(elements, start);
    checkAll(all, start);
    return all;
  }

  List<E> _copies(Iterable<E> elements, int start) {
    var index = start;
    return [for (final it in elements) detach(it, index++)];
  }

  void _writeFrom(int start, List<E> detached) {
    for (var index = 0; index < detached.length; index++) {
      this[start + index] = detached[index];
    }
  }

  /// Exchanges the elements at [i] and [j].
  void swap(int i, int j) {
    final kept = detach(this[i]);
    this[i] = this[j];
    this[j] = kept;
  }

  @override
  void setAll(int index, Iterable<E> iterable) {
    // What is lazy may read this list while it is written, as it may one of values.
    if (iterable is! List<E>) _detached(iterable, index);
    super.setAll(index, iterable);
  }

  @override
  void setRange(int start, int end, Iterable<E> iterable, [int skipCount = 0]) {
    // It copies element by element, in the order that the overlap needs.
    if (identical(iterable, this)) {
      return super.setRange(start, end, iterable, skipCount);
    }
    RangeError.checkValidRange(start, end, length);
    final count = end - start;
    if (count == 0) return;
    RangeError.checkNotNegative(skipCount, 'skipCount');
    final detached = _detached(iterable.skip(skipCount).take(count), start);
    if (detached.length < count) throw StateError('Too few elements');
    _writeFrom(start, detached);
  }

  /// Sorts by [compare], which sees copies of the elements.
  ///
  /// Throws an [UnsupportedError] for views without [compare]: they have no order.
  @override
  void sort([int Function(E a, E b)? compare]) {
    if (compare == null && isNotEmpty && first is FfiView) {
      throw UnsupportedError(
        'a `${first.runtimeType}` has no order; hint: sort with a function, such as '
        '`(a, b) => a.id.compareTo(b.id)`',
      );
    }
    _writeFrom(0, map(detach).toList()..sort(compare));
  }

  @override
  void shuffle([Random? random]) =>
      _writeFrom(0, map(detach).toList()..shuffle(random));

  @override
  bool contains(Object? element) => _find(element, 0, length, 1) >= 0;

  @override
  int indexOf(Object? element, [int start = 0]) =>
      _find(element, start < 0 ? 0 : start, length, 1);

  @override
  int lastIndexOf(Object? element, [int? start]) {
    final last = length - 1;
    return _find(element, start == null || start > last ? last : start, -1, -1);
  }

  int _find(Object? element, int start, int end, int step) {
    final value = valueOf(element);
    for (var index = start; (end - index) * step > 0; index += step) {
      if (deepEquals(valueOf(this[index]), value)) return index;
    }
    return -1;
  }
}

/// Returns what [view] shows now: the value of a message or oneof, a list or a
/// map of values. What is no view is returned as it is.
Object? valueOf(Object? view) => switch (view) {
  final FfiView<FfiValue> it => it.toData(),
  final SharedList<Object?> it => [for (final element in it) valueOf(element)],
  final FfiMap<Object?, Object?> it => {
    for (final MapEntry(:key, :value) in it.entries) key: valueOf(value),
  },
  (final it,) => (valueOf(it),),
  _ => view,
};
