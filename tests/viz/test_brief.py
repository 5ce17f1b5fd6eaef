"""A brief has two pages and three slides in both languages, and every number in it is one that is printed."""

import re
import shlex
import shutil
import subprocess
import zipfile
from dataclasses import replace
from random import Random
from xml.etree import ElementTree

import pytest
from cli_runner import typist
from pandas.testing import assert_frame_equal

from cogov.engine.texts.errors import UserError
from cogov.experiments.comparison.compare import arms_of, compare
from cogov.experiments.comparison.stored_comparison import read_comparison
from cogov.experiments.comparison.who_gains import who_gains
from cogov.model import mechanisms
from cogov.model.scenarios.cases import read_case
from cogov.viz.brief import write_brief
from cogov.viz.brief.content import content_of
from cogov.viz.brief.findings import findings_of
from cogov.viz.brief.parts import Claim, Table, Tile
from cogov.viz.brief.pdf import load_compiler
from cogov.viz.brief.reading import read_folder
from cogov.viz.brief.writing import FILES

for extra in ("typst", "docx", "pptx", "SALib"):
    pytest.importorskip(extra)

SMALL = {"replicates": 3, "worlds": 20, "days": 60, "seed": 3, "within": 20, "workers": 0}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Return the folders of a small `cogov compare` and `cogov robust`, by their names."""
    made = {name: tmp_path_factory.mktemp(name) for name in ("compare", "robust")}
    result = compare("wuzi_yard", "building_captains", **SMALL)
    result.save(made["compare"], "cogov compare wuzi_yard --mechanism building_captains")
    with pytest.MonkeyPatch.context() as patch:
        run = typist(patch, NoCapture())
        run(
            *("robust", "wuzi_yard", "--mechanism", "grid_patrol", "--mechanism", "building_captains"),
            *("--worlds", 20, "--days", 60, "--workers", 0, "--out", made["robust"]),
        )
    return made


class NoCapture:
    """Stands in for capsys in a fixture of the module."""

    def readouterr(self):
        return type("Output", (), {"out": "", "err": ""})


@pytest.fixture(scope="module")
def briefs(folders, tmp_path_factory):
    """Return (kind of results, language) -> folder of its brief, written by the command."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        run = typist(patch, NoCapture())
        for kind, folder in folders.items():
            for lang in ("en", "zh"):
                made[kind, lang] = tmp_path_factory.mktemp(f"{kind}-{lang}")
                status, _, _ = run("brief", folder, "--lang", lang, "--out", made[kind, lang], "--workers", 0)
                assert status == 0
    return made


ALL = pytest.mark.parametrize("which", [(k, lang) for k in ("compare", "robust") for lang in ("en", "zh")])


def count_pages(pdf):
    """Count the pages of a PDF with another program, or in the file itself where that is missing."""
    if shutil.which("pdfinfo"):
        said = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, check=True).stdout
        return int(re.search(r"Pages:\s+(\d+)", said)[1])
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))


def convert(path, folder):
    """Return the PDF that LibreOffice makes of a file."""
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed")
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, path]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / f"{path.stem}.pdf"


