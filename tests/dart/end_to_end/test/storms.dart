/// The length of tests that do something very often.
library;

import 'dart:io';

import 'package:test/test.dart';

/// True if they run in their whole length, as `cargo xtask sanitize storms` has them.
final whole = Platform.environment['FFI_STORMS'] == 'whole';

/// Time that one may take.
final patience = whole ? const Timeout(Duration(hours: 1)) : null;
