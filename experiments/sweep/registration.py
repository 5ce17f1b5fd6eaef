"""Register the question of a sweep before its first run, and log every later change with its date.

A folder holds one experiment. Replicates, arms and cases may be added and removed, and the estimand may
change; each change is logged with its date and the number of runs that existed. Changes that would give other
runs the same names are refused.
"""

import json
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from hashlib import blake2b
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from ...engine.output import short, to_json
from ...engine.texts.errors import Message, Translated, UserError, join_first
from ...engine.toml_reader import table_of
from ...model.measures import SUMMARY
from ..files.manifest import software
from ..files.user_mechanisms import describe_own
from .ledger import OWN

if TYPE_CHECKING:
    from .experiment import Experiment
    from .store import Store
    from .sweep import SweepPlan

NAMED = 100  # arms named in the log; arms.json has all
LISTED = 5  # names in a sentence


def question_of(plan: "SweepPlan") -> dict:
    """Return the question and design of a plan, as they are logged."""
    e = plan.experiment
    return {
        "name": e.name,
        "question": e.question,
        "estimand": asdict(e.estimand),
        "stopping": asdict(e.stopping),
        "replicates": e.replicates,
        "seed": e.seed,
        "design": e.design.kind,
        "cases": {name: case.days for name, case in plan.cases.items()},
        "arms": list(dict.fromkeys(arm.name for arm in plan.arms)),
    }


def digest_question(plan: "SweepPlan") -> str:
    """Return a digest of the registration: question, estimand, stopping rule, replicates, cases and arms."""
    content = (
        question_of(plan),
        [table_of(case) for case in plan.cases.values()],
        [vars(arm) for arm in plan.arms],
        plan.experiment.keep,
    )
    return blake2b(
        json.dumps(content, ensure_ascii=False, sort_keys=True).encode(), digest_size=16
    ).hexdigest()


def read_stored(store: "Store", name: str) -> Any:
    """Return the content of a text of the store, which must exist."""
    text = store.text(name)
    assert text is not None, name
    return json.loads(text)


def register(store: "Store", plan: "SweepPlan") -> list[str]:
    """Register the question of a plan in the store; return the changes since the last time, in words.

    Changes are appended to the log; they do not replace earlier entries.
    """
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    manifest = json.loads(store.text("manifest.json") or "null") or {"begun": now, "registered": []}
    changed = changes(store, plan)
    if changed or not manifest["registered"]:
        question = question_of(plan)
        question |= {"arms": question["arms"][:NAMED], "count_of_arms": len(plan.arms)}
        manifest["registered"].append(
            {
                "when": now,
                "runs_before": len(store.known),
                "digest": digest_question(plan),
                **question,
                "changes": changed,
            }
        )
    manifest |= {
        "last": now,
        "command": plan.command,
        **software("pyarrow"),
        "model": plan.source,
        "arms": len(plan.arms),
        "measures": list(SUMMARY),  # in the order in which the ledger holds their numbers
    }
    own_text = describe_own(plan)
    store.write(
        {
            "experiment.json": to_json(table_of(plan.experiment)) + "\n",
            "cases.json": to_json({name: table_of(case) for name, case in plan.cases.items()}, indent=None)
            + "\n",
            "arms.json": to_json([vars(arm) for arm in plan.arms], indent=None) + "\n",
            "manifest.json": to_json(manifest) + "\n",
            **({OWN: own_text} if own_text else {}),
        }
    )
    return changed


def changes(store: "Store", plan: "SweepPlan") -> list[str]:
    """Describe the changes of the question since it was last registered; empty if it never was."""
    if not store.text("manifest.json"):
        return []
    e, past = plan.experiment, read_stored(store, "experiment.json")
    now = json.loads(json.dumps(table_of(e)))
    sentences = [
        f"{path}: {format_value(old_value)} -> {format_value(new_value)}"
        for path, old_value, new_value in differences(past, now)
        if path.partition(".")[0] not in ("cases", "arm", "factor", "design", "on", "off", "set")
    ]
    if past["design"]["kind"] != e.design.kind:
        sentences.append(f"design.kind: {past['design']['kind']} -> {e.design.kind}")
    old_cases = read_stored(store, "cases.json")
    new_cases = json.loads(json.dumps({name: table_of(case) for name, case in plan.cases.items()}))
    sentences += [
        f"{word}: {abbreviate(names)}" for word, names in list_changes("case", old_cases, new_cases)
    ]
    sentences += [
        f"{name}.{path}: {format_value(old_value)} -> {format_value(new_value)}"
        for name in new_cases
        if name in old_cases
        for path, old_value, new_value in differences(old_cases[name], new_cases[name])[:LISTED]
    ]
    old = {(arm["case"], arm["name"]): arm for arm in read_stored(store, "arms.json")}
    new = {
        (arm["case"], arm["name"]): arm for arm in json.loads(json.dumps([vars(arm) for arm in plan.arms]))
    }
    both = [name for name in new_cases if name in old_cases]  # arms of other cases change with their case
    sentences += [
        f"{word}: {abbreviate(names)}"
        for word, names in list_changes(
            "arm", *(list(dict.fromkeys(name for case, name in arms if case in both)) for arms in (old, new))
        )
    ]
    altered = [
        name
        for (case, name), arm in new.items()
        if (case, name) in old
        and any(old[case, name][part] != arm[part] for part in ("on", "off", "settings"))
    ]
    return sentences + ([f"arms changed: {abbreviate(dict.fromkeys(altered))}"] if altered else [])


