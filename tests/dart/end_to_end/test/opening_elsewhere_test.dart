/// Tests which file the isolates of a process open by default, once one of them has
/// opened another than the default one.
library;

import 'dart:io';
import 'dart:isolate';

import 'package:fixture_pools/fixture_pools.dart';
import 'package:test/test.dart';

import 'machine.dart';

void main() {
  final byDefault = Platform.environment['FIXTURE_POOLS_LIBRARY']!;
  final folder = Directory.systemTemp.createTempSync();
  tearDownAll(() => deleteFolder(folder));
  final other = File(byDefault).copySync('${folder.path}/renamed.so').path;

  test('that one, whose pools they share', () async {
    final library = FixturePoolsLibrary.open(path: other);
    final token = library.newToken(5);
    final reference = TokenPool.reference(token);
    final seen = await Isolate.run(
      () => (
        FixturePoolsLibrary.instance.path,
        reference.message?.id,
        TokenPool.stats.live,
      ),
    );
    expect(seen, (other, 5, 1));
    token.dispose();
    final afterwards = await Isolate.run(() => FixturePoolsLibrary.open().path);
    expect(afterwards, other);
  }, testOn: 'linux || mac-os');

  test('but another file where they ask for it', () async {
    final path = await Isolate.run(
      () => FixturePoolsLibrary.open(path: byDefault).path,
    );
    expect(path, byDefault);
  });
}
