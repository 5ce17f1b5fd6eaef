"""Count the steps of a calibration, report them, and stop when asked to."""

from collections.abc import Callable


class Cancelled(Exception):
    """A calibration was stopped by its caller."""


class Steps:
    """Counter of finished simulations, which reports each and stops when it is cancelled."""

    def __init__(
        self,
        of: int,
        progress: Callable[[int, int], object] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.done, self.of, self.progress, self.cancelled = 0, of, progress, cancelled

    def advance(self) -> None:
        """Count one step. Raises Cancelled."""
        self.done += 1
        if self.progress:
            self.progress(min(self.done, self.of), self.of)
        if self.cancelled and self.cancelled():
            raise Cancelled
