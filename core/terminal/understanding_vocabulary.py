"""The commands that ask what runs got right and wrong, and what they cost."""

from core.terminal.arguments import RUN
from core.terminal.grammar import Command, argument

SPLIT = argument("--split", choices=("val", "test"), default=None, help="Which pictures; test where there are some.")
LAST = argument("--last", action="store_true", help="By the last epoch's weights; the best epoch's are the default.")
RUNS = argument("runs", metavar="RUN", nargs="+", help="Two or more runs.")

UNDERSTANDING: tuple[Command, ...] = (
    Command(
        "mistakes",
        "Which pictures a run got wrong, or right, and what it took them for.",
        (
            RUN,
            SPLIT,
            LAST,
            argument("--true", metavar="CLASS", help="Only pictures of this class."),
            argument("--predicted", metavar="CLASS", help="Only pictures taken for this class."),
            argument("--which", choices=("wrong", "right", "all"), default="wrong", help="Wrong ones are the default."),
            argument("--order", choices=("loss", "confidence", "file"), default="loss", help="What comes first."),
            argument("--page", type=int, default=1, metavar="N", help="Which 48 of them, from 1."),
            argument("--save", metavar="FOLDER", help="Also write these pictures, as PNG, into a new folder."),
        ),
        ("mistakes k3m9pq", "mistakes k3m9pq --true 9 --predicted 7 --save nines"),
    ),
    Command(
        "confusions",
        "One split of a run in full: each class with its noise, and what was taken for what.",
        (RUN, SPLIT, LAST),
        ("confusions k3m9pq", "confusions k3m9pq --split val --last"),
    ),
    Command(
        "epochs",
        "What a run said after each epoch: how many pictures it learned and forgot.",
        (
            RUN,
            argument("--epoch", type=int, metavar="N", help="Its confusions and some pictures; from 1."),
        ),
        ("epochs k3m9pq", "epochs k3m9pq --epoch 3"),
    ),
    Command(
        "path",
        "All heads of a run of the learner `path`: how well each does, and what its penalty leaves of it.",
        (
            RUN,
            argument("--head", type=int, metavar="N", help="One head with its confusions; from 1."),
        ),
        ("path k3m9pq", "path k3m9pq --head 12"),
    ),
    Command(
        "compare",
        "Runs side by side: what differs, and whether one is better.",
        (
            RUNS,
            argument("--split", choices=("val", "test"), default=None, help="Which pictures; test where all have it."),
            argument("--classes", action="store_true", help="Also who wins which class, of the first two."),
            argument("--pictures", type=int, metavar="N", help="Also N pictures that they disagree on."),
        ),
        ("compare k3m9pq w7x2bd", "compare k3m9pq w7x2bd --classes --pictures 5"),
    ),
    Command(
        "race",
        "What runs cost, and how accurate each was at equal seconds, pictures or trained parameters.",
        (RUNS,),
        ("race k3m9pq w7x2bd",),
    ),
    Command(
        "report",
        "Write a report to hand in: what was asked, learned, compared, mistaken, and what it takes to do it again.",
        (
            argument("runs", metavar="RUN", nargs="*", help="One run or more; seeds of one recipe are told together."),
            argument(
                "--replay",
                metavar="REPLAY",
                default="",
                help="Of a replay, with each claim beside its outcome: a name that `replays` lists (its newest), or a "
                "sweep. Without a RUN all of its finished ones are told.",
            ),
            argument(
                "--to", metavar="FILE", required=True, help="FILE.html, or FILE.md with its pictures in FILE_files/."
            ),
            argument("--title", metavar="TEXT", default="", help="What stands on top."),
            argument("--question", metavar="TEXT", default="", help="What was to be found out."),
        ),
        (
            "report k3m9pq --to report.html",
            'report k3m9pq w7x2bd --to report.md --question "Does freezing help?"',
            "report --replay boats --to boats.html",
        ),
    ),
)
