"""How commands end, and what reaches which stream: on terminals and without, interrupted, killed, or misspelt."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.typed import PROJECT, QUICK, tree_of, typed, typed_in_a_shell


@pytest.mark.parametrize("command", [["runs"], ["datasets"], ["--help"], ["train", "--help"], ["show", "first"]])
def test_what_needs_no_network_answers_without_torch(trained: Path, command: list[str]):
    code = (
        "import sys; from core.terminal import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "sys.exit(', '.join({'torch', 'timm', 'sklearn'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_who_has_seen_enough_is_no_error(trained: Path):
    command = f"{sys.executable} -m core show first --events | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and len(done.stdout.splitlines()) == 1


def test_a_training_run_outlives_the_reader_of_its_progress(home_folder: Path, capsys: pytest.CaptureFixture):
    words = " ".join(QUICK)
    command = f"{sys.executable} -m core train {words} --name heard | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert typed(capsys, "show", "heard", "--json").json["state"] == "done"


def test_ctrl_c_ends_a_run_as_stopped_with_exit_code_130(home_folder: Path, capsys: pytest.CaptureFixture):
    command = [sys.executable, "-m", "core", "train", *QUICK, "--set", "epochs=10000", "--name", "endless"]
    worker = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in lines_of(worker):
        if line.startswith("epoch 2/"):
            break
    worker.send_signal(signal.SIGINT)
    rest, err = worker.communicate(timeout=60)
    assert (worker.returncode, err.strip()) == (130, "Interrupted.")
    shown = typed(capsys, "show", "endless", "--json").json
    assert shown["state"] == "stopped" and shown["best"] and len(shown["epochs"]) >= 2


def test_a_killed_run_is_lost_and_its_best_weights_still_predict(
    home_folder: Path, picture: Path, capsys: pytest.CaptureFixture
):
    command = [sys.executable, "-m", "core", "train", *QUICK, "--set", "epochs=10000", "--name", "killed"]
    worker = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    for line in lines_of(worker):
        if line.startswith("epoch 1/"):
            break
    # The best weights are saved after the epoch has been told: wait for them.
    while typed(capsys, "show", "killed", "--json").json["best"] is None:
        assert worker.poll() is None
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    worker.stdout.close()  # type: ignore[union-attr]
    (line,) = typed(capsys, "runs", "--json").json["runs"]
    assert line["state"] == "lost" and line["seconds"] > 0
    assert typed(capsys, "predict", "killed", str(picture)).code == 0


def lines_of(worker: subprocess.Popen) -> Iterator[str]:
    assert worker.stdout is not None
    yield from iter(worker.stdout.readline, "")


def test_no_colour_and_no_live_line_without_a_terminal_or_with_no_color(trained: Path):
    script = f"{sys.executable} -m core show first"

    def on_a_terminal(**environment: str) -> str:
        import pty

        written = b""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(PROJECT)
            os.execve("/bin/sh", ["sh", "-c", script], {**os.environ, "TERM": "xterm", **environment})
        with os.fdopen(terminal, "rb", buffering=0) as stream:
            try:
                while chunk := stream.read(4096):
                    written += chunk
            except OSError:  # how Linux says that the other end has closed
                pass
        os.waitpid(pid, 0)
        return written.decode()

    assert "\x1b[" in on_a_terminal()
    assert "\x1b[" not in on_a_terminal(NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal(TERM="dumb")
    assert "\x1b[" not in typed_in_a_shell("show", "first", THAW_HOME=str(trained)).out


def test_a_name_with_control_characters_reaches_no_terminal(trained: Path, capsys: pytest.CaptureFixture):
    evil = "\x1b]0;owned\x07=cmd()\u202e"
    assert typed(capsys, "rename", "first", evil).code == 0
    for command in (["runs"], ["show", evil]):
        said = typed(capsys, *command)
        assert said.code == 0 and r"\x1b]0;owned\x07=cmd()" in said.out
        assert not set("\x1b\x07\u202e") & set(said.out + said.err)
    assert typed(capsys, "runs", "--json").json["runs"][0]["name"] == evil
    typed(capsys, "rename", evil, "first")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["trian"], "did you mean train?"),
        ([" "], "There is no command ' '"),
        (["show"], "arguments are required: RUN"),
        (["runs", "--state", "flying"], "invalid choice: 'flying'"),
        (["train", "--speed", "9"], "Unrecognized arguments: --speed"),
        (["show", "nobody"], "The run 'nobody' was not found"),
        (["choices", "flavour"], "kind: 'flavour' is not possible; choose one of strategy"),
        (["audit", "../../etc"], "../../etc"),
        (["import", "/not/there", "--name", "x"], "/not/there"),
        (["train", "not-there.json"], "The recipe 'not-there.json' can't be read"),
        (["train", "--device", "abacus"], "device: 'abacus' is not possible; this machine offers auto"),
    ],
)
def test_what_a_person_can_mend_is_one_sentence_on_stderr_and_leaves_the_home_alone(
    home_folder: Path, words: list[str], told: str, capsys: pytest.CaptureFixture
):
    said = typed(capsys, *words)
    assert said.code == 2 and told in said.err and said.out == ""
    assert len(said.err.splitlines()) == 1
    assert not home_folder.exists() or tree_of(home_folder) == {}


def test_a_bug_is_exit_code_one_with_its_traceback(home_folder: Path):
    code = (
        "import sys; import core.terminal.commands as commands; from core.terminal import main\n"
        "commands.ACTIONS['runs'] = lambda *given: 1 / 0\nsys.exit(main(['runs']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 1 and "ZeroDivisionError" in done.stderr


def test_a_package_that_is_not_installed_is_named(home_folder: Path):
    code = "import sys; sys.modules['PIL'] = None; from core.terminal import main; sys.exit(main(['train']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "The package PIL is not installed; install what requirements.txt names.\n"


def test_on_windows_every_command_says_wsl():
    code = "import sys; sys.platform = 'win32'; import core.__main__"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 2 and "install WSL" in done.stderr and len(done.stderr.splitlines()) == 1
