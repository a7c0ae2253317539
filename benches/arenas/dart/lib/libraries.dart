/// The native library, and the rows as ordinary values, which all contenders build
/// from.
library;

import 'package:bench_arenas/bench_arenas.dart';

const arena = 'arena';
const bounded = 'bounded';
const protobuf = 'package protobuf';

/// A remark about a row.
typedef SourceNote = ({int at, String author, String body});

/// A row.
typedef SourceRow = ({
  int id,
  int created,
  double? score,
  String name,
  List<String> tags,
  SourceNote? note,
  int status,
  int version,
  bool paid,
});

late final BenchArenasLibrary library;

late final List<SourceRow> rows;

/// Result of reading every field.
late final int sumOfAll;

void openLibraries(String path) {
  library = BenchArenasLibrary.open(path: path);
  final made = library.made();
  sumOfAll = library.sum(made);
  rows = [for (final row in made.root.rows) _row(row)];
}

SourceRow _row(Row row) => (
  id: row.id,
  created: row.created,
  score: row.score,
  name: row.name,
  tags: row.tags.toList(),
  note: _note(row.note),
  status: row.status,
  version: row.version,
  paid: row.paid,
);

SourceNote? _note(Note? note) =>
    note == null ? null : (at: note.at, author: note.author, body: note.body);
