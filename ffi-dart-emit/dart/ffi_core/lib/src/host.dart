part of 'native.dart';

/// Zeroed memory of Dart's process, which is freed when this object is collected:
/// for boxes and arrays without a library.
///
/// It is freed at the latest when its isolate ends, as every finalizer runs then,
/// also that of `asTypedList`: views must not leave the isolate.
final class HostBlock implements Finalizable {
  /// [size] bytes.
  ///
  /// Throws an [AllocationException].
  HostBlock(int size) {
    final base = Platform.isWindows
        ? _allocateWindows(size + _align)
        : _allocate(1, size + _align);
    if (base == nullptr) throw AllocationException(size);
    _finalizer.attach(this, base, externalSize: size);
    if (Platform.isWindows) {
      base
          .cast<Uint8>()
          .asTypedList(size + _align)
          .fillRange(0, size + _align, 0);
    }
    pointer = Pointer.fromAddress((base.address + _align - 1) & -_align);
  }

  /// Address of the bytes.
  late final Pointer<Void> pointer;

  // As memory of a library: for SIMD and cache lines.
  static const _align = 64;

  static final _library = Platform.isWindows
      ? DynamicLibrary.open('ole32.dll')
      : DynamicLibrary.process();
  static final _allocate = _library
      .lookupFunction<
        Pointer<Void> Function(Size, Size),
        Pointer<Void> Function(int, int)
      >('calloc');
  static final _allocateWindows = _library
      .lookupFunction<
        Pointer<Void> Function(Size),
        Pointer<Void> Function(int)
      >('CoTaskMemAlloc');
  static final _finalizer = NativeFinalizer(
    _library.lookup(Platform.isWindows ? 'CoTaskMemFree' : 'free'),
  );
}
