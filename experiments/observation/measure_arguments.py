"""The arguments of fact measures: what stands after the colons of an expression, and whether it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...engine.texts.errors import UserError
from ...model.issues.categories import FAMILIES
from ...model.mechanisms import explain_unusable

if TYPE_CHECKING:
    from ...model.scenarios.scenario import Scenario

KIND, MECHANISM, NUMBER = "kinds of issues", "a mechanism", "a number"
# what each expects after its colons; OPTIONAL says how many may be left out
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "reporters_top_share": (NUMBER,),
    "finds_per_hour": (MECHANISM,),
    "found_share": (MECHANISM, KIND),
    "found_mix": (MECHANISM, KIND),
    "on_the_spot_share": (MECHANISM,),
    "disputes_mediated_per_year": (NUMBER,),
    "mediated_ratio": (KIND, KIND),
    "reported_ratio": (KIND, KIND),
    "built_per_1000_walkup_households_year": (KIND,),
    "built_share_of_consented": (KIND,),
    "arose_per_lift_year": (KIND,),
    "giving_top_share": (NUMBER,),
    "resolved_within": (NUMBER, KIND),
    "report_quantile": (KIND, NUMBER),
    "answer_quantile": (NUMBER,),
}
OPTIONAL = {"resolved_within": 1, "found_share": 1}  # arguments at the end that may be left out


def check_arguments(expression: str, scenario: Scenario) -> None:
    """Check what stands after the colons of a fact measure. Raises UserError."""
    kind, *texts = expression.split(":")
    expected = ARGUMENTS.get(kind, ())
    if not len(expected) - OPTIONAL.get(kind, 0) <= len(texts) <= len(expected):
        raise UserError(
            "measure = {measure!r}: expected after {kind}: {arguments}",
            measure=expression,
            kind=kind,
            arguments=", ".join(expected) or "-",
        )
    for text, what in zip(texts, expected):
        if what == MECHANISM and (problem := explain_unusable(text)):
            raise UserError(problem)
        if what == NUMBER and not is_number(text):
            raise UserError("measure = {measure!r}: {text!r} is not a number", measure=expression, text=text)
        if what == KIND and text not in ("", "all"):
            for name in text.split("+"):
                if name not in scenario.issues and name not in FAMILIES:
                    raise UserError(
                        "measure = {measure!r}: no category is called {category!r}",
                        measure=expression,
                        category=name,
                    )


def is_number(text: str) -> bool:
    """Return whether `text` is a decimal number, 0 or more."""
    return text.replace(".", "", 1).isdigit()
