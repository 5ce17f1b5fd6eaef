"""Planted defects of compiled kernels."""

from .declaration import mutant

MUTANTS = [
    mutant(
        "a kernel does not depend on what its file imports",
        "engine/source_digests.py",
        "        pending += [source for name in _imports(path, module) if (source := find_source(name))]\n",
        "",
        "engine/test_kernels.py::test_a_change_reaches_the_file_and_those_that_import_it_and_no_other",
        plain=True,
        short=True,
    ),
    mutant(
        "a number means as little as a comment",
        "engine/source_digests.py",
        "    return repr(node)\n",
        "    return type(node).__name__\n",
        "engine/test_kernels.py::test_everything_else_means_something",
        plain=True,
        short=True,
    ),
    mutant(
        "a docstring changes the version of the model",
        "engine/source_digests.py",
        (
            '\n                (name, value[1:] if name == "body" and _is_text(value[0]) else '
            "value)\n                for name, value in entries\n            "
        ),
        "(name, value) for name, value in entries",
        "engine/test_kernels.py::test_comments_docstrings_and_formatting_mean_nothing",
        plain=True,
        short=True,
    ),
    mutant(
        "a damaged kernel is loaded",
        "engine/kernel_store.py",
        "if checksum(name, raw[CHECK_BYTES:]) == raw[:CHECK_BYTES]:",
        "if True:",
        "engine/test_kernels.py::test_a_damaged_file_is_thrown_away_and_compiled_again",
        plain=True,
        short=True,
    ),
    mutant(
        "types that cannot be imported go into the store",
        "engine/kernel_cache.py",
        " if known else None",
        "",
        "engine/test_kernels.py::test_types_that_another_process_could_not_load_are_not_kept",
        plain=True,
        short=True,
    ),
    mutant(
        "a kernel under another's name is loaded",
        "engine/kernel_store.py",
        'name.encode("utf-8", "surrogatepass") + b"\\0" + raw',
        "raw",
        "engine/test_kernels.py::test_a_damaged_file_is_thrown_away_and_compiled_again",
        plain=True,
        short=True,
    ),
    mutant(
        "kernels go where numba keeps its own",
        "engine/kernel_store.py",
        'Path(os.environ["NUMBA_CACHE_DIR"]) / "cogov-kernels"',
        'Path(os.environ["NUMBA_CACHE_DIR"])',
        "engine/test_kernels.py::test_the_folders_are_our_own_and_never_numbas",
        plain=True,
        short=True,
    ),
    mutant(
        "whose a folder among temporary files is does not matter",
        "engine/kernel_store.py",
        "status.st_uid == os.getuid() and not folder.is_symlink() and not status.st_mode & 0o077",
        "True",
        "engine/test_kernels.py::test_among_temporary_files_only_a_folder_of_ones_own_is_taken",
        plain=True,
        short=True,
    ),
    mutant(
        "without a folder to write in nothing is said",
        "engine/kernel_store.py",
        "        return warn_once()\n",
        "        return None\n",
        "engine/test_kernels.py::test_without_a_home_or_a_folder_that_can_be_written_it_runs_and_says_so",
        plain=True,
        short=True,
    ),
    mutant(
        "a kernel is left out of the plan",
        "model/precompile.py",
        "            day.spend_night,\n",
        "",
        "engine/test_kernels.py::test_the_plan_holds_every_kernel_that_a_run_calls",
        plain=True,
        short=True,
    ),
]
