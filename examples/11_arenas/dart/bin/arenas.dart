/// A search in a table of 98 MB: the result is built in Rust, edited in Dart, saved, mapped, and
/// read by two isolates.
library;

import 'dart:io';
import 'dart:isolate';

import 'package:arenas/arenas.dart';

Future<void> main() async {
  final library = ArenasLibrary.open();
  final folder = Directory.systemTemp.createTempSync('arenas');
  try {
    final table = '${folder.path}/cities.ffi';
    library.makeTable(table, 450000);
    final megabytes = File(table).lengthSync() ~/ 1000000;
    print('the table has $megabytes MB');

    // Mapped, not read: a city in the middle is there at once.
    final cities = CitiesArena.map(table);
    final middle = cities.root.found[225000];
    print(
      '${middle.id}: ${middle.name}, ${middle.otherNames.length} other names',
    );

    // Built in Rust, and read in place.
    final result = library.search(table: cities, query: 'Zürich 12', most: 5);
    for (final city in result.root.found) {
      print('found ${city.name}, ${city.population}');
    }

    // Edited in Dart.
    final found = result.root.found;
    found.first.newNote()
      ..author = 'Ada'
      ..text = 'as long as you like: ${'very ' * 3}long';
    found.first.otherNames.add('Turicum');
    found.addNew()
      ..id = 1000000
      ..name = 'Atlantis'
      ..population = 1;
    found.sort((a, b) => b.population - a.population);
    print('Rust has written ${library.review(result, 'Rust')} remarks');
    print(
      '${result.root.found.last.name}: ${result.root.found.last.note?.text}',
    );

    // Given to Rust, and returned.
    final large = library.atLeast(result, 2);
    print(
      '${large.root.found.length} have people, ${large.wasted} bytes are wasted',
    );

    // Saved, opened, and a value.
    final saved = '${folder.path}/result.ffi';
    large.write(saved);
    final opened = CitiesArena.open(saved);
    final CitiesData data = opened.root.toData();
    print('saved and opened: ${data == large.root.toData()}');
    print(
      'again an arena of the same bytes: ${_equal(data.toArena()..compact(), opened..compact())}',
    );

    // Read by two isolates: the table is mapped by both, the result handed over by its address.
    final people = await Future.wait([_peopleIn(table), _peopleIn(table)]);
    print(
      'two isolates count ${people.first == people.last ? 'the same' : '$people'}',
    );
    print('handed over: ${await _nameOfFirst(opened.release())}');
  } finally {
    folder.deleteSync(recursive: true);
  }
}

bool _equal(CitiesArena one, CitiesArena other) =>
    '${one.toBytes()}' == '${other.toBytes()}';

Future<int> _peopleIn(String table) => Isolate.run(() {
  final cities = CitiesArena.map(table);
  var people = 0;
  for (final city in cities.root.found) {
    people += city.population;
  }
  if (people != ArenasLibrary.open().population(cities))
    throw StateError('Rust counts otherwise');
  return people;
});

Future<String> _nameOfFirst(int address) =>
    Isolate.run(() => CitiesArena.adopt(address).root.found.first.name);
