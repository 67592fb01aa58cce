"""The arguments that several commands share."""

from core.catalog.presets import PRESETS
from core.terminal.grammar import argument

RUN = argument("run", metavar="RUN", help="A run: its id, the beginning of its id, its name, or sample.")

RECIPE = (
    argument(
        "recipe",
        metavar="RECIPE.json",
        nargs="?",
        help="A recipe; what it leaves out takes its default. Without one, what the dataset's card suggests.",
    ),
    argument(
        "--preset",
        choices=PRESETS.names(),
        metavar="NAME",
        help=f"Lay the fields of one of these over it: {', '.join(PRESETS)}.",
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

NAME = argument("--name", default="", help="A name for it.")
DEVICE = argument("--device", default="auto", help="Where to compute: auto, cpu, cuda:0, mps.")
AGAIN = argument("--again", action="store_true", help="Train anew even if an identical run is finished.")
