import 'dart:async';

import 'package:ffi_core/ffi_core.dart';
import 'package:flutter/material.dart';

import 'pixels.dart';

/// Live counters: of pools, of pixels that were copied, and what the app adds, such
/// as counts of calls.
class FfiDebugPage extends StatefulWidget {
  const FfiDebugPage({
    required this.pools,
    this.counters,
    this.interval = const Duration(milliseconds: 500),
    super.key,
  });

  /// The counters of each pool, by name: `() => PicturePool.stats`.
  final Map<String, PoolStats Function()> pools;

  /// More counters by name.
  final Map<String, int> Function()? counters;

  /// Time between two looks at the counters.
  final Duration interval;

  @override
  State<FfiDebugPage> createState() => _FfiDebugPageState();
}

class _FfiDebugPageState extends State<FfiDebugPage> {
  late final Timer _timer;

  @override
  void initState() {
    super.initState();
    _timer = Timer.periodic(widget.interval, (_) => setState(() {}));
  }

  @override
  void dispose() {
    _timer.cancel();
    super.dispose();
  }

  @override
  Widget build(BuildContext context) => ListView(
    padding: const EdgeInsets.all(16),
    children: [
      for (final MapEntry(key: name, value: stats) in widget.pools.entries)
        _PoolCard(name, stats()),
      _CountersCard({
        'pictures': PixelCopies.pictures,
        'bytes copied': PixelCopies.bytes,
        ...?widget.counters?.call(),
      }),
    ],
  );
}

/// The counters of one pool, and how full it is.
class _PoolCard extends StatelessWidget {
  const _PoolCard(this.name, this.stats);

  final String name;
  final PoolStats stats;

  @override
  Widget build(BuildContext context) => Card(
    child: ListTile(
      title: Text('$name: ${stats.live} of ${stats.capacity} slots'),
      subtitle: Column(
        crossAxisAlignment: CrossAxisAlignment.start,
        children: [
          LinearProgressIndicator(value: stats.live / stats.capacity),
          Text(
            'allocated ${stats.allocs}, given back ${stats.frees}, at most '
            '${stats.highWater} at once, refused ${stats.failedAllocs}, lost '
            '${stats.lost}',
          ),
        ],
      ),
    ),
  );
}

/// Numbers by name.
class _CountersCard extends StatelessWidget {
  const _CountersCard(this.counters);

  final Map<String, int> counters;

  @override
  Widget build(BuildContext context) => Card(
    child: Column(
      children: [
        for (final MapEntry(key: name, value: count) in counters.entries)
          ListTile(title: Text(name), trailing: Text('$count')),
      ],
    ),
  );
}
