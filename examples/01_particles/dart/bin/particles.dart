/// Fills 10,000 particles, lets Rust move them for 600 frames, and checks that
/// no energy was lost.
library;

import 'dart:io';
import 'dart:math';

import 'package:particles/particles.dart';

const _count = 10000;
const _frames = 600;
const _dt = 1 / 60;

void main() {
  // Opened from PARTICLES_LIBRARY, or from the platform's default path.
  final library = ParticlesLibrary.open();

  // Owned by Dart, in memory that Rust also sees.
  final particles = ParticleArray(_count);
  _fill(particles);
  final before = _energy(particles);
  _expectClose(library.totalEnergy(particles), before, 'energy at the start');

  final watch = Stopwatch()..start();
  for (var frame = 0; frame < _frames; frame++) {
    library.step(particles, _dt);
  }
  final seconds = watch.elapsedMicroseconds / Duration.microsecondsPerSecond;

  // Dart reads what Rust wrote, in place.
  _expectClose(_energy(particles), before, 'energy at the end, in Dart');
  _expectClose(library.totalEnergy(particles), before, 'energy at the end');
  final Bounds box = library.enclosing(particles);
  _expect(box.minX >= -1 && box.maxX <= 1, 'particles stay inside, x');
  _expect(box.minY >= -1 && box.maxY <= 1, 'particles stay inside, y');

  // An error in Rust is an exception in Dart.
  final empty = ParticleArray(0);
  try {
    library.enclosing(empty);
    _expect(false, 'no particles have no box');
  } on RustErrorException catch (error) {
    _expect(error.message == 'there are no particles', 'the message is kept');
  }

  particles.dispose();
  empty.dispose();
  final framesPerSecond = (_frames / seconds).round();
  print('$_count particles, $_frames frames: $framesPerSecond frames/s');
  print('energy ${before.toStringAsFixed(3)} J, before and after');
}

/// Puts [particles] at random places inside a box, with random velocities.
void _fill(ParticleArray particles) {
  final random = Random(1);
  double within(double limit) => (random.nextDouble() * 2 - 1) * limit;
  for (final particle in particles) {
    particle
      ..x = within(1)
      ..y = within(1)
      ..vx = within(3)
      ..vy = within(3)
      ..mass = 0.1 + random.nextDouble()
      ..mode = random.nextBool() ? BoundaryMode.bounce : BoundaryMode.wrap;
    particle.bounds
      ..minX = -1
      ..minY = -1
      ..maxX = 1
      ..maxY = 1;
  }
}

/// The kinetic energy of [particles] in joules.
double _energy(ParticleArray particles) {
  var energy = 0.0;
  for (final particle in particles) {
    final speedSquared = particle.vx * particle.vx + particle.vy * particle.vy;
    energy += 0.5 * particle.mass * speedSquared;
  }
  return energy;
}

void _expectClose(double actual, double expected, String what) => _expect(
  (actual - expected).abs() <= 1e-9 * expected.abs(),
  '$what: $actual instead of $expected',
);

void _expect(bool holds, String what) {
  if (holds) return;
  stderr.writeln('wrong: $what');
  exit(1);
}
