"""What can be typed: every command, its arguments, and a help that a person can learn from."""

import argparse
import difflib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any, NoReturn

from core import __version__
from core.runs.states import STATES

PROGRAM = "thaw" if Path(sys.argv[0]).name == "thaw" else "python -m core"


@dataclass(frozen=True)
class Argument:
    """One argument of a command, as argparse takes it."""

    names: tuple[str, ...]
    options: dict[str, Any]


@dataclass(frozen=True)
class Command:
    """One command: its name, its sentence, its arguments and examples of its use."""

    name: str
    help: str
    arguments: tuple[Argument, ...] = ()
    examples: tuple[str, ...] = ()
    more: Callable[[], str] = str
    """Further help, written only when somebody asks for it."""


def argument(*names: str, **options: Any) -> Argument:
    return Argument(names, options)


RUN = argument("run", metavar="RUN", help="A run: its id, the beginning of its id, or its name.")

RECIPE = (
    argument(
        "recipe",
        metavar="RECIPE.json",
        nargs="?",
        help="A recipe; what it leaves out takes its default. Without one, what the dataset's card suggests.",
    ),
    argument(
        "--set",
        dest="overrides",
        metavar="PATH=VALUE",
        action="append",
        default=[],
        help="Change one field; a value is JSON or a bare word. May be repeated.",
    ),
)

COMMANDS: tuple[Command, ...] = (
    Command("doctor", "What is here and what is missing: versions, devices, data, weights, problems.", (), ("doctor",)),
    Command("datasets", "What can be trained on here.", (), ("datasets",)),
    Command(
        "import",
        "Copy and check a folder, an archive or arrays into the home, once.",
        (
            argument("path", metavar="PATH", help="A folder of class folders, a zip or tar of one, or .npy/.npz."),
            argument("--name", required=True, help="The name to train on it by."),
        ),
        ("import ~/photos.zip --name photos",),
    ),
    Command(
        "audit",
        "Look for duplicates, leaks between splits, imbalance and oddities in a dataset.",
        (argument("dataset", metavar="DATASET", help="A name that `datasets` lists."),),
        ("audit digits",),
    ),
    Command(
        "backbones",
        "The networks that can be chosen, and where their weights would come from.",
        (argument("word", metavar="WORD", nargs="?", help="Only those that speak of it."),),
        ("backbones", "backbones resnet"),
    ),
    Command(
        "choices",
        "Every strategy, regularizer, optimizer, schedule, augmentation and learner, with its settings.",
        (argument("kind", metavar="KIND", nargs="?", help="Only this kind, such as strategy."),),
        ("choices", "choices strategy"),
    ),
    Command(
        "preview",
        "See what a recipe would do before it runs: the heat map, the rates, the real first batch.",
        (
            *RECIPE,
            argument("--sheet", metavar="FILE.png", help="Also write the first batch, augmented, as one picture."),
        ),
        (
            "preview --set strategy=gradual",
            "preview recipe.json --set schedule=one_cycle --sheet batch.png",
        ),
    ),
    Command(
        "train",
        "Train in the foreground, and record everything.",
        (
            *RECIPE,
            argument("--name", default="", help="A name for the run."),
            argument("--device", default="auto", help="Where to compute: auto, cpu, cuda:0, mps."),
            argument("--again", action="store_true", help="Train anew even if an identical run is finished."),
        ),
        (
            "train",
            "train --set strategy=head --set epochs=3",
            "train --set dataset=hymenoptera --set backbone=resnet18 --set strategy.name=gradual",
            """train --set strategy='{"name": "gradual", "epochs_per_stage": 2}' --set regularizers=label_smoothing""",
            "train recipe.json --device cpu --name first",
        ),
        lambda: all_choices(),
    ),
    Command(
        "runs",
        "All runs, newest first.",
        (
            argument("--limit", type=int, default=None, help="At most so many."),
            argument(
                "--state", choices=STATES, metavar="STATE", help=f"Only those in this state: {', '.join(STATES)}."
            ),
        ),
        ("runs", "runs --limit 5 --state done"),
    ),
    Command(
        "show",
        "One run: its figures with their noise, its curves, its classes, its confusions.",
        (
            RUN,
            argument("--events", action="store_true", help="Everything the run said, one JSON object a line."),
            argument("--after", type=int, default=0, metavar="N", help="With --events: only what follows event N."),
        ),
        ("show k3m9pq", "show k3m9pq --events | head"),
    ),
    Command(
        "predict",
        "What a finished run says about pictures.",
        (
            RUN,
            argument("images", metavar="IMAGE", nargs="+", help="A file, a folder, or - for one picture from stdin."),
            argument("--device", default="auto", help="Where to compute: auto, cpu, cuda:0, mps."),
        ),
        ("predict k3m9pq ant.jpg", "predict k3m9pq photos/", "predict k3m9pq - < ant.jpg"),
    ),
    Command(
        "compare",
        "Runs side by side: what differs, and whether one is better.",
        (
            argument("runs", metavar="RUN", nargs="+", help="Two or more runs."),
            argument("--split", choices=("val", "test"), default=None, help="Which pictures; test where all have it."),
        ),
        ("compare k3m9pq w7x2bd",),
    ),
    Command("delete", "Remove a run and all it left.", (RUN,), ("delete k3m9pq",)),
    Command(
        "rename", "Give a run another name.", (RUN, argument("name", help="The new name.")), ("rename k3m9pq first",)
    ),
    Command("note", "Write a note on a run.", (RUN, argument("note", help="The note.")), ('note k3m9pq "too slow"',)),
    Command(
        "tag",
        "Put tags on a run, or take them off.",
        (
            RUN,
            argument("tags", nargs="*", metavar="TAG", help="Tags to put on."),
            argument(
                "--remove", action="append", default=[], metavar="TAG", help="A tag to take off; may be repeated."
            ),
        ),
        ("tag k3m9pq baseline", "tag k3m9pq --remove baseline"),
    ),
    Command(
        "completion",
        "Print a script that completes commands in your shell.",
        (argument("shell", choices=("bash", "zsh", "fish"), help="Which shell."),),
        ("completion bash >> ~/.bashrc",),
    ),
)


