"""Sends random messages through a library and back, and counts those that changed.

Usage: peer.py LIBRARY DESCRIPTORS TABLE COUNT SEED. The first line of TABLE has the symbols that
free an `FfiOwned` and clear an `FfiStatus`; each other line has those of one message: its full
name, `arena` or its size, its alignment, and the symbols that encode, decode and free it.

Only DESCRIPTORS says what a message is: a `FileDescriptorSet`, from which protobuf's own Python
makes the classes. Two messages are equal if they have the same bytes when they are written in a
fixed order, so a field that lost its presence, or became a zero, is another message.
"""

import ctypes
import random
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

DEPTH = 3
TEXTS = ["", "\0", "a", "z\u00fc", "\u65e5", "\U0010ffff", "abcd"]
SHOWN = 20


class Status(ctypes.Structure):
    """`FfiStatus`: how a call went."""

    _fields_ = [
        ("code", ctypes.c_int32),
        ("detail", ctypes.c_uint32),
        ("message", ctypes.c_void_p),
        ("message_len", ctypes.c_size_t),
        ("payload", ctypes.c_void_p),
        ("place", ctypes.c_void_p),
        ("pending", ctypes.c_void_p),
    ]


class Owned(ctypes.Structure):
    """The part of `FfiOwned` that a caller reads."""

    _fields_ = [("data", ctypes.c_void_p), ("len", ctypes.c_size_t)]


