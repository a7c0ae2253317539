part of 'native.dart';

typedef _RowsC = Int32 Function(Pointer<Void>, Pointer<Void>, Size);
typedef _RowsD = int Function(Pointer<Void>, Pointer<Void>, int);
typedef _RowsAtC = Int32 Function(Pointer<Void>, Size, Pointer<Void>, Size);
typedef _RowsAtD = int Function(Pointer<Void>, int, Pointer<Void>, int);

/// Functions that the library exports for the columns of one message; there is
/// one object of this class per message and isolate.
final class ColumnsCalls<T extends NativeType> {
  /// The columns of the message [name] of [elementSize] bytes, whose fields are
  /// [rowSize] bytes; the last of [count] fields has [lastSize].
  ///
  /// The library is that of the memory, and exports the others. If the message holds a secret,
  /// [isSecret] is true, and no copy of a row stays in memory.
  ColumnsCalls(
    this._memory,
    this.name,
    this.elementSize,
    this.rowSize,
    this.count,
    this.lastSize,
    String create,
    String free,
    String reserve,
    String resize,
    String append,
    String read,
    String write,
    String swapRemove, {
    this.isSecret = false,
  }) : _create = _memory.library.lookup(create),
       _free = _memory.library.lookup(free),
       _reserve = _count(_memory, reserve),
       _resize = _count(_memory, resize),
       _append = _memory.library.lookupFunction<_RowsC, _RowsD>(
         append,
         isLeaf: true,
       ),
       _read = _rowsAt(_memory, read),
       _write = _rowsAt(_memory, write),
       _swapRemove = _memory.library
           .lookupFunction<
             Int32 Function(Pointer<Void>, Size, Pointer<Void>),
             int Function(Pointer<Void>, int, Pointer<Void>)
           >(swapRemove, isLeaf: true);

  static int Function(Pointer<Void>, int) _count(
    LibraryMemory memory,
    String symbol,
  ) =>
      memory.library.lookupFunction<
        Int32 Function(Pointer<Void>, Size),
        int Function(Pointer<Void>, int)
      >(symbol, isLeaf: true);

  static _RowsAtD _rowsAt(LibraryMemory memory, String symbol) =>
      memory.library.lookupFunction<_RowsAtC, _RowsAtD>(symbol, isLeaf: true);

  final LibraryMemory _memory;

  /// Name of the message in Rust.
  final String name;

  /// Size of a message in bytes.
  final int elementSize;

  /// True if the message holds a secret.
  final bool isSecret;

  /// Size of the fields of one row in bytes.
  final int rowSize;

  /// Number of fields.
  final int count;

  /// Size of the last field in bytes.
  final int lastSize;

  final Pointer<_NewColumnsF> _create;
  final Pointer<NativeFunction<_FreeColumnsC>> _free;
  final int Function(Pointer<Void>, int) _reserve;
  final int Function(Pointer<Void>, int) _resize;
  final _RowsD _append;
  final _RowsAtD _read;
  final _RowsAtD _write;
  final int Function(Pointer<Void>, int, Pointer<Void>) _swapRemove;

  /// Returns the size of [rows] rows in bytes, or the largest number if it is
  /// more.
  int _bytesOf(int rows) =>
      rows > _maxInt ~/ rowSize ? _maxInt : rows * rowSize;

  /// Memory for a message that is copied to or from a row.
  late final Pointer<T> _scratch = _memory.scratch(elementSize);
}

