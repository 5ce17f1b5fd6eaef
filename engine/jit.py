"""How kernels are compiled: once, kept on disk, free of Python's lock; division as in NumPy.

Plain loops, not slices: a slice assignment costs a second of compilation for its error messages, a loop a tenth. What
many kernels read is handed to them as one `struct`: a tuple of columns is taken apart anew at every call, 0.2 us a
column, a struct is one pointer. Its fields are hoisted out of loops by hand, for the compiler must think they may change.

Numba is imported when the first kernel is called and not before: it takes half a second, and who lists cases needs none.
"""

from functools import cached_property, update_wrapper

from .parameters import UserError
from .source_digests import OUTSIDE, version  # noqa: F401  part of what this file is asked for


class Kernel:
    """A function that is compiled when it is first called, for the types that it is called with."""

    plan = None  # where calls are noted instead of compiled, while `precompile` finds out which kernels are needed

    def __init__(self, function, inner=False):
        """An `inner` kernel can be called by kernels only."""
        update_wrapper(self, function)
        self.py_func, self.inner = function, inner

    @cached_property
    def dispatcher(self):
        """The function as numba has it."""
        from .kernel_structs import make_dispatcher

        return make_dispatcher(self.py_func, self.inner)

    def __call__(self, *arguments):
        if self.plan is not None:
            return self.plan.call(self, arguments)
        return self.dispatcher(*arguments)

    def compile(self, types):
        """The function for arguments of such types, to be called with no others."""
        return self.dispatcher.compile(types)

    def __reduce__(self):
        return self.__qualname__  # pickled as functions are: by name


def require_compiler():
    """Raise UserError where numba is told to compile nothing: the engine runs only as it is compiled."""
    if Kernel.plan is None:
        import numba

        if numba.config.DISABLE_JIT:
            raise UserError(
                "NUMBA_DISABLE_JIT is set, and the engine runs only as it is compiled; unset it, or take it out of .numba_config.yaml"
            )


def outer_kernel(function):
    """A kernel that Python may call."""
    return Kernel(function)


def inner_kernel(function):
    """A part of kernels; Python cannot call it."""
    return Kernel(function, inner=True)


def kernel(function):
    """A method that is compiled: it has no `self`, and takes all it needs as arguments."""
    return staticmethod(outer_kernel(function))


BOUND = {}  # (function, kinds of its arguments) -> as it is compiled for them


def struct(columns):
    """A NamedTuple (of a class that can be imported) as a struct: the same arrays, and fields that kernels may write."""
    if Kernel.plan is not None:
        return Kernel.plan.struct(columns)
    from .kernel_structs import make_struct

    return specialise(make_struct, columns)(columns)


def specialise(function, *arguments):
    """A compiled function as it is for arguments like these, to be called with no others: it saves the look at their types, 0.8 us a call."""
    if Kernel.plan is not None:
        return Kernel.plan.bind(function, arguments)
    from .kernel_structs import kind_of, numba

    kinds = (function, *map(kind_of, arguments))
    if kinds not in BOUND:
        BOUND[kinds] = function.compile(tuple(map(numba.typeof, arguments)))
    return BOUND[kinds]
