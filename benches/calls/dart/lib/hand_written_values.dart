/// Values as one writes them by hand.
library;

const Object _unset = _Unset();

final class _Unset {
  const _Unset();
}

final class HandStampValue {
  const HandStampValue({
    required this.seconds,
    required this.nanos,
    required this.zone,
  });

  final int seconds;
  final int nanos;
  final int zone;

  @override
  bool operator ==(Object other) =>
      identical(this, other) ||
      other is HandStampValue &&
          other.seconds == seconds &&
          other.nanos == nanos &&
          other.zone == zone;

  @override
  int get hashCode => Object.hash(seconds, nanos, zone);
}

final class HandPerson {
  const HandPerson({
    required this.id,
    required this.age,
    required this.height,
    required this.weight,
    required this.here,
    required this.name,
    required this.city,
    required this.rating,
    required this.parent,
    required this.calls,
    required this.changed,
  });

  final int id;
  final int age;
  final double height;
  final double weight;
  final bool here;
  final String name;
  final String city;
  final double? rating;
  final int? parent;
  final List<int> calls;
  final HandStampValue changed;

  HandPerson copyWith({
    int? id,
    int? age,
    double? height,
    double? weight,
    bool? here,
    String? name,
    String? city,
    Object? rating = _unset,
    Object? parent = _unset,
    List<int>? calls,
    HandStampValue? changed,
  }) => HandPerson(
    id: id ?? this.id,
    age: age ?? this.age,
    height: height ?? this.height,
    weight: weight ?? this.weight,
    here: here ?? this.here,
    name: name ?? this.name,
    city: city ?? this.city,
    rating: identical(rating, _unset) ? this.rating : rating as double?,
    parent: identical(parent, _unset) ? this.parent : parent as int?,
    calls: calls ?? this.calls,
    changed: changed ?? this.changed,
  );

  @override
  bool operator ==(Object other) =>
      identical(this, other) ||
      other is HandPerson &&
          other.id == id &&
          other.age == age &&
          other.height == height &&
          other.weight == weight &&
          other.here == here &&
          other.name == name &&
          other.city == city &&
          other.rating == rating &&
          other.parent == parent &&
          _equal(other.calls, calls) &&
          other.changed == changed;

  @override
  int get hashCode => Object.hash(
    id,
    age,
    height,
    weight,
    here,
    name,
    city,
    rating,
    parent,
    Object.hashAll(calls),
    changed,
  );
}

bool _equal(List<int> a, List<int> b) {
  if (a.length != b.length) return false;
  for (var index = 0; index < a.length; index++) {
    if (a[index] != b[index]) return false;
  }
  return true;
}
