part of 'native.dart';

// The system's loader maps a file before it knows that all of it is there: on Linux
// a process that reads behind the end of a truncated file is killed. So files of
// which one is chosen are looked at before.

/// Returns why the file at [path] is no library for this system, as far as its
/// headers say so; null if they say nothing, or the system finds it by its name.
String? _fileProblem(String path) {
  final RandomAccessFile file;
  final int length;
  try {
    file = File(path).openSync();
  } on FileSystemException {
    return null;
  }
  try {
    length = file.lengthSync();
    return _ElfHeader.read(file, length)?.problem(file, length);
  } on FileSystemException catch (error) {
    return 'it cannot be read: ${error.message}';
  } finally {
    file.closeSync();
  }
}

/// The header of a library for Linux and Android, in the format ELF.
final class _ElfHeader {
  _ElfHeader._(this._data, this._isWide);

  /// Reads the header; returns null for a file of another format.
  static _ElfHeader? read(RandomAccessFile file, int length) {
    final bytes = file.readSync(min(length, 64));
    const magic = [0x7f, 0x45, 0x4c, 0x46];
    for (final (index, byte) in magic.indexed) {
      if (index >= bytes.length || bytes[index] != byte) return null;
    }
    return _ElfHeader._(
      ByteData.sublistView(bytes),
      bytes.length > 4 && bytes[4] == 2,
    );
  }

  final ByteData _data;
  final bool _isWide;

  /// Numbers of machines, as ELF has them.
  static const _machines = {
    'arm': 40,
    'arm64': 183,
    'ia32': 3,
    'riscv32': 243,
    'riscv64': 243,
    'x64': 62,
  };

  String? problem(RandomAccessFile file, int length) {
    final size = _isWide ? 64 : 52;
    if (_data.lengthInBytes < size) return _truncated(size, length);
    final architecture = Abi.current().toString().split('_').last;
    final expected = _machines[architecture];
    final machine = _data.getUint16(18, Endian.little);
    if (expected != null && machine != expected) {
      final known = _machines.entries.where((it) => it.value == machine);
      final found = known.isEmpty ? 'machine $machine' : known.first.key;
      return 'it is for $found, and this process is for $architecture';
    }
    // The table of sections is the last thing in a file, as linkers write it.
    final sections = _word(_data, _isWide ? 40 : 32);
    final whole =
        sections +
        _data.getUint16(_isWide ? 58 : 46, Endian.little) *
            _data.getUint16(_isWide ? 60 : 48, Endian.little);
    if (sections < 0 || whole > length) return _truncated(whole, length);
    final first = _word(_data, _isWide ? 32 : 28);
    final stride = _data.getUint16(_isWide ? 54 : 42, Endian.little);
    final count = _data.getUint16(_isWide ? 56 : 44, Endian.little);
    if (stride < (_isWide ? 56 : 32)) return null;
    final end = first + stride * count;
    if (first < 0 || end > length) return _truncated(end, length);
    file.setPositionSync(first);
    final segments = ByteData.sublistView(file.readSync(stride * count));
    for (var at = 0; at + stride <= segments.lengthInBytes; at += stride) {
      final start = _word(segments, at + (_isWide ? 8 : 4));
      final end = start + _word(segments, at + (_isWide ? 32 : 16));
      if (start < 0 || end < start || end > length) {
        return _truncated(end, length);
      }
    }
    return null;
  }

  /// Returns the address or size at [offset].
  int _word(ByteData data, int offset) => _isWide
      ? data.getInt64(offset, Endian.little)
      : data.getUint32(offset, Endian.little);

  static String _truncated(int needed, int length) =>
      'it is truncated: it has $length bytes of at least $needed';
}
