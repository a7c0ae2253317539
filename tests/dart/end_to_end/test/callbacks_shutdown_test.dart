/// Tests a shutdown of the library while functions are asked. It is of the whole
/// process, so it has a program of its own.
library;

import 'dart:async';

import 'package:fixture_callbacks/fixture_callbacks.dart';
import 'package:test/test.dart';

void main() {
  test('a shutdown ends all calls, and refuses later ones', () async {
    final library = FixtureCallbacksLibrary.open();
    final never = Completer<int>();
    var asked = 0;
    library.storm(
      threads: 8,
      answer: (_) {
        asked++;
        return never.future;
      },
      frame: (frame) => frame.dispose(),
    );
    library.keep((number) => number, 1);
    while (asked < 8) {
      await Future<void>.delayed(Duration.zero);
    }
    library.shutdown();
    while (library.asking() > 0) {
      await Future<void>.delayed(Duration.zero);
    }
    expect(library.ended(), 8);
    expect(library.notifyKept(1), 0);
    expect(library.dropKept(), 1);
    never.complete(1);
    await expectLater(
      library.weighLater(1, (_) => 1),
      throwsA(isA<LibraryClosedException>()),
    );
  });
}
