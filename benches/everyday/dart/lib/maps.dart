/// Times maps by text: one pass over all entries, look-ups, and filling.
library;

import 'dart:typed_data';

import 'package:bench_everyday/bench_everyday.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

/// Compares maps of 1,000 and of 10,000 entries.
void compareMaps(String mode) {
  _fill();
  final passes = _passes.run();
  final entries = passes['entries']!;
  for (final (contender, name) in [
    ('forEach', 'for_each'),
    ('Map.of', 'of'),
    ('toString', 'to_string'),
    ('containsValue', 'contains_value'),
  ]) {
    printRatio(
      '${mode}_map_${name}_vs_entries',
      passes[contender]!,
      entries,
      // These make a map or a text of all entries besides.
      Target.atMost(contender == 'Map.of' || contender == 'toString' ? 4 : 2),
    );
  }
  final found = _find.run();
  final byHand = found['by hand, comparing bytes']!;
  printRatio(
    '${mode}_map_find_vs_bytes_by_hand',
    found['map[key]']!,
    byHand,
    const Target.atMost(1.2),
  );
  printRatio(
    '${mode}_map_find_indexed_vs_map_of_dart',
    found['indexed()[key]']!,
    found['map of Dart']!,
    const Target.atMost(2),
  );
  final filled = _filled.run();
  printRatio(
    '${mode}_map_fill_indexed_vs_assign',
    filled['indexed()[key] = value']!,
    filled['assign']!,
    const Target.atMost(2),
  );
}

const _few = 1000;
const _many = 10000;

String _part(int number) => 'part ${'$number'.padLeft(6, '0')}';

final List<String> _keys = List.generate(_many, _part, growable: false);
final Map<String, int> _dart = {for (var i = 0; i < _few; i++) _keys[i]: i};
final Map<String, int> _all = {for (var i = 0; i < _many; i++) _keys[i]: i};

final _box = PricesBox();
final _manyBox = PricesBox();
final Map<String, int> _indexed = _box.ref.cents.indexed();
final Uint32List _words = Uint32List.sublistView(_box.bytes);

void _fill() => _box.ref.cents = _dart;

const int _sum = _few * (_few - 1) ~/ 2;

final _passes = Comparison('pass over $_few entries', const [
  Contender('entries', _entries),
  Contender('forEach', _forEach),
  Contender('Map.of', _mapOf),
  Contender('toString', _toString),
  Contender('containsValue', _containsValue),
], expected: (count) => count * _sum);

int _entries(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (final MapEntry(:key, :value) in _box.ref.cents.entries) {
      sum += value + key.length - 11;
    }
  }
  return sum;
}

int _forEach(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    _box.ref.cents.forEach((key, value) => sum += value + key.length - 11);
  }
  return sum;
}

int _mapOf(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final copy = Map.of(_box.ref.cents);
    sum += copy.length == _few && copy[_keys[7]] == 7 ? _sum : 0;
  }
  return sum;
}

int _toString(int count) {
  final length = '$_dart'.length;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    sum += '${_box.ref.cents}'.length == length ? _sum : 0;
  }
  return sum;
}

int _containsValue(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    sum += _box.ref.cents.containsValue(-1) ? 0 : _sum;
  }
  return sum;
}

final _find = Comparison('find a text among $_few', const [
  Contender('map[key]', _found),
  Contender('by hand, comparing bytes', _foundByHand),
  Contender('indexed()[key]', _foundIndexed),
  Contender('map of Dart', _foundInDart),
], expected: _expectedFound);

int _at(int turn) => turn * 379 % _few;

num _expectedFound(int count) {
  var sum = 0;
  for (var turn = 0; turn < count; turn++) {
    sum += _at(turn);
  }
  return sum;
}

int _found(int count) {
  final map = _box.ref.cents;
  var sum = 0;
  for (var turn = 0; turn < count; turn++) {
    sum += map[_keys[_at(turn)]]!;
  }
  return sum;
}

int _foundIndexed(int count) {
  var sum = 0;
  for (var turn = 0; turn < count; turn++) {
    sum += _indexed[_keys[_at(turn)]]!;
  }
  return sum;
}

int _foundInDart(int count) {
  var sum = 0;
  for (var turn = 0; turn < count; turn++) {
    sum += _dart[_keys[_at(turn)]]!;
  }
  return sum;
}

/// Words of an entry: a length, 16 bytes of text, and a number.
const _stride = 6;

int _foundByHand(int count) {
  final words = _words, bytes = _box.bytes;
  var sum = 0;
  for (var turn = 0; turn < count; turn++) {
    final key = _keys[_at(turn)];
    final wanted = Uint8List(key.length);
    for (var i = 0; i < wanted.length; i++) {
      wanted[i] = key.codeUnitAt(i);
    }
    final length = words[0];
    for (var entry = 0, at = 1; entry < length; entry++, at += _stride) {
      if (words[at] != wanted.length) continue;
      var i = wanted.length - 1;
      while (i >= 0 && bytes[at * 4 + 4 + i] == wanted[i]) {
        i--;
      }
      if (i < 0) {
        sum += words[at + 5];
        break;
      }
    }
  }
  return sum;
}

final _filled = Comparison('fill a map with $_many entries', const [
  Contender('assign', _assign),
  Contender('indexed()[key] = value', _fillIndexed),
], expected: (count) => count * _many);

int _assign(int count) {
  final map = _manyBox.ref.cents;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    map
      ..clear()
      ..assign(_all);
    sum += map.length;
  }
  return sum;
}

int _fillIndexed(int count) {
  final map = _manyBox.ref.cents;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    map.clear();
    final indexed = map.indexed();
    for (var i = 0; i < _many; i++) {
      indexed[_keys[i]] = i;
    }
    sum += map.length;
  }
  return sum;
}
