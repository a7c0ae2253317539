/// A shop in a database of SQLite's: schema, inserts, queries whose rows are
/// read where Rust wrote them, transactions, cursors and plans.
library;

import 'dart:io';

import 'package:database_engine/database_engine.dart';

import 'bad_inputs.dart';

/// Values for the question marks of a statement.
Parameters parameters([List<ValueData> values = const []]) =>
    ParametersData(values: values).toBox().ref;

/// Options of a database that is made if there is none.
Options options({int mostPages = 0, int busyMilliseconds = 50}) => OptionsData(
  access: Access.create,
  synchronous: Synchronous.normal,
  busyMilliseconds: busyMilliseconds,
  statements: 32,
  mostPages: mostPages,
).toBox().ref;

const insert = 'INSERT INTO item (name, price) VALUES (?, ?)';

Future<void> main() async {
  DatabaseEngineLibrary.open();
  final folder = Directory.systemTemp.createTempSync('database_engine');
  try {
    final path = '${folder.path}/shop.db';
    await tour(await Database.open(path, options()));
    await badInputs(folder.path);
  } finally {
    folder.deleteSync(recursive: true);
  }
}

Future<void> tour(Database database) async {
  final migrated = await database.migrate(
    1,
    'CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price REAL);'
    'CREATE INDEX by_price ON item (price DESC)',
  );
  print('schema ${migrated.from} to ${migrated.to}');

  // A page of rows is written here and read by Rust, in place.
  final batch = PagePool.alloc();
  final values = batch.ref.values..clear();
  for (var i = 0; i < 2000; i++) {
    values.addZeroed().setText('item $i');
    values.addZeroed().setReal(i / 4);
  }
  final inserted = await database.executeAll(insert, batch);
  print('${inserted.rows} rows, the last is ${inserted.lastId}');

  // A page of rows is written by Rust and read here, in place.
  const cheap = 'SELECT id, name, price FROM item WHERE price < ? ORDER BY id';
  final page = await database.query(cheap, parameters([const ValueReal(0.75)]));
  final columns = page.ref.columns;
  print([for (final column in columns) column.name]);
  for (var row = 0; row < page.ref.rows; row++) {
    final at = row * columns.length;
    final cells = page.ref.values;
    print('${cells[at].integer}: ${cells[at + 1].text} ${cells[at + 2].real}');
  }
  page.dispose();

  // The same as an arena, without any bound.
  final all = await database.queryAll(
    "SELECT printf('%.*c', 100, 'x') AS long, 7 AS short",
    parameters(),
  );
  final cells = all.root.rows[0].cells;
  print('${cells[0].text.length} characters, ${cells[1].integer}');

  // A transaction is rolled back unless it is committed.
  final transaction = await database.begin(Locking.immediate);
  await transaction.execute('DELETE FROM item WHERE id > 10', parameters());
  final savepoint = await transaction.savepoint();
  await transaction.execute('DELETE FROM item', parameters());
  await transaction.rollbackTo(savepoint);
  final left = await transaction.query(
    'SELECT count(*) FROM item',
    parameters(),
  );
  print('inside ${left.ref.values[0].integer}');
  left.dispose();
  transaction.dispose();
  print('outside ${count(database)}');

  // A cursor gives page after page, of any number of rows.
  var rows = 0;
  var sum = 0;
  const numbers =
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n '
      'WHERE i < 20000) SELECT i FROM n';
  await for (final page in database.cursor(numbers, parameters())) {
    rows += page.ref.rows;
    for (final value in page.ref.values) {
      sum += value.integer!;
    }
  }
  print('$rows rows by cursor, $sum in all');

  // A plan is a tree of references.
  final plan = await database.explain(
    'SELECT a.name FROM item AS a, item AS b '
    'WHERE b.id = a.id + 1 ORDER BY a.price + b.price',
  );
  printPlan(plan.ref, '');
  print('${DatabaseEngineLibrary.instance.freePlan(plan)} steps');

  for (final TableInfo(:name, :type) in await database.tables()) {
    print('$name: ${type.name}');
  }
  for (final index in await database.indexes('item')) {
    for (final IndexColumn(:name, :order) in index.columns) {
      print('${index.name}: $name ${order.name}');
    }
  }
  await idle(database);
  database.dispose();
}

/// Returns the number of items.
int count(Database database) {
  final page = database.querySync('SELECT count(*) FROM item', parameters());
  final count = page.ref.values[0].integer!;
  page.dispose();
  return count;
}

void printPlan(PlanNode node, String indent) {
  print('$indent${node.step.name}: ${node.detail}');
  for (final child in node.children) {
    printPlan(child.message!, '$indent  ');
  }
}
