/// Messages as `protoc` would write them, without the parts that the benchmark does
/// not use.
library;

import 'package:protobuf/protobuf.dart';

final class PbSixteen extends GeneratedMessage {
  factory PbSixteen() => PbSixteen._();

  PbSixteen._();

  factory PbSixteen.fromBuffer(List<int> data) =>
      PbSixteen()..mergeFromBuffer(data);

  static final _info = _build();

  static BuilderInfo _build() {
    final info = BuilderInfo(
      'Sixteen',
      createEmptyInstance: PbSixteen._create,
    );
    for (var i = 0; i < 8; i++) {
      info.aI(i + 1, 'f$i', fieldType: PbFieldType.OU3);
    }
    for (var i = 0; i < 8; i++) {
      info.aD(i + 9, 'g$i');
    }
    return info..hasRequiredFields = false;
  }

  static GeneratedMessage _create() => PbSixteen._();

  @override
  BuilderInfo get info_ => _info;

  @override
  PbSixteen createEmptyInstance() => PbSixteen._();

  @override
  PbSixteen clone() => deepCopy();

  int f(int index) => $_getIZ(index);
  void setF(int index, int value) => $_setUnsignedInt32(index, value);
  double g(int index) => $_getN(8 + index);
  void setG(int index, double value) => $_setDouble(8 + index, value);
}

final class PbRows extends GeneratedMessage {
  factory PbRows() => PbRows._();

  PbRows._();

  factory PbRows.fromBuffer(List<int> data) => PbRows()..mergeFromBuffer(data);

  static final _info =
      BuilderInfo('Rows', createEmptyInstance: PbRows._create)
        ..pPM<PbSixteen>(1, 'rows', subBuilder: PbSixteen._create)
        ..hasRequiredFields = false;

  static GeneratedMessage _create() => PbRows._();

  @override
  BuilderInfo get info_ => _info;

  @override
  PbRows createEmptyInstance() => PbRows._();

  @override
  PbRows clone() => deepCopy();

  List<PbSixteen> get rows => $_getList<PbSixteen>(0);
}