/// Columns of messages, shared with Rust: each field of all messages is an
/// array of its own.
///
/// **owned**: the memory is freed when nothing in Dart refers to the columns or
/// their views any more, in any isolate. [dispose] ends the use of this object:
/// memory that was never viewed is freed at once, any other when the last view
/// is collected.
///
/// Two isolates or threads may only use one container in turns.
abstract base class NativeColumns<T extends NativeType> implements Finalizable {
  /// No rows, and memory for [capacity] of them.
  NativeColumns(this._calls, int capacity, {required bool fixed})
    : _views = List.filled(_calls.count, null) {
    checkSize(capacity, 'capacity');
    _attach(nullptr, capacity, fixed ? 1 : 0, _calls._bytesOf(capacity));
  }

  /// The result of a function.
  NativeColumns.taken(this._calls, this._header)
    : _views = List.filled(_calls.count, null) {
    _attach(_header, 0, 0, capacity * _calls.rowSize);
  }

  /// Keeps the container at [header], or a new one for null.
  void _attach(Pointer<Void> header, int capacity, int fixed, int bytes) {
    final ColumnsCalls(:_create, :_free) = _calls;
    final memory = _calls._memory;
    final attachment = memory._attachColumns(
      this,
      memory.status,
      header,
      _create,
      capacity,
      fixed,
      _free,
      bytes,
    );
    if (attachment == nullptr) throw AllocationException(bytes);
    _attachment = attachment;
    _madeWithin = LibraryMemory._within;
    _header = attachment.ref.memory;
    _words = _header.cast();
  }

  final ColumnsCalls<T> _calls;
  Pointer<FfiAttachment> _attachment = nullptr;

  /// The function that the memory was made within, as [LibraryMemory._within] numbers it.
  int _madeWithin = 0;
  Pointer<Void> _header = nullptr;

  /// The header as integers: length, capacity, and with the start of the first column,
  /// on 32 bits, what is behind it.
  Pointer<Uint64> _words = nullptr;

  // The first three words for which the views below were made.
  int _length = 0;
  int _capacity = -1;
  int _start = 0;

  /// The view of each column that was asked for.
  final List<Object?> _views;

  /// True if a view of a column was ever asked for.
  bool _viewed = false;

  bool _has(int address, int size) {
    final start = _startOf(0).address;
    return address >= start && address - start <= _blockSize - size;
  }

  int get _blockSize =>
      _startOf(_calls.count - 1).address -
      _startOf(0).address +
      capacity * _calls.lastSize;

  /// Removes the views when the rows have moved, or their number has changed.
  @pragma('vm:prefer-inline')
  void _forgetMoved() {
    final words = _words;
    if (words.address == 0) _throwDisposed();
    final length = words[0], capacity = words[1], start = words[2];
    if (length == _length && capacity == _capacity && start == _start) return;
    _forget(length, capacity, start);
  }

  void _forget(int length, int capacity, int start) {
    _dropViews();
    _length = length;
    _capacity = capacity;
    _start = start;
  }

  void _dropViews() => _views.fillRange(0, _views.length, null);

  /// Number of rows.
  int get length => pointer.cast<Uint64>().value;

  /// Number of rows for which there is memory.
  int get capacity => pointer.cast<Uint64>()[1];

  /// True if there are no rows.
  bool get isEmpty => length == 0;

  /// True if there are rows.
  bool get isNotEmpty => length != 0;

  Pointer<Void> _startOf(int column) =>
      Pointer<Pointer<Void>>.fromAddress(pointer.address + 16)[column];

  void _check(int code, int rows) {
    if (code != 0) _throwCode(code, rows, capacity);
  }

  Never _throwCode(int code, int rows, int capacity) {
    switch (code) {
      case 3:
        throw CapacityException(rows, capacity, 'columns of `${_calls.name}`');
      case 4:
        throw AllocationException(_calls._bytesOf(rows));
      case 5:
        throw InvalidValueException(
          'the header of columns of `${_calls.name}` was written to, which '
          'only the library may',
        );
      default:
        throw UnknownStatusException('columns: code $code', code);
    }
  }

  int _checkRow(int row) =>
      RangeError.checkValidIndex(row, this, 'row', length);

  /// Reserves memory for [additional] more rows.
  ///
  /// Throws a [CapacityException] if the capacity is fixed and too small, and
  /// an [AllocationException].
  void reserve(int additional) {
    checkSize(additional, 'additional');
    _moveIfLent(additional);
    _check(_calls._reserve(pointer, additional), length + additional);
  }

  /// Changes the number of rows to [length]: new ones are zero, surplus ones
  /// are removed.
  ///
  /// Throws the exceptions of [reserve].
  void resize(int length) {
    checkSize(length, 'length');
    _moveIfLent(length - this.length);
    _check(_calls._resize(pointer, length), length);
  }

  /// Moves to memory of its own if that of before is too small for [additional] more rows,
  /// and a call under way may read it.
  void _moveIfLent(int additional) {
    if (LibraryMemory._mayBeLent(_madeWithin)) _move(additional);
  }

  void _move(int additional) {
    final length = this.length, capacity = this.capacity;
    // What can't be is left to the library, which says why.
    if (additional <= capacity - length || _isFixed) return;
    if (additional > _maxInt - length) return;
    final memory = _calls._memory, size = _calls.elementSize, keeper = Object();
    final attachment = memory.allocate(
      keeper,
      max(1, length) * size,
      secret: _calls.isSecret,
    );
    final old = _attachment, header = _header;
    try {
      final rows = attachment.ref.memory;
      _check(_calls._read(header, 0, rows, length), length);
      final most = max(length + additional, capacity * 2);
      _attach(nullptr, most, 0, _calls._bytesOf(most));
      _check(_calls._append(_header, rows, length), length);
    } finally {
      memory._releaseOwn(attachment, keeper);
    }
    LibraryMemory._putOff.add(() => memory.drop(old, this));
  }

  /// True if the capacity is fixed, as the word behind the starts of the columns says.
  bool get _isFixed {
    final end = 16 + _calls.count * sizeOf<Pointer<Void>>();
    return _words[(end + 7) >> 3] != 0;
  }

  /// Removes all rows; the memory stays.
  void clear() => resize(0);

  /// Sorts the rows by [compare], which gets the numbers of two rows: for columns with
  /// a field `mass`, `final mass = columns.mass; columns.sort((a, b) =>
  /// mass[a].compareTo(mass[b]));`. Views of columns show the new order.
  ///
  /// Throws an [AllocationException].
  void sort(int Function(int a, int b) compare) =>
      _arrange(List.generate(length, (row) => row)..sort(compare));

  /// Moves the rows: row `i` becomes what row `order[i]` was. Views of columns show the
  /// new order.
  ///
  /// Throws an [ArgumentError] if [order] does not have the number of each row once, and
  /// an [AllocationException].
  void reorder(List<int> order) {
    final length = this.length;
    final rows = {
      for (final row in order)
        if (row >= 0 && row < length) row,
    };
    if (rows.length < length || order.length > length) {
      throw ArgumentError.value(
        order,
        'order',
        'does not have the number of each of $length rows once',
      );
    }
    _arrange(order);
  }

  /// Moves the rows by way of messages, which are copied in the order [order].
  void _arrange(List<int> order) {
    final memory = _calls._memory, size = _calls.elementSize, keeper = Object();
    final length = order.length;
    if (length == 0) return;
    final attachment = memory.allocate(
      keeper,
      length * size,
      secret: _calls.isSecret,
    );
    try {
      final messages = attachment.ref.memory;
      _check(_calls._read(pointer, 0, messages, length), length);
      size & 3 == 0 && size <= _fewBytes
          ? _moveWords(messages.cast(), size >> 2, order)
          : _moveBytes(messages.cast(), size, order);
      _check(_calls._write(pointer, 0, messages, length), length);
    } finally {
      memory._releaseOwn(attachment, keeper);
    }
  }

  /// Largest size in bytes of a message that is moved word by word, which takes less time
  /// than a call for it.
  static const _fewBytes = 64;

  static void _moveWords(Pointer<Uint32> messages, int each, List<int> order) {
    final words = messages.asTypedList(order.length * each);
    final before = Uint32List.fromList(words);
    var to = 0;
    for (var row = 0; row < order.length; row++) {
      var from = order[row] * each;
      for (var word = 0; word < each; word++) {
        words[to++] = before[from++];
      }
    }
  }

  static void _moveBytes(Pointer<Uint8> messages, int size, List<int> order) {
    final bytes = messages.asTypedList(order.length * size);
    final before = Uint8List.fromList(bytes);
    for (var row = 0; row < order.length; row++) {
      final to = row * size;
      bytes.setRange(to, to + size, before, order[row] * size);
    }
  }

  /// Ends the use of this object; does nothing the second time.
  ///
  /// The memory is freed: at once if no view of a column was ever asked for, or
  /// else when the last one is collected. If the header has been overwritten,
  /// nothing is freed, as the addresses in it can't be trusted; an
  /// [InvalidValueException] says so if the memory was to be freed at once.
  void dispose() => _end(now: !_viewed);

  void _end({required bool now}) {
    if (_header == nullptr) return;
    final header = _header;
    _header = nullptr;
    _words = nullptr;
    _dropViews();
    if (!LibraryMemory._mayBeLent(_madeWithin)) return _free(header, now: now);
    LibraryMemory._putOff.add(() => _free(header, now: now));
  }

  void _free(Pointer<Void> header, {required bool now}) {
    final memory = _calls._memory;
    if (!now) return memory.drop(_attachment, this, madeWithin: _madeWithin);
    memory.forget(_attachment, this);
    final code = _calls._free.asFunction<_FreeColumnsD>(isLeaf: true)(header);
    if (code != 0) _throwCode(code, 0, 0);
  }

  /// The columns as a pointer.
  RawColumns<T> get raw => RawColumns._(this);

  Never _throwDisposed() => throw StateError(
    'the `$runtimeType` was used after ${_Use.disposed.text}',
  );
}

