/// Memory that Rust and Dart share, and the library that it belongs to.
library;

import 'dart:async';
import 'dart:collection';
import 'dart:ffi';
import 'dart:io';
import 'dart:isolate';
import 'dart:math';
import 'dart:typed_data';

import '../values.dart';
import 'arenas.dart';
import 'checks.dart';
import 'copies.dart';
import 'equality.dart';
import 'places.dart';
import 'unsigned.dart';
import 'utf8.dart';

part 'arena_owners.dart';
part 'arrays.dart';
part 'attachments.dart';
part 'boxes.dart';
part 'columns.dart';
part 'error_payload.dart';
part 'fixed_lists.dart';
part 'futures.dart';
part 'host.dart';
part 'lengths.dart';
part 'lists.dart';
part 'loading.dart';
part 'logical.dart';
part 'mailbox.dart';
part 'maps.dart';
part 'memory.dart';
part 'number_arrays.dart';
part 'number_fields.dart';
part 'objects.dart';
part 'options.dart';
part 'pool_slots.dart';
part 'pools.dart';
part 'proto.dart';
part 'queues.dart';
part 'shared_lists.dart';
part 'status.dart';
part 'text.dart';
part 'text_arguments.dart';
part 'views.dart';
