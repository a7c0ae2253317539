/// Ends in the way that the argument names, while tasks run or none does.
library;

import 'dart:io';

import 'package:fixture_tasks/fixture_tasks.dart';

Future<void> main(List<String> arguments) async {
  final library = FixtureTasksLibrary.open();
  switch (arguments.single) {
    case 'nothing':
      await library.addOne(1);
      print('opened');
    case 'waits':
      // The program lives until the call ends.
      final page = library.wait(1);
      page.then((it) {
        it.dispose();
        print('waited');
      }).ignore();
      await _came(library);
      library.openGate(1);
    case 'flood':
      // Ends as soon as all calls have, with the last events under way.
      _flood(library, 300);
    case 'exit':
      _flood(library, 1 << 30);
      library.hold(1).ignore();
      await _came(library);
      exit(0);
    case 'exit_with':
      _flood(library, 1 << 30);
      await library.addOne(1);
      exit(3);
    case 'uncaught':
      _flood(library, 1 << 30);
      await library.addOne(1);
      throw StateError('as it should be');
  }
}

/// Lets the event loop turn until a task has come to the gate.
Future<void> _came(FixtureTasksLibrary library) async {
  while (library.came(1) == 0) {
    await Future<void>.delayed(Duration.zero);
  }
}

/// Keeps 200 calls under way, each of them [count] times.
void _flood(FixtureTasksLibrary library, int count) {
  Future<void> lane() async {
    for (var i = 0; i < count; i++) {
      await library.addOne(i);
    }
  }

  for (var i = 0; i < 200; i++) {
    lane().ignore();
  }
}
