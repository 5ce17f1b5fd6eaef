"""Lean kernels count no references, column kernels promise distinct columns, and steps return nothing."""

import ast
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from numba import types

import cogov
from cogov.engine.jit import address, inner_kernel, lean_kernel, outer_kernel, struct
from cogov.model.places import Compounds

ROOT = Path(cogov.__file__).parent
# in the return type of a kernel that returns arrays or structs; a plain `tuple` does not say what is in it
ARRAYS = ("ndarray", "Hand", "Levers", "Notes", "Any")


def marked_kernels():
    """Yield (file, function, its decorators) of every kernel of the model."""
    for path in sorted(chain(ROOT.glob("agents/*.py"), ROOT.glob("model/**/*.py"), ROOT.glob("engine/*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                marks = {ast.unparse(mark) for mark in node.decorator_list}
                if any("kernel" in mark for mark in marks):
                    yield path.name, node, marks


def kernels():
    """Yield (file, function, whether it is lean, its return type) of every kernel of the model."""
    for file, node, marks in marked_kernels():
        yield file, node, "lean_kernel" in marks, ast.unparse(node.returns)


def called(node):
    """Return the names of the functions that a function calls."""
    return {
        call.func.id
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    }


def test_a_lean_kernel_neither_returns_an_array_nor_calls_what_returns_one():
    """The reference that a kernel returns would never be given back: the array would never be freed."""
    all_ = list(kernels())
    may_return = lambda returns: returns == "tuple" or any(word in returns for word in ARRAYS)
    returning = {node.name for _, node, _, returns in all_ if may_return(returns)}
    lean = [(file, node, returns) for file, node, is_lean, returns in all_ if is_lean]
    assert len(lean) > 100 and len(returning) > 10
    for file, node, returns in lean:
        assert not may_return(returns), f"{file}: {node.name} returns {returns}"
        assert not called(node) & returning, f"{file}: {node.name} calls {called(node) & returning}"


def meanings(node):
    """Return what the names of a function stand for: name -> the expressions that it assigns to them."""
    out = {}
    for line in ast.walk(node):
        if isinstance(line, ast.Assign):
            for target in line.targets:
                pairs = (
                    zip(target.elts, line.value.elts)
                    if isinstance(target, ast.Tuple) and isinstance(line.value, ast.Tuple)
                    else [(target, line.value)]
                )
                out |= {ast.unparse(name): value for name, value in pairs}
    return out


def given(expression, means):
    """Yield the columns that an argument stands for, in the words of the source."""
    value = means.get(ast.unparse(expression), expression)
    if isinstance(value, ast.Tuple):
        for part in value.elts:
            yield from given(part, means)
    else:
        yield ast.unparse(value)


def test_no_column_is_given_twice_to_a_kernel_that_promises_that_columns_do_not_overlap():
    marked = {node.name for _, node, marks in marked_kernels() if "column_kernel" in marks}
    calls = 0
    for file, node, _ in marked_kernels():
        means = meanings(node)
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in marked:
                columns = [one for argument in call.args for one in given(argument, means)]
                assert len(columns) == len({*columns}), f"{file}: {node.name} calls {ast.unparse(call)}"
                calls += 1
    assert len(marked) > 10 and calls >= len(marked)


@lean_kernel
def make_array(n):
    """Make an array, which a lean kernel may not."""
    return len(np.empty(n))


@lean_kernel
def sum_first(compounds):
    """Sum a column of a struct."""
    total = 0
    for first in compounds.first:
        total += first
    return total


@outer_kernel
def call_make(n):
    """Call the kernel that makes an array."""
    return make_array(n)


@outer_kernel
def call_sum(compounds):
    """Call the lean kernel as often as would free an array of which references were given back twice."""
    total = 0
    for _ in range(100):
        total += sum_first(compounds)
    return total


def test_the_compiler_refuses_a_lean_kernel_that_makes_an_array():
    from numba.core.errors import NumbaError

    with pytest.raises(NumbaError):
        call_make(3)


def test_a_lean_kernel_reads_the_columns_of_a_struct():
    columns = Compounds(np.arange(4, dtype=np.int32), np.ones(3, bool), np.zeros(3))
    assert call_sum(struct(columns)) == 600
    assert columns.first.tolist() == [0, 1, 2, 3]


@outer_kernel
def first_column(compounds):
    """Return a column of a struct."""
    return compounds.first


@outer_kernel
def change_nothing(compounds):
    """Do nothing."""


def test_a_step_that_is_called_by_its_address_returns_nothing():
    """There would be no room for what it returns: it would overwrite what is next in memory."""
    compounds = struct(Compounds(np.arange(4, dtype=np.int32), np.ones(3, bool), np.zeros(3)))
    assert address(change_nothing, compounds) == address(change_nothing, compounds) > 0
    with pytest.raises(TypeError, match="first_column is a step, and returns array"):
        address(first_column, compounds)


@inner_kernel
def double_of(x):
    """Twice a number."""
    return 2 * x


@outer_kernel
def eight_of(x):
    """Eight times a number."""
    return double_of(double_of(double_of(x)))


def test_an_inner_kernel_is_made_into_machine_code_with_its_callers_only():
    """By itself it is LLVM code: numba would optimise and translate it anew in each kernel that calls it."""
    double_of.compile((types.int64,))
    (alone,) = double_of.dispatcher.overloads.values()
    assert not alone.library.get_pointer_to_function(alone.fndesc.llvm_func_name)
    assert eight_of(3) == 24
    (whole,) = eight_of.dispatcher.overloads.values()
    assert whole.library.get_pointer_to_function(whole.fndesc.llvm_func_name)


def test_an_inner_kernel_can_say_what_is_wrong_when_it_is_first_compiled():
    """The words need Python's objects. Kernels within a function are not cached, but compiled here."""

    @inner_kernel
    def check(x):
        """Return a number of at most 3. Raises ValueError."""
        if x > 3:
            raise ValueError(f"{x} is more than 3")
        return x

    @outer_kernel
    def add_one(x):
        """Return a number of at most 3, plus 1. Raises ValueError."""
        return check(x) + 1

    assert add_one(3) == 4
    with pytest.raises(ValueError, match="5 is more than 3"):
        add_one(5)
