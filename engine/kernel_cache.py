"""Compiled kernels on disk, one file for each kernel and the types that it was compiled for.

The name of a file is a digest of all that its machine code depends on: what the kernel's source file and the files that it
imports mean (`sources.kernel_digest`), the types, numba, Python and the processor. So a change compiles a kernel and those
that depend on it again, and nothing else; a comment compiles nothing.

Road not taken: numba's own cache. It notices changes in the kernel's own file only, keeps an index per kernel that holds
the types of everybody who ever called it (one that cannot be imported any more breaks all), and raises where no folder can
be written.
"""

import sys
from hashlib import blake2b
from pathlib import Path
from pickle import loads

from numba.core import types
from numba.core.codegen import JITCodeLibrary, ll
from numba.core.compiler import CompileResult
from numba.core.runtime import rtsys
from numba.core.serialize import dumps

from . import kernel_store, source_digests


class KeptLibrary(JITCodeLibrary):
    """Machine code from disk. Its LLVM code, larger and slower to load, is parsed only where another kernel is compiled with it inside."""

    @classmethod
    def load(cls, codegen, name, code, bitcode, symbols):
        """A library of `serialize_using_object_code`; `symbols` are the names that it defines."""
        library = cls(codegen, name)
        library.bitcode = bitcode
        library.enable_object_caching()
        library._set_compiled_object(code)
        library._finalize_final_module()
        codegen._engine._defined_symbols.update(symbols)
        return library

    def _get_module_for_linking(self):
        if self._shared_module is None:
            self._shared_module = ll.parse_bitcode(self.bitcode)
        return self._shared_module


def symbols_of(library):
    """The names that a compiled library defines."""
    module = library._get_module_for_linking()
    return [
        value.name
        for values in (module.functions, module.global_variables)
        for value in values
        if not value.is_declaration
    ]


def rebuild(target, symbols, kept):
    """A kernel as it was kept, as `CompileResult._rebuild` makes it."""
    (
        (name, _, (code, bitcode)),
        function,
        environment,
        signature,
        objectmode,
        lifted,
        annotation,
        starters,
        environments,
    ) = kept
    for start in starters:
        start()
    library = KeptLibrary.load(target.codegen(), name, code, bitcode, symbols)
    result = CompileResult(
        typing_context=target.typing_context,
        target_context=target,
        entry_point=target.get_executable(library, function, environment),
        typing_error=None,
        type_annotation=annotation,
        signature=signature,
        objectmode=objectmode,
        lifted=lifted,
        fndesc=function,
        library=library,
        call_helper=None,
        environment=environment,
        metadata=None,
        reload_init=starters,
        referenced_envs=environments,
    )
    for one in environments:
        library.codegen.set_env(one.env_name, one)
    return result


class KernelCache:
    """What a numba dispatcher asks for machine code and gives it to, with the methods of numba's own `FunctionCache`."""

    cache_path = None
    compiled = []  # names of the kernels that this process compiled, in order

    def __init__(self, function):
        self.function = function
        self.name = f"{function.__module__}.{function.__qualname__}"
        self.ships = function.__module__.partition(".")[0] == source_digests.PACKAGE and Path(
            function.__code__.co_filename
        ).is_relative_to(source_digests.ROOT)

    def file_name(self, signature, codegen):
        """The name of the file for these types; None where it cannot be kept."""
        code, kinds = self.function.__code__, [describe(kind) for kind in signature]
        source = kernel_store.digest(code.co_filename, self.function.__module__)
        if source is None or None in kinds or self.function.__closure__:
            return None
        said = [
            value
            for value in code.co_consts
            if not hasattr(value, "co_code") and value != self.function.__doc__
        ]
        own = (
            f"{code.co_code.hex()} {code.co_names} {said}"  # two functions of one file may have the same name
        )
        asked = f"{own} {kinds} {kernel_store.platform_digest()} {codegen.magic_tuple()}"
        plain = "".join(c if c.isalnum() or c in "._" else "-" for c in self.name)[-100:]
        return (
            f"{plain}-{blake2b(asked.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}-{source}"
        )

    def load_overload(self, signature, target):
        """The compiled kernel for these types, or None."""
        if self.ships:
            rtsys.initialize(
                target
            )  # all that our own kernels ask for; the rest of numba takes a quarter of a second to load
        else:
            target.refresh()
        name = self.file_name(signature, target.codegen())
        raw = name and kernel_store.read(name)
        return rebuild(target, *loads(raw)) if raw else None

    def save_overload(self, signature, result):
        """Keep a compiled kernel, where it can be kept."""
        self.compiled.append(self.name)
        name = self.file_name(signature, result.codegen)
        if name and not result.library.has_dynamic_globals and all(one.can_cache for one in result.lifted):
            kernel_store.write(
                name, dumps((symbols_of(result.library), result._replace(type_annotation="")._reduce()))
            )

    def flush(self):
        """Forget nothing: a file is right as long as its name is asked for."""

    enable = disable = flush


def describe(kind):
    """A numba type as text that no other type has; None for one that another process could not load."""
    if isinstance(kind, types.StructRef):
        inner = {name: describe(inner) for name, inner in kind._fields}
        return None if None in inner.values() else f"struct {inner}"
    if isinstance(kind, types.BaseTuple):
        inner = [describe(inner) for inner in kind.types]
        if None in inner:
            return None
        if not isinstance(kind, types.BaseNamedTuple):
            return f"tuple {inner}"
        of = kind.instance_class
        known = (
            of.__module__ != "__main__"
            and getattr(sys.modules.get(of.__module__), of.__qualname__, None) is of
        )
        return f"{of.__module__}.{of.__qualname__} {kind.fields} {inner}" if known else None
    return str(kind)
