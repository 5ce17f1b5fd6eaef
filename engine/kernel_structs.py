"""What of the kernels needs numba at hand: dispatchers, and the types and making of structs. Loaded when a kernel is first called."""

from hashlib import blake2b

import numba

# Numba loads scipy.linalg only to see that it is there, a fifth of a short command's time. It is: cogov asks for SciPy, and
# a kernel that multiplies matrices still loads it.
import numba.np.linalg
import numpy as np
from numba.core import types
from numba.core.extending import intrinsic, overload
from numba.core.typing.typeof import typeof_impl
from numba.experimental import structref

from .jit import Kernel
from .kernel_cache import KernelCache

seen, numba.np.linalg.ensure_blas = numba.np.linalg.ensure_blas, lambda: None
import numba.np.arraymath  # noqa: E402  the one that looks

numba.np.linalg.ensure_blas = seen

OPTIONS = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


def make_dispatcher(function, inner):
    """A numba dispatcher of a function; of an `inner` one only kernels can call it, and it is kept on disk as a part of those."""
    made = numba.njit(**OPTIONS, no_cpython_wrapper=inner)(function)
    if not inner:
        made._cache = KernelCache(function)
    return made


@typeof_impl.register(Kernel)
def _type_of_kernel(kernel, context):
    return types.Dispatcher(kernel.dispatcher)


@structref.register
class Struct(types.StructRef):
    """The type of a `struct`: the names of its fields and their types.

    Numba would spell all of them out in the name of every compiled symbol; a digest makes them short.
    """

    def __init__(self, fields):
        super().__init__(fields)
        self.name = f"struct_{blake2b(self.name.encode(), digest_size=12).hexdigest()}"

    def preprocess_fields(self, fields):
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class Pointer(structref.StructRefProxy):
    """A struct as Python holds it: to hand on to kernels, not to look into."""


structref.define_boxing(Struct, Pointer)


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


def lay_out(columns):
    """A struct with the columns of a NamedTuple; in kernels only. Raises NotImplementedError in Python."""
    raise NotImplementedError


@overload(lay_out)
def _lay_out(columns):
    kind = Struct(tuple(zip(columns.fields, columns.types)))

    def made(columns):
        target = structref.new(kind)
        _fill(target, columns)
        return target

    return made


@numba.njit(**OPTIONS)
def make_struct(columns):
    """A NamedTuple as a struct."""
    return lay_out(columns)


make_struct._cache = KernelCache(make_struct.py_func)


def kind_of(argument):
    """What an argument's type for kernels depends on."""
    if isinstance(argument, np.ndarray):
        return argument.dtype, argument.ndim, argument.flags.num
    if isinstance(argument, tuple):
        return type(argument), *map(kind_of, argument)
    return (
        argument._numba_type_._code if isinstance(argument, Pointer) else type(argument)
    )  # a number: a type's own hash goes through all its fields
