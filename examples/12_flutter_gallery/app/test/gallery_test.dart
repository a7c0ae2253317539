import 'dart:typed_data';
import 'dart:ui' as ui;

import 'package:ffi_flutter/ffi_flutter.dart';
import 'package:flutter/material.dart';
import 'package:flutter_gallery/flutter_gallery.dart';
import 'package:flutter_test/flutter_test.dart';
import 'package:gallery/gallery_app.dart';
import 'package:gallery/pages/candles_page.dart';
import 'package:gallery/pages/orders_page.dart';
import 'package:gallery/pages/readings_page.dart';
import 'package:gallery/pages/sparks_page.dart';
import 'package:gallery/pages/video_page.dart';
import 'package:gallery/picture_pipeline.dart';

/// Waits, with real time, until the frames that come show what [finder] finds.
Future<void> pumpUntil(WidgetTester tester, Finder finder) async {
  for (var tries = 0; finder.evaluate().isEmpty; tries++) {
    expect(tries, lessThan(1000), reason: '$finder is not shown');
    const moment = Duration(milliseconds: 10);
    await tester.runAsync(() => Future<void>.delayed(moment));
    await tester.pump();
  }
}

void main() {
  tearDown(() => expect(PicturePool.stats.lost, 0));

  testWidgets('sparks are drawn from their column', (tester) async {
    await tester.pumpWidget(const GalleryApp());
    for (var frame = 0; frame < 30; frame++) {
      await tester.pump(const Duration(milliseconds: 16));
    }
    final drawn = find.descendant(
      of: find.byType(SparksPage),
      matching: find.byType(CustomPaint),
    );
    final paint = tester.widget<CustomPaint>(drawn);
    final sparks = (paint.painter! as SparksPainter).sparks;
    expect(sparks.length, 5000);
    expect(sparks.position, hasLength(10000));
    await expectLater(drawn, matchesGoldenFile('goldens/sparks.png'));
    await tester.pumpWidget(const SizedBox());
  });

  testWidgets('a picture comes by one copy, and the slots go back', (
    tester,
  ) async {
    final before = PixelCopies.bytes;
    await tester.runAsync(() async {
      final softened = picture(0, radius: 8);
      expect(PicturePool.stats.live, 1, reason: 'the painted one is back');
      final image = await softened;
      expect(PicturePool.stats.live, 0);
      expect(PixelCopies.bytes - before, 4 * pictureWidth * pictureHeight);
      final pixels = await image.toByteData();
      expect(pixels!.getUint32(0, Endian.host) >>> 24, 0xFF);
      image.dispose();
    });
  });

  testWidgets('the first picture is shown', (tester) async {
    await tester.pumpWidget(const GalleryApp(page: 1));
    await pumpUntil(
      tester,
      find.byWidgetPredicate((it) => it is RawImage && it.image != null),
    );
    await expectLater(
      find.byType(RawImage),
      matchesGoldenFile('goldens/picture.png'),
    );
    await tester.pumpWidget(const SizedBox());
    await tester.runAsync(() async {
      // The picture after it may still be on its way.
      while (PicturePool.stats.live > 0) {
        await Future<void>.delayed(const Duration(milliseconds: 1));
      }
    });
  });

  testWidgets('a hundred thousand rows are scrolled in place', (tester) async {
    await tester.pumpWidget(const GalleryApp(page: 2));
    await pumpUntil(tester, find.byType(OrdersList));
    expect(find.textContaining('1000000 '), findsOneWidget);
    final list = tester.widget<OrdersList>(find.byType(OrdersList));
    expect(list.orders, hasLength(100000));

    final scrolled = tester.state<ScrollableState>(find.byType(Scrollable));
    scrolled.position.jumpTo(48.0 * 50000);
    await tester.pump();
    expect(find.textContaining('950000 '), findsOneWidget);
    // What Dart writes into the row is shown: it is the same memory.
    list.orders[50000].customer = 'Zoë Quist';
    scrolled.position.jumpTo(0);
    await tester.pump();
    scrolled.position.jumpTo(48.0 * 50000);
    await tester.pump();
    expect(find.text('950000  Zoë Quist'), findsOneWidget);
    expect(find.byType(OrderRow).evaluate().length, lessThan(60));
    await tester.pumpWidget(const SizedBox());
  });

  testWidgets('a paused widget holds no more than the window of its stream', (
    tester,
  ) async {
    const window = 8;
    final library = FlutterGalleryLibrary.instance;
    final before = library.readingsMade();
    await tester.pumpWidget(
      MaterialApp(
        theme: ThemeData(splashFactory: InkRipple.splashFactory),
        home: const Scaffold(body: ReadingsPage(period: Duration.zero)),
      ),
    );
    final state = tester.state<ReadingsPageState>(find.byType(ReadingsPage));
    final readings = state.readings;
    int waiting() => library.readingsMade() - before - readings.count;
    await pumpUntil(tester, find.textContaining('°C'));

    await tester.tap(find.text('Pause'));
    await tester.pump();
    final shown = readings.count;
    await tester.runAsync(() async {
      // Without the pause there would be thousands by then.
      for (var moment = 0; moment < 50; moment++) {
        expect(waiting(), lessThanOrEqualTo(window));
        await Future<void>.delayed(const Duration(milliseconds: 1));
      }
    });
    await tester.pump();
    expect(readings.count, shown);
    expect(find.textContaining('reading $shown'), findsOneWidget);

    await tester.tap(find.text('Go on'));
    await tester.pump();
    await pumpUntil(
      tester,
      find.byWidgetPredicate((_) => readings.count > shown + 2 * window),
    );
    expect(readings.value!.number, readings.count, reason: 'none is lost');

    await tester.pumpWidget(const SizedBox());
    await tester.runAsync(() async {
      while (library.callCounts().tasks > 0) {
        await Future<void>.delayed(const Duration(milliseconds: 1));
      }
    });
    expect(waiting(), lessThanOrEqualTo(window));
  });

  testWidgets('mistakes are shown', (tester) async {
    await tester.pumpWidget(const GalleryApp(page: 4));
    for (final (name, shown) in [
      ('an error with fields', 'radius 99, at most 32'),
      ('a panic', 'a discount of 150 percent is a gift'),
      ('a box that was disposed of', 'the app goes on'),
    ]) {
      await tester.tap(find.text(name));
      await tester.pump();
      expect(find.textContaining(shown), findsOneWidget, reason: name);
    }
    expect(PicturePool.stats.live, 0, reason: 'also after an error');
  });

  testWidgets('counters are live', (tester) async {
    await tester.pumpWidget(const GalleryApp(page: 5));
    expect(find.text('Picture: 0 of 8 slots'), findsOneWidget);
    final box = PicturePool.alloc();
    await tester.pump(const Duration(seconds: 1));
    expect(find.text('Picture: 1 of 8 slots'), findsOneWidget);
    box.dispose();
    await tester.pump(const Duration(seconds: 1));
    expect(find.text('Picture: 0 of 8 slots'), findsOneWidget);
    await tester.pumpWidget(const SizedBox());
  });

  testWidgets('candles are drawn from their columns', (tester) async {
    await tester.pumpWidget(const GalleryApp(page: 6));
    for (var frame = 0; frame < 70; frame++) {
      await tester.pump(const Duration(milliseconds: 16));
    }
    final drawn = find.descendant(
      of: find.byType(CandlesPage),
      matching: find.byType(CustomPaint),
    );
    final paint = tester.widget<CustomPaint>(drawn);
    final CandlesPainter(:rising, :falling) = paint.painter! as CandlesPainter;
    expect(rising.length + falling.length, 120);
    expect(rising.wick, hasLength(4 * rising.length));
    expect(find.textContaining('last '), findsOneWidget);
    await expectLater(drawn, matchesGoldenFile('goldens/candles.png'));
    await tester.pumpWidget(const SizedBox());
  });

  testWidgets('frames of a camera are shown, and dropped without slots', (
    tester,
  ) async {
    Future<void> show(Duration period) => tester.pumpWidget(
      MaterialApp(
        home: Scaffold(body: VideoPage(period: period)),
      ),
    );
    final shown = find.byWidgetPredicate(
      (it) => it is RawImage && it.image != null,
    );
    Future<void> hide() async {
      await tester.pumpWidget(const SizedBox());
      await tester.runAsync(() async {
        while (VideoFramePool.stats.live + PicturePool.stats.live > 0) {
          await Future<void>.delayed(const Duration(milliseconds: 1));
        }
      });
    }

    // The next frame comes too late for this test.
    await show(const Duration(minutes: 10));
    await pumpUntil(tester, shown);
    expect(find.text('frame 0, 0 dropped'), findsOneWidget);
    await expectLater(shown, matchesGoldenFile('goldens/video.png'));
    await hide();

    final library = FlutterGalleryLibrary.instance;
    final held = [for (var i = 0; i < 6; i++) VideoFramePool.alloc()];
    await show(const Duration(milliseconds: 1));
    await tester.runAsync(() async {
      while (library.cameraStats().dropped < 3) {
        await Future<void>.delayed(const Duration(milliseconds: 1));
      }
    });
    expect(shown, findsNothing);
    for (final box in held) {
      box.dispose();
    }
    await pumpUntil(tester, shown);
    expect(find.textContaining(' 0 dropped'), findsNothing);
    await hide();
    expect(VideoFramePool.stats.lost, 0);
  });

  testWidgets('too few pixels are refused', (tester) async {
    await tester.runAsync(() async {
      var copied = 0;
      await expectLater(
        imageFromPixels(
          Uint32List(5),
          width: 2,
          height: 3,
          onCopied: () => copied++,
        ),
        throwsRangeError,
      );
      expect(copied, 1);
      final ui.Image image = await imageFromPixels(
        Uint32List(6),
        width: 2,
        height: 3,
      );
      expect((image.width, image.height), (2, 3));
      image.dispose();
    });
  });
}
