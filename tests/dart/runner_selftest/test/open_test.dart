import 'dart:isolate';

import 'package:test/test.dart';

void main() {
  test('leaves a port open', () {
    ReceivePort().listen((_) {});
  });
}
