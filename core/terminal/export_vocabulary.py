"""The command that takes a run away from here."""

from core.terminal.arguments import RUN
from core.terminal.grammar import Command, argument

EXPORT = Command(
    "export",
    "Take a run away: weights that plain timm loads, a model card, and a script and a notebook that train it again.",
    (
        RUN,
        argument("--to", metavar="DIR", required=True, help="A folder that is not there yet, or is empty."),
        argument(
            "--onnx",
            action="store_true",
            help="Also model.onnx, compared with the network on real pictures (an optional part of Thaw).",
        ),
        argument(
            "--with-preprocessing",
            action="store_true",
            help="Also model.onnx, taking pictures of any size as bytes: resizing and colours are inside.",
        ),
        argument(
            "--pictures",
            action="store_true",
            help="Write the pictures beside the script, however large they are together.",
        ),
        argument("--force", action="store_true", help="Replace what is in DIR."),
    ),
    ("export k3m9pq --to ants", "export k3m9pq --to ants --onnx --force", "export sample --to digits --json"),
)
