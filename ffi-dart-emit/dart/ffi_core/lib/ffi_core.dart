export 'memory.dart';
export 'values.dart';
