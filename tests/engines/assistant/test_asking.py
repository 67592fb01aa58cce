"""The assistant answers as this process would, without torch here; it is replaced when it dies, and never outstays."""

import gc
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from core.engines.assistant.asking import Assistant
from core.errors import NotFound, RecipeError, TrainingError
from core.home import PROJECT, Home
from core.recipe import Recipe
from core.service import Workbench

QUICK = {"backbone": "thaw_plain", "pretrained": False, "epochs": 1, "examples_per_class": 3, "strategy": "head"}


@pytest.fixture
def bench(home_folder: Path) -> Iterator[Workbench]:
    bench = Workbench(Home(home_folder), apart=True)
    yield bench
    bench.close()


@pytest.fixture
def picture() -> bytes:
    drawn = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 11, 3), np.uint8)).save(drawn, "PNG")
    return drawn.getvalue()


def the_assistant() -> psutil.Process:
    (found,) = at_work()
    return found


def at_work() -> list[psutil.Process]:
    """A browser for other tests may be this process's child too."""
    return [each for each in psutil.Process().children() if is_an_assistant(each)]


def is_an_assistant(process: psutil.Process) -> bool:
    try:
        return not gone(process) and "core.engines.assistant" in process.cmdline()
    except psutil.NoSuchProcess:  # it ended between two questions
        return False


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_apart_and_in_the_process_itself_the_answers_are_the_same(bench: Workbench, picture: bytes):
    own = Workbench(bench.home)
    run = own.train(QUICK, device="cpu")
    pictures = [("a ![](x) \udcff.png", picture), ("b.png", b"nonsense")]
    assert bench.predict(run, pictures, "cpu") == own.predict(run, pictures, "cpu")
    assert bench.preview(QUICK, sheet=True) == own.preview(QUICK, sheet=True)
    assert bench.preview(QUICK)["sheet"] is None
    assert Image.open(io.BytesIO(bench.preview(QUICK, sheet=True)["sheet"])).format == "PNG"
    own.close()


def test_a_server_predicts_without_torch_and_its_assistant_leaves_with_it(home_folder: Path, picture: bytes):
    own = Workbench(Home(home_folder))
    run = own.train(QUICK, device="cpu")
    own.close()
    code = f"""
import sys, psutil
from core.service import open_workbench
bench = open_workbench(apart=True)
assert bench.predict({run!r}, [("a.png", {picture!r})])["predictions"]
bench.check({{"backbone": "resnet26t"}})
assert not {{"torch", "timm"}} & set(sys.modules), "torch was loaded"
print(psutil.Process().children()[0].pid)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not psutil.pid_exists(int(done.stdout))


def test_an_error_there_is_the_same_error_here(bench: Workbench):
    with pytest.raises(RecipeError, match="neither Thaw nor timm knows it") as raised:
        bench.check({"backbone": "resnet_of_dreams"})
    assert raised.value.field == "backbone"
    with pytest.raises(NotFound):
        bench.predict("nobody", [("a.png", b"")])


def test_one_that_was_killed_is_replaced_and_the_asker_never_hears_of_it(bench: Workbench):
    first = bench.preview(QUICK)
    killed = the_assistant()
    killed.kill()
    assert bench.preview(QUICK) == first
    assert the_assistant().pid != killed.pid


def test_a_bug_there_is_one_sentence_here_and_its_traceback_is_kept(bench: Workbench):
    with pytest.raises(TrainingError, match="A bug: KeyError: 'no such question'"):
        bench.ask("no such question")
    log = (bench.home.engine / "assistant.log").read_text()
    assert "Traceback" in log and log.count("KeyError") == 1, "a bug is not tried twice"
    assert bench.preview(QUICK)["steps_per_epoch"] > 0


def test_who_dies_of_every_answer_is_given_up_after_two_lives(bench: Workbench):
    bench.preview(QUICK)
    stopped = threading.Event()

    def kill_them_all() -> None:
        while not stopped.wait(0.02):
            for each in at_work():
                with suppress(psutil.NoSuchProcess):
                    each.kill()

    killer = threading.Thread(target=kill_them_all)
    killer.start()
    try:
        with pytest.raises(TrainingError, match="died twice"):
            bench.preview(QUICK)
    finally:
        stopped.set()
        killer.join()


def test_what_takes_too_long_is_ended_and_told(home_folder: Path):
    assistant = Assistant(Home(home_folder), patience=0.5)
    with pytest.raises(TrainingError, match="within 0 s"):  # torch alone takes longer to load
        assistant.ask("preview", {"recipe": Recipe.parse(QUICK).to_json(), "sheet": False})
    assert at_work() == []
    assistant.close()


def test_many_threads_share_one_and_each_gets_its_own_answer(bench: Workbench):
    said: dict[int, int] = {}

    def ask(size: int) -> None:
        said[size] = bench.preview({**QUICK, "batch_size": size})["steps_per_epoch"]

    threads = [threading.Thread(target=ask, args=(size,)) for size in (2, 3, 5, 10, 15, 30)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert said == {2: 15, 3: 10, 5: 6, 10: 3, 15: 2, 30: 1}
    assert the_assistant().is_running()


def test_nobody_who_forgets_to_close_it_leaves_one_behind(home_folder: Path):
    bench = Workbench(Home(home_folder), apart=True)
    bench.preview(QUICK)
    process = the_assistant()
    bench.record.close()
    del bench
    gc.collect()
    assert gone(process)


def test_it_leaves_when_nobody_asks_for_a_while_and_comes_back(home_folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_IDLE_SECONDS", "0.2")
    bench = Workbench(Home(home_folder), apart=True)
    first = bench.preview(QUICK)
    process, patience = the_assistant(), time.monotonic() + 10
    while not gone(process) and time.monotonic() < patience:
        time.sleep(0.05)
    assert gone(process)
    assert bench.preview(QUICK) == first
    bench.close()


def test_a_server_that_is_killed_leaves_nobody_behind(home_folder: Path):
    code = f"""
import sys, psutil
from core.service import open_workbench
bench = open_workbench(apart=True)
bench.preview({QUICK!r})
print(psutil.Process().children()[0].pid, flush=True)
sys.stdin.read()
"""
    server = subprocess.Popen(
        [sys.executable, "-c", code], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with server:
        assert server.stdout
        assistant = int(server.stdout.readline())
        os.kill(server.pid, signal.SIGKILL)
    patience = time.monotonic() + 10
    while psutil.pid_exists(assistant) and time.monotonic() < patience:
        time.sleep(0.05)
    assert not psutil.pid_exists(assistant)
