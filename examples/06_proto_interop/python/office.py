"""The harbour office: orders a ship to be loaded, and reads the plan that the Rust library makes.

Usage: office.py LIBRARY, with what `protoc --python_out` made of the three .proto files on PYTHONPATH.
"""

import ctypes
import sys

import orders_pb2
import proto_interop_pb2


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
    """The library of this example."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        self.library.proto_interop_ffi_plan.restype = ctypes.POINTER(Owned)
        self.library.proto_interop_ffi_plan.argtypes = [
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.POINTER(Status),
        ]

    def plan(self, order):
        """Bytes of an order to bytes of a plan."""
        status = Status()
        owned = self.library.proto_interop_ffi_plan(order, len(order), ctypes.byref(status))
        if status.code != 0:
            text = ctypes.string_at(status.message, status.message_len).decode()
            self.library.proto_interop_ffi0_status_clear(ctypes.byref(status))
            raise ValueError(text)
        plan = ctypes.string_at(owned.contents.data, owned.contents.len)
        self.library.proto_interop_ffi0_owned_free(owned)
        return plan


def main():
    library = Library(sys.argv[1])

    order = orders_pb2.Order(ship="Ghost", limit=20.5)
    order.destination.position.latitude = 60.15
    order.items.add(name="seal skins", kind=orders_pb2.Item.KIND_CONTAINER, mass=12000)
    order.items.add(name="lamp oil", kind=orders_pb2.Item.KIND_LIQUID, mass=8500)
    order.items.add(name="library", kind=7, mass=1)

    plan = proto_interop_pb2.Plan.FromString(library.plan(order.SerializeToString()))
    print(f"{plan.ship}:")
    for stowed in plan.stowed:
        hold = proto_interop_pb2.Hold.Name(stowed.hold)
        print(f"  {stowed.name}, {stowed.mass} kg: {hold}")
    print(f"  on the quay: {', '.join(plan.left)}")
    print(f"  masses: {dict(sorted(plan.masses.items()))}")

    order.ship = "a name that is longer than forty bytes, which is all that fits"
    try:
        library.plan(order.SerializeToString())
    except ValueError as error:
        print(f"refused: {error}")
    try:
        library.plan(b"\xff\xff\xff")
    except ValueError as error:
        print(f"refused: {error}")


if __name__ == "__main__":
    main()
