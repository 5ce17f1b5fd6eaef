"""Translate the model's error messages into Chinese, by patterns of the English sentences."""

import re
from collections.abc import Callable

NUMBER = r"-?[\d.,e+]+"
PATTERNS = (  # of the end of a sentence, after the path of the number that it is about
    (rf"= ({NUMBER}) is more than (\w+) = ({NUMBER})", "= {0}，多于{1}（{2}）"),
    (rf"= ({NUMBER}) is more than the ({NUMBER}) there can be", "= {0}，最多只能有{1}"),
    (
        rf"= ({NUMBER}) leaves no grown-up for each of ({NUMBER}) households: at most ({NUMBER})",
        "= {0}，{1}户就不能每户都有成年人：最多{2}",
    ),
    (
        rf"= ({NUMBER}) are more than ({NUMBER}) to each of ({NUMBER}) households",
        "= {0}，{2}户平均每户超过{1}人",
    ),
    (
        rf"= ({NUMBER}) are fewer than the ({NUMBER}) stairwells: every stairwell has one at least",
        "= {0}，少于{1}个单元：每个单元至少一户",
    ),
    (rf"= (.+?) is out of range; allowed is ({NUMBER}) to ({NUMBER}) .*", "= {0}超出范围，允许{1}到{2}"),
    (
        r"= (.+?) is (?:not a (?:whole )?number|text|an array|a table|a boolean|a decimal number|not finite)"
        r"(?:;.*)?",
        "= {0}不是合适的数",
    ),
    (r"leaves people over: every household is an elder alone", "：多出的人无处可住，每户都是独居老人"),
)
WHOLE = (  # whole sentences
    (r"--set (name|title|provenance)=.*: \w+ is text that .*", "{0}是案例的文字，不是可以调的数"),
    (r"(?:.*: )?mechanism '(\w+)' is broken: (.*)", "机制{0}用不了：{1}"),
    (
        r"too many visitors ask for years at once; try again in a minute",
        "同时要求模拟的访客太多，请过一分钟再试",
    ),
    (
        r"([\d,]+) residents for ([\d,]+) days are too many for a page; .*",
        "{0}位居民过{1}天，网页上算不了，请用cogov run",
    ),
)
OWNERS = (
    "community|residents|committee|projects|mechanisms|issues|calendar|departments|volunteers|"
    "party_members|grid_workers|property_managers"
)
SET = re.compile(r"--set ([\w.]+)=.*?: (?=\w)")  # the option that an error is about
PATH = re.compile(rf"(?:[^:]+: )?(?:\w+\.)?((?:{OWNERS})\.[\w.]+) (.*)", re.DOTALL)
LEFT = re.compile(r"(.*); the case leaves out ([\w ]+), so a share was taken: .*", re.DOTALL)
OFF = re.compile(r"(\w+) is not switched on; add --on \w+")


def translate_error(text: str, knob: Callable[[str], str], mechanism: Callable[[str], str]) -> str:
    """Translate an error message into Chinese; return it unchanged if no pattern fits.

    `knob(path)` and `mechanism(name)` return Chinese names.
    """
    for pattern, words in WHOLE:
        if m := re.fullmatch(pattern, text):
            return words.format(*m.groups())
    option = SET.match(text)
    rest = text[option.end() :] if option else text
    if option and (off := OFF.fullmatch(rest)):
        return f"{knob(option[1])}：{mechanism(off[1])}没有打开"
    located = PATH.fullmatch(rest)
    if not located:
        return text
    path, rest = located.groups()
    rest, left_out = LEFT.fullmatch(rest).groups() if LEFT.fullmatch(rest) else (rest, "")
    note = (
        f"（案例没有给出{'、'.join(knob(f'community.{name}') for name in left_out.split(' and '))}"
        "，按比例取的）"
        if left_out
        else ""
    )
    for pattern, words in PATTERNS:
        if m := re.fullmatch(pattern, rest):
            parts = [
                knob(f"{path.rpartition('.')[0]}.{part}") if re.fullmatch(r"[a-z_]+", part) else part
                for part in m.groups()
            ]
            return (
                f"{knob(path)} {words.format(*parts)}" if words.startswith("=") else knob(path) + words
            ) + note
    return text
