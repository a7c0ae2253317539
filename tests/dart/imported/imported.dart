/// Uses the library that `tests/tests/proto.rs` makes of `tests/protos/old_style.proto`:
/// each message and both services, whose implementors are in `lib.rs`.
library;

import 'dart:async';

import 'package:old_style/old_style.dart';

void _check(Object? got, Object? expected) {
  if (got != expected) throw StateError('$got is not $expected');
}

Future<void> main() async {
  final library = OldStyleLibrary.open();
  await _users(library.users());
  await _media(library.media());
  _particles();
  // A picture of 64 MiB in a thread whose stack is a 256th of that.
  print('${library.largeOnASmallStack()} pixels on a small stack');
}

UserQueryArena _named(String name) => UserQueryArena()..root.name = name;

Future<void> _users(UserService users) async {
  final ada = users.find(_named('ada'));
  print('${ada.root.id} ${ada.root.name} ${ada.root.type}');
  try {
    users.find(_named('nobody'));
    throw StateError('it was found');
  } on FfiException catch (error) {
    print(error.message);
  }
  Stream<UserArena> invited() async* {
    for (var i = 0; i < 5000; i++) {
      yield UserArena()
        ..root.name = 'guest $i'
        ..root.type = 'invited';
    }
  }

  print('${(await users.invite(invited())).users} users');
  final guests = await users.watch(_named('guest 49')).toList();
  print('${guests.length} found, the last one is ${guests.last.root.name}');
  _check(guests.last.root.type, 'invited');
}

Future<void> _media(MediaService media) async {
  const all = 4096 * 4096;
  final size = const SizeData(width: 4096, height: 4096).toBox();
  final image = media.draw(size);
  final pixels = image.root.pixels;
  _check(pixels.length, all);
  for (var at = 0; at < all; at += 4099) {
    _check(pixels[at], at % 256 / 256);
  }
  print('${pixels.length} values, the last is ${pixels[all - 1]}');
  // Dart writes into the memory that Rust reads.
  for (var at = 0; at < 4096; at++) {
    pixels[at] = 0.5;
  }
  print('mean ${media.average(image).value}');
  final again = ImageBufferArena.fromProto(image.toProto());
  _check(again.root.pixels[4095], 0.5);
  _check(again.root.pixels[all - 1], 255 / 256);
  _check(again.root.height, 4096);
  image.dispose();
  again.dispose();

  final small = const SizeData(width: 64, height: 32).toBox();
  final frame = media.latest(small);
  print('frame ${frame.ref.timestamp}, ${frame.ref.data.length} bytes');
  _check(frame.ref.data[2047], 9);
  frame.dispose();
  await for (final lent in media.film(small.ref)) {
    final view = lent.ref;
    print('frame ${view.timestamp}, camera ${view.camera?.z}');
  }
  _check(VideoFramePool.stats.live, 0);

  final plan = media.explain(_named('users'));
  final children = [for (final child in plan.children) child.message!];
  print('${plan.type} of ${children.map((it) => it.table).join(' and ')}');
  _check(children.every((it) => it.type.number == PlanKind.scan.value), true);
  final moved = media.step(const ParticleData(x: 1, y: 2, speed: 0.5).toBox());
  _check((moved.x, moved.y, moved.speed), (1.5, 2.0, 0.5));
}

void _particles() {
  final particles = ParticleArray(1000);
  for (var i = 0; i < particles.length; i++) {
    particles[i]
      ..x = i.toDouble()
      ..speed = 0.25;
  }
  particles.simdFields.x.add(0.5);
  print(
    'x ${particles[999].x}, the sum of speeds is ${particles.simdFields.speed.sum()}',
  );
  final boxes = [for (var i = 0; i < 1000; i++) ParticlePool.alloc()];
  _check(ParticlePool.tryAlloc(), null);
  for (final box in boxes) {
    box.dispose();
  }
  _check(ParticlePool.stats.live, 0);
}
