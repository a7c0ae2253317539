/// Tests pools after the library was shut down, which closes them for the whole
/// process until an isolate opens it.
library;

import 'dart:ffi';
import 'dart:isolate';

import 'package:fixture_pools/fixture_pools.dart';
import 'package:test/test.dart';

void main() {
  test('nothing is given or taken after a shutdown', () async {
    final library = FixturePoolsLibrary.open();
    final token = TokenPool.alloc()..ref.id = 77;
    final box = TokenPool.owned();
    final reference = TokenPool.reference(token);
    final queued = EventPool.alloc(), event = EventPool.alloc();
    OrdersQueue.push(queued);
    final many = ParticlePool.allocMany(10);

    expect(library.shutdown(), 14, reason: 'slots that were not given back');
    expect(library.shutdown(), 14);

    final closed = throwsA(isA<PoolClosedException>());
    expect(TokenPool.stats.state, PoolState.closed);
    expect(TokenPool.tryAlloc(), isNull);
    expect(TokenPool.alloc, closed);
    expect(() => TokenPool.allocMany(1), closed);
    // Also a pool that was never used.
    expect(FramePool.alloc, closed);
    final before = TokenPool.stats;
    expect(() => TokenPool.free(token), closed);
    expect(() => TokenPool.free(token), closed);
    expect(TokenPool.stats.badClosed - before.badClosed, 2);
    expect(many.free, closed);
    expect(() => library.newToken(1), closed);
    expect(() => library.spend(token), closed);
    expect(() => OrdersQueue.push(event), closed);

    // Messages can still be read, and be dropped without an error.
    expect(token.ref.id, 77);
    expect(reference.message?.id, 77);
    box.dispose();
    expect(() => box.ref, throwsStateError);
    expect(TokenPool.stats.live, 2);
    expect(Pointer<Token>.fromAddress(token.address).ref.id, 77);

    // An isolate that starts, as after a hot restart, opens the pools again.
    final (id, lost) = await Isolate.run(() {
      FixturePoolsLibrary.open();
      final token = TokenPool.alloc()..ref.id = 78;
      final id = token.ref.id;
      TokenPool.free(token);
      return (id, TokenPool.stats.lost);
    });
    expect((id, lost), (78, 2));
    expect(TokenPool.stats.state, PoolState.open);
    TokenPool.free(token);
    expect(TokenPool.stats.live, 1, reason: 'the box came too late');
  });
}
