import 'dart:ffi';
import 'dart:io';

/// Bytes of memory that the process has, without what the C library keeps for later: it
/// has some for each thread, and how many threads there were differs from run to run.
int residentBytes() {
  final process = DynamicLibrary.process();
  if (process.providesSymbol('malloc_trim')) {
    process.lookupFunction<Int Function(Size), int Function(int)>(
      'malloc_trim',
    )(0);
  }
  return ProcessInfo.currentRss;
}
