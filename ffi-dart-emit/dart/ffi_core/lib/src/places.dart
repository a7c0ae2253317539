/// Names of fields and elements in exceptions.
library;

/// Returns the name, in exceptions, of the element [index] of the field [name],
/// or of the field; null for none.
String? placeName(String? name, int? index) =>
    index == null ? name : '$name[$index]';

/// The beginning of a message about a field, or nothing for none.
String placeLead(String? name, [int? index]) =>
    name == null ? '' : '${placeName(name, index)}: ';
