void main() => throw StateError('before any test');