class Library:
    """The library, with the functions that the table names."""

    def __init__(self, path, first):
        self.library = ctypes.CDLL(path)
        owned_free, status_clear = first.split()
        self.owned_free = self.library[owned_free]
        self.owned_free.argtypes = [ctypes.POINTER(Owned)]
        self.status_clear = self.library[status_clear]

    def check(self, status):
        if status.code != 0:
            text = ctypes.string_at(status.message, status.message_len).decode()
            self.status_clear(ctypes.byref(status))
            raise ValueError(text)

    def encoded(self, symbol, value):
        encode = self.library[symbol]
        encode.restype = ctypes.POINTER(Owned)
        status = Status()
        owned = encode(ctypes.c_void_p(value), ctypes.byref(status))
        self.check(status)
        data = ctypes.string_at(owned.contents.data, owned.contents.len)
        self.owned_free(owned)
        return data

    def again(self, line, data):
        """What the library writes for the message that it reads from `data`."""
        _, size, align, encode, decode, free = line.split()
        decode = self.library[decode]
        status = Status()
        if size == "arena":
            decode.restype = ctypes.c_void_p
            arena = decode(data, ctypes.c_size_t(len(data)), ctypes.byref(status))
            self.check(status)
            try:
                return self.encoded(encode, arena)
            finally:
                self.library[free](ctypes.c_void_p(arena))
        memory = ctypes.create_string_buffer(int(size) + int(align))
        place = -(-ctypes.addressof(memory) // int(align)) * int(align)
        decode(data, ctypes.c_size_t(len(data)), ctypes.c_void_p(place), ctypes.byref(status))
        self.check(status)
        return self.encoded(encode, place)


def number(rng, low, high):
    near = [0, 1, 127, 128, high, low, -1 if low < 0 else 2]
    return rng.choice(near) if rng.random() < 0.5 else rng.randint(low, high)


def value(rng, field):
    kind = field.cpp_type
    if kind == field.CPPTYPE_INT32:
        return number(rng, -(1 << 31), (1 << 31) - 1)
    if kind == field.CPPTYPE_UINT32:
        return number(rng, 0, (1 << 32) - 1)
    if kind == field.CPPTYPE_INT64:
        return number(rng, -(1 << 63), (1 << 63) - 1)
    if kind == field.CPPTYPE_UINT64:
        return number(rng, 0, (1 << 64) - 1)
    if kind in (field.CPPTYPE_FLOAT, field.CPPTYPE_DOUBLE):
        return rng.choice([0.0, 1.0, -1.5, float("inf"), float("-inf"), float("nan"), rng.randint(-999, 999) / 8])
    if kind == field.CPPTYPE_BOOL:
        return rng.random() < 0.5
    if kind == field.CPPTYPE_ENUM:
        return rng.choice([it.number for it in field.enum_type.values])
    text = rng.choice(TEXTS)
    return text if field.type == field.TYPE_STRING else text.encode()[: rng.randint(0, 4)]


def is_required(field):
    # New releases have this, and no labels.
    known = getattr(field, "is_required", None)
    return field.label == field.LABEL_REQUIRED if known is None else known


def is_repeated(field):
    known = getattr(field, "is_repeated", None)
    return field.label == field.LABEL_REPEATED if known is None else known


def is_map(field):
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def fill(rng, message, depth):
    """Sets about half of the fields, also to zeros, and messages to empty ones."""
    of = message.DESCRIPTOR
    if of.full_name in ("google.protobuf.Timestamp", "google.protobuf.Duration"):
        if rng.random() < 0.8:
            message.seconds = rng.randint(0, 1 << 31)
            message.nanos = rng.choice([0, 1, 999_999_999])
        return
    chosen = {oneof.full_name: rng.choice(list(oneof.fields) + [None]) for oneof in of.oneofs}
    for field in of.fields:
        if field.type == field.TYPE_GROUP:
            continue  # groups are left out by the import
        needed = is_required(field)
        oneof = field.containing_oneof
        if oneof is not None and chosen[oneof.full_name] is not field:
            continue
        if oneof is None and not needed and rng.random() < 0.5:
            continue
        inner = field.message_type
        if inner is not None and depth >= DEPTH and not needed:
            continue
        count = rng.randint(0, 2)
        if is_map(field):
            entries = getattr(message, field.name)
            key, held = inner.fields_by_name["key"], inner.fields_by_name["value"]
            for _ in range(count):
                if held.message_type is not None:
                    fill(rng, entries[value(rng, key)], depth + 1)
                else:
                    entries[value(rng, key)] = value(rng, held)
        elif is_repeated(field):
            for _ in range(count):
                if inner is not None:
                    fill(rng, getattr(message, field.name).add(), depth + 1)
                else:
                    getattr(message, field.name).append(value(rng, field))
        elif inner is not None:
            held = getattr(message, field.name)
            held.SetInParent()
            fill(rng, held, depth + 1)
        else:
            setattr(message, field.name, value(rng, field))


def classes(descriptors):
    """The class of each message, by its full name."""
    files = descriptor_pb2.FileDescriptorSet.FromString(descriptors)
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    make = getattr(message_factory, "GetMessageClass", None)
    if make is None:
        make = message_factory.MessageFactory(pool).GetPrototype
    return lambda name: make(pool.FindMessageTypeByName(name))


def main():
    path, descriptors, table, count, seed = sys.argv[1:]
    with open(descriptors, "rb") as file:
        class_of = classes(file.read())
    with open(table, encoding="utf-8") as file:
        first, *lines = file.read().splitlines()
    library, rng = Library(path, first), random.Random(int(seed))
    sent, failures = 0, []
    for line in lines:
        message_class = class_of(line.split()[0])
        for _ in range(int(count)):
            message = message_class()
            fill(rng, message, 0)
            before = message.SerializeToString(deterministic=True)
            sent += 1
            try:
                again = message_class.FromString(library.again(line, before))
                after = again.SerializeToString(deterministic=True)
            except ValueError as error:
                after = str(error)
            if after != before:
                failures.append(f"{line.split()[0]}: {before!r} became {after!r}")
    for failure in failures[:SHOWN]:
        print(failure)
    for name in sorted({failure.split(":")[0] for failure in failures}):
        print(f"wrong: {name}")
    print(f"{len(lines)} messages, {sent} values, {len(failures)} wrong")


main()
