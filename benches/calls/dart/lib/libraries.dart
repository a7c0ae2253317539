/// The one native library, bound in four ways, and the memory they share.
library;

import 'dart:ffi';
import 'dart:typed_data';

import 'package:bench_calls/bench_calls.dart';

import 'hand_written.dart';

const generated = 'generated';
const raw = 'generated, without range checks';
const checked = 'by hand, same C function, status checked';
const unchecked = 'by hand, same C function, status ignored';
const plain = 'by hand, plain C function without a status';

late final BenchCallsLibrary generatedLibrary;
late final HandWritten checkedLibrary;
late final Unchecked uncheckedLibrary;
late final Plain plainLibrary;
late final HandObjects handObjects;

/// Number of particles, as in one frame.
const particleCount = 10000;

late final ParticleArray particles;

/// The memory of [particles], bound by hand.
late final Pointer<HandParticle> handParticles;

/// The memory of [particles] as bytes.
late final Uint8List handBytes;

void openLibraries(String path) {
  generatedLibrary = BenchCallsLibrary.open(path: path);
  final library = DynamicLibrary.open(path);
  checkedLibrary = HandWritten(library);
  uncheckedLibrary = Unchecked(library);
  plainLibrary = Plain(library);
  particles = ParticleArray(particleCount);
  handParticles = particles.raw.pointer.cast();
  handObjects = HandObjects(library);
  handBytes = handParticles.cast<Uint8>().asTypedList(
    particleCount * sizeOf<HandParticle>(),
  );
}

/// Moves every particle to its start.
///
/// All numbers are small multiples of 1/4: `f32` and Dart's `double` compute
/// with them exactly, so that all contenders must agree to the last bit.
void resetParticles() {
  for (var i = 0; i < particleCount; i++) {
    (handParticles + i).ref
      ..x = startX(i)
      ..y = 0
      ..z = -startX(i)
      ..vx = startVx(i)
      ..vy = 1
      ..vz = 0.5
      ..mass = 2
      ..id = i;
  }
}

double startX(int index) => index % 100 + 0.25;

double startVx(int index) => (index % 5) * 0.25;
