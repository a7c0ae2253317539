/// Memory that Rust and Flutter share, on the screen.
library;

export 'src/debug_page.dart';
export 'src/pixels.dart';
export 'src/stream_value.dart';
