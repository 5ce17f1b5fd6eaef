"""A class follows its teacher through a lesson, predicts, and sees results once they are released."""

import os
import re
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from cogov.engine.texts.errors import UserError
from cogov.viz.lessons import pictures
from cogov.viz.lessons.classroom import AWAY, Classroom, Seat
from cogov.viz.lessons.progress import Walk
from cogov.viz.lessons.reader import shipped_lessons

PATIENCE = 60_000  # ms; machines are shared
LESSONS = {lesson.name: lesson for lesson in shipped_lessons()}


@pytest.fixture
def class_room():
    """Return a class that takes "lamp" under the token "word", and its clock as a list of one number."""
    clock = [0.0]
    room = Classroom(lambda: clock[0])
    room.open(LESSONS["lamp"], "word")
    return room, clock


def test_only_the_teachers_link_leads(class_room):
    room, _ = class_room
    for wrong in ((), ("",), ("worl",), ("word ",), ("x", "wor")):
        with pytest.raises(UserError, match="only the teacher"):
            room.steer(wrong, 1)
    room.steer(("x", "word"), 1)
    assert room.at == 1 and not Classroom().is_teacher(("",)), "no class has no teacher"


def test_all_pages_stand_where_the_class_is_led(class_room):
    room, _ = class_room
    teacher = Seat(room, "lamp", "t", ("word",))
    pupil, other = Seat(room, "lamp", "p"), Seat(room, "away", "p")
    assert (teacher.teacher, teacher.follows) == (True, False) and (pupil.teacher, pupil.follows) == (
        False,
        True,
    )
    assert not other.active and other.lead(Walk(LESSONS["away"], 1)).at == 1
    before = pupil.look()
    teacher.steer(1)
    teacher.steer(1)
    assert pupil.look() != before and pupil.lead(Walk(LESSONS["lamp"])).at == 2
    teacher.steer(-9)
    teacher.steer(99)
    assert room.at == len(LESSONS["lamp"].steps) - 1


def test_a_class_sees_results_once_they_are_released(class_room):
    room, _ = class_room
    teacher, pupil = Seat(room, "lamp", "t", ("word",)), Seat(room, "lamp", "p")
    teacher.steer(5)
    assert not pupil.is_open(5) and not teacher.is_open(5), "the teacher's page may be on the wall"
    before = pupil.look()
    teacher.release()
    assert pupil.is_open(5) and not pupil.is_open(8) and pupil.look() != before
    assert Seat(room, "away", "p").is_open(5)


def test_predictions_are_counted_as_they_come_in_and_stand(class_room):
    room, _ = class_room
    question = LESSONS["lamp"].steps[2]
    for visit, choice in (("a", 0), ("b", 2), ("c", 2), ("b", 0)):
        Seat(room, "lamp", visit).predict(2, choice)
    Seat(room, "lamp", "t", ("word",)).predict(2, 1)  # the teacher does not vote
    assert room.votes(2, question) == [1, 0, 2] and room.votes(3, LESSONS["lamp"].steps[3]) == [0, 0, 0]
    assert Seat(room, "lamp", "b").lead(Walk(LESSONS["lamp"])).predicted == {2: 2}, "also after a reload"
    drawn = pictures.votes(["<x>", "y", "z"], room.votes(2, question), right=2)
    assert re.findall("<strong>(.*?)</strong>", drawn) == ["1", "0", "2"] and "&lt;x&gt;" in drawn
    assert re.findall('<li class="(.*?)">', drawn) == ["", "", "co-answer"]


def test_who_left_is_not_counted(class_room):
    room, clock = class_room
    room.greet("a")
    room.greet("b")
    assert room.count() == 2
    clock[0] = AWAY - 0.1
    room.greet("b")
    clock[0] = AWAY + 0.1
    assert room.count() == 1


def test_news_wakes_who_waits_and_nothing_is_lost_between_many_threads(class_room):
    room, _ = class_room
    heard, version = [], room.version
    waiting = threading.Thread(target=lambda: heard.append(room.wait(version, 20)))
    waiting.start()
    crowd = [
        threading.Thread(target=lambda n=n: [room.predict(f"{n}-{k}", 2, k % 3) for k in range(60)])
        for n in range(8)
    ]
    for thread in crowd:
        thread.start()
    for thread in (*crowd, waiting):
        thread.join(20)
    assert room.votes(2, LESSONS["lamp"].steps[2]) == [160, 160, 160]
    assert heard and heard[0] > version and room.wait(room.version, 0.01) == room.version


@contextmanager
def teach(lesson):
    """Serve a lesson to a class; yield the links of the teacher and of the class, both by this machine."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cogov", "serve", "wuzi_yard", "--no-open", "--classroom", "--lesson", lesson],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=-1,
        stderr=-3,
        text=True,
    )
    try:
        links = []
        while len(links) < 2:
            links += re.findall(r"http://\S+/join/\S+", process.stdout.readline())
        yield [re.sub("//.*?:", "//127.0.0.1:", link) for link in links]
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def open_visit(browser, link, width=1280):
    """Open a link as somebody with a browser of their own."""
    visit = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    visit.set_default_timeout(PATIENCE)
    visit.goto(link)
    visit.wait_for_selector(".co-step")
    return visit


def wait_for_step(visit, number):
    """Wait until a visit shows a step."""
    visit.wait_for_function(f"document.querySelector('.co-step')?.innerText.startsWith('Step {number} of')")


@pytest.mark.slow
def test_a_class_of_two_and_its_teacher_in_browsers(browser):
    """The class predicts, the teacher sees how many and what, releases the result, and leads on."""
    with teach("lamp") as (own, link):
        teacher = open_visit(browser, own)
        teacher.wait_for_selector(".co-board")
        pupils = [open_visit(browser, link, width) for width in (1280, 390)]
        teacher.wait_for_function("document.querySelector('.co-here').innerText.startsWith('2 ')")
        for pupil in pupils:
            assert pupil.locator(".co-board, .co-next, .co-class-next").count() == 0
        for number in (2, 3):
            teacher.locator(".co-class-next").click()
            for visit in (teacher, *pupils):
                wait_for_step(visit, number)
        for pupil, choice in zip(pupils, (1, 2)):
            pupil.locator(".co-choice").nth(choice).click()
            pupil.locator(".co-commit").click()
            pupil.wait_for_selector(".co-said")
        teacher.wait_for_function("document.querySelector('.co-said-count').innerText.startsWith('2 ')")
        votes = teacher.locator(".co-votes li strong").all_inner_texts()
        assert votes == ["0", "1", "1"]
        for number in (4, 5, 6):
            teacher.locator(".co-class-next").click()
            wait_for_step(teacher, number)
        for visit in (teacher, *pupils):
            wait_for_step(visit, 6)
            visit.wait_for_selector("text=Your teacher will show the results.")
            assert visit.locator(".co-big").count() == 0
            visit.wait_for_selector(".cogov-cover:not([hidden])")
            assert set(visit.locator(".cogov-count.open b").all_inner_texts()) == {"0"}, (
                "the town tells nothing"
            )
        teacher.locator(".co-release").click()
        for visit in (teacher, *pupils):
            visit.wait_for_selector(".co-big strong")
        assert pupils[0].locator(".co-hit").count() == 1 and pupils[1].locator(".co-hit").count() == 0
        pupils[1].reload()
        wait_for_step(pupils[1], 6)
        pupils[1].wait_for_selector(".co-miss")
        assert pupils[1].evaluate("document.documentElement.scrollWidth <= innerWidth")
