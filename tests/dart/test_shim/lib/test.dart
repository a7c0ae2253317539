/// The part of `package:test` that test files use.
library;

export 'package:matcher/expect.dart';
export 'package:test_api/scaffolding.dart';
