/// The view of a message with bounds, and other ways to do the same.
library;

import 'dart:ffi';

import 'package:bench_arenas/bench_arenas.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

import 'libraries.dart';
import 'ours.dart';

const _view = 'the view';
const _box = 'a box, assigned';
const _typedData = 'by hand, a typed data for each';

/// Texts of up to 16 bytes, by hand.
final class _Tag extends Struct {
  @Uint32()
  external int length;

  @Array(16)
  external Array<Uint8> bytes;
}

/// Up to 8 of them.
final class _Tags extends Struct {
  @Uint32()
  external int length;

  @Array(8)
  external Array<_Tag> items;
}

/// Sizes in bytes: the head before the rows, a row, and its head before the list of labels.
const _beforeRows = 24;
const _rowSize = 800;
const _beforeTags = 164;

late final BoundedSet _set;
late final List<BoundedRow> _rows;
late final List<_Tags> _tags;

/// Compares an optional message that is made in place, and texts of a list.
void compareBounded(String mode) {
  final box = buildBounded();
  _set = box.ref;
  _rows = [for (final row in _set.rows) row];
  _tags = [
    for (var i = 0; i < rows.length; i++)
      Struct.create(box.bytes, _beforeRows + i * _rowSize + _beforeTags),
  ];
  final texts = _readTexts.run();
  printRatio(
    '${mode}_text_of_list_vs_typed_data_each',
    texts[_view]!,
    texts[_typedData]!,
    const Target.atMost(1),
  );
  final notes = _newNotes.run();
  printRatio(
    '${mode}_optional_message_vs_box',
    notes[_view]!,
    notes[_box]!,
    const Target.atMost(0.5),
  );
}

/// Number of the texts, and what reading them gives.
final int _count = rows.fold(0, (sum, row) => sum + row.tags.length);
final int _sum = rows.fold(
  0,
  (sum, row) =>
      row.tags.fold(sum, (sum, tag) => sum + tag.length + tag.codeUnitAt(0)),
);

final _readTexts = Comparison(
  'read a text of a list',
  const [Contender(_typedData, _typedDataTexts), Contender(_view, _viewTexts)],
  expected: (count) => count * _sum,
  unit: _count,
);

int _viewTexts(int count) {
  final rows = _rows;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (final row in rows) {
      final tags = row.tags;
      final length = tags.length;
      for (var i = 0; i < length; i++) {
        final tag = tags[i];
        sum += tag.length + tag.codeUnitAt(0);
      }
    }
  }
  return sum;
}

int _typedDataTexts(int count) {
  final lists = _tags;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (final tags in lists) {
      final length = tags.length;
      if (length > 8) throw StateError('length');
      for (var i = 0; i < length; i++) {
        final text = tags.items[i];
        final bytes = text.bytes.elements;
        final used = text.length;
        if (used > bytes.length) throw StateError('length');
        var all = 0;
        for (var j = 0; j < used; j++) {
          all |= bytes[j];
        }
        if (all >= 0x80) throw StateError('text');
        final tag = String.fromCharCodes(bytes, 0, used);
        sum += tag.length + tag.codeUnitAt(0);
      }
    }
  }
  return sum;
}

final _newNotes = Comparison(
  'set an optional message',
  const [Contender(_box, _boxNotes), Contender(_view, _viewNotes)],
  expected: (count) => count * (rows.length - 1) * rows.length ~/ 2,
  unit: 1000,
);

int _viewNotes(int count) {
  final rows = _rows;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < rows.length; i++) {
      final row = rows[i]..note = null;
      row.newNote()
        ..at = i
        ..author = 'somebody';
      sum += row.note!.at;
    }
  }
  return sum;
}

int _boxNotes(int count) {
  final rows = _rows;
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < rows.length; i++) {
      final row = rows[i]..note = null;
      final box = BoundedNoteBox();
      final note = box.ref
        ..at = i
        ..author = 'somebody';
      row.note = note;
      box.dispose();
      sum += row.note!.at;
    }
  }
  return sum;
}