/// Addresses of columns, for generated code; users have that of the header by `raw`.
extension ColumnPointers<T extends NativeType> on NativeColumns<T> {
  /// Address of the header: length, capacity, and the start of each column.
  ///
  /// Throws a [StateError] after [dispose].
  Pointer<Void> get pointer {
    if (_header == nullptr) _throwDisposed();
    return _header;
  }

  /// Returns the view of the column [index]; null if it has to be made, as it was never
  /// asked for, the rows have moved, or their number has changed. Generated code tests its
  /// class: a test for a type argument would be a call.
  @pragma('vm:prefer-inline')
  Object? column(int index) {
    _forgetMoved();
    return _views[index];
  }

  /// Returns [view], which [column] then returns for [index].
  V keepColumn<V extends Object>(int index, V view) {
    _views[index] = view;
    return view;
  }

  /// Returns the address of the first value of the column [index].
  Pointer<V> columnStart<V extends NativeType>(int index) =>
      _startOf(index).cast();

  /// Returns the bytes of the column [index], whose values have [size] bytes;
  /// they keep the memory alive.
  Uint8List columnBytes(int index, int size) {
    final bytes = _startOf(index).cast<Uint8>().asTypedList(length * size);
    _calls._memory.share(_attachment, bytes, bytes.length);
    _viewed = true;
    return bytes;
  }

