/// Bulk inserts, transactions, and queries of one row.
library;

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:bench_harness/rounds.dart';
import 'package:database_engine/database_engine.dart';

import 'shop.dart';

/// Prints how many thousands per second [samples] are, which are nanoseconds each.
void printRate(String name, Samples samples, double limit) =>
    print(ratioLine(name, 1e6 / samples.median, Target.atLeast(limit)));

Future<void> timeWrites(String mode, Shop shop) async {
  final database = shop.database;
  const bulk = 'executeAll, pages of $rowsOfPage rows';
  final inserted = await compareWays(
    'insert $rowsOfTable rows',
    {
      bulk: () async {
        await shop.clear();
        return shop.fill(rowsOfTable);
      },
    },
    expected: rowsOfTable,
    units: rowsOfTable,
    rounds: 7,
  );
  printRate(
    '${mode}_bulk_insert_thousand_rows_per_second',
    inserted[bulk]!,
    333,
  );

  const changes = 1000;
  const transaction = 'begin, execute, commit';
  const single = 'execute, a transaction of its own';
  const update = 'UPDATE item SET stock = stock + ? WHERE id = ?';
  final change = [
    for (var row = 1; row <= changes; row++)
      parameters([const ValueInteger(0), ValueInteger(row)]),
  ];
  final changed = await compareWays(
    'change a row, $changes times',
    {
      transaction: () async {
        var rows = 0;
        for (var i = 0; i < changes; i++) {
          final transaction = await database.begin(Locking.immediate);
          rows += (await transaction.execute(update, change[i])).rows;
          await transaction.commit();
          transaction.dispose();
        }
        return rows;
      },
      single: () async {
        var rows = 0;
        for (var i = 0; i < changes; i++) {
          rows += (await database.execute(update, change[i])).rows;
        }
        return rows;
      },
    },
    expected: changes,
    units: changes,
    rounds: 7,
  );
  printRate(
    '${mode}_thousand_transactions_per_second',
    changed[transaction]!,
    5,
  );

  const queries = 1000;
  const byKey = 'query by key, read, dispose';
  const sql = 'SELECT id, name, price, stock FROM item WHERE id = ?';
  final keys = [
    for (var row = 1; row <= queries; row++) parameters([ValueInteger(row)]),
  ];
  final found = await compareWays(
    'find a row, $queries times',
    {
      byKey: () async {
        var sum = 0;
        for (var i = 0; i < queries; i++) {
          final page = await database.query(sql, keys[i]);
          sum += page.ref.values[0].integer!;
          page.dispose();
        }
        return sum;
      },
    },
    expected: queries * (queries + 1) ~/ 2,
    units: queries,
    rounds: 7,
  );
  printRate('${mode}_thousand_queries_per_second', found[byKey]!, 1);
}
