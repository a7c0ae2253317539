import 'package:flutter/material.dart';

import 'pages/candles_page.dart';
import 'pages/counters_page.dart';
import 'pages/mistakes_page.dart';
import 'pages/orders_page.dart';
import 'pages/picture_page.dart';
import 'pages/readings_page.dart';
import 'pages/sparks_page.dart';
import 'pages/video_page.dart';

/// All pages, of which one is shown and keeps memory.
class GalleryApp extends StatefulWidget {
  const GalleryApp({this.page = 0, super.key});

  /// The first page to show.
  final int page;

  @override
  State<GalleryApp> createState() => _GalleryAppState();
}

class _GalleryAppState extends State<GalleryApp> {
  late int _page = widget.page;

  @override
  Widget build(BuildContext context) => MaterialApp(
    debugShowCheckedModeBanner: false,
    // The default is a shader, and the engine of tests has no assets.
    theme: ThemeData(splashFactory: InkRipple.splashFactory),
    home: Scaffold(
      body: SafeArea(
        child: switch (_page) {
          0 => const SparksPage(count: 5000),
          1 => const PicturePage(),
          2 => const OrdersPage(count: 100000),
          3 => const ReadingsPage(period: Duration(milliseconds: 50)),
          4 => const MistakesPage(),
          5 => const CountersPage(),
          6 => const CandlesPage(),
          _ => const VideoPage(period: Duration(milliseconds: 33)),
        },
      ),
      bottomNavigationBar: NavigationBar(
        selectedIndex: _page,
        onDestinationSelected: (page) => setState(() => _page = page),
        destinations: const [
          NavigationDestination(
            icon: Icon(Icons.auto_awesome),
            label: 'Sparks',
          ),
          NavigationDestination(icon: Icon(Icons.image), label: 'Picture'),
          NavigationDestination(icon: Icon(Icons.list), label: 'Orders'),
          NavigationDestination(icon: Icon(Icons.sensors), label: 'Readings'),
          NavigationDestination(icon: Icon(Icons.error), label: 'Mistakes'),
          NavigationDestination(icon: Icon(Icons.speed), label: 'Counters'),
          NavigationDestination(
            icon: Icon(Icons.candlestick_chart),
            label: 'Candles',
          ),
          NavigationDestination(icon: Icon(Icons.videocam), label: 'Video'),
        ],
      ),
    ),
  );
}
