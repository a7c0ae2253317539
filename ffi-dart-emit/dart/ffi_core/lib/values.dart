/// Exceptions and value types of generated packages: pure Dart, which the web compiles as well.
library;

import 'dart:typed_data';

import 'src/checks.dart';
import 'src/equality.dart';
import 'src/places.dart';
import 'src/retry_later.dart';
import 'src/unsigned.dart';

export 'src/unsigned.dart' show BigList, bigFromBits, bitsFromBig;

part 'src/values/copies.dart';
part 'src/values/enums.dart';
part 'src/values/errors.dart';
part 'src/values/logical.dart';
part 'src/values/pool_stats.dart';
part 'src/values/references.dart';
