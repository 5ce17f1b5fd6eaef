"""Compile kernels once, cache them on disk, release the GIL, and divide as NumPy does.

Kernels use plain loops, not slices: a slice assignment takes a second to compile because of its error
messages, a loop a tenth. Tables that many kernels read are passed as one `struct`: a tuple of columns is
unpacked at every call, 0.2 us a column, a struct is one pointer. Its fields are hoisted out of loops by hand,
because the compiler must assume that they may change.

Numba is imported when the first kernel is called and not before: the import takes half a second, and commands
such as listing cases do not need it.
"""

from collections.abc import Callable
from functools import cache, cached_property, update_wrapper
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from .source_digests import OUTSIDE, version  # noqa: F401  imported from here by others
from .texts.errors import UserError

P = ParamSpec("P")
R = TypeVar("R")


class Kernel(Generic[P, R]):
    """A function that is compiled when it is first called, for the types of that call."""

    # While `precompile` finds out which kernels are needed, calls are recorded in a plan instead of compiled.
    plan: Any = None
    __qualname__: str

    def __init__(
        self,
        function: Callable[P, R],
        inner: bool = False,
        lean: bool = False,
        inlined: bool = False,
        distinct: bool = False,
    ) -> None:
        """Wrap a function; an `inner` kernel can be called by other kernels only.

        A `lean` one makes no arrays; an `inlined` one is always compiled into its callers; the arrays that a
        kernel with `distinct` ones is given must not overlap.
        """
        update_wrapper(self, function)
        self.py_func, self.inner, self.lean = function, inner, lean
        self.inlined, self.distinct = inlined, distinct

    @cached_property
    def dispatcher(self) -> Any:
        """Numba's dispatcher of the function."""
        return structs().make_dispatcher(self)

    if TYPE_CHECKING:

        def __call__(self, *arguments: P.args, **keywords: P.kwargs) -> R: ...

    else:

        def __call__(self, *arguments: Any) -> Any:
            if self.plan is not None:
                return self.plan.call(self, arguments)
            return self.dispatcher(*arguments)

    def compile(self, types: tuple) -> Callable:
        """Return the function compiled for arguments of these types; do not call it with other types."""
        return self.dispatcher.compile(types)

    def __reduce__(self) -> str:
        return self.__qualname__  # pickled by name, as functions are


@cache
def structs() -> Any:
    """Return the module `kernel_structs`, which imports numba; an import statement takes 1 us each time."""
    from . import kernel_structs

    return kernel_structs


def require_compiler() -> None:
    """Raise UserError if numba is set to compile nothing: the engine runs only as compiled code."""
    if Kernel.plan is None:
        import numba

        if numba.config.DISABLE_JIT:
            raise UserError(
                "NUMBA_DISABLE_JIT is set, but the engine runs only when compiled; unset it, or "
                "remove it from .numba_config.yaml"
            )


def outer_kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Make a kernel that Python may call."""
    return Kernel(function)


def inner_kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Make a kernel that only other kernels can call."""
    return Kernel(function, inner=True)


def lean_kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Make an inner kernel that makes no arrays, returns none, and puts none into a struct.

    It does not count references to the arrays it reads, which takes 10 ns for each array and each call. The
    caller holds them. The compiler refuses a lean kernel that makes an array.
    """
    return Kernel(function, inner=True, lean=True)


def inlined_kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Make an inner kernel that is compiled into each of its callers.

    For one that is given many columns and called often: a call copies seven words for each.
    """
    return Kernel(function, inner=True, inlined=True)


def column_kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Make an inlined kernel whose loop over columns is compiled to treat up to 16 rows at a time.

    The compiler may assume that the arrays among its arguments do not overlap (those in structs may). The
    loop visits rows in order, its index is unsigned, and it reads and writes columns in that row only. It
    adds up whole numbers only, whose sum does not depend on the order. A table of more than one dimension is
    given as columns: a row of it is not contiguous.
    """
    return Kernel(function, inner=True, inlined=True, distinct=True)


if TYPE_CHECKING:
    from builtins import staticmethod as kernel  # by this name only do types know a method without `self`
else:

    def kernel(function: Callable) -> staticmethod:
        """Make a method a kernel: it has no `self`, and takes all it needs as arguments."""
        return staticmethod(outer_kernel(function))


BOUND: dict[tuple, Any] = {}  # (function, kinds of its arguments) -> the function compiled for them


def struct(columns: Any) -> Any:
    """Convert a NamedTuple to a struct: the same arrays, in fields that kernels may write.

    The class of the NamedTuple must be importable.
    """
    if Kernel.plan is not None:
        return Kernel.plan.struct(columns)
    pointer, pointer.address = specialise(structs().make_struct, columns)(columns)
    return pointer


def specialise(function: Any, *arguments: Any) -> Callable:
    """Return a kernel compiled for the types of these arguments; do not call it with other types.

    It skips the check of the types of its arguments, which takes 0.8 us a call.
    """
    if Kernel.plan is not None:
        return Kernel.plan.bind(function, arguments)
    kinds = (function, *map(structs().kind_of, arguments))
    compiled = BOUND.get(kinds)
    if compiled is None:
        types = tuple(map(structs().numba.typeof, arguments))
        compiled = BOUND[kinds] = function.compile(types)
    return compiled


def address(kernel: Kernel, *arguments: Any) -> int:
    """Return the address of the machine code of a kernel of one or two structs, for `call_step`."""
    if Kernel.plan is not None:
        Kernel.plan.note(kernel, arguments)
        return 0
    kinds = (address, kernel, *map(structs().kind_of, arguments))
    if kinds not in BOUND:
        BOUND[kinds] = structs().address_of(kernel, arguments)
    return BOUND[kinds]


def call_step(function: int, hand: int, world: Any) -> None:
    """Call the kernel at address `function` with the struct `world`; in kernels only.

    If `hand`, the address of another struct, is not 0, the kernel is called with that one first. Raises
    NotImplementedError in Python.
    """
    raise NotImplementedError