def refuse_other(store: "Store", plan: "SweepPlan") -> None:
    """Raise UserError if the store has runs of another experiment, or of an arm with other settings.

    Road not taken: to store both and distinguish them by their keys; a reader of the parts would count them
    together.
    """
    if not store.known or not store.text("manifest.json"):
        return
    stored = {"folder": store.folder, "count": len(store.known)}
    past = read_stored(store, "manifest.json")["model"]
    if past != plan.source:
        raise UserError(
            "{folder}: has {count:,} runs already, of another version of the model ({past}; this is "
            "{source}); give another --out",
            **stored,
            past=past,
            source=plan.source,
        )
    old, now = read_stored(store, "experiment.json"), json.loads(json.dumps(table_of(plan.experiment)))
    old_cases, now_cases = (
        read_stored(store, "cases.json"),
        json.loads(json.dumps({name: table_of(case) for name, case in plan.cases.items()})),
    )
    terms = [
        describe_term(name, old_value, new_value)
        for name, old_value, new_value in (
            *((name, old[name], now[name]) for name in ("name", "seed", "keep")),
            ("estimand.within", old["estimand"]["within"], now["estimand"]["within"]),
        )
        if old_value != new_value
    ]
    for case in now_cases.keys() & old_cases.keys():
        terms += [
            describe_term(f"{case}.{path}", old_value, new_value)
            for path, old_value, new_value in differences(old_cases[case], now_cases[case])
        ]
    if terms:
        raise UserError(
            "{folder}: has {count:,} runs already, with other settings: {terms}; give another --out",
            **stored,
            terms=join_first(terms, 3),
        )
    stems = {(arm.case, arm.name): stem for arm, stem in zip(plan.arms, plan.stems)}
    stored_arms = set()
    for key, case, arm, replicate in store.ledger.execute("select key, name, arm, replicate from runs"):
        stored_arms.add((case, arm))
        if (case, arm) in stems and plan.key_of(stems[case, arm], replicate) != key:
            raise UserError(
                "{folder}: has {arm!r} of {case} already, with other mechanisms or settings; give another "
                "--out, or rename the arm",
                folder=store.folder,
                arm=arm,
                case=case,
            )
    if not stored_arms & stems.keys():
        raise UserError(
            "{folder}: has {count:,} runs already, of arms that are not in this experiment ({arms}); give "
            "another --out",
            **stored,
            arms=abbreviate(dict.fromkeys(arm for _, arm in stored_arms)),
        )


def describe_term(path: str, old_value: object, new_value: object) -> Message:
    """Describe how a setting of the stored runs differs from the plan."""
    return Message(
        "{path} = {stored}, now {asked}",
        path=path,
        stored=format_value(old_value),
        asked=format_value(new_value),
    )


def differences(old: dict, new: dict, prefix: str = "") -> list[tuple]:
    """Return (path, old value, new value) for all that differs between two tables, as JSON has them."""
    pairs = []
    for name in dict.fromkeys([*old, *new]):
        old_value, new_value = old.get(name), new.get(name)
        if isinstance(old_value, dict) and isinstance(new_value, dict):
            pairs += differences(old_value, new_value, f"{prefix}{name}.")
        elif old_value != new_value:
            pairs.append((prefix + name, old_value, new_value))
    return pairs


def list_changes(what: str, old: Collection, new: Collection) -> Iterator[tuple[str, list]]:
    """Yield (words, names) of those added and those dropped."""
    for word, names in (
        ("added", [name for name in new if name not in old]),
        ("dropped", [name for name in old if name not in new]),
    ):
        if names:
            yield f"{what}{'s' * (len(names) > 1)} {word}", names


def abbreviate(names: Iterable) -> str:
    """Return the first names as text, and how many more there are."""
    texts = [short(str(name), 60) for name in names]
    text, more = ", ".join(texts[:LISTED]), len(texts) - LISTED
    return Translated(f"{text} and {more} more", f"{text}，另有{more}个") if more > 0 else text


def format_value(value: object) -> str:
    return Translated("none", "无") if value is None else short(json.dumps(value, ensure_ascii=False), 80)


def statement(log: list[dict], experiment: "Experiment") -> dict:
    """Return the log entry that first registered the present question, estimand and stopping rule."""
    now = json.loads(
        json.dumps(
            {
                "question": experiment.question,
                "estimand": asdict(experiment.estimand),
                "stopping": asdict(experiment.stopping),
            }
        )
    )
    return next((entry for entry in log if all(entry[name] == now[name] for name in now)), log[-1])


def history(log: list[dict]) -> Iterator[str]:
    """Yield a sentence for every later change."""
    for before, after in zip(log, log[1:]):
        changed = after.get("changes")
        if changed is None:  # an older format
            changed = [
                f"{path}: {format_value(old_value)} -> {format_value(new_value)}"
                for path, old_value, new_value in differences(
                    {name: before[name] for name in ("question", "estimand", "stopping")},
                    {name: after[name] for name in ("question", "estimand", "stopping")},
                )
            ]
        words = "; ".join(changed) or "nothing that the log records"
        yield f"Changed {after['when']}, when {after['runs_before']:,} runs existed: {words}."


def join_logs(logs: Iterable[list[dict]]) -> list[dict]:
    """Merge the logs of several shards by date; entries that repeat the previous question are left out."""
    merged: list[dict] = []
    for entry in sorted((entry for log in logs for entry in log), key=itemgetter("when")):
        if not merged or entry["digest"] != merged[-1]["digest"]:
            merged.append(entry)
    return merged
