/// Queries from `SELECT` to values in Dart, and reading what was fetched.
library;

import 'package:bench_database/bench_database.dart' show Query;
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:bench_harness/rounds.dart';
import 'package:database_engine/database_engine.dart';

import 'by_hand.dart';
import 'proto.dart';
import 'shop.dart';

const _inC = "SQLite's functions, in a loop as in C";
const _inPages = 'pages, read in place';
const _inPageSync = 'a page, filled on the thread of the isolate';
const _inArena = 'an arena';
const _inProto = 'protobuf: encoded in Rust, decoded in Dart';
const _byHand = "SQLite's functions from Dart, by hand";

Future<void> compareQueries(String mode, Shop shop) async {
  await _compare(mode, shop, 'one_page', firstPage, rowsOfPage);
  await _compare(mode, shop, 'many_pages', all, rowsOfTable);
  await _read(mode, shop);
}

/// Compares ways to all rows of [sql], of which there are [rows].
Future<void> _compare(
  String mode,
  Shop shop,
  String name,
  String sql,
  int rows,
) async {
  final database = shop.database;
  final query = Query(shop.path, sql);
  final hand = HandQuery(query);
  final times = await compareWays(
    'select $rows rows and read all values',
    {
      _inC: () async => query.sum(),
      _inPages: rows <= rowsOfPage
          ? () async {
              final page = await database.query(sql, none);
              final sum = _sumOfPage(page.ref);
              page.dispose();
              return sum;
            }
          : () async {
              var sum = 0.0;
              await for (final page in database.cursor(sql, none)) {
                sum += _sumOfPage(page.ref);
              }
              return sum;
            },
      if (rows <= rowsOfPage)
        _inPageSync: () async {
          final page = database.querySync(sql, none);
          final sum = _sumOfPage(page.ref);
          page.dispose();
          return sum;
        },
      _inArena: () async {
        final set = await database.queryAll(sql, none);
        final sum = _sumOfArena(set.root);
        set.dispose();
        return sum;
      },
      _inProto: () async {
        final bytes = await query.encode();
        final sum = _sumOfProto(PbResultSet.fromBuffer(bytes.bytes));
        bytes.dispose();
        return sum;
      },
      _byHand: () async => _sumOfRows(hand.select()),
    },
    expected: sumOf(rows),
    units: rows,
  );
  query.dispose();

  final ours = times[_inPages]!.median;
  void ratio(String other, String alternative, Target target) => print(
    ratioLine(
      '${mode}_${name}_speed_vs_$other',
      times[alternative]!.median / ours,
      target,
    ),
  );
  ratio('sqlite_in_c', _inC, const Target.atLeast(0.5));
  ratio('protobuf', _inProto, const Target.atLeast(3));
  ratio('sqlite_from_dart_by_hand', _byHand, const Target.atLeast(1));
  ratio('arena', _inArena, const Target.atLeast(1));
  if (times[_inPageSync] case final sync?) {
    print(
      ratioLine(
        '${mode}_${name}_sync_speed_vs_sqlite_in_c',
        times[_inC]!.median / sync.median,
        const Target.atLeast(0.5),
      ),
    );
    print(
      ratioLine(
        '${mode}_${name}_sync_speed_vs_sqlite_from_dart_by_hand',
        times[_byHand]!.median / sync.median,
        const Target.atLeast(1),
      ),
    );
  }
}

double _sumOfPage(Page page) {
  final values = page.values;
  final end = 4 * page.rows;
  var whole = 0;
  var real = 0.0;
  for (var at = 0; at < end; at += 4) {
    whole += values[at].integer! + values[at + 1].text!.length;
    real += values[at + 2].real!;
    whole += values[at + 3].integer!;
  }
  return whole + real;
}

double _sumOfArena(ResultSet set) {
  final rows = set.rows;
  var whole = 0;
  var real = 0.0;
  for (var i = 0; i < rows.length; i++) {
    final cells = rows[i].cells;
    whole += cells[0].integer + cells[1].text.length + cells[3].integer;
    real += cells[2].real;
  }
  return whole + real;
}

double _sumOfProto(PbResultSet set) {
  var whole = 0;
  var real = 0.0;
  for (final row in set.rows) {
    final values = row.values;
    whole += values[0].integer.toInt() + values[1].text.length;
    real += values[2].real;
    whole += values[3].integer.toInt();
  }
  return whole + real;
}

double _sumOfRows(List<List<Object?>> rows) {
  var whole = 0;
  var real = 0.0;
  for (final row in rows) {
    whole += (row[0]! as int) + (row[1]! as String).length;
    real += row[2]! as double;
    whole += row[3]! as int;
  }
  return whole + real;
}

late Page _page;
late ResultSet _set;

/// Times reading what was fetched: an integer of each row, its three numbers, and
/// all of it with the text.
Future<void> _read(String mode, Shop shop) async {
  final page = await shop.database.query(firstPage, none);
  final set = await shop.database.queryAll(firstPage, none);
  _page = page.ref;
  _set = set.root;
  for (final (name, ours, theirs, sum, limit) in [
    ('integer', _integersOfPage, _integersOfArena, _integers, 10.0),
    ('numbers', _numbersOfPage, _numbersOfArena, _numbers, 10.0),
    ('all_values', _allOfPage, _allOfArena, sumOf(rowsOfPage), 5.0),
  ]) {
    final times = Comparison(
      'read $name of each row of what was fetched',
      [Contender(_inPages, ours), Contender(_inArena, theirs)],
      expected: (count) => count * sum,
      unit: rowsOfPage,
    ).run();
    print(
      ratioLine(
        '${mode}_read_${name}_million_rows_per_second',
        1000 / times[_inPages]!.median,
        Target.atLeast(limit),
      ),
    );
  }
  page.dispose();
  set.dispose();
}

const num _integers = rowsOfPage * (rowsOfPage + 1) ~/ 2;

final num _numbers = () {
  var sum = 0.0;
  for (var row = 1; row <= rowsOfPage; row++) {
    sum += row + priceOf(row) + stockOf(row);
  }
  return sum;
}();

num _integersOfPage(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final values = _page.values;
    final end = 4 * _page.rows;
    for (var at = 0; at < end; at += 4) {
      sum += values[at].integer!;
    }
  }
  return sum;
}

num _integersOfArena(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final rows = _set.rows;
    for (var i = 0; i < rows.length; i++) {
      sum += rows[i].cells[0].integer;
    }
  }
  return sum;
}

num _numbersOfPage(int count) {
  var whole = 0;
  var real = 0.0;
  for (var pass = 0; pass < count; pass++) {
    final values = _page.values;
    final end = 4 * _page.rows;
    for (var at = 0; at < end; at += 4) {
      whole += values[at].integer! + values[at + 3].integer!;
      real += values[at + 2].real!;
    }
  }
  return whole + real;
}

num _numbersOfArena(int count) {
  var whole = 0;
  var real = 0.0;
  for (var pass = 0; pass < count; pass++) {
    final rows = _set.rows;
    for (var i = 0; i < rows.length; i++) {
      final cells = rows[i].cells;
      whole += cells[0].integer + cells[3].integer;
      real += cells[2].real;
    }
  }
  return whole + real;
}

num _allOfPage(int count) {
  var sum = 0.0;
  for (var pass = 0; pass < count; pass++) {
    sum += _sumOfPage(_page);
  }
  return sum;
}

num _allOfArena(int count) {
  var sum = 0.0;
  for (var pass = 0; pass < count; pass++) {
    sum += _sumOfArena(_set);
  }
  return sum;
}
