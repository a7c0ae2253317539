/// A result set of 1,000 rows without bounds, with bounds, and as protobuf.
library;

import 'dart:typed_data';

import 'package:bench_arenas/bench_arenas.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

import 'libraries.dart';
import 'ours.dart';
import 'proto.dart';

late final ResultSet _set;
late final BoundedSet _bounded;
late final Uint8List _encoded;

/// Sizes of what each contender builds.
late final int _arenaBytes;
final int _protoBytes = _encoded.length;

/// Compares reading and building.
void compareArenas(String mode) {
  final built = buildArena(), box = buildBounded();
  _set = built.root;
  _bounded = box.ref;
  _encoded = encode();
  _arenaBytes = built.lengthInBytes;
  for (final (name, sum) in [
    ('the arena, in Rust', library.sum(built)),
    ('the message with bounds, in Rust', library.sumBounded(box)),
    ('the arena', sumArena(_set)),
    ('the message with bounds', sumBounded(_bounded)),
    ('the message of protobuf', sumProto(PbResultSet.fromBuffer(_encoded))),
  ]) {
    if (sum != sumOfAll) throw WrongResult(name, sum, sumOfAll);
  }
  print(
    '\n${rows.length} rows: $_arenaBytes bytes as an arena, ${box.bytes.length} with '
    'bounds, $_protoBytes as protobuf',
  );

  void ratio(
    String name,
    Map<String, Samples> times,
    String other,
    double limit,
  ) => printRatio(
    '${mode}_$name',
    times[arena]!,
    times[other]!,
    Target.atMost(limit),
  );

  final isJit = mode == 'jit';
  final number = _readNumbers.run();
  ratio('arena_number_vs_bounded', number, bounded, isJit ? 2 : 1.2);
  final behind = _readBehindList.run();
  ratio('arena_number_behind_list_vs_bounded', behind, bounded, 5);
  final text = _readTexts.run();
  ratio('arena_text_vs_bounded', text, bounded, 1);
  final all = _readAll.run();
  ratio('arena_read_all_vs_bounded', all, bounded, 0.85);
  ratio('arena_read_all_vs_protobuf', all, protobuf, 0.4);
  final build = _build.run();
  ratio('arena_build_vs_bounded', build, bounded, 0.5);
  ratio('arena_build_vs_protobuf', build, protobuf, 0.25);
}

/// Sum of the numbers of all rows.
final int _versions = rows.fold(0, (sum, row) => sum + row.version);

final _readNumbers = Comparison(
  'read a number, with the list at hand',
  const [Contender(arena, _arenaNumbers), Contender(bounded, _boundedNumbers)],
  expected: (count) => count * _versions,
  unit: 1000,
);

int _arenaNumbers(int count) {
  final rows = _set.rows;
  final length = rows.length;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < length; i++) {
      sum += rows[i].version;
    }
  }
  return sum;
}

int _boundedNumbers(int count) {
  final rows = _bounded.rows;
  final length = rows.length;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < length; i++) {
      sum += rows[i].version;
    }
  }
  return sum;
}

final _readBehindList = Comparison(
  'read a number, by way of the list',
  const [Contender(arena, _arenaBehind), Contender(bounded, _boundedBehind)],
  expected: (count) => count * _versions,
  unit: 1000,
);

int _arenaBehind(int count) {
  final set = _set;
  final length = set.rows.length;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < length; i++) {
      sum += set.rows[i].version;
    }
  }
  return sum;
}

int _boundedBehind(int count) {
  final set = _bounded;
  final length = set.rows.length;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < length; i++) {
      sum += set.rows[i].version;
    }
  }
  return sum;
}

/// Number of characters of the names of all rows.
final int _names = rows.fold(0, (sum, row) => sum + row.name.length);

final _readTexts = Comparison(
  'read a text',
  const [Contender(bounded, _boundedTexts), Contender(arena, _arenaTexts)],
  expected: (count) => count * _names,
  unit: 1000,
);

int _arenaTexts(int count) {
  final set = _set;
  final length = set.rows.length;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < length; i++) {
      sum += set.rows[i].name.length;
    }
  }
  return sum;
}

int _boundedTexts(int count) {
  final set = _bounded;
  final length = set.rows.length;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < length; i++) {
      sum += set.rows[i].name.length;
    }
  }
  return sum;
}

final _readAll = Comparison('read every field of all rows', const [
  Contender(protobuf, _protoAll),
  Contender(bounded, _boundedAll),
  Contender(arena, _arenaAll),
], expected: (count) => count * sumOfAll);

int _protoAll(int count) {
  final encoded = _encoded;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    sum += sumProto(PbResultSet.fromBuffer(encoded));
  }
  return sum;
}

int _boundedAll(int count) {
  final set = _bounded;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    sum += sumBounded(set);
  }
  return sum;
}

int _arenaAll(int count) {
  final set = _set;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    sum += sumArena(set);
  }
  return sum;
}

// What is built was checked before; here is only seen that there is as much of it.
final _build = Comparison('build, in new memory', const [
  Contender(protobuf, _protoBuild),
  Contender(bounded, _boundedBuild),
  Contender(arena, _arenaBuild),
], expected: (count) => count);

int _protoBuild(int count) {
  var right = 0;
  for (var pass = 0; pass < count; pass++) {
    if (encode().length == _protoBytes) right++;
  }
  return right;
}

int _boundedBuild(int count) {
  var right = 0;
  for (var pass = 0; pass < count; pass++) {
    final box = buildBounded();
    if (box.ref.rows.length == rows.length) right++;
    box.dispose();
  }
  return right;
}

int _arenaBuild(int count) {
  var right = 0;
  for (var pass = 0; pass < count; pass++) {
    final arena = buildArena();
    if (arena.lengthInBytes == _arenaBytes) right++;
    arena.dispose();
  }
  return right;
}
