/// Tests `StreamValue` of the package `ffi_flutter`, which has no Flutter app of its own.
library;

import 'dart:async';

import 'package:ffi_flutter/ffi_flutter.dart';
import 'package:flutter/widgets.dart';
import 'package:flutter_test/flutter_test.dart';

void main() {
  testWidgets('a stream is listened to while a widget shows it', (
    tester,
  ) async {
    final stream = StreamController<int>(sync: true);
    final value = StreamValue(stream.stream, 0);
    expect(stream.hasListener, isFalse);
    final shown = Directionality(
      textDirection: TextDirection.ltr,
      child: ValueListenableBuilder(
        valueListenable: value,
        builder: (context, number, _) =>
            Text('$number, ${value.error}, ${value.isDone}'),
      ),
    );
    await tester.pumpWidget(shown);
    expect(stream.hasListener, isTrue);
    stream
      ..add(1)
      ..add(2);
    await tester.pump();
    expect(find.text('2, null, false'), findsOneWidget);

    await tester.pumpWidget(const SizedBox());
    expect(stream.isPaused, isTrue, reason: 'nothing shows it');
    stream.add(3);
    expect((value.value, value.count), (2, 2));
    await tester.pumpWidget(shown);
    expect(stream.isPaused, isFalse);
    await tester.pump();
    expect(find.text('3, null, false'), findsOneWidget);

    value.pause();
    expect((stream.isPaused, value.isPaused), (true, true));
    value.resume();
    stream.addError('broken');
    await tester.pump();
    expect(find.text('3, broken, false'), findsOneWidget);
    stream.add(4);
    // No future completes while time stands still.
    unawaited(stream.close());
    await tester.pump();
    expect(find.text('4, null, true'), findsOneWidget);
    await tester.pumpWidget(const SizedBox());
    value.dispose();
  });

  test('values that nothing shows any more are released', () async {
    var isCancelled = false;
    final stream = StreamController<String>(
      sync: true,
      onCancel: () => isCancelled = true,
    );
    final released = <String>[];
    final value = StreamValue(stream.stream, 'a', onReplaced: released.add);
    void look() => expect(released, isNot(contains(value.value)));
    value.addListener(look);
    stream
      ..add('b')
      ..add('c');
    expect(released, ['a', 'b']);
    value.dispose();
    expect(released, ['a', 'b', 'c']);
    expect(isCancelled, isTrue);
  });
}
