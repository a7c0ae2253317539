/// Facts about the machine that tests run on, and what it asks of them.
library;

import 'dart:ffi';
import 'dart:io';

/// True if sizes have 32 bits.
final hasShortSizes = sizeOf<Size>() == 4;

/// A count that is a size, and of which no memory has so many.
final countless = hasShortSizes ? 1 << 31 : 1 << 60;

/// True if a library that is closed leaves the memory. With musl it stays.
final hasLibrariesUnmapped = DynamicLibrary.process().providesSymbol(
  'gnu_get_libc_version',
);

/// Deletes a folder with all files. Windows keeps those that the program has
/// loaded or mapped.
void deleteFolder(Directory folder) {
  try {
    folder.deleteSync(recursive: true);
  } on FileSystemException {
    if (!Platform.isWindows) rethrow;
  }
}
