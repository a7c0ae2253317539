part of 'native.dart';

/// The id of a request, as calls of a zone pass it to Rust.
final class _Request {
  _Request(this.id) : bytes = utf8.encode(id) {
    if (id.isEmpty) throw ArgumentError.value(id, 'id', 'is empty');
    if (bytes.length > longest) {
      throw ArgumentError.value(
        id,
        'id',
        'has ${bytes.length} bytes, more than $longest',
      );
    }
  }

  /// Size in bytes of the longest id.
  static const longest = 128;

  final String id;
  final Uint8List bytes;
}

/// Tells Rust the id of the request of each call that belongs to one.
///
/// Generated code asks right before a call, and Rust takes the id with the call: what
/// runs between two calls, in this zone or another, changes nothing.
final class Requests {
  Requests._(this._memory, String symbol)
    : _ask = _memory.library.lookupFunction<_ProductionC, _ProductionD>(
        symbol,
        isLeaf: true,
      );

  /// True once this isolate has had a zone with an id: until then calls look for none.
  static bool isUsed = false;

  static const _tell = 20;

  final LibraryMemory _memory;
  final _ProductionD _ask;

  /// The place for an id: text arguments of the call are in other memory.
  late final Pointer<Uint8> _place = _memory.scratch(_Request.longest);
  _Request? _placed;

  /// The request of the current zone.
  _Request? get _current => Zone.current[this] as _Request?;

  T _run<T>(String id, T Function() body) {
    final request = _Request(id);
    isUsed = true;
    return runZoned(body, zoneValues: {this: request});
  }

  /// Tells Rust the id of the call that follows, if it has one.
  void beginCall() {
    final request = _current;
    if (request == null) return;
    if (!identical(request, _placed)) {
      _place
          .asTypedList(_Request.longest)
          .setRange(0, request.bytes.length, request.bytes);
      _placed = request;
    }
    _ask(_tell, _place, request.bytes.length, nullptr);
  }
}
