/// Times comparing and hashing values.
library;

import 'dart:typed_data';

import 'package:bench_everyday/bench_everyday.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

/// Compares values of six fields, and of 100,000 numbers.
void compareValues(String mode) {
  for (final (comparison, name, limit) in [
    (_equal, 'value_equal_vs_by_hand', 1.2),
    (_hash, 'value_hash_vs_by_hand', 1.2),
    (_numbers, 'numbers_equal_vs_loop_by_hand', 1.2),
  ]) {
    final [ours, theirs] = comparison.run().values.toList();
    printRatio('${mode}_$name', ours, theirs, Target.atMost(limit));
  }
}

const _held = 64;

List<RowData> _rows() => [
  for (var i = 0; i < _held; i++)
    RowData(
      id: i,
      name: 'number $i',
      score: i / 4,
      version: i,
      flags: 3,
      paid: i.isEven,
    ),
];

final _as = _rows();
final _bs = _rows();

final _equal = Comparison('compare two values of six fields', [
  const Contender('==', _ours),
  const Contender('by hand', _byHand),
], expected: (count) => count);

int _ours(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    final at = i & (_held - 1);
    if (_as[at] == _bs[at]) sum++;
  }
  return sum;
}

int _byHand(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    final at = i & (_held - 1);
    if (_handAs[at] == _handBs[at]) sum++;
  }
  return sum;
}

/// The class that one would write.
final class _HandRow {
  _HandRow(RowData from)
    : id = from.id,
      name = from.name,
      score = from.score,
      version = from.version,
      flags = from.flags,
      paid = from.paid;

  final int id;
  final String name;
  final double score;
  final int version;
  final int flags;
  final bool paid;

  @override
  bool operator ==(Object other) =>
      identical(this, other) ||
      other is _HandRow &&
          other.id == id &&
          other.name == name &&
          other.score == score &&
          other.version == version &&
          other.flags == flags &&
          other.paid == paid;

  @override
  int get hashCode => Object.hash(id, name, score, version, flags, paid);
}

final _handAs = [for (final row in _as) _HandRow(row)];
final _handBs = [for (final row in _bs) _HandRow(row)];

final _hash = Comparison('hash a value of six fields', [
  const Contender('hashCode', _ourHash),
  const Contender('by hand', _handHash),
], expected: _handHash);

int _ourHash(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += _as[i & (_held - 1)].hashCode;
  }
  return sum;
}

int _handHash(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += _handAs[i & (_held - 1)].hashCode;
  }
  return sum;
}

final _list = Uint32List.fromList(List.generate(100000, (i) => i * 3));
final _other = Uint32List.fromList(_list);
final _a = SeriesData(numbers: _list);
final _b = SeriesData(numbers: _list);

final _numbers = Comparison('compare two values of 100,000 numbers', [
  const Contender('==', _ourNumbers),
  const Contender('loop over typed data by hand', _handNumbers),
], expected: (count) => count);

int _ourNumbers(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    if (_a == _b) sum++;
  }
  return sum;
}

int _handNumbers(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    final a = _list, b = _other;
    var equal = a.length == b.length;
    for (var at = 0; equal && at < a.length; at++) {
      equal = a[at] == b[at];
    }
    if (equal) sum++;
  }
  return sum;
}
