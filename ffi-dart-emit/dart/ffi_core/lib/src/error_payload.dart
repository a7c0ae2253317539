part of 'native.dart';

/// Fields of an error of Rust, while generated code makes an exception of them.
///
/// The memory is Rust's, and is freed right after: all is copied.
final class ErrorPayload {
  ErrorPayload._(this.message, this.detail, Pointer<FfiOwned> payload)
    : bytes = payload == nullptr
          ? Uint8List(0)
          : payload.ref.data.cast<Uint8>().asTypedList(payload.ref.length);

  /// The error's text.
  final String message;

  /// Number of the variant.
  final int detail;

  /// All fields, **borrowed**: the struct of the variant, then text and elements.
  final Uint8List bytes;

  late final ByteData _data = ByteData.sublistView(bytes);

  /// Checks that the [size] bytes of the variant [name] are there.
  ///
  /// Throws an [InvalidValueException] otherwise.
  void expect(String name, int size) {
    if (bytes.length >= size) return;
    throw InvalidValueException(
      '$name: ${bytes.length} bytes of fields instead of $size; '
      'the error says: $message',
    );
  }

  /// The exception for a variant of the error [name] that the package doesn't know.
  RustErrorException unknown(String name) => RustErrorException(
    '$message\nhint: `$name` has no variant $detail in this package: the '
    'library is newer, generate the package again',
    detail: detail,
  );

  /// The texts of the errors that caused this one.
  List<String> get causes => list(0, 'causes', 8, (at) => text(at, 'causes'));

  /// The text that the span at [at] refers to.
  ///
  /// Throws an [InvalidValueException] if it lies outside of the bytes.
  String text(int at, String name) {
    final (start, length) = _span(at, name, 1);
    final all = Uint8List.sublistView(bytes, start, start + length);
    return decodeUtf8(all, length, name: name);
  }

  /// The results of [read] for the elements of [size] bytes each that the span at
  /// [at] refers to.
  ///
  /// Throws an [InvalidValueException] if they lie outside of the bytes.
  List<T> list<T>(int at, String name, int size, T Function(int at) read) {
    final (start, length) = _span(at, name, size);
    return List.unmodifiable([
      for (var index = 0; index < length; index++) read(start + index * size),
    ]);
  }

  (int, int) _span(int at, String name, int size) {
    final start = uint32(at);
    final length = uint32(at + 4);
    if (start + length * size <= bytes.length) return (start, length);
    throw InvalidValueException(
      '$name: $length elements of $size bytes at $start are outside of the '
      '${bytes.length} bytes of fields; the error says: $message',
    );
  }

  /// The `bool` at [at].
  bool boolean(int at) => _data.getUint8(at) != 0;

  /// The number at [at].
  int int8(int at) => _data.getInt8(at);

  /// The number at [at].
  int uint8(int at) => _data.getUint8(at);

  /// The number at [at].
  int int16(int at) => _data.getInt16(at, Endian.host);

  /// The number at [at].
  int uint16(int at) => _data.getUint16(at, Endian.host);

  /// The number at [at].
  int int32(int at) => _data.getInt32(at, Endian.host);

  /// The number at [at].
  int uint32(int at) => _data.getUint32(at, Endian.host);

  /// The number at [at].
  int int64(int at) => _data.getInt64(at, Endian.host);

  /// The bits of the number at [at].
  int uint64(int at) => _data.getUint64(at, Endian.host);

  /// The number at [at].
  double float32(int at) => _data.getFloat32(at, Endian.host);

  /// The number at [at].
  double float64(int at) => _data.getFloat64(at, Endian.host);
}
