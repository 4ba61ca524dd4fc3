"""Columns of whole numbers as one array in NumPy's NPY format, version 1.0, without NumPy.

A row of the array is a column, so that each lies in one piece: eight bytes a number, where JSON takes three times as
many, and a reader as many objects.
"""

from __future__ import absolute_import, division, unicode_literals

import io
import os
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAGIC = b"\x93NUMPY\x01\x00"
ALIGNED = 64
"""What the numbers begin at a multiple of."""
AT_ONCE = 65536
"""Numbers that are packed by one call."""


def header(rows, width):
    # type: (int, int) -> bytes
    """Return what stands before the numbers of an array of so many rows, each of `width` 64-bit integers."""
    told = "{'descr': '<i8', 'fortran_order': False, 'shape': (%d, %d), }" % (rows, width)
    padding = -(len(MAGIC) + 2 + len(told) + 1) % ALIGNED
    told += " " * padding + "\n"
    return MAGIC + struct.pack(str("<H"), len(told)) + told.encode("ascii")


def write_npy(path, columns, width):
    # type: (str, Sequence[Sequence[int]], int) -> None
    """Write columns of `width` numbers each, under a name of its own first: a half-written file is never read."""
    partial = path + ".partial"
    with io.open(partial, "wb") as out:
        out.write(header(len(columns), width))
        for column in columns:
            for at in range(0, width, AT_ONCE):
                some = column[at : at + AT_ONCE]
                out.write(struct.pack(str("<%dq" % len(some)), *some))
    os.rename(partial, path)
