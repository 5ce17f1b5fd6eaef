"""Under each number of a report stands the command that prints it."""

import re
import shlex
from html import unescape
from random import Random

import pytest
from cli_runner import typist
from experiment_texts import WHOSE

from cogov.experiments.sweep.report_statistics import analyse_sweep
from cogov.experiments.sweep.sweep import sweep
from cogov.viz import report

COMMAND = re.compile(r"<p class='command'>(.*?)</p>", re.S)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """Return the folder that holds a small sweep, "whose", and the page of its report."""
    root = tmp_path_factory.mktemp("report")
    (root / "e.toml").write_text(WHOSE, "utf-8")
    sweep(root / "e.toml", root / "whose", workers=0)
    page = report.save(analyse_sweep(root / "whose"), root / "whose" / "report")
    return root, page.read_text("utf-8")


def statements(page):
    """Yield (words with numbers, command) of every card and of every row of a table."""
    for card in re.findall(r"<div class='card.*?</div>", page, re.S):
        yield re.findall(r"<span>(.*?)</span>", card, re.S)[-1], unescape(COMMAND.search(card)[1])
    for table, line in re.findall(r"<table>(.*?)</table>.*?<p class='command'>(.*?)</p>", page, re.S):
        for row in re.findall(r"<tr>(<td.*?)</tr>", table, re.S):
            yield " ".join(re.findall(r"<td class='number'>(.*?)</td>", row)), unescape(line)


def numbers_in(text):
    return re.findall(r"(?<![\w.])[+-]?\d[\d,]*(?:\.\d+)?(?:e[+-]\d+)?", text)


def test_ten_numbers_of_the_report_are_printed_by_the_commands_below_them(swept, monkeypatch, capsys):
    root, page = swept
    monkeypatch.chdir(root)
    run, printed = typist(monkeypatch, capsys), {}
    every = [(n, words, line) for words, line in statements(page) for n in numbers_in(unescape(words))]
    assert len({line for _, _, line in every}) > 5
    for number, words, line in Random(18).sample(every, 10):
        if line not in printed:
            status, output, error = run(*shlex.split(line)[1:])
            assert status == 0, error
            printed[line] = numbers_in(" ".join(output.split()))
        assert number in printed[line], (number, words, line)


def test_every_figure_and_table_has_its_command(swept):
    page = swept[1]
    assert page.count("<figure>") > 2
    assert len(re.findall(r"</figure><p class='command'>", page)) == page.count("<figure>")
    assert page.count("<h3>") == len(re.findall(r"</h3>(?:(?!<h3>).)*?class='command'", page, re.S))


def test_a_table_that_is_not_there_is_named_with_those_that_are(swept, monkeypatch, capsys):
    run = typist(monkeypatch, capsys)
    status, _, error = run("report", swept[0] / "whose", "--table", "verdict")
    assert status == 2
    assert "did you mean 'verdicts'" in " ".join(error.split())