  /// Memory for a message that is copied to a row.
  Pointer<T> get scratch => _calls._scratch;

  /// Adds a row for each of [count] messages at [messages].
  void pushRows(Pointer<T> messages, int count) {
    checkSize(count, 'count');
    _moveIfLent(count);
    final code = _calls._append(pointer, messages.cast(), count);
    _wipe();
    if (code != 0) _check(code, length + count);
  }

  /// Returns the bytes of the message in row [row].
  Uint8List copyRow(int row) {
    _check(_calls._read(pointer, _checkRow(row), scratch.cast(), 1), 1);
    return _copied();
  }

  Uint8List _copied() {
    final row = scratch.cast<Uint8>().asTypedList(_calls.elementSize);
    final copy = Uint8List.fromList(row);
    _wipe();
    return copy;
  }

  /// Zeroes [scratch] if a secret may be in it.
  void _wipe() {
    if (!_calls.isSecret) return;
    final size = _calls.elementSize;
    scratch.cast<Uint8>().asTypedList(size).fillRange(0, size, 0);
  }

  /// Overwrites row [row] with the message in [scratch].
  void writeRow(int row) {
    final code = _calls._write(pointer, _checkRow(row), scratch.cast(), 1);
    _wipe();
    _check(code, 1);
  }

  /// Removes row [row], and returns the bytes of its message.
  Uint8List removeRow(int row) {
    final checked = _checkRow(row);
    _check(_calls._swapRemove(pointer, checked, scratch.cast()), 1);
    return _copied();
  }

  /// Writes all rows to [messages], which must have space for as many messages.
  void readRows(Pointer<T> messages) =>
      _check(_calls._read(pointer, 0, messages.cast(), length), length);
}

/// Columns as a pointer, for code that takes pointers.
extension type RawColumns<T extends NativeType>._(NativeColumns<T> _columns) {
  /// Address of the header: length, capacity, and the start of each column.
  ///
  /// A pointer keeps nothing alive. Throws a [StateError] after `dispose()`.
  Pointer<Void> get pointer => _columns.pointer;

  /// Calls `dispose()`, and frees the memory at once: for large memory, whose
  /// views must not be used any more, in any isolate.
  void freeNow() => _columns._end(now: true);
}

/// A column whose values have no array class, **borrowed**: a list of fixed
/// length, whose values are read and written in place.
final class ColumnList<E> with ListMixin<E>, SharedList<E>, FixedLengthList<E> {
  /// [length] values of the field [_name], read and written by functions that keep
  /// their memory alive.
  ///
  /// `check` throws if a value can't be written, and `detach` copies one that is a
  /// view; none is needed for values that always fit, and that are none.
  ColumnList(
    this._name,
    this.length,
    this._read,
    this._write, {
    void Function(E value, int row, String name)? check,
    E Function(E value, int? row, String name)? detach,
  }) : _check = check,
       _detach = detach;

  final String _name;
  final void Function(E value, int row, String name)? _check;
  final E Function(E value, int? row, String name)? _detach;
  final E Function(int row, String name) _read;
  final void Function(int row, E value, String name) _write;

  @override
  final int length;

  int _checked(int index) => RangeError.checkValidIndex(index, this);

  @override
  E operator [](int index) => _read(_checked(index), _name);

  @override
  void operator []=(int index, E value) =>
      _write(_checked(index), value, _name);

  @override
  E detach(E element, [int? index]) {
    final detach = _detach;
    return detach == null ? element : detach(element, index, _name);
  }

  @override
  void checkAll(List<E> elements, int start) {
    final check = _check;
    if (check == null) return;
    for (var i = 0; i < elements.length; i++) {
      check(elements[i], start + i, _name);
    }
  }
}
