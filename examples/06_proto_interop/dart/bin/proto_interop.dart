/// Passes an encoded order through the library and looks at the bytes of the
/// plan.
library;

import 'package:proto_interop/proto_interop.dart';

void main() {
  final library = ProtoInteropLibrary.open();
  final order = library.sampleOrder();
  final plan = library.plan(order);
  print('${order.length} bytes of an order, ${plan.length} of a plan');
  print('the plan begins with ${plan.list.take(8).toList()}');
  try {
    library.plan(Uint8Array.of(order.list.sublist(0, order.length - 1)));
  } on RustErrorException catch (error) {
    print('refused: ${error.message}');
  }
}
