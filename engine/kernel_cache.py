"""Cache compiled kernels on disk, one file per kernel and set of argument types.

The name of a file contains a digest of all that its machine code depends on: the meaning of the kernel's
source file and of the files that it imports (`source_digests.kernel_digest`), the types, numba, Python and
the processor. So a change recompiles the kernel and those that depend on it, and nothing else; a comment
recompiles nothing.

Road not taken: numba's own cache. It notices changes in the kernel's own file only, keeps an index per kernel
with the types of all its callers (one that can no longer be imported breaks all), and raises where no folder
is writable.
"""

import sys
from hashlib import blake2b
from pathlib import Path
from pickle import loads
from typing import Any, ClassVar

from numba.core import types
from numba.core.codegen import JITCodeLibrary, ll
from numba.core.compiler import CompileResult
from numba.core.runtime import rtsys
from numba.core.serialize import dumps

from . import kernel_store, source_digests


class KeptLibrary(JITCodeLibrary):
    """Machine code from disk.

    Its LLVM code, which is larger and slower to load, is parsed only when another kernel that calls it is
    compiled.
    """

    _shared_module: Any

    @classmethod
    def load(cls, codegen: Any, name: str, code: bytes, bitcode: bytes, symbols: list[str]) -> "KeptLibrary":
        """Load what `serialize_using_object_code` returned; `symbols` are the names that it defines."""
        library = cls(codegen, name)
        library.bitcode = bitcode
        library.enable_object_caching()
        library._set_compiled_object(code)
        library._finalize_final_module()
        codegen._engine._defined_symbols.update(symbols)
        return library

    def _get_module_for_linking(self) -> Any:
        if self._shared_module is None:
            self._shared_module = ll.parse_bitcode(self.bitcode)
        return self._shared_module


def symbols_of(library: JITCodeLibrary) -> list[str]:
    """List the names that a compiled library defines."""
    module = library._get_module_for_linking()
    return [
        value.name
        for values in (module.functions, module.global_variables)
        for value in values
        if not value.is_declaration
    ]


def rebuild(target: Any, symbols: list[str], reduced: tuple) -> CompileResult:
    """Rebuild a kernel from what `CompileResult._reduce` returned, as `CompileResult._rebuild` does."""
    (
        (name, _, (code, bitcode)),
        function,
        environment,
        signature,
        objectmode,
        lifted,
        annotation,
        initialisers,
        environments,
    ) = reduced
    for initialise in initialisers:
        initialise()
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
        reload_init=initialisers,
        referenced_envs=environments,
    )
    for referenced in environments:
        library.codegen.set_env(referenced.env_name, referenced)
    return result


class KernelCache:
    """Load and save the machine code of a dispatcher, with the methods of numba's own `FunctionCache`."""

    cache_path = None
    compiled: ClassVar[list[str]] = []  # names of the kernels that this process has compiled, in order

    def __init__(self, function: Any) -> None:
        self.function = function
        self.name = f"{function.__module__}.{function.__qualname__}"
        self.ships = function.__module__.partition(".")[0] == source_digests.PACKAGE and Path(
            function.__code__.co_filename
        ).is_relative_to(source_digests.ROOT)

    def file_name(self, signature: Any, codegen: Any) -> str | None:
        """Return the name of the file for these types; None if the kernel cannot be cached."""
        code, kinds = self.function.__code__, [describe(kind) for kind in signature]
        source = kernel_store.digest(code.co_filename, self.function.__module__)
        if source is None or None in kinds or self.function.__closure__:
            return None
        constants = [
            value
            for value in code.co_consts
            if not hasattr(value, "co_code") and value != self.function.__doc__
        ]
        # The bytecode is part of it because two functions of one file may have the same name.
        body = f"{code.co_code.hex()} {code.co_names} {constants}"
        identity = f"{body} {kinds} {kernel_store.platform_digest()} {codegen.magic_tuple()}"
        plain = "".join(c if c.isalnum() or c in "._" else "-" for c in self.name)[-100:]
        digest = blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        return f"{plain}-{digest}-{source}"

    def load_overload(self, signature: Any, target: Any) -> CompileResult | None:
        """Load the compiled kernel for these types; None if it is not cached."""
        if self.ships:
            # Kernels of cogov need no more than this; the rest of numba takes a quarter of a second to load.
            rtsys.initialize(target)
        else:
            target.refresh()
        name = self.file_name(signature, target.codegen())
        raw = name and kernel_store.read(name)
        return rebuild(target, *loads(raw)) if raw else None

    def save_overload(self, signature: Any, result: CompileResult) -> None:
        """Save a compiled kernel if it can be cached."""
        self.compiled.append(self.name)
        name = self.file_name(signature, result.codegen)
        if (
            name
            and not result.library.has_dynamic_globals
            and all(lifted.can_cache for lifted in result.lifted)
        ):
            kernel_store.write(
                name, dumps((symbols_of(result.library), result._replace(type_annotation="")._reduce()))
            )

    def flush(self) -> None:
        """Do nothing: a cached file is valid as long as its name is that of a kernel."""

    enable = disable = flush


def describe(kind: types.Type) -> str | None:
    """Describe a numba type by a unique text; None if another process could not load it."""
    if isinstance(kind, types.StructRef):
        columns = {name: describe(inner) for name, inner in kind._fields}
        return None if None in columns.values() else f"struct {columns}"
    if isinstance(kind, types.BaseTuple):
        inner = [describe(inner) for inner in kind.types]
        if None in inner:
            return None
        if not isinstance(kind, types.BaseNamedTuple):
            return f"tuple {inner}"
        cls = kind.instance_class
        known = (
            cls.__module__ != "__main__"
            and getattr(sys.modules.get(cls.__module__), cls.__qualname__, None) is cls
        )
        return f"{cls.__module__}.{cls.__qualname__} {kind.fields} {inner}" if known else None
    return str(kind)
