/// Boxes as arguments and results, next to pointers by hand.
library;

import 'dart:ffi';

import 'package:bench_calls/bench_calls.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

import 'hand_written.dart';
import 'libraries.dart';

const _box = 'a box';
const _rawPointer = 'raw, a pointer';
const _hand = 'by hand, a pointer';
const _boxAt = 'array.boxAt(i)';
const _disposed = 'a PoolBox as a result, disposed of';
const _left = 'a PoolBox as a result, left to the collector';
const _drained = 'queue.drain';
const _popped = 'queue.raw.tryPop and free';

/// Compares calls with boxes with calls with pointers, and times what a box costs.
void compareObjects(String mode) {
  final call = Comparison('call with &mut T', const [
    Contender(_box, _callBox),
    Contender(_rawPointer, _callRaw),
    Contender(_hand, _callHand),
  ], expected: (count) => count).run();
  printRatio(
    '${mode}_call_with_box_vs_hand_written',
    call[_box]!,
    call[_hand]!,
    const Target.atMost(1.15),
  );
  printRatio(
    '${mode}_call_with_raw_pointer_vs_hand_written',
    call[_rawPointer]!,
    call[_hand]!,
    const Target.atMost(1.1),
  );

  final borrowed = Comparison('borrowed box', const [
    Contender(_boxAt, _borrow),
  ], expected: (count) => count).run();
  _nanoseconds('${mode}_borrowed_box_ns', borrowed[_boxAt]!, 25);

  final pooled = Comparison('PoolBox as a result', const [
    Contender(_disposed, _takeAndDispose),
    Contender(_left, _takeAndLeave),
    Contender(_rawPointer, _takeRaw),
    Contender(_hand, _takeByHand),
  ], expected: (count) => count).run();
  _nanoseconds('${mode}_pool_box_disposed_ns', pooled[_disposed]!, 450);
  _nanoseconds('${mode}_pool_box_left_to_collector_ns', pooled[_left]!, 300);
  printRatio(
    '${mode}_pool_box_raw_vs_hand_written',
    pooled[_rawPointer]!,
    pooled[_hand]!,
    const Target.atMost(1.15),
  );

  final lent = Comparison('message of a queue, lent', const [
    Contender(_drained, _drain, prepare: _fill),
    Contender(_popped, _popRaw, prepare: _fill),
    Contender(_hand, _popByHand, prepare: _fill),
  ], expected: (count) => count).run();
  printRatio(
    '${mode}_queue_drain_vs_hand_written',
    lent[_drained]!,
    lent[_hand]!,
    const Target.atMost(1.15),
  );
  printRatio(
    '${mode}_queue_raw_vs_hand_written',
    lent[_popped]!,
    lent[_hand]!,
    const Target.atMost(1.15),
  );
}

void _nanoseconds(String name, Samples samples, double most) =>
    print(ratioLine(name, samples.median, Target.atMost(most)));

int _callBox(int count) {
  final library = generatedLibrary;
  final particle = ParticleBox();
  var number = 0;
  for (var i = 0; i < count; i++) {
    number = library.renumber(particle, 1);
  }
  return number;
}

int _callRaw(int count) {
  final library = generatedLibrary.raw;
  final particle = ParticleBox();
  final pointer = particle.raw.pointer;
  var number = 0;
  for (var i = 0; i < count; i++) {
    number = library.renumber(pointer, 1);
  }
  particle.dispose();
  return number;
}

int _callHand(int count) {
  final library = handObjects;
  final particle = ParticleBox();
  final pointer = particle.raw.pointer.cast<HandParticle>();
  var number = 0;
  for (var i = 0; i < count; i++) {
    number = library.renumber(pointer, 1);
  }
  particle.dispose();
  return number;
}

int _borrow(int count) {
  final array = particles;
  var done = 0;
  ParticleBox? last;
  for (var i = 0; i < count; i++) {
    final box = array.boxAt(i % particleCount);
    if (!identical(box, last)) done++;
    last = box;
  }
  return done;
}

int _takeAndDispose(int count) {
  final library = generatedLibrary;
  var done = 0;
  for (var i = 0; i < count; i++) {
    final ticket = library.newTicket(i);
    if (ticket != null) done++;
    ticket?.dispose();
  }
  return done;
}

int _takeAndLeave(int count) {
  final library = generatedLibrary;
  for (var i = 0; i < count; i++) {
    library.newTicket(i);
  }
  return count;
}

int _takeRaw(int count) {
  final library = generatedLibrary.raw;
  final pool = TicketPool.raw;
  var done = 0;
  for (var i = 0; i < count; i++) {
    final ticket = library.newTicket(i);
    if (ticket == null) continue;
    pool.free(ticket);
    done++;
  }
  return done;
}

int _takeByHand(int count) {
  final library = handObjects;
  var done = 0;
  for (var i = 0; i < count; i++) {
    library.freeTicket(library.newTicket(i));
    done++;
  }
  return done;
}

/// Number of messages that the queue holds.
const _waiting = 1024;

void _fill() {
  generatedLibrary.ticketsQueue.drain((_) {});
}

int _drain(int count) {
  final library = generatedLibrary;
  var done = 0;
  while (done < count) {
    library.pushTickets(_waiting < count - done ? _waiting : count - done);
    TicketsQueue.drain((ticket) {
      if (ticket.number >= 0) done++;
    });
  }
  return done;
}

int _popRaw(int count) {
  final library = generatedLibrary;
  final queue = TicketsQueue.raw;
  final pool = TicketPool.raw;
  var done = 0;
  while (done < count) {
    library.pushTickets(_waiting < count - done ? _waiting : count - done);
    for (var ticket = queue.tryPop(); ticket != null; ticket = queue.tryPop()) {
      if (ticket.ref.number >= 0) done++;
      pool.free(ticket);
    }
  }
  return done;
}

int _popByHand(int count) {
  final library = generatedLibrary;
  final hand = handObjects;
  var done = 0;
  while (done < count) {
    library.pushTickets(_waiting < count - done ? _waiting : count - done);
    for (
      var ticket = hand.popTicket();
      ticket != null;
      ticket = hand.popTicket()
    ) {
      if (ticket.ref.number >= 0) done++;
      hand.freeTicket(ticket);
    }
  }
  return done;
}
