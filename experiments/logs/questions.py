"""A question about a log that only its owner can answer."""

from collections.abc import Sequence

from ...engine.texts.errors import Message, UserError


class LogQuestion(UserError):
    """What must be answered before a log can be read: `question`, and on the command line `remedy`.

    `entry` is the entry of the mapping that answers it, `answers` its possible values with what they mean;
    none where any value is possible.
    """

    def __init__(
        self,
        question: Message,
        remedy: Message,
        entry: str = "",
        answers: Sequence[tuple[str, Message]] = (),
    ):
        super().__init__(Message("{question}; {remedy}", question=question, remedy=remedy))
        self.question, self.remedy, self.entry, self.answers = question, remedy, entry, tuple(answers)

    def __reduce__(self) -> tuple:
        return type(self), (self.question, self.remedy, self.entry, self.answers)


def name_answers(names: Sequence[str]) -> list[tuple[str, Message]]:
    """Return names as answers that mean themselves."""
    return [(name, Message("{name}", name=name)) for name in names]
