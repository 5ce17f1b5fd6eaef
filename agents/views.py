"""What Mesa calls agents: views of the world's columns, made when first looked at, with no state of their own."""

from numbers import Real

import mesa

MESA = ("model", "unique_id", "pos")  # what Mesa itself writes on an agent


class View(mesa.Agent):
    """One person as a Mesa agent; `row` says who, for life. Only the model makes them."""

    def __init__(self, model, row):
        vars(self)["row"] = row
        super().__init__(model)

    def __setattr__(self, name, value):
        """Write a column. Raises AttributeError for what is fixed and for what does not exist."""
        if name not in MESA and not hasattr(getattr(type(self), name, None), "__set__"):
            raise AttributeError(f"{self}: {name} cannot be written; {writable(type(self))}")
        super().__setattr__(name, value)

    def __getattr__(self, name):
        """None for what only another kind of person has, so that one reporter can ask everybody."""
        if not hasattr(type(self), name) and any(hasattr(kind, name) for kind in View.__subclasses__()):
            return None
        return self.__getattribute__(name)  # raises again what brought us here

    def __repr__(self):
        return f"{type(self).__name__} {self.row}"

    def remove(self):
        raise RuntimeError(f"{self} cannot be removed: a community's rows are for life")


class Column:
    """A resident's own cell of a column of `world.residents`, at `at` if it is a matrix; can be written, 0 to `high`, if that is given."""

    def __init__(self, column=None, *at, high=None):
        self.column, self.at, self.high = column, at, high

    def __set_name__(self, owner, name):
        self.name = name
        self.column = self.column or name

    def __get__(self, view, kind=None):
        return self if view is None else getattr(view.model.world.residents, self.column).item(view.row, *self.at)

    def __set__(self, view, value):
        if self.high is None:
            raise AttributeError(f"{view}: {self.name} is for life; {writable(type(view))}")
        if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value <= self.high:
            raise ValueError(f"{view}: {self.name} = {value!r} is out of range; allowed is a number, 0 to {self.high:g}")
        getattr(view.model.world.residents, self.column)[view.row, *self.at] = value


def writable(kind):
    """Which attributes of a kind of person can be written, in words."""
    names = [name for name in dir(kind) if getattr(getattr(kind, name), "high", None) is not None]
    return f"what can be: {', '.join(names) or 'nothing'}"
