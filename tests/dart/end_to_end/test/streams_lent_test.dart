/// Tests that what a stream lent is overwritten when it is given back, in a library
/// with the feature `pool-debug`: a view can't notice its use after that.
library;

import 'package:fixture_streams/fixture_streams.dart';
import 'package:test/test.dart';

void main() {
  test('a view of the last event is poisoned', () async {
    final library = FixtureStreamsLibrary.open();
    final views = <Page>[];
    var next = 0;
    await for (final page in library.pages(100)) {
      expect(page.ref.number, next++);
      for (final view in views) {
        expect(view.number, isNot(inInclusiveRange(0, 99)));
      }
      if (next % 10 == 0) views.add(page.ref);
    }
    expect((next, views.length), (100, 10));
  });

  test('what is kept is not', () async {
    final library = FixtureStreamsLibrary.open();
    final pages = await library.pages(60).map((page) => page.keep()).toList();
    expect(
      [for (final page in pages) page.ref.number],
      [for (var i = 0; i < 60; i++) i],
    );
    for (final page in pages) {
      page.dispose();
    }
  });
}
