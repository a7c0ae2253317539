/// Tests a shutdown of the library with live objects, running calls, and a
/// destructor that blocks. It is of the whole process, so it has a program of its
/// own.
library;

import 'package:fixture_services/fixture_services.dart';
import 'package:test/test.dart';

/// Lets the event loop turn until [done].
Future<void> _until(bool Function() done) async {
  while (!done()) {
    await Future<void>.delayed(Duration.zero);
  }
}

void main() {
  test('a shutdown ends the calls of objects, which live on', () async {
    final library = FixtureServicesLibrary.open();
    final image = Image.point(0.5), gate = Gate(), stubborn = Stubborn();
    final store = library.openStore(20);
    final token = image.share();
    final calls = [
      for (var i = 0; i < 100; i++) image.wait(gate),
      stubborn.wait(gate),
    ];
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
    final watched = store.watch(0).listen(null, onError: (Object _) {});
    // Its last owner is the call.
    stubborn.dispose();
    expect(library.left().objects, 3);
    library.shutdown();
    await Future.wait(ended);
    expect(closed, calls.length);
    await watched.cancel();
    await _until(() => Stubborn.waiting() == 1);

    // Handles are the caller's, so a shutdown leaves them; tokens are nobody's.
    expect(() => Image.redeem(token), throwsA(isA<StaleObjectException>()));
    expect(library.left().droppedTokens, 1);
    expect((image.width, store.length), (1, 20));
    await expectLater(image.mean(), throwsA(isA<LibraryClosedException>()));
    await expectLater(
      store.watch(0).first,
      throwsA(isA<LibraryClosedException>()),
    );

    Stubborn.letThrough(1);
    await _until(() => Stubborn.waiting() == 0);
    image.dispose();
    gate.dispose();
    store.dispose();
    await _until(() => library.left().images == 0);
    final left = library.left();
    expect((left.objects, left.tokens, left.stores), (0, 0, 0));
  });
}
