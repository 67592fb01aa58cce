"""The commands for published experiments: which there are, running one, seeing how it stands."""

from core.terminal.arguments import AGAIN, DEVICE
from core.terminal.grammar import Command, argument

REPLAYS: tuple[Command, ...] = (
    Command(
        "replays",
        "Published experiments that can be replayed, and the replays that have been begun.",
        (argument("--save", metavar="NAME", help="Print the card of this one as JSON, to write one's own after it."),),
        ("replays", "replays --save hymenoptera > card.json"),
    ),
    Command(
        "replay",
        "Run a published experiment, and tell each of its claims beside what came of it.",
        (
            argument("replay", metavar="NAME", nargs="?", help="One that `replays` lists."),
            argument("--card", metavar="FILE.json", help="Instead of a name: a card of your own (docs/replays.md)."),
            argument(
                "--quick",
                dest="form",
                action="store_const",
                const="quick",
                help="The small form: minutes on two cores, nothing judged; the default.",
            ),
            argument(
                "--hour",
                dest="form",
                action="store_const",
                const="hour",
                help="As much of it as an hour on two cores allows, for cards that say how; nothing judged.",
            ),
            argument(
                "--full", dest="form", action="store_const", const="full", help="As published, which takes hours."
            ),
            argument("--seeds", type=int, default=None, metavar="N", help="Default 3 in the full form, else 1."),
            argument(
                "--choose",
                action="append",
                default=[],
                metavar="NAME=OPTION",
                help="Choose otherwise what the report left open. May be repeated.",
            ),
            argument("--status", action="store_true", help="Only tell how the newest one stands; begin nothing."),
            argument("--no-wait", dest="wait", action="store_false", help="Begin it, and leave it to itself."),
            argument("--wait", action="store_true", default=True, help="Wait for its end; the default."),
            DEVICE,
            AGAIN,
        ),
        (
            "replay hymenoptera",
            "replay hymenoptera --full --choose l1_over=head",
            "replay hymenoptera --status",
            "replay --card card.json --no-wait",
        ),
    ),
)
