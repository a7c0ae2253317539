/// A result as `protoc` would write it, without the parts that the benchmark
/// does not use: see `src/proto.rs`.
library;

import 'package:fixnum/fixnum.dart';
import 'package:protobuf/protobuf.dart';

enum PbKind { integer, real, text, blob, notSet }

final class PbValue extends GeneratedMessage {
  factory PbValue() => PbValue._();

  PbValue._();

  static const _kinds = {
    1: PbKind.integer,
    2: PbKind.real,
    3: PbKind.text,
    4: PbKind.blob,
    0: PbKind.notSet,
  };

  static final _info =
      BuilderInfo('Value', createEmptyInstance: PbValue._create)
        ..oo(0, [1, 2, 3, 4])
        ..aInt64(1, 'integer')
        ..aD(2, 'real')
        ..aOS(3, 'text')
        ..a<List<int>>(4, 'blob', PbFieldType.OY)
        ..hasRequiredFields = false;

  static GeneratedMessage _create() => PbValue._();

  @override
  BuilderInfo get info_ => _info;

  @override
  PbValue createEmptyInstance() => PbValue._();

  @override
  PbValue clone() => deepCopy();

  PbKind whichKind() => _kinds[$_whichOneof(0)]!;

  Int64 get integer => $_getI64(0);
  double get real => $_getN(1);
  String get text => $_getSZ(2);
}

final class PbRow extends GeneratedMessage {
  factory PbRow() => PbRow._();

  PbRow._();

  static final _info = BuilderInfo('Row', createEmptyInstance: PbRow._create)
    ..pPM<PbValue>(1, 'values', subBuilder: PbValue._create)
    ..hasRequiredFields = false;

  static GeneratedMessage _create() => PbRow._();

  @override
  BuilderInfo get info_ => _info;

  @override
  PbRow createEmptyInstance() => PbRow._();

  @override
  PbRow clone() => deepCopy();

  List<PbValue> get values => $_getList<PbValue>(0);
}

final class PbResultSet extends GeneratedMessage {
  factory PbResultSet() => PbResultSet._();

  PbResultSet._();

  factory PbResultSet.fromBuffer(List<int> data) =>
      PbResultSet()..mergeFromBuffer(data);

  static final _info =
      BuilderInfo('ResultSet', createEmptyInstance: PbResultSet._create)
        ..pPM<PbRow>(1, 'rows', subBuilder: PbRow._create)
        ..hasRequiredFields = false;

  static GeneratedMessage _create() => PbResultSet._();

  @override
  BuilderInfo get info_ => _info;

  @override
  PbResultSet createEmptyInstance() => PbResultSet._();

  @override
  PbResultSet clone() => deepCopy();

  List<PbRow> get rows => $_getList<PbRow>(0);
}
