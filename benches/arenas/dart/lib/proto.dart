/// The result set as `protoc` would write it, without the parts that the
/// benchmark does not use.
library;

import 'dart:typed_data';

import 'package:fixnum/fixnum.dart';
import 'package:protobuf/protobuf.dart';

import 'libraries.dart';

final class PbNote extends GeneratedMessage {
  factory PbNote() => PbNote._();

  PbNote._();

  static final _info = BuilderInfo('Note', createEmptyInstance: PbNote._create)
    ..aInt64(1, 'at')
    ..aOS(2, 'author')
    ..aOS(3, 'body')
    ..hasRequiredFields = false;

  static PbNote _create() => PbNote._();

  @override
  BuilderInfo get info_ => _info;

  @override
  PbNote createEmptyInstance() => PbNote._();

  @override
  PbNote clone() => deepCopy();

  Int64 get at => $_getI64(0);
  set at(Int64 value) => $_setInt64(0, value);

  String get author => $_getSZ(1);
  set author(String value) => $_setString(1, value);

  String get body => $_getSZ(2);
  set body(String value) => $_setString(2, value);
}

final class PbRow extends GeneratedMessage {
  factory PbRow() => PbRow._();

  PbRow._();

  static final _info = BuilderInfo('Row', createEmptyInstance: PbRow._create)
    ..a<Int64>(1, 'id', PbFieldType.OU6, defaultOrMaker: Int64.ZERO)
    ..aInt64(2, 'created')
    ..aD(3, 'score')
    ..aOS(4, 'name')
    ..pPS(5, 'tags')
    ..aOM<PbNote>(6, 'note', subBuilder: PbNote._create)
    ..aI(7, 'status')
    ..aI(8, 'version', fieldType: PbFieldType.OU3)
    ..aOB(9, 'paid')
    ..hasRequiredFields = false;

  static PbRow _create() => PbRow._();

  @override
  BuilderInfo get info_ => _info;

  @override
  PbRow createEmptyInstance() => PbRow._();

  @override
  PbRow clone() => deepCopy();

  Int64 get id => $_getI64(0);
  set id(Int64 value) => $_setInt64(0, value);

  Int64 get created => $_getI64(1);
  set created(Int64 value) => $_setInt64(1, value);

  double get score => $_getN(2);
  set score(double value) => $_setDouble(2, value);
  bool hasScore() => $_has(2);

  String get name => $_getSZ(3);
  set name(String value) => $_setString(3, value);

  List<String> get tags => $_getList(4);

  PbNote get note => $_getN(5);
  set note(PbNote value) => $_setField(6, value);
  bool hasNote() => $_has(5);

  int get status => $_getIZ(6);
  set status(int value) => $_setSignedInt32(6, value);

  int get version => $_getIZ(7);
  set version(int value) => $_setUnsignedInt32(7, value);

  bool get paid => $_getBF(8);
  set paid(bool value) => $_setBool(8, value);
}

final class PbResultSet extends GeneratedMessage {
  factory PbResultSet() => PbResultSet._();

  PbResultSet._();

  factory PbResultSet.fromBuffer(List<int> data) =>
      PbResultSet()..mergeFromBuffer(data);

  static final _info =
      BuilderInfo('ResultSet', createEmptyInstance: PbResultSet._create)
        ..a<Int64>(1, 'next', PbFieldType.OU6, defaultOrMaker: Int64.ZERO)
        ..pPM<PbRow>(2, 'rows', subBuilder: PbRow._create)
        ..hasRequiredFields = false;

  static PbResultSet _create() => PbResultSet._();

  @override
  BuilderInfo get info_ => _info;

  @override
  PbResultSet createEmptyInstance() => PbResultSet._();

  @override
  PbResultSet clone() => deepCopy();

  Int64 get next => $_getI64(0);
  set next(Int64 value) => $_setInt64(0, value);

  List<PbRow> get rows => $_getList<PbRow>(1);
}

/// Builds the set, and returns its bytes.
Uint8List encode() {
  final set = PbResultSet()..next = Int64(rows.length);
  final list = set.rows;
  for (final from in rows) {
    final row = PbRow()
      ..id = Int64(from.id)
      ..created = Int64(from.created)
      ..name = from.name
      ..status = from.status
      ..version = from.version
      ..paid = from.paid;
    if (from.score case final score?) row.score = score;
    row.tags.addAll(from.tags);
    if (from.note case final note?) {
      row.note = PbNote()
        ..at = Int64(note.at)
        ..author = note.author
        ..body = note.body;
    }
    list.add(row);
  }
  return set.writeToBuffer();
}

/// Reads every field.
int sumProto(PbResultSet set) {
  var sum = set.next.toInt();
  for (final row in set.rows) {
    sum += row.id.toInt() + row.created.toInt() + row.status + row.version;
    sum += (row.paid ? 1 : 0) + row.name.length;
    if (row.hasScore()) sum += row.score.toInt();
    for (final tag in row.tags) {
      sum += tag.length + tag.codeUnitAt(0);
    }
    if (row.hasNote()) {
      final note = row.note;
      sum += note.at.toInt() + note.author.length + note.body.length;
    }
  }
  return sum;
}
