/// A result set of 1,000 rows: in the memory that Rust reads, and as protobuf.
library;

import 'dart:typed_data';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:bench_types/bench_types.dart';
import 'package:fixnum/fixnum.dart';

import 'libraries.dart';
import 'proto.dart';

const _protobuf = 'package protobuf';

const _rows = 1000;

const _names = [
  'Ada Lovelace',
  'Grace Brewster Murray Hopper',
  'Barbara Liskov',
  'Alan Mathison Turing',
  'Edsger Wybe Dijkstra',
  'Margaret Heafield Hamilton',
  'Donald Ervin Knuth',
  'Katherine Coleman Goble Johnson',
];

late final ResultSetBox _box;
late final ResultSet _set;
late final Uint8List _encoded;

/// Compares reading one field of one row, and writing all rows.
void compareResultSets(String mode) {
  _box = ResultSetBox();
  _set = _box.ref;
  _fillOurs(_set);
  _encoded = _encodeTheirs();
  _checkEqual();

  for (final (comparison, name, limit) in [
    (_readNumber, 'read_one_number', 0.01),
    (_readText, 'read_one_text', 0.01),
    (_fill, 'fill', 0.2),
  ]) {
    final times = comparison.run();
    printRatio(
      '${mode}_${name}_vs_protobuf',
      times[generated]!,
      times[_protobuf]!,
      Target.atMost(limit),
    );
  }
}

void _fillOurs(ResultSet set) {
  final rows = set.rows..clear();
  for (var i = 0; i < _rows; i++) {
    rows.addZeroed()
      ..id = i * 7
      ..name = _names[i & 7]
      ..status = Status.values[i & 3]
      ..score = i % 3 == 0 ? null : i / 4
      ..created = 1700000000000000 + i * 1000000
      ..version = i
      ..paid = i.isEven;
  }
  set.next = _rows;
}

Uint8List _encodeTheirs() {
  final set = PbResultSet();
  final rows = set.rows;
  for (var i = 0; i < _rows; i++) {
    final row = PbRow()
      ..id = Int64(i * 7)
      ..name = _names[i & 7]
      ..status = PbStatus.values[i & 3]
      ..created = Int64(1700000000000000 + i * 1000000)
      ..version = i
      ..paid = i.isEven;
    if (i % 3 != 0) row.score = i / 4;
    rows.add(row);
  }
  set.next = Int64(_rows);
  return set.writeToBuffer();
}

/// Both must equal the one that Rust fills in.
void _checkEqual() {
  if (!library.isFilled(_box)) throw WrongResult(generated, 0, 1);
  final theirs = PbResultSet.fromBuffer(_encoded);
  for (var i = 0; i < _rows; i++) {
    final (ours, row) = (_set.rows[i], theirs.rows[i]);
    final equal =
        ours.id == row.id.toInt() &&
        ours.name == row.name &&
        ours.status.value == row.status.value &&
        ours.score == (row.hasScore() ? row.score : null) &&
        ours.created == row.created.toInt() &&
        ours.version == row.version &&
        ours.paid == row.paid;
    if (!equal) throw WrongResult('$_protobuf, row', i, i);
  }
}

int _at(int pass) => pass * 7 % _rows;

final _readNumber = Comparison(
  'read a number of one row',
  const [
    // The slower one first: it decides the number of turns in a sample.
    Contender(_protobuf, _theirNumber),
    Contender(generated, _ourNumber),
  ],
  expected: (count) {
    var sum = 0;
    for (var pass = 0; pass < count; pass++) {
      sum += _at(pass);
    }
    return sum;
  },
);

int _theirNumber(int count) {
  final encoded = _encoded;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    sum += PbResultSet.fromBuffer(encoded).rows[_at(pass)].version;
  }
  return sum;
}

int _ourNumber(int count) {
  final set = _set;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    sum += set.rows[_at(pass)].version;
  }
  return sum;
}

final _readText = Comparison(
  'read the text of one row',
  const [Contender(_protobuf, _theirText), Contender(generated, _ourText)],
  expected: (count) {
    var sum = 0;
    for (var pass = 0; pass < count; pass++) {
      sum += _names[_at(pass) & 7].length;
    }
    return sum;
  },
);

int _theirText(int count) {
  final encoded = _encoded;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    sum += PbResultSet.fromBuffer(encoded).rows[_at(pass)].name.length;
  }
  return sum;
}

int _ourText(int count) {
  final set = _set;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    sum += set.rows[_at(pass)].name.length;
  }
  return sum;
}

final _fill = Comparison('write $_rows rows', const [
  Contender(_protobuf, _theirFill),
  Contender(generated, _ourFill, prepare: _clear),
], expected: (count) => count * _encoded.length);

void _clear() {
  final rows = _set.rows;
  for (final row in rows) {
    row.setFrom(_empty);
  }
  rows.clear();
}

final Row _empty = RowBox().ref;

int _theirFill(int count) {
  var bytes = 0;
  for (var pass = 0; pass < count; pass++) {
    bytes += _encodeTheirs().length;
  }
  return bytes;
}

int _ourFill(int count) {
  for (var pass = 0; pass < count; pass++) {
    _fillOurs(_set);
  }
  return library.isFilled(_box) ? count * _encoded.length : -1;
}
