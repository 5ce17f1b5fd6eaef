"""How kernels are compiled: once, kept on disk, free of Python's lock; division as in NumPy.

Plain loops, not slices: a slice assignment costs a second of compilation for its error messages, a loop a tenth. What
many kernels read is handed to them as one `struct`: a tuple of columns is taken apart anew at every call, 0.2 us a
column, a struct is one pointer. Its fields are hoisted out of loops by hand, for the compiler must think they may change.

Numba keeps a kernel for as long as the kernel's own file stays the same, even when a function or constant it takes from
another file has changed. So the kernels of each state of the sources are kept in a folder named by a digest of them all.
"""

import os
from hashlib import blake2b
from pathlib import Path

import numba
import numpy as np
from numba.core import types
from numba.core.extending import intrinsic, overload
from numba.experimental import structref

HOME = Path(__file__).parent.parent


# Folders with mechanisms of a user's own, written as PATH is. An environment variable, for worker processes inherit it.
OUTSIDE = tuple(Path(folder) for folder in os.environ.get("COGOV_MECHANISMS", "").split(os.pathsep) if folder)


def version(outside=OUTSIDE):
    """A digest of the model's sources, a user's own mechanisms included: what else it is called, a run of the same version with the same seed is the same run."""
    sources = sorted([*HOME.glob("model/**/*.py"), *HOME.glob("agents/*.py")]) + [path for folder in outside for path in sorted(folder.glob("*.py"))]
    return blake2b(b"".join(path.read_bytes() for path in sources), digest_size=8).hexdigest()


OWN = version(outside=())  # of cogov alone, whose kernels are kept by it


def shelf():
    """The folder for kernels of cogov's own very sources: beside them where that can be written, else in the user's cache."""
    for folder in (HOME / "__pycache__", Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cogov"):
        try:
            (folder / f"kernels-{OWN}").mkdir(parents=True, exist_ok=True)
            return folder / f"kernels-{OWN}"
        except OSError:
            continue
    return None  # numba then finds a place of its own, or compiles anew in every process


def whole():
    """The mark that all kernels of these sources were once compiled and kept; None where nothing is kept."""
    kept = numba.config.CACHE_DIR
    return Path(kept) / f"cogov-{OWN}" if kept else None


def fresh():
    """Whether kernels of these sources are yet to be compiled, some of them at least."""
    return not (whole() and whole().exists())


if not numba.config.CACHE_DIR:  # a user's NUMBA_CACHE_DIR comes first
    numba.config.CACHE_DIR = str(shelf() or "")

compiled = numba.njit(cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True)
part = numba.njit(nogil=True, error_model="numpy", no_cfunc_wrapper=True, no_cpython_wrapper=True)  # of kernels; Python cannot call it


def kernel(function):
    """A method that is compiled: it has no `self`, and takes all it needs as arguments."""
    return staticmethod(compiled(function))


@structref.register
class Struct(types.StructRef):
    """The type of a `struct`: the names of its fields and their types."""

    def preprocess_fields(self, fields):
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class Pointer(structref.StructRefProxy):
    """A struct as Python holds it: to hand on to kernels, not to look into."""


structref.define_boxing(Struct, Pointer)
BOUND = {}  # (function, kinds of its arguments) -> as it is compiled for them


@intrinsic
def _fill(typing, target, columns):
    """Write each column of a tuple into the empty struct `target`; in one go, for a field's own setter costs ten times as much to compile."""

    def code(context, builder, signature, arguments):
        fields = structref._Utils(context, builder, target).get_data_struct(arguments[0])
        for place, (name, kind) in enumerate(zip(columns.fields, columns.types)):
            value = builder.extract_value(arguments[1], place)
            context.nrt.incref(builder, kind, value)
            setattr(fields, name, value)
        return context.get_dummy_value()

    return types.void(target, columns), code


def _laid_out(columns):
    raise NotImplementedError  # only kernels can


@overload(_laid_out)
def _lay_out(columns):
    kind = Struct(tuple(zip(columns.fields, columns.types)))

    def lay_out(columns):
        target = structref.new(kind)
        _fill(target, columns)
        return target

    return lay_out


@compiled
def _struct(columns):
    return _laid_out(columns)


def struct(columns):
    """A NamedTuple (of a class that can be imported) as a struct: the same arrays, and fields that kernels may write."""
    return bound(_struct, columns)(columns)


def bound(function, *arguments):
    """A compiled function as it is for arguments like these, to be called with no others: it saves the look at their types, 0.8 us a call."""
    kinds = (function, *map(kind, arguments))
    if kinds not in BOUND:
        BOUND[kinds] = function.compile(tuple(map(numba.typeof, arguments)))
    return BOUND[kinds]


def kind(argument):
    """What an argument's type for kernels depends on."""
    if isinstance(argument, np.ndarray):
        return argument.dtype, argument.ndim, argument.flags.num
    if isinstance(argument, tuple):
        return type(argument), *map(kind, argument)
    return argument._numba_type_._code if isinstance(argument, Pointer) else type(argument)  # a number: a type's own hash goes through all its fields
