"""An error carries a template and values, and is worded in both languages."""

import ast
import pickle
import re
from pathlib import Path
from string import Formatter

import pytest

import cogov
from cogov.engine.texts.errors import (
    FieldError,
    Message,
    Named,
    Translated,
    UserError,
    chinese,
    join,
    join_first,
    reason_of,
)

ROOT = Path(cogov.__file__).parent
ROOMS = ("engine", "agents", "model", "experiments", "viz", "bench", "cli")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def constants_of(node):
    """Yield the texts that an expression may be, if they stand in the source."""
    if isinstance(node, ast.IfExp):
        yield from (*constants_of(node.body), *constants_of(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def templates_of(tree):
    """Yield the templates that a file raises or returns, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = {"UserError": 0, "Damaged": 0, "Message": 0, "error": 1, "FieldError": 2}.get(
                name, len(node.args)
            )
            for argument in node.args[place : place + 1]:
                yield from ((text, node.lineno) for text in constants_of(argument))
        if isinstance(node, ast.FunctionDef) and node.name == "contradictions":
            for found in ast.walk(node):
                if isinstance(found, ast.Yield) and isinstance(found.value, ast.Tuple):
                    yield from ((text, found.lineno) for text in constants_of(found.value.elts[1]))


def list_templates():
    """Return every template of the package: template -> file:line."""
    files = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return {
        text: f"{path.relative_to(ROOT)}:{line}"
        for path in files
        for text, line in templates_of(ast.parse(path.read_text("utf-8")))
    }


TEMPLATES = list_templates()


def slots_of(text):
    return {name for _, name, *_ in Formatter().parse(text) if name is not None}


def test_there_are_templates():
    assert len(TEMPLATES) > 250


def test_every_error_is_worded_in_chinese():
    missing = {text: where for text, where in TEMPLATES.items() if text not in chinese()}
    assert missing == {}, "word them in engine/texts/errors_zh.toml"
    assert [text for text in chinese() if text not in TEMPLATES] == [], "no error says so"


def test_both_wordings_have_the_same_values():
    """In Chinese an option and the name of the case may be left out, which say again what is wrong."""
    for english, translation in chinese().items():
        assert slots_of(english) - {"option", "case"} <= slots_of(translation) <= slots_of(english), english
        words = re.sub(r"{\w+}", "", translation)
        assert CHINESE.search(words) or not re.search("[A-Za-z]", words), english


def test_no_error_is_raised_with_a_sentence_that_cannot_be_translated():
    """An f-string would be another sentence for every value."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("UserError", "Message"):
                    assert not isinstance(node.args[0], ast.JoinedStr), f"{path}:{node.lineno}"


def words_of(value):
    """Yield the texts with words that an f-string, or a choice between texts, puts into a value."""
    if isinstance(value, ast.Call) and getattr(value.func, "id", "") in ("Named", "Translated"):
        return
    texts = [value.body, value.orelse] if isinstance(value, ast.IfExp) else getattr(value, "values", [])
    for text in texts if isinstance(value, (ast.IfExp, ast.BoolOp, ast.JoinedStr)) else []:
        if isinstance(text, ast.Constant) and re.search("[A-Za-z]{3}", str(text.value)):
            yield text.value
    for part in ast.iter_child_nodes(value):
        yield from words_of(part)


def test_no_value_of_an_error_is_a_piece_of_english():
    """A piece that stands in some errors is a Message or Translated, so that Chinese words it too."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    if name in ("UserError", "Damaged", "Message", "error"):
                        pieces = [text for value in node.keywords for text in words_of(value.value)]
                        assert pieces == [], f"{path}:{node.lineno}"


def test_a_message_is_filled_in_both_languages(monkeypatch):
    monkeypatch.setitem(chinese(), "{path} = {value!r} of {n:,}", "{path}是{value}，共{n}")
    error = UserError("{path} = {value!r} of {n:,}", path=Named("knob", "days"), value="x", n=12345)
    assert str(error) == "days = 'x' of 12,345"
    assert error.message.in_language("zh") == "days是'x'，共12,345"
    assert error.message.in_language("zh", lambda kind, name: f"{kind}天数") == "knob天数是'x'，共12,345"


def test_a_message_in_a_message_is_worded_with_it(monkeypatch):
    monkeypatch.setitem(chinese(), "{what} fails", "{what}不行")
    monkeypatch.setitem(chinese(), "this", "这个")
    inner = UserError("this")
    assert UserError("{what} fails", what=inner).message.in_language("zh") == "这个不行"
    assert str(UserError("{what} fails", what=Message("this"))) == "this fails"


def test_without_a_wording_or_with_braces_in_it_an_error_is_said_as_it_is():
    assert UserError("no {such} thing").message.in_language("zh") == "no {such} thing"


def test_joined_messages_are_worded_each():
    parts = [Message("is empty"), "x", Translated("text", "文字")]
    assert str(join(parts)) == "is empty; x; text" and join(parts).in_language("zh") == "是空的；x；文字"
    assert join(parts, comma=True).in_language("zh") == "是空的、x、文字"
    assert str(join_first(parts, 2)) == "is empty; x; and 1 more"
    assert join_first(parts, 1).in_language("zh") == "是空的；另有2个"


def test_a_field_without_owner_is_a_path_of_the_file():
    assert str(FieldError("", "design.points", "is empty")) == "design.points is empty"
    assert FieldError("", "cases", "is empty").message.in_language("zh") == "cases 是空的"


@pytest.mark.parametrize(
    "error",
    [
        FieldError("", "cases", Message("is empty")),
        UserError("{a}: {b}", a=Named("mechanism", "whistle"), b=Message("is {c!r}", c=3)),
        FieldError("committee", "staff", Message("= {value}", value=-1)),
    ],
)
def test_it_travels_between_processes(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and str(copy) == str(error)
    assert copy.message.in_language("zh") == error.message.in_language("zh")


def test_what_the_system_says_of_a_file_is_translated():
    with pytest.raises(OSError) as caught:
        open("/no/such/file")
    error = UserError("{path}: cannot be read: {reason}", path="a.csv", reason=reason_of(caught.value))
    assert str(error) == "a.csv: cannot be read: No such file or directory"
    assert error.message.in_language("zh") == "a.csv：无法读取：没有这个文件或文件夹"
