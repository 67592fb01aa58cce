"""The commands that ask what only torch can tell: before a run, how long it takes; after it, about pictures."""

from core.terminal.arguments import DEVICE, RECIPE, RUN
from core.terminal.grammar import Command, argument
from core.terminal.understanding_vocabulary import SPLIT

ESTIMATE = Command(
    "estimate",
    "How long a recipe would take here, and how much memory: a few of its steps are tried.",
    (*RECIPE, DEVICE),
    ("estimate", "estimate --set dataset=hymenoptera --set backbone=resnet18", "estimate recipe.json --json"),
)

ASKING: tuple[Command, ...] = (
    Command(
        "predict",
        "What a finished run says about pictures.",
        (
            RUN,
            argument("images", metavar="IMAGE", nargs="*", help="A file, a folder, or - for one picture from stdin."),
            argument(
                "--samples",
                type=int,
                default=0,
                metavar="N",
                help="Also N pictures of its own test split, of different classes.",
            ),
            argument("--familiar", action="store_true", help="Note what is like nothing it has learned from."),
            DEVICE,
        ),
        (
            "predict k3m9pq ant.jpg",
            "predict k3m9pq photos/",
            "predict k3m9pq - < ant.jpg",
            "predict k3m9pq --samples 8",
        ),
    ),
    Command(
        "explain",
        "Where a finished run looked: each picture, warm where it speaks for a class, or cut into the parts it read.",
        (
            RUN,
            argument("images", metavar="IMAGE", nargs="+", help="A file, a folder, or - for one picture from stdin."),
            argument(
                "--class",
                dest="classes",
                metavar="CLASS",
                action="append",
                default=[],
                help="For this class, instead of the one it predicts. May be repeated.",
            ),
            argument("--to", metavar="FOLDER", default=".", help="Where the drawn pictures go."),
            DEVICE,
        ),
        ("explain k3m9pq ant.jpg", "explain k3m9pq ant.jpg --class bees --to heat"),
    ),
    Command(
        "redraw",
        "What an autoencoder has kept of held-out pictures: each one above what it draws again of it.",
        (
            RUN,
            SPLIT,
            argument("--which", choices=("any", "wrong", "right"), default="any", help="Any are the default."),
            argument("--count", type=int, default=12, metavar="N", help="At most N pictures, evenly spread."),
            argument("--to", metavar="FOLDER", default=".", help="Where the drawn pictures go."),
            DEVICE,
        ),
        ("redraw k3m9pq", "redraw k3m9pq --which wrong --count 6 --to redrawn"),
    ),
)
