import 'package:flutter/foundation.dart';
import 'package:flutter_gallery/flutter_gallery.dart';

/// Has [report] called for each error that nobody catches: of a widget, and of what
/// runs beside them.
void reportUncaught(void Function(String what, StackTrace? stack) report) {
  FlutterError.onError = (details) {
    FlutterError.presentError(details);
    report(describe(details.exception), details.stack);
  };
  PlatformDispatcher.instance.onError = (error, stack) {
    report(describe(error), stack);
    return true;
  };
}

/// Returns a line about [error]: a panic has its place in Rust, and an error of a
/// function its text.
String describe(Object error) => switch (error) {
  RustPanicException(:final message, :final file, :final line) =>
    'panic in Rust at $file:$line: $message',
  RustErrorException(:final message) => 'error in Rust: $message',
  _ => '$error',
};
