"""The commands, their help and the page about them agree."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from core.terminal.commands import ACTIONS
from core.terminal.completion import script
from core.terminal.parsing import build_parser, misspelt
from core.terminal.vocabulary import COMMANDS

PAGE = (Path(__file__).parents[2] / "docs" / "terminal.md").read_text(encoding="utf-8")


def test_every_command_does_something_and_nothing_else_does():
    assert set(ACTIONS) == {command.name for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_and_option_is_on_the_page_about_the_terminal(command):
    section = re.search(rf"^### {command.name}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section, f"docs/terminal.md has no section on {command.name}"
    for option in [name for argument in command.arguments for name in argument.names if name.startswith("--")]:
        assert option in section[1], f"docs/terminal.md does not tell of {command.name} {option}"


def examples() -> list[str]:
    on_the_page = re.findall(r"^python -m core (.*)$", PAGE, re.MULTILINE)
    return on_the_page + [example for command in COMMANDS for example in command.examples]


@pytest.mark.parametrize("example", examples())
def test_every_example_can_be_typed(example: str):
    words = shlex.split(re.split(r" [<>|]", example)[0])
    assert build_parser().parse_args(words).command == words[0]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_help_has_an_example_and_a_sentence(command, capsys: pytest.CaptureFixture):
    with pytest.raises(SystemExit) as ended:
        build_parser(command.name).parse_args([command.name, "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert command.help in told and f"core {command.examples[0].split()[0]}" in told
    assert command.help.endswith(".")


def test_the_help_of_train_tells_every_choice_with_its_sentence(capsys: pytest.CaptureFixture):
    from core.service.listing import choices, recipe_fields

    with pytest.raises(SystemExit):
        build_parser("train").parse_args(["train", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    for entry in [each for entries in choices().values() for each in entries] + recipe_fields():
        assert f"{entry['name']} {entry['help']}" in told


@pytest.mark.parametrize(("typed", "meant"), [("trian", "train"), ("backbone", "backbones"), ("sow", "show")])
def test_an_unknown_command_suggests_the_nearest(typed: str, meant: str):
    assert misspelt([typed, "--json"]) == f"There is no command {typed!r}; did you mean {meant}?"
    assert misspelt([meant]) is None
    assert "the commands are doctor, datasets" in str(misspelt(["xyzzy"]))


def test_completion_offers_commands_and_then_their_options():
    typed = 'COMP_WORDS=(thaw {words}); COMP_CWORD={place}; _thaw; echo "${{COMPREPLY[@]}}"'
    bash = script("bash").replace("complete -o", "true || complete -o")

    def offered(words: str, place: int) -> list[str]:
        command = ["bash", "-c", bash + "\n" + typed.format(words=words, place=place)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    assert offered("tr", 1) == ["train"]
    assert offered("train --", 2) == ["--preset", "--set", "--name", "--device", "--again", "--json", "--help"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_other_shells_can_read_their_scripts(shell: str):
    assert all(command.name in script(shell) for command in COMMANDS)
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here to read its script")
    assert subprocess.run([shell, "-n"], input=script(shell), text=True).returncode == 0
