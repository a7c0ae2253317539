/// Uses a package whose functions Dart resolves itself in what its hook bundles. The
/// argument is another file of the library. It is run in an app that
/// `tests/tests/project.rs` makes.
library;

import 'package:fixture_pools/fixture_pools.dart';

void main(List<String> arguments) {
  // The first use of the package opens and checks the library, also without an object.
  final slot = TokenPool.raw.alloc();
  TokenPool.raw.free(slot);
  EventsQueue.raw.push(EventPool.raw.alloc());
  print('event ${EventsQueue.tryPop()!.ref.number}');

  final library = FixturePoolsLibrary.instance;
  final token = library.newToken(7);
  print('token ${library.spend(token)}, ${TokenPool.stats.live} live');
  final path = library.path;
  try {
    FixturePoolsLibrary.open(path: arguments.single);
    print('opened both');
  } on StateError catch (error) {
    print(error.message.replaceAll(path, 'BUNDLED'));
  }
}