def check_package(path):
    """Check an Office file without the library that wrote it; return its parts, parsed."""
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        assert {member.date_time for member in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = set(package.namelist())
        parts = {
            name: ElementTree.fromstring(package.read(name))
            for name in names
            if name.endswith((".xml", ".rels"))
        }
    types = parts["[Content_Types].xml"]
    endings = {one.get("Extension") for one in types if one.tag.endswith("Default")}
    named = {one.get("PartName") for one in types if one.tag.endswith("Override")}
    for name in names - {"[Content_Types].xml"}:
        assert f"/{name}" in named or name.rpartition(".")[2] in endings, name
    for name, part in parts.items():
        if name.endswith(".rels"):
            folder = name.replace("_rels/", "").rpartition("/")[0]
            for one in part:
                target = one.get("Target")
                base = [] if target.startswith("/") or not folder else folder.split("/")
                for word in target.strip("/").split("/"):
                    base = base[:-1] if word == ".." else [*base, word]
                assert one.get("TargetMode") == "External" or "/".join(base) in names, (name, target)
    return parts


@ALL
def test_the_pdf_has_two_pages_and_says_the_headline(briefs, which):
    pdf = briefs[which] / FILES["pdf"]
    assert count_pages(pdf) == 2
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
        assert ("物资大院" if which[1] == "zh" else "Wuzi yard") in text
        assert "cogov gains wuzi_yard" in " ".join(text.split())
        assert "\ufffd" not in text


@ALL
def test_the_document_is_valid_and_carries_commands(briefs, which):
    parts = check_package(briefs[which] / FILES["docx"])
    texts = [node.text for node in parts["word/document.xml"].iter(f"{W}t")]
    assert sum(text.startswith("cogov ") for text in texts) > 8
    assert any(("政策简报" if which[1] == "zh" else "Policy brief") in text for text in texts)
    assert len(list(parts["word/document.xml"].iter(f"{W}tbl"))) >= 4


@pytest.mark.slow
@ALL
def test_another_program_sets_two_pages_and_three_slides(briefs, which, tmp_path):
    assert count_pages(convert(briefs[which] / FILES["docx"], tmp_path)) == 2
    assert count_pages(convert(briefs[which] / FILES["pptx"], tmp_path)) == 3


@ALL
def test_the_slides_are_valid_and_nothing_is_outside(briefs, which):
    parts = check_package(briefs[which] / FILES["pptx"])
    slides = [part for name, part in parts.items() if re.fullmatch(r"ppt/slides/slide\d+\.xml", name)]
    assert len(slides) == 3
    size = parts["ppt/presentation.xml"].find(f"{P}sldSz")
    for slide in slides:
        titles = [node for node in slide.iter(f"{P}ph") if node.get("type") in ("title", "ctrTitle")]
        assert len(titles) == 1
        for box in (*slide.iter(f"{A}xfrm"), *slide.iter(f"{P}xfrm")):
            offset, extent = box.find(f"{A}off"), box.find(f"{A}ext")
            assert 0 <= int(offset.get("x")) <= int(size.get("cx")) - int(extent.get("cx"))
            assert 0 <= int(offset.get("y")) <= int(size.get("cy")) - int(extent.get("cy"))


def test_equal_briefs_have_equal_bytes(folders, tmp_path):
    for name in ("first", "second"):
        write_brief(folders["compare"], "zh", tmp_path / name)
    for name in FILES.values():
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes(), name


# ---- numbers


def statements(content):
    """Yield (text, commands) of everything in a brief that has numbers."""
    for part in vars(content).values():
        for one in part if isinstance(part, tuple) else (part,):
            if isinstance(one, Claim) and one.commands:
                yield one.text, one.commands
            elif isinstance(one, Tile):
                yield f"{one.value} {one.spread}", (one.command,)
            elif isinstance(one, Table):
                yield from ((" ".join(row[1:]), (one.command,)) for row in one.rows)


def numbers_in(text):
    """Return the numbers of a text as (value, decimals), in the order in which they stand."""
    text = text.replace("−", "-").replace("95 %", "").replace("95%", "")
    found = re.findall(r"(?<![A-Za-z0-9_.])[+-]?\d[\d,]*(?:\.\d+)?k?", text)
    pairs = []
    for word in found:
        number = float(word.rstrip("k").replace(",", "")) * (1000.0 if word.endswith("k") else 1.0)
        pairs.append((number, len(word.rstrip("k").partition(".")[2])))
    return pairs


def test_ten_numbers_at_random_are_printed_by_the_commands_below_them(folders, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COGOV_LANG", "en")
    run, printed, drawn = typist(monkeypatch, capsys), {}, Random(18)
    every = []
    for kind, lang in (("compare", "zh"), ("robust", "en")):
        results, case = read_folder(folders[kind])
        findings = findings_of(results, case)
        if findings.gains is None:
            findings = findings.with_gains(gains_of(findings.gains_asked))
        for text, commands in statements(content_of(findings, lang)):
            every += [(number, decimals, text, commands) for number, decimals in numbers_in(text)]
    assert len(every) > 100
    for number, decimals, text, commands in drawn.sample(every, 10):
        for command in commands:
            if command not in printed:
                status, output, error = run(*shlex.split(command)[1:], *WORKERS.get(command.split()[1], ()))
                assert status == 0, error
                printed[command] = numbers_in(" ".join(output.split()).replace("95 %", ""))
        known = [value for command in commands for value, _ in printed[command]]
        assert any(abs(round(value, decimals) - number) < 1e-9 for value in known), (number, text, commands)


WORKERS = dict.fromkeys(("compare", "robust", "gains"), ("--workers", "0"))


def gains_of(asked):
    """Return who gains, as `cogov brief` computes it."""
    arms = arms_of(
        read_case(asked.case),
        asked.mechanisms,
        on=asked.on,
        off=asked.off,
        settings=asked.settings,
        days=asked.days,
    )
    return who_gains(arms, worlds=asked.worlds, seed=asked.seed, workers=0)


def test_a_comparison_says_who_gains_as_the_command_does(folders):
    result = read_comparison(folders["compare"])
    asked = findings_of(result).gains_asked
    assert_frame_equal(result.gains, gains_of(asked), check_dtype=False)


def test_a_stored_comparison_is_what_was_computed(folders, tmp_path):
    result = compare("wuzi_yard", "building_captains", **{**SMALL, "worlds": 10})
    again = read_comparison(result.save(tmp_path))
    assert again.verdict() == result.verdict()
    assert again.seed == result.seed
    assert (again.case, again.selection, again.asked) == (result.case, result.selection, result.asked)
    for name in ("table", "rows", "worlds", "gains", "groups", "series", "ledger"):
        assert_frame_equal(getattr(again, name), getattr(result, name), check_dtype=False)


# ---- what may go wrong


@pytest.mark.parametrize("count", (1, 8, 24))
@pytest.mark.parametrize("lang", ("en", "zh"))
def test_it_never_overflows(folders, tmp_path, count, lang):
    names = tuple(mechanisms.list_mechanisms())[:count]
    long = replace(read_case("wuzi_yard"), name="ours", short_title="The community of the river and the hill")
    result = replace(read_comparison(folders["compare"]), mechanisms=names, case=long)
    (path,) = write_brief(result, lang, tmp_path, case="communities/our-own.toml", kinds=["pdf"])
    assert count_pages(path) == 2


def test_what_a_user_wrote_is_shown_as_text(folders, tmp_path):
    name = '#panic("x") *b* <script> $ \\'
    case = replace(read_case("wuzi_yard"), short_title=name)
    (path,) = write_brief(
        replace(read_comparison(folders["compare"]), case=case), "en", tmp_path, kinds=["pdf"]
    )
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
        assert name in " ".join(text.replace("“", '"').replace("”", '"').split())


def test_a_wrong_folder_names_what_to_run(tmp_path, folders, monkeypatch, capsys):
    run = typist(monkeypatch, capsys)
    for folder in (tmp_path, tmp_path / "none"):
        status, _, error = run("brief", folder)
        assert status == 2
        assert "cogov compare CASE --mechanism NAME" in " ".join(error.split())
    status, _, error = run("brief", folders["robust"] / "runs")
    assert status == 2
    assert "sweep" in error
    status, _, error = run("brief", folders["compare"], "--only", "odt")
    assert status == 2
    assert "docx, pdf, pptx" in error


def test_a_damaged_table_is_refused(folders, tmp_path):
    shutil.copytree(folders["compare"], tmp_path / "damaged")
    (tmp_path / "damaged" / "gains.csv").write_text("nothing\n", "utf-8")
    with pytest.raises(UserError, match="gains.csv: cannot be read"):
        write_brief(tmp_path / "damaged", "en", tmp_path)


@pytest.mark.parametrize("module, kind", (("typst", "pdf"), ("docx", "docx"), ("pptx", "pptx")))
def test_a_missing_library_is_named_with_the_way_out(folders, tmp_path, monkeypatch, module, kind):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(UserError, match=r"pip install 'cogov\[brief\]'"):
        write_brief(folders["compare"], "en", tmp_path, kinds=[kind])


def test_the_template_compiles_without_a_system_font():
    assert load_compiler() is not None
