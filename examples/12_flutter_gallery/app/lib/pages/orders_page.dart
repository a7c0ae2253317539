import 'package:flutter/material.dart';
import 'package:flutter_gallery/flutter_gallery.dart';

/// The newest [count] orders. The rows stay in Rust's memory; what is on the screen
/// is read from there.
class OrdersPage extends StatefulWidget {
  const OrdersPage({required this.count, super.key});

  final int count;

  @override
  State<OrdersPage> createState() => _OrdersPageState();
}

class _OrdersPageState extends State<OrdersPage> {
  late final FfiFuture<OrderArray> _search = FlutterGalleryLibrary.instance
      .newestOrders(widget.count);

  @override
  void dispose() {
    // Nobody waits for it any more; what is there already stays.
    _search.cancel();
    super.dispose();
  }

  @override
  Widget build(BuildContext context) => FutureBuilder(
    future: _search,
    builder: (context, snapshot) => switch (snapshot) {
      AsyncSnapshot(:final data?) => OrdersList(data),
      AsyncSnapshot(:final error?) => Center(child: Text('$error')),
      _ => const Center(child: CircularProgressIndicator()),
    },
  );
}

/// [orders] as a list to scroll.
class OrdersList extends StatelessWidget {
  const OrdersList(this.orders, {super.key});

  final OrderArray orders;

  @override
  Widget build(BuildContext context) => ListView.builder(
    itemCount: orders.length,
    itemExtent: 48,
    itemBuilder: (context, index) => OrderRow(orders[index]),
  );
}

/// One order, read from a view of it.
class OrderRow extends StatelessWidget {
  const OrderRow(this.order, {super.key});

  final Order order;

  @override
  Widget build(BuildContext context) => ListTile(
    dense: true,
    leading: Icon(switch (order.state) {
      OrderState.open => Icons.hourglass_empty,
      OrderState.paid => Icons.check,
      OrderState.sent => Icons.local_shipping,
    }),
    title: Text('${order.number}  ${order.customer}'),
    trailing: Text((order.cents / 100).toStringAsFixed(2)),
  );
}
