/// The result set as an arena, and as a message with bounds.
library;

import 'package:bench_arenas/bench_arenas.dart';

import 'libraries.dart';

/// Builds the set from the owner's first chunks on.
ResultSetArena buildArena() {
  final arena = ResultSetArena();
  final set = arena.root..next = rows.length;
  final list = set.rows..reserve(rows.length);
  for (final from in rows) {
    final row = list.addNew()
      ..id = from.id
      ..created = from.created
      ..score = from.score
      ..name = from.name
      ..tags = from.tags
      ..status = from.status
      ..version = from.version
      ..paid = from.paid;
    final note = from.note;
    if (note != null) {
      row.newNote()
        ..at = note.at
        ..author = note.author
        ..body = note.body;
    }
  }
  return arena;
}

/// Builds the set in new memory.
BoundedSetBox buildBounded() {
  final box = BoundedSetBox();
  final set = box.ref..next = rows.length;
  final list = set.rows;
  for (final from in rows) {
    final row = list.addZeroed()
      ..id = from.id
      ..created = from.created
      ..score = from.score
      ..name = from.name
      ..tags = from.tags
      ..status = from.status
      ..version = from.version
      ..paid = from.paid;
    final note = from.note;
    if (note != null) {
      row.newNote()
        ..at = note.at
        ..author = note.author
        ..body = note.body;
    }
  }
  return box;
}

/// Reads every field.
int sumArena(ResultSet set) {
  var sum = set.next ?? 0;
  final rows = set.rows;
  final length = rows.length;
  for (var i = 0; i < length; i++) {
    final row = rows[i];
    sum += row.id + row.created + row.status + row.version;
    sum += (row.paid ? 1 : 0) + (row.score ?? 0).toInt() + row.name.length;
    final tags = row.tags;
    final count = tags.length;
    for (var j = 0; j < count; j++) {
      final tag = tags[j];
      sum += tag.length + tag.codeUnitAt(0);
    }
    final note = row.note;
    if (note != null) {
      sum += note.at + note.author.length + note.body.length;
    }
  }
  return sum;
}

/// Reads every field.
int sumBounded(BoundedSet set) {
  var sum = set.next ?? 0;
  final rows = set.rows;
  final length = rows.length;
  for (var i = 0; i < length; i++) {
    final row = rows[i];
    sum += row.id + row.created + row.status + row.version;
    sum += (row.paid ? 1 : 0) + (row.score ?? 0).toInt() + row.name.length;
    final tags = row.tags;
    final count = tags.length;
    for (var j = 0; j < count; j++) {
      final tag = tags[j];
      sum += tag.length + tag.codeUnitAt(0);
    }
    final note = row.note;
    if (note != null) {
      sum += note.at + note.author.length + note.body.length;
    }
  }
  return sum;
}
