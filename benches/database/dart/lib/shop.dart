/// A database with a table of items.
library;

import 'package:database_engine/database_engine.dart';

/// Number of rows of the table.
const rowsOfTable = 100000;

/// Number of rows that fit into a page.
const rowsOfPage = 2000;

const insert = 'INSERT INTO item (name, price, stock) VALUES (?, ?, ?)';

/// All columns of the first [rowsOfPage] rows.
const firstPage =
    'SELECT id, name, price, stock FROM item WHERE id <= $rowsOfPage';

/// All columns of all rows.
const all = 'SELECT id, name, price, stock FROM item';

String nameOf(int row) => 'item number $row';
double priceOf(int row) => row / 4;
int stockOf(int row) => row % 100;

/// The sum that reading the first [rows] rows finds: numbers, and lengths of
/// texts. All are multiples of a quarter, so doubles have it exactly.
double sumOf(int rows) {
  var sum = 0.0;
  for (var row = 1; row <= rows; row++) {
    sum += row + nameOf(row).length + priceOf(row) + stockOf(row);
  }
  return sum;
}

/// Values for the question marks of a statement.
Parameters parameters([List<ValueData> values = const []]) =>
    ParametersData(values: values).toBox().ref;

final none = parameters();

/// The database, with its table filled.
final class Shop {
  Shop._(this.path, this.database);

  final String path;
  final Database database;

  static Future<Shop> open(String engine, String folder) async {
    DatabaseEngineLibrary.open(path: engine);
    final path = '$folder/shop.db';
    final options = OptionsData(
      access: Access.create,
      synchronous: Synchronous.normal,
      busyMilliseconds: 1000,
      statements: 32,
      mostPages: 0,
    ).toBox();
    final database = await Database.open(path, options.ref);
    await database.migrate(1, _schema);
    final shop = Shop._(path, database);
    await shop.fill(rowsOfTable);
    return shop;
  }

  static const _schema =
      'CREATE TABLE item '
      '(id INTEGER PRIMARY KEY, name TEXT, price REAL, stock INTEGER)';

  /// Inserts rows with the numbers from 1 up to [rows], and returns how many.
  Future<int> fill(int rows) async {
    var inserted = 0;
    for (var first = 1; first <= rows; first += rowsOfPage) {
      final page = PagePool.alloc();
      final values = page.ref.values..clear();
      for (var row = first; row < first + rowsOfPage; row++) {
        values.addZeroed().setText(nameOf(row));
        values.addZeroed().setReal(priceOf(row));
        values.addZeroed().setInteger(stockOf(row));
      }
      inserted += (await database.executeAll(insert, page)).rows;
    }
    return inserted;
  }

  Future<void> clear() => database.execute('DELETE FROM item', none);
}