class OneSentenceParser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the whole usage above it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}; `{self.prog} --help` tells more.\n")


def build_parser(asked: str | None = None) -> argparse.ArgumentParser:
    """The parser; `asked` is the command whose help in full may be wanted."""
    parser = OneSentenceParser(
        prog=PROGRAM,
        description="Thaw: explore transfer learning in image classification.",
        epilog=f"Begin with `{PROGRAM} train`, then `{PROGRAM} show RUN`. Each command's --help has examples.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"thaw {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=OneSentenceParser)
    for command in COMMANDS:
        more = command.more() if asked == command.name else ""
        epilog = "examples:\n" + "\n".join(f"  {PROGRAM} {each}" for each in command.examples) + more
        sub = commands.add_parser(
            command.name,
            help=command.help,
            description=command.help,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.add_argument("--json", action="store_true", help="One JSON object as the last line of stdout.")
        for each in command.arguments:
            sub.add_argument(*each.names, **each.options)
    return parser


def misspelt(words: Sequence[str]) -> str | None:
    """A sentence for a command that there is not, with the nearest one."""
    names = [command.name for command in COMMANDS]
    word = next((word for word in words if not word.startswith("-")), None)
    if word is None or word in names:
        return None
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "the commands are " + ", ".join(names) + "."
    return f"There is no command {word!r}; {hint}"


def all_choices() -> str:
    """Every field of a recipe and every registered name, each with its sentence."""
    from core.service.listing import choices, recipe_fields

    lines = ["", "", "fields of a recipe (--set NAME=VALUE):"]
    lines += [_entry(each["name"], f"{each['help']} Default: {_short(each['default'])}.") for each in recipe_fields()]
    for kind, entries in choices().items():
        lines += ["", f"{kind}:"]
        for each in entries:
            knobs = [f"{knob['name']} = {_short(knob['default'])}" for knob in each["knobs"]]
            lines.append(_entry(each["name"], each["help"] + (f" [{', '.join(knobs)}]" if knobs else "")))
    return "\n".join(lines)


def _entry(name: str, text: str) -> str:
    return fill(f"  {name:<20} {text}", width=110, subsequent_indent=" " * 23, break_on_hyphens=False)


def _short(value: object) -> str:
    from json import dumps

    return value if isinstance(value, str) else dumps(value)
