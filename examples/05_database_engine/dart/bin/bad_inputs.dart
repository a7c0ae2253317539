/// Bad input of many kinds. Each is an exception with fields, and afterwards
/// the database is as good as before.
library;

import 'dart:async';
import 'dart:io';
import 'dart:isolate';

import 'package:database_engine/database_engine.dart';

import 'database_engine.dart';

const _endless =
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) '
    'SELECT i FROM n';

Future<void> badInputs(String folder) async {
  File('$folder/text.db').writeAsStringSync('this is no database. ' * 500);
  await _fails(() => Database.open('$folder/text.db', options()));

  final path = '$folder/bad.db';
  final database = await Database.open(path, options());
  await database.migrate(
    1,
    'CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price REAL)',
  );
  final row = [const ValueText('pen'), const ValueReal(1)];
  await database.execute(insert, parameters(row));

  await _fails(() => database.query('SELECT * FORM item', parameters()));
  await _fails(() => database.execute(insert, parameters(row)));
  await _fails(() => database.query('DELETE FROM item', parameters()));
  await _fails(() => database.query('SELECT zeroblob(53) AS b', parameters()));
  await _fails(() => database.query(_endless, parameters()));

  // A text that is too long for a parameter is refused before it is cut.
  try {
    parameters([ValueText('x' * 53)]);
  } on CapacityException {
    print('53 bytes are refused');
  }

  // Another one writes.
  final other = await Database.open(path, options());
  final transaction = await other.begin(Locking.immediate);
  await _fails(() => database.execute(insert, parameters(row)));
  transaction.dispose();

  // The disk is full.
  final small = await Database.open('$folder/full.db', options(mostPages: 4));
  await _fails(
    () => small.migrate(
      1,
      'CREATE TABLE a (b); INSERT INTO a VALUES (zeroblob(99999))',
    ),
  );

  // The pool is empty. A page that is still in use would come back to it.
  await idle(database);
  final held = <PageBox>[];
  for (PageBox? box; (box = PagePool.tryAlloc()) != null;) {
    held.add(box!);
  }
  await _fails(() => database.query('SELECT 1', parameters()));
  for (final box in held) {
    box.dispose();
  }
  print('${count(database)} item');

  // A query that takes too long is cancelled, and SQLite stops.
  final long = database.query('SELECT count(*) FROM ($_endless)', parameters());
  unawaited(long.then((_) => print('done'), onError: (_) {}));
  await long.cancel();
  await idle(database);
  print('cancelled');

  // A slow consumer: Rust waits, with few pages.
  final slow = StreamIterator(database.cursor(_endless, parameters()));
  await slow.moveNext();
  await Future<void>.delayed(const Duration(milliseconds: 50));
  final pages = database.stats().pages;
  print('a slow consumer: ${pages <= 8 ? 'few' : '$pages'} pages');
  await slow.cancel();
  await idle(database);

  // An isolate that dies in the middle of a cursor.
  final port = ReceivePort();
  final isolate = await Isolate.spawn(_reads, (
    port.sendPort,
    database.share(),
  ));
  await port.first;
  isolate.kill(priority: Isolate.immediate);
  await idle(database);
  print('a dead isolate: all pages are back, ${count(database)} item');

  for (final opened in [small, other, database]) {
    opened.dispose();
  }
}

/// Reads from a cursor for ever.
Future<void> _reads((SendPort, FfiToken<Database>) message) async {
  final (port, token) = message;
  DatabaseEngineLibrary.open();
  final database = Database.redeem(token);
  await for (final _ in database.cursor(_endless, parameters())) {
    port.send(null);
  }
}

/// Waits until nothing runs and no page is in use.
Future<void> idle(Database database) async {
  for (;;) {
    final stats = database.stats();
    if (stats.running == 0 && stats.pages == 0) return;
    await Future<void>.delayed(const Duration(milliseconds: 2));
  }
}

Future<void> _fails(Future<Object?> Function() call) async {
  try {
    await call();
    print('nothing failed');
  } on DatabaseException catch (error) {
    print(switch (error) {
      DatabaseConstraintException(:final kind, :final subject) =>
        'constraint: ${kind.name} $subject',
      DatabaseSyntaxException(:final position) => 'syntax: byte $position',
      DatabaseBusyException(:final waitedMilliseconds) =>
        'busy: waited $waitedMilliseconds ms',
      DatabaseTooLongException(:final column, :final length, :final most) =>
        'too long: $column has $length bytes of $most',
      DatabaseTooManyRowsException(:final most) => 'too many rows: over $most',
      _ => '${error.runtimeType}',
    });
  }
}
