/// The result set as `protoc` would write it, without the parts that the
/// benchmark does not use.
library;

import 'package:fixnum/fixnum.dart';
import 'package:protobuf/protobuf.dart';

final class PbStatus extends ProtobufEnum {
  const PbStatus._(super.value, super.name);

  static const unknown = PbStatus._(0, 'UNKNOWN');
  static const active = PbStatus._(1, 'ACTIVE');
  static const suspended = PbStatus._(2, 'SUSPENDED');
  static const closed = PbStatus._(3, 'CLOSED');

  static const values = [unknown, active, suspended, closed];
}

final class PbRow extends GeneratedMessage {
  factory PbRow() => PbRow._();

  PbRow._();

  static final _info = BuilderInfo('Row', createEmptyInstance: PbRow._create)
    ..a<Int64>(1, 'id', PbFieldType.OU6, defaultOrMaker: Int64.ZERO)
    ..aOS(2, 'name')
    ..aE<PbStatus>(3, 'status', enumValues: PbStatus.values)
    ..aD(4, 'score')
    ..aInt64(5, 'created')
    ..aI(6, 'version', fieldType: PbFieldType.OU3)
    ..aOB(7, 'paid')
    ..hasRequiredFields = false;

  static GeneratedMessage _create() => PbRow._();

  @override
  BuilderInfo get info_ => _info;

  @override
  PbRow createEmptyInstance() => PbRow._();

  @override
  PbRow clone() => deepCopy();

  Int64 get id => $_getI64(0);
  set id(Int64 value) => $_setInt64(0, value);

  String get name => $_getSZ(1);
  set name(String value) => $_setString(1, value);

  PbStatus get status => $_getN(2);
  set status(PbStatus value) => $_setField(3, value);

  double get score => $_getN(3);
  set score(double value) => $_setDouble(3, value);
  bool hasScore() => $_has(3);

  Int64 get created => $_getI64(4);
  set created(Int64 value) => $_setInt64(4, value);

  int get version => $_getIZ(5);
  set version(int value) => $_setUnsignedInt32(5, value);

  bool get paid => $_getBF(6);
  set paid(bool value) => $_setBool(6, value);
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

  static GeneratedMessage _create() => PbResultSet._();

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
