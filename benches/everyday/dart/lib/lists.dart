/// Times lists in messages and columns: loops, bulk writes and sorting.
library;

import 'dart:typed_data';

import 'package:bench_everyday/bench_everyday.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

/// Compares lists of numbers, lists of messages and columns.
void compareLists(String mode) {
  _series.numbers.assign(_numbers);
  for (final (i, particle) in _particles.indexed) {
    particle.id = i;
  }
  _table.rows.length = _length;
  for (final (i, row) in _table.rows.indexed) {
    row.id = i;
  }
  for (var i = 0; i < _length; i++) {
    _columns.push(
      _particle
        ..id = i
        ..x = i * 7 % _length + 0.5,
    );
  }
  for (final (comparison, name, limit) in [
    (_addAll, 'add_all_typed_vs_assign', 1.5),
    (_forNumbers, 'for_in_numbers_vs_typed_data', 1.2),
    (_forNumbersByIndex, 'for_in_numbers_vs_index', 1.5),
    (_forMessages, 'for_in_messages_vs_index', 1.5),
    (_forArray, 'for_in_array_vs_index', 1.5),
    (_column, 'column_in_loop_vs_held', 20.0),
    (_sort, 'columns_sort_vs_list_of_values', 2.0),
  ]) {
    final [ours, theirs] = comparison.run().values.toList();
    printRatio('${mode}_$name', ours, theirs, Target.atMost(limit));
  }
}

const _length = 1000;
final _numbers = Uint32List.fromList(List.generate(_length, (i) => i));
const int _sum = _length * (_length - 1) ~/ 2;

final Series _series = SeriesBox().ref;
final Table _table = TableBox().ref;
final _particles = ParticleArray(_length);
final _columns = ParticleColumns();
final _particle = ParticleBox().ref;

final _addAll = Comparison(
  'add $_length numbers, per number',
  [
    const Contender('addAll', _add),
    const Contender('assign', _assign, prepare: _clear),
  ],
  unit: _length,
  expected: (count) => count * _length,
);

void _clear() => _series.numbers.clear();

int _add(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final numbers = _series.numbers
      ..clear()
      ..addAll(_numbers);
    sum += numbers.length;
  }
  return sum;
}

int _assign(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final numbers = _series.numbers..assign(_numbers);
    sum += numbers.length;
  }
  return sum;
}

void _restore() => _series.numbers.assign(_numbers);

final _forNumbers = Comparison(
  'for-in over $_length numbers, per number',
  [
    const Contender('list', _forIn, prepare: _restore),
    const Contender('typed data', _forTyped),
  ],
  unit: _length,
  expected: (count) => count * _sum,
);

int _forIn(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (final number in _series.numbers) {
      sum += number;
    }
  }
  return sum;
}

final _forNumbersByIndex = Comparison(
  'loop over $_length numbers, per number',
  [
    const Contender('for-in', _forIn, prepare: _restore),
    const Contender('index', _indexNumbers, prepare: _restore),
  ],
  unit: _length,
  expected: (count) => count * _sum,
);

int _indexNumbers(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final numbers = _series.numbers;
    for (var i = 0; i < numbers.length; i++) {
      sum += numbers[i];
    }
  }
  return sum;
}

int _forTyped(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (final number in _numbers) {
      sum += number;
    }
  }
  return sum;
}

final _forMessages = Comparison(
  'loop over $_length messages, per message',
  [
    const Contender('for-in', _forInMessages),
    const Contender('index', _indexMessages),
  ],
  unit: _length,
  expected: (count) => count * _sum,
);

int _forInMessages(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (final row in _table.rows) {
      sum += row.id;
    }
  }
  return sum;
}

int _indexMessages(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final rows = _table.rows;
    for (var i = 0; i < rows.length; i++) {
      sum += rows[i].id;
    }
  }
  return sum;
}

final _forArray = Comparison(
  'loop over an array of $_length messages, per message',
  [
    const Contender('for-in', _forInArray),
    const Contender('index', _indexArray),
  ],
  unit: _length,
  expected: (count) => count * _sum,
);

int _forInArray(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (final particle in _particles) {
      sum += particle.id;
    }
  }
  return sum;
}

int _indexArray(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final particles = _particles;
    for (var i = 0; i < particles.length; i++) {
      sum += particles[i].id;
    }
  }
  return sum;
}

final _column = Comparison(
  'a column of $_length rows, per row',
  [
    const Contender('columns.id[i]', _columnAgain),
    const Contender('held', _columnHeld),
  ],
  unit: _length,
  expected: (count) => count * _sum,
);

int _columnAgain(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < _length; i++) {
      sum += _columns.id[i];
    }
  }
  return sum;
}

int _columnHeld(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final id = _columns.id;
    for (var i = 0; i < id.length; i++) {
      sum += id[i];
    }
  }
  return sum;
}

final _sort = Comparison('sort $_length rows by a column', [
  const Contender('columns', _sortColumns),
  const Contender('list of values', _sortValues),
], expected: (count) => count * 0.5);

final _values = [
  for (var i = 0; i < _length; i++)
    ParticleData(x: i * 7 % _length + 0.5, y: 0, id: i),
];

double _sortColumns(int count) {
  var sum = 0.0;
  for (var pass = 0; pass < count; pass++) {
    final x = _columns.x;
    // By turns up and down, so that there is something to do.
    _columns
      ..sort((a, b) => x[b].compareTo(x[a]))
      ..sort((a, b) => x[a].compareTo(x[b]));
    sum += _columns.x[0];
  }
  return sum;
}

double _sortValues(int count) {
  var sum = 0.0;
  for (var pass = 0; pass < count; pass++) {
    _values
      ..sort((a, b) => b.x.compareTo(a.x))
      ..sort((a, b) => a.x.compareTo(b.x));
    sum += _values[0].x;
  }
  return sum;
}
