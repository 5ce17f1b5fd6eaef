"""Make numba dispatchers and structs. Imported when a kernel is first called, because it imports numba."""

import ctypes
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import numba

# Numba loads scipy.linalg only to check that it is installed, a fifth of the time of a short command. cogov
# requires SciPy, so the check is skipped; a kernel that multiplies matrices still loads it.
import numba.np.linalg
import numpy as np
from numba.core import cgutils, types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.extending import intrinsic, overload
from numba.core.imputils import impl_ret_borrowed, lower_getattr_generic
from numba.core.runtime.context import NRTContext
from numba.core.typing.typeof import typeof_impl
from numba.experimental import structref

from .jit import Kernel, call_step
from .kernel_cache import KernelCache

ensure_blas, numba.np.linalg.ensure_blas = numba.np.linalg.ensure_blas, lambda: None
import numba.np.arraymath  # noqa: E402  the module that checks

numba.np.linalg.ensure_blas = ensure_blas

# options of glibc's mallopt
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT = 64 * 2**20  # bytes of freed memory that are kept for the next run, at most
LARGE = 32 * 2**20  # bytes of an array from which on its memory is returned as soon as it is freed
OPTIONS = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


def keep_freed_memory() -> None:
    """Let glibc keep freed memory; do nothing where there is another C library.

    A run of 16,000 residents writes some megabytes of new arrays. When the system has to map these pages anew
    for every run, this takes ten times as long as filling them.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    mallopt(M_TRIM_THRESHOLD, KEPT)
    mallopt(M_MMAP_THRESHOLD, LARGE)


keep_freed_memory()


class NoMachineCode:
    """Replaces numba's code generator for a library that has no machine code."""

    @staticmethod
    def set_env(name: str, environment: Any) -> None:
        """Do nothing."""


class InnerLibrary(JITCodeLibrary):
    """The LLVM code of an inner kernel, which its callers optimise and make into machine code with their own.

    Numba does both for each kernel, and again for each of those that call it. It took a quarter of the time.
    """

    codegen = NoMachineCode

    def finalize(self) -> None:
        """Link the code of the kernels that this one calls, and leave it at that."""
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Return 0: there is no machine code."""
        self._ensure_finalized()
        return 0


class InnerCompiler(Compiler):
    """A compiler of inner kernels."""

    def __init__(self, typing: Any, target: Any, library: Any, *arguments: Any) -> None:
        library = InnerLibrary(target.codegen(), "inner kernel")
        super().__init__(typing, target, library, *arguments)


class OuterCompiler(Compiler):
    """A compiler of outer kernels."""

    def compile_extra(self, function: Any) -> Any:
        """Compile a function, and give the inner kernels in it their environments.

        An environment holds the Python objects that a kernel needs to raise or print something.
        """
        compiled = super().compile_extra(function)
        for environment in compiled._find_referenced_environments():
            compiled.library.codegen.set_env(environment.env_name, environment)
        return compiled


class DistinctArrays(InnerCompiler):
    """A compiler of inner kernels that promises LLVM that the arrays among the arguments do not overlap."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.state.flags.noalias = True


def make_dispatcher(kernel: Kernel) -> Any:
    """Make a numba dispatcher of a kernel.

    An inner one can be called by kernels only, and is cached on disk as a part of these. A lean one neither
    makes arrays nor counts references to them.
    """
    compiler: type[Compiler] = OuterCompiler
    if kernel.inner:
        compiler = DistinctArrays if kernel.distinct else InnerCompiler
    dispatcher = numba.njit(
        **OPTIONS,
        no_cpython_wrapper=kernel.inner,
        _nrt=not kernel.lean,
        forceinline=kernel.inlined,
        pipeline_class=compiler,
    )(kernel.py_func)
    if not kernel.inner:
        dispatcher._cache = KernelCache(kernel.py_func)
    return dispatcher


@typeof_impl.register(Kernel)
def _type_of_kernel(kernel: Kernel, context: Any) -> Any:
    return types.Dispatcher(kernel.dispatcher)


