"""Every command that can be typed, in the order in which people meet them."""

from core.runs.states import STATES
from core.terminal.arguments import AGAIN, DEVICE, NAME, RECIPE, RUN
from core.terminal.asking_vocabulary import ASKING, ESTIMATE
from core.terminal.data_vocabulary import DATA
from core.terminal.export_vocabulary import EXPORT
from core.terminal.grammar import Command, argument
from core.terminal.queue_vocabulary import QUEUE
from core.terminal.recipe_help import all_choices
from core.terminal.replay_vocabulary import REPLAYS
from core.terminal.room_vocabulary import ROOM
from core.terminal.understanding_vocabulary import UNDERSTANDING

COMMANDS: tuple[Command, ...] = (
    Command("doctor", "What is here and what is missing: versions, devices, data, weights, problems.", (), ("doctor",)),
    *DATA,
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
        "check",
        "Say whether a recipe can be trained here; show it in full, what it changes, and the command that repeats it.",
        RECIPE,
        ("check --set strategy=gradual", "check recipe.json --preset fine_tune --json"),
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
    ESTIMATE,
    Command(
        "train",
        "Train in the foreground, and record everything.",
        (
            *RECIPE,
            NAME,
            DEVICE,
            AGAIN,
        ),
        (
            "train",
            "train --set strategy=head --set epochs=3",
            "train --preset from_scratch --set dataset=hymenoptera",
            "train --set dataset=hymenoptera --set backbone=resnet18 --set strategy.name=gradual",
            """train --set strategy='{"name": "gradual", "epochs_per_stage": 2}' --set regularizers=label_smoothing""",
            "train recipe.json --device cpu --name first",
        ),
        all_choices,
    ),
    *QUEUE,
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
            argument("--follow", action="store_true", help="Watch it until it ends or rests; Ctrl-C only looks away."),
            argument("--events", action="store_true", help="Everything the run said, one JSON object a line."),
            argument("--after", type=int, default=0, metavar="N", help="With --events: only what follows event N."),
            argument(
                "--points",
                type=int,
                default=None,
                metavar="N",
                help="How it stands, with its curves of epochs and steps in at most N points each.",
            ),
        ),
        ("show k3m9pq", "show k3m9pq --follow", "show k3m9pq --events | head", "show k3m9pq --points 60"),
    ),
    *ASKING,
    *UNDERSTANDING,
    EXPORT,
    *REPLAYS,
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
    *ROOM,
    Command(
        "bench",
        "Measure how quick this is here, beside the loops that people would use else: minutes to hours, nothing else "
        "should run.",
        (argument("benchmark", metavar="NAME", nargs="?", help="Only this one; an unknown name lists all."),),
        ("bench folding", "bench everything --json"),
    ),
    Command(
        "completion",
        "Print a script that completes commands in your shell.",
        (argument("shell", choices=("bash", "zsh", "fish"), help="Which shell."),),
        ("completion bash >> ~/.bashrc",),
    ),
)
