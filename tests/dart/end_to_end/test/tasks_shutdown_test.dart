/// Tests a shutdown of the library during calls. It is of the whole process, so it
/// has a program of its own.
library;

import 'dart:isolate';

import 'package:fixture_tasks/fixture_tasks.dart';
import 'package:test/test.dart';

/// Lets the event loop turn until [done].
Future<void> _until(bool Function() done) async {
  while (!done()) {
    await Future<void>.delayed(Duration.zero);
  }
}

void main() {
  test('a shutdown ends a thousand calls, and refuses later ones', () async {
    final library = FixtureTasksLibrary.open();
    final calls = [
      for (var i = 0; i < 400; i++) library.sleep(),
      for (var i = 0; i < 300; i++) library.hold(i % 3),
      for (var i = 0; i < 295; i++) library.wait(10 + i),
      for (var i = 0; i < 5; i++) library.block(1000),
    ];
    await _until(() => library.came(1000) == 5);
    var closed = 0;
    final ended = [
      for (final call in calls)
        call.then<void>(
          (_) => fail('it had no end'),
          onError: (Object error) {
            expect(error, isA<LibraryClosedException>());
            closed++;
          },
        ),
    ];
    library.shutdown();
    await Future.wait(ended);
    expect(closed, 1000);
    await _until(() => library.counts().tasks == 0);

    await expectLater(
      library.addOne(1),
      throwsA(isA<LibraryClosedException>()),
    );
    await expectLater(
      library.square(1),
      throwsA(isA<LibraryClosedException>()),
    );
    await expectLater(
      library.inlined(4),
      throwsA(isA<LibraryClosedException>()),
    );

    // As after a hot restart.
    expect(await Isolate.run(() => FixtureTasksLibrary.open().addOne(1)), 2);
    expect(await library.addOne(2), 3);
  });
}
