/// How exceptions call a field, or an element of one.
library;

/// The element [index] of the field [name], or the field, as exceptions call it;
/// null for none.
String? placeName(String? name, int? index) =>
    index == null ? name : '$name[$index]';

/// The beginning of a message about a field, or nothing for none.
String placeLead(String? name, [int? index]) =>
    name == null ? '' : '${placeName(name, index)}: ';
