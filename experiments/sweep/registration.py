"""What a sweep is asked, and when that was said: written down before the first run, and every later change beside it.

A folder is of one experiment. It may grow and shrink, by replicates, arms and cases, and its estimand may change; each is
logged with its date and how many runs were there. What would make other runs of the same names is refused.
"""

import json
import time
from dataclasses import asdict
from hashlib import blake2b
from operator import itemgetter

from ...engine.output import to_json
from ...engine.parameters import UserError
from ...engine.toml_reader import short, table_of
from ..files.manifest import software
from ..files.user_mechanisms import describe_own
from .store import OWN

NAMED = 100  # arms that are named in the log; all are in arms.json
LISTED = 5  # names in a sentence


def question_of(plan):
    """What is asked, as it is logged."""
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


def digest_question(plan):
    """A digest of all that is asked: question, estimand, stopping rule, replicates, cases and arms, whole."""
    told = (
        question_of(plan),
        [table_of(case) for case in plan.cases.values()],
        [vars(arm) for arm in plan.arms],
        plan.experiment.keep,
    )
    return blake2b(json.dumps(told, ensure_ascii=False, sort_keys=True).encode(), digest_size=16).hexdigest()


def register(store, plan):
    """Write down what is asked, and of what, before the first run; later changes are written beside it, not over it. Returns them, in words."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    past = json.loads(store.text("manifest.json") or "null") or {"begun": now, "registered": []}
    found = changes(store, plan)
    if found or not past["registered"]:
        what = question_of(plan)
        what |= {"arms": what["arms"][:NAMED], "count_of_arms": len(plan.arms)}
        past["registered"].append(
            {
                "when": now,
                "runs_before": len(store.known),
                "digest": digest_question(plan),
                **what,
                "changes": found,
            }
        )
    past |= {
        "last": now,
        "command": plan.command,
        **software("pyarrow"),
        "model": plan.source,
        "arms": len(plan.arms),
    }
    own = describe_own(plan)
    store.write(
        {
            "experiment.json": to_json(table_of(plan.experiment)) + "\n",
            "cases.json": to_json({name: table_of(case) for name, case in plan.cases.items()}, indent=None)
            + "\n",
            "arms.json": to_json([vars(arm) for arm in plan.arms], indent=None) + "\n",
            "manifest.json": to_json(past) + "\n",
            **({OWN: own} if own else {}),
        }
    )
    return found


def changes(store, plan):
    """What is asked otherwise than when this was last written down, in words; nothing where it never was."""
    if not store.text("manifest.json"):
        return []
    e, past = plan.experiment, json.loads(store.text("experiment.json"))
    now = json.loads(json.dumps(table_of(e)))
    told = [
        f"{path}: {format_value(was)} -> {format_value(is_)}"
        for path, was, is_ in differences(past, now)
        if path.partition(".")[0] not in ("cases", "arm", "factor", "design", "on", "off", "set")
    ]
    if past["design"]["kind"] != e.design.kind:
        told.append(f"design.kind: {past['design']['kind']} -> {e.design.kind}")
    old_cases = json.loads(store.text("cases.json"))
    new_cases = json.loads(json.dumps({name: table_of(case) for name, case in plan.cases.items()}))
    told += [f"{word}: {abbreviate(names)}" for word, names in list_changes("case", old_cases, new_cases)]
    told += [
        f"{name}.{path}: {format_value(was)} -> {format_value(is_)}"
        for name in new_cases
        if name in old_cases
        for path, was, is_ in differences(old_cases[name], new_cases[name])[:LISTED]
    ]
    old = {(arm["case"], arm["name"]): arm for arm in json.loads(store.text("arms.json"))}
    new = {
        (arm["case"], arm["name"]): arm for arm in json.loads(json.dumps([vars(arm) for arm in plan.arms]))
    }
    both = [
        name for name in new_cases if name in old_cases
    ]  # the arms of a case that comes or goes are said with it
    told += [
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
    return told + ([f"arms changed: {abbreviate(dict.fromkeys(altered))}"] if altered else [])


def refuse_other(store, plan):
    """Raise UserError where the store has runs of another experiment, or of an arm that is asked on other terms.

    Road not taken: to keep both, and tell them apart by their keys; whoever reads the parts with tools of their own would
    count them together.
    """
    if not store.known or not store.text("manifest.json"):
        return
    has, out = (
        f"{store.folder}: has {len(store.known):,} runs already",
        "give another --out for what is asked now",
    )
    past = json.loads(store.text("manifest.json"))["model"]
    if past != plan.source:
        raise UserError(f"{has}, of another version of the model ({past}, this is {plan.source}); {out}")
    old, now = json.loads(store.text("experiment.json")), json.loads(json.dumps(table_of(plan.experiment)))
    old_cases, now_cases = (
        json.loads(store.text("cases.json")),
        json.loads(json.dumps({name: table_of(case) for name, case in plan.cases.items()})),
    )
    terms = [
        (f"{name} = {format_value(was)}, and now {format_value(is_)} is asked")
        for name, was, is_ in (
            *((name, old[name], now[name]) for name in ("name", "seed", "keep")),
            ("estimand.within", old["estimand"]["within"], now["estimand"]["within"]),
        )
        if was != is_
    ]
    for case in now_cases.keys() & old_cases.keys():
        terms += [
            f"{case}.{path} = {format_value(was)}, and now {format_value(is_)} is asked"
            for path, was, is_ in differences(old_cases[case], now_cases[case])
        ]
    if terms:
        raise UserError(
            f"{has}, with {'; '.join(terms[:3])}{f' ({len(terms) - 3} more)' * (len(terms) > 3)}; {out}"
        )
    stems = {(arm.case, arm.name): stem for arm, stem in zip(plan.arms, plan.stems)}
    there = set()
    for key, case, arm, replicate in store.ledger.execute("select key, name, arm, replicate from runs"):
        there.add((case, arm))
        if (case, arm) in stems and plan.key_of(stems[case, arm], replicate) != key:
            raise UserError(
                f"{store.folder}: has {arm!r} of {case} already, with other mechanisms or settings; {out}, or the arm another name"
            )
    if not there & stems.keys():
        raise UserError(
            f"{has}, of {abbreviate(dict.fromkeys(arm for _, arm in there))}, and none of these arms is asked for: another experiment; {out}"
        )


def differences(old, new, prefix=""):
    """(path, was, is) of all that two tables, as JSON has them, say differently."""
    found = []
    for name in dict.fromkeys([*old, *new]):
        was, is_ = old.get(name), new.get(name)
        if isinstance(was, dict) and isinstance(is_, dict):
            found += differences(was, is_, f"{prefix}{name}.")
        elif was != is_:
            found.append((prefix + name, was, is_))
    return found


def list_changes(what, old, new):
    """(words, names) of those that came and those that went."""
    for word, names in (
        ("added", [name for name in new if name not in old]),
        ("dropped", [name for name in old if name not in new]),
    ):
        if names:
            yield f"{what}{'s' * (len(names) > 1)} {word}", names


def abbreviate(names):
    """The first of many names, and how many more there are."""
    names = list(map(str, names))
    return ", ".join(short(name, 60) for name in names[:LISTED]) + (
        f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    )


def format_value(value):
    return "none" if value is None else short(json.dumps(value, ensure_ascii=False), 80)


def statement(log, experiment):
    """The entry of the log in which what is to be known now (question, estimand, stopping rule) was first said."""
    now = json.loads(
        json.dumps(
            {
                "question": experiment.question,
                "estimand": asdict(experiment.estimand),
                "stopping": asdict(experiment.stopping),
            }
        )
    )
    return next((one for one in log if all(one[name] == now[name] for name in now)), log[-1])


def history(log):
    """Every later change, in a sentence each."""
    for before, one in zip(log, log[1:]):
        told = one.get("changes")
        if told is None:  # as it was written once
            told = [
                f"{path}: {format_value(was)} -> {format_value(is_)}"
                for path, was, is_ in differences(
                    *(
                        {name: entry[name] for name in ("question", "estimand", "stopping")}
                        for entry in (before, one)
                    )
                )
            ]
        yield f"Changed {one['when']}, when {one['runs_before']:,} runs were there: {'; '.join(told) or 'nothing that is logged'}."


def join_logs(logs):
    """One log of several shards, by date; what another shard said already is left out."""
    found = []
    for one in sorted((one for log in logs for one in log), key=itemgetter("when")):
        if not found or one["digest"] != found[-1]["digest"]:
            found.append(one)
    return found
