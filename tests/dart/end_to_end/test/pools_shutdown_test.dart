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
    final token = TokenPool.raw.alloc()..ref.id = 77;
    final box = TokenPool.alloc();
    final reference = TokenPool.raw.reference(token);
    final queued = EventPool.raw.alloc(), event = EventPool.raw.alloc();
    OrdersQueue.raw.push(queued);
    final many = ParticlePool.raw.allocMany(10);

    expect(library.shutdown(), 14, reason: 'slots that were not given back');
    expect(library.shutdown(), 14);

    final closed = throwsA(isA<PoolClosedException>());
    expect(TokenPool.stats.state, PoolState.closed);
    expect(TokenPool.raw.tryAlloc(), isNull);
    expect(TokenPool.raw.alloc, closed);
    expect(() => TokenPool.raw.allocMany(1), closed);
    // Also a pool that was never used.
    expect(FramePool.raw.alloc, closed);
    final before = TokenPool.stats;
    expect(() => TokenPool.raw.free(token), closed);
    expect(() => TokenPool.raw.free(token), closed);
    expect(TokenPool.stats.badClosed - before.badClosed, 2);
    expect(many.free, closed);
    expect(() => library.raw.newToken(1), closed);
    expect(() => library.raw.spend(token), closed);
    expect(() => OrdersQueue.raw.push(event), closed);

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
      final token = TokenPool.raw.alloc()..ref.id = 78;
      final id = token.ref.id;
      TokenPool.raw.free(token);
      return (id, TokenPool.stats.lost);
    });
    expect((id, lost), (78, 2));
    expect(TokenPool.stats.state, PoolState.open);
    TokenPool.raw.free(token);
    expect(TokenPool.stats.live, 1, reason: 'the box came too late');
  });
}
