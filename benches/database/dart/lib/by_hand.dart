/// SQLite's functions called from Dart, as package `sqlite3` 3.5 does: a call for
/// each type and value, which may call back and so is no leaf; a list per row.
library;

import 'dart:convert';
import 'dart:ffi';

import 'package:bench_database/bench_database.dart';

typedef _OfStatement = int Function(int);
typedef _OfColumn = int Function(int, int);

const _row = 100;
const _integer = 1;
const _real = 2;
const _text = 3;

/// A compiled query.
final class HandQuery {
  HandQuery(Query query) : this._(query.functions());

  HandQuery._(Functions functions)
    : _statement = functions.statement,
      _step = _ofStatement(functions.step),
      _reset = _ofStatement(functions.reset),
      _count = _ofStatement(functions.columnCount),
      _type = _ofColumn(functions.columnType),
      _int64 = Pointer<NativeFunction<Int64 Function(Size, Int)>>.fromAddress(
        functions.columnInt64,
      ).asFunction(),
      _double = Pointer<NativeFunction<Double Function(Size, Int)>>.fromAddress(
        functions.columnDouble,
      ).asFunction(),
      _string =
          Pointer<
                NativeFunction<Pointer<Uint8> Function(Size, Int)>
              >.fromAddress(functions.columnText)
              .asFunction(),
      _bytes = _ofColumn(functions.columnBytes);

  static _OfStatement _ofStatement(int address) =>
      Pointer<NativeFunction<Int Function(Size)>>.fromAddress(
        address,
      ).asFunction();

  static _OfColumn _ofColumn(int address) =>
      Pointer<NativeFunction<Int Function(Size, Int)>>.fromAddress(
        address,
      ).asFunction();

  final int _statement;
  final _OfStatement _step;
  final _OfStatement _reset;
  final _OfStatement _count;
  final _OfColumn _type;
  final _OfColumn _int64;
  final double Function(int, int) _double;
  final Pointer<Uint8> Function(int, int) _string;
  final _OfColumn _bytes;

  List<List<Object?>> select() {
    final rows = <List<Object?>>[];
    var columns = -1;
    while (_step(_statement) == _row) {
      if (columns == -1) columns = _count(_statement);
      rows.add(<Object?>[for (var i = 0; i < columns; i++) _value(i)]);
    }
    _reset(_statement);
    return rows;
  }

  Object? _value(int column) => switch (_type(_statement, column)) {
    _integer => _int64(_statement, column),
    _real => _double(_statement, column),
    _text => utf8.decode(
      _string(_statement, column).asTypedList(_bytes(_statement, column)),
    ),
    _ => null,
  };
}
