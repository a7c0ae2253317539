import 'package:test/test.dart';

void main() {
  test('good', () {});

  test('bad', () {
    expect(1 + 1, 3, reason: 'arithmetic');
  });

  test('bad later', () async {
    await Future<void>.delayed(Duration.zero);
    throw StateError('thrown');
  });
}
