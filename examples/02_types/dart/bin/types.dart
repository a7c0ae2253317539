/// Fills a directory of contacts in native memory, with every field type, and
/// lets Rust search it in place.
library;

import 'dart:typed_data';

import 'package:types/types.dart';

void main() {
  final library = TypesLibrary.open();
  final directory = DirectoryBox();

  // A contact as a Dart value: immutable, compared by its fields.
  final ada = ContactData(
    id: 0,
    name: 'Ada Lovelace',
    status: Status.active,
    reported: FfiOpen(Status.active),
    rating: 4.5,
    reach: const ReachEmail('ada@example.org'),
    tags: ['maths', 'poetry'],
    calls: [3, 1, 4],
    facts: {'born': 1815, 'siblings': 0},
    picture: [for (var i = 0; i < 16; i++) i],
    key: Uint8List.fromList([1, 2, 3]),
  );
  final box = ada.toBox();
  print('added as number ${library.add(directory, box)}');

  // The same contact, changed in place: each line writes to native memory.
  final contact = box.ref
    ..name = 'Zoë Washburne'
    ..reach.value = const ReachVisit(
      AddressData(street: 'Deck 1', city: 'Serenity'),
    )
    ..rating = null;
  contact.tags
    ..clear()
    ..add('piloting');
  contact.calls.add(5);
  contact.facts['born'] = 2484;
  contact.picture.fillRange(0, 4, 255);
  contact.reportedRaw = 9; // a status this program doesn't know
  print('added as number ${library.add(directory, box)}');

  // A name that is taken is an Err in Rust and an exception here.
  try {
    library.add(directory, box);
  } on RustErrorException catch (error) {
    print('refused: ${error.message}');
  }

  // A name that is too long is refused in Dart.
  try {
    contact.name = 'x' * 33;
  } on CapacityException catch (error) {
    print('refused: ${error.message}');
  }

  // Rust reads what Dart wrote, and Dart reads the result.
  for (final contact in directory.ref.contacts) {
    print('${contact.id}: ${contact.tags.join(', ')}; ${contact.facts}');
  }
  print('all: ${library.tagged(directory, null).list}');
  print('poetry: ${library.tagged(directory, 'poetry').list}');
  print('nobody: ${library.find(directory, 'Nobody')}');

  final found = library.find(directory, 'Ada Lovelace')!.toData();
  print('found: ${found == ada.copyWith(id: found.id)}');
  print(switch (found.reach) {
    ReachUnreachable() => 'no way to reach her',
    ReachEmail(:final value) => 'write to $value',
    ReachPhone(:final value) => 'call $value',
    ReachVisit(:final value) => 'go to ${value.city}',
  });
  print(library.describe(box));
}
