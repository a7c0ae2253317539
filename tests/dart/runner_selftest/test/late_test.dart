import 'dart:async';

import 'package:test/test.dart';

void main() {
  test('throws after its end', () {
    Timer.run(() => throw StateError('late'));
  });

  test('takes longer', () async {
    await Future<void>.delayed(const Duration(milliseconds: 50));
  });

  group('set up fails', () {
    setUpAll(() => throw StateError('set up'));
    test('never runs', () => print('ran'));
  });
}
