/// Tests a shutdown of the library while it is listened to. It is of the whole
/// process, so it has a program of its own.
library;

import 'dart:async';
import 'dart:isolate';

import 'package:fixture_streams/fixture_streams.dart';
import 'package:test/test.dart';

/// Lets the event loop turn until [done].
Future<void> _until(bool Function() done) async {
  while (!done()) {
    await Future<void>.delayed(Duration.zero);
  }
}

void main() {
  test('a shutdown ends all streams, and refuses later ones', () async {
    final library = FixtureStreamsLibrary.open();
    var closed = 0, done = 0;
    void listen(Stream<Object?> stream) {
      stream.listen(
        null,
        onError: (Object error) {
          expect(error, isA<LibraryClosedException>());
          closed++;
        },
        onDone: () => done++,
      );
    }

    for (var i = 0; i < 100; i++) {
      listen(library.gated(1));
      listen(library.endless(2));
      // Slots that wait at a shutdown are lost, and the pool has 1024.
      if (i < 10) listen(library.endlessPages(3));
    }
    // The queue is closed as well, which its stream may see first: that is its end.
    var queueEnds = 0;
    JobsQueue.stream().listen(
      null,
      onError: (Object error) => expect(error, isA<LibraryClosedException>()),
      onDone: () => queueEnds++,
    );
    final controller = StreamController<int>();
    var cancelled = false;
    controller.onCancel = () => cancelled = true;
    await library.readOn(controller.stream);
    final paused = library.endless(4).listen(null)..pause();
    await _until(() => library.made(4) == 8);
    library.shutdown();
    await _until(() => done == 210 && queueEnds == 1);
    expect(closed, 210);
    await _until(() => cancelled);
    await paused.cancel();
    await _until(() => library.counts().tasks == 0);
    for (final gate in [1, 2, 3, 4]) {
      expect(library.alive(gate), 0);
    }

    await expectLater(
      JobsQueue.stream().toList(),
      throwsA(isA<LibraryClosedException>()),
    );
    await expectLater(
      library.numbers(0, 1).toList(),
      throwsA(isA<LibraryClosedException>()),
    );

    // As after a hot restart.
    expect(
      await Isolate.run(
        () => FixtureStreamsLibrary.open().numbers(0, 3).toList(),
      ),
      [0, 1, 2],
    );
    expect(await library.pages(3).length, 3);
  });
}