@structref.register
class Struct(types.StructRef):
    """The type of a `struct`: the names of its fields and their types.

    Numba would write all of them into the name of every compiled symbol; a digest keeps these names short.
    """

    name: str

    def __init__(self, fields: tuple) -> None:
        super().__init__(fields)
        self.name = f"struct_{blake2b(self.name.encode(), digest_size=12).hexdigest()}"

    def preprocess_fields(self, fields: tuple) -> tuple:
        """Return the fields with general types instead of those of literals."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


@lower_getattr_generic(Struct)
def _read_field(context: Any, builder: Any, kind: Any, value: Any, name: str) -> Any:
    """Read a field as numba does, but in lean kernels, too, where it is borrowed from the struct."""
    counting = NRTContext(context, enabled=True)
    meminfo = cgutils.create_struct_proxy(kind)(context, builder, value=value).meminfo
    fields_kind = kind.get_data_type()
    layout = context.data_model_manager[fields_kind].get_value_type()
    place = builder.bitcast(counting.meminfo_data(builder, meminfo), layout.as_pointer())
    fields = cgutils.create_struct_proxy(fields_kind)(context, builder, ref=place)
    return impl_ret_borrowed(context, builder, kind.field_dict[name], getattr(fields, name))


class Pointer(structref.StructRefProxy):
    """Handle of a struct in Python, to be passed to kernels; Python cannot read its fields."""

    address: int


structref.define_boxing(Struct, Pointer)


@intrinsic
def _lay_out(typing: Any, columns: Any) -> Any:
    """Make a struct from a NamedTuple.

    All columns are written in one go, because the setters of single fields take ten times as long to compile.
    """
    kind = Struct(tuple(zip(columns.fields, columns.types)))
    _, allocate = structref.new._defn(typing, types.TypeRef(kind))

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target = allocate(context, builder, None, ())
        fields = structref._Utils(context, builder, kind).get_data_struct(target)
        for place, (name, column) in enumerate(zip(columns.fields, columns.types)):
            value = builder.extract_value(arguments[0], place)
            context.nrt.incref(builder, column, value)
            setattr(fields, name, value)
        return target

    return kind(columns), code


@intrinsic
def _address_of(typing: Any, target: Any) -> Any:
    """Return the address of a struct, by which `call_step` passes it on."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ptrtoint(builder.extract_value(arguments[0], 0), context.get_value_type(types.uint64))

    return types.uint64(target), code


@intrinsic
def _call(typing: Any, function: Any, hand: Any, world: Any) -> Any:
    """Call the machine code at an address as numba calls a kernel: with `world`, after `hand` if not 0."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> None:
        convention, (address, first, second) = context.call_conv, arguments
        argument = context.get_value_type(world)

        def call(kinds: tuple, values: list) -> None:
            kind = convention.get_function_type(types.int64, kinds)
            callee = builder.inttoptr(address, kind.as_pointer())
            status, _ = convention.call_function(builder, callee, types.int64, kinds, values)
            with builder.if_then(status.is_error, likely=False):
                convention.return_status_propagate(builder, status)

        with builder.if_else(builder.icmp_unsigned("==", first, first.type(0))) as (alone, both):
            with alone:
                call((world,), [second])
            with both:
                pointer = builder.inttoptr(first, argument.elements[0])
                hand_of = builder.insert_value(cgutils.get_null_value(argument), pointer, 0)
                call((world, world), [hand_of, second])
        return context.get_dummy_value()

    return types.void(types.uint64, types.uint64, world), code


@overload(call_step)
def _overload_call_step(function: Any, hand: Any, world: Any) -> Callable:
    def call(function: Any, hand: Any, world: Any) -> None:
        _call(function, hand, world)

    return call


@numba.njit(**OPTIONS)
def make_struct(columns: Any) -> Any:
    """Convert a NamedTuple to a struct; return it and its address."""
    target = _lay_out(columns)
    return target, _address_of(target)


make_struct._cache = KernelCache(make_struct.py_func)


def address_of(kernel: Kernel, arguments: tuple) -> int:
    """Compile a kernel for the types of these arguments, and return the address of its machine code.

    Raises TypeError if it returns something: `call_step` has no room for it.
    """
    kinds = tuple(map(numba.typeof, arguments))
    kernel.compile(kinds)
    compiled = kernel.dispatcher.overloads[kinds]
    if compiled.signature.return_type != types.none:
        raise TypeError(f"{kernel.__qualname__} is a step, and returns {compiled.signature.return_type}")
    return compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name)


def kind_of(argument: Any) -> Any:
    """Return a hashable value that determines the type of an argument in kernels."""
    if isinstance(argument, np.ndarray):
        return argument.dtype, argument.ndim, argument.flags.num
    if isinstance(argument, tuple):  # mostly of arrays, for which a call each would take half as long again
        return type(argument), *[
            (part.dtype, part.ndim, part.flags.num) if type(part) is np.ndarray else kind_of(part)
            for part in argument
        ]
    # `_code` is a number; the hash of the type itself goes through all its fields.
    return argument._numba_type_._code if isinstance(argument, Pointer) else type(argument)
