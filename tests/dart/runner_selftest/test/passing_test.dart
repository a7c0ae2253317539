import 'package:test/test.dart';

void main() {
  final log = <String>[];

  setUpAll(() => log.add('all'));
  setUp(() => log.add('up'));
  tearDown(() => log.add('down'));

  test('synchronous', () {
    expect(log, ['all', 'up']);
  });

  group('group', () {
    setUp(() => log.add('inner'));

    test('runs every set up, outer first', () {
      expect(log, ['all', 'up', 'down', 'up', 'inner']);
    });

    test('asynchronous', () async {
      await Future<void>.delayed(const Duration(milliseconds: 1));
      await expectLater(Future.value(1), completion(1));
      expect(() => throw StateError('x'), throwsStateError);
      print('printed');
    });
  });

  test('skipped', () => fail('ran'), skip: 'not yet');
}
