"""The commands for runs in the background: queueing them, watching them, ending them."""

from core.terminal.arguments import AGAIN, DEVICE, NAME, RECIPE, RUN
from core.terminal.grammar import Command, argument
from core.terminal.recipe_help import all_choices

RUNS = argument("runs", metavar="RUN", nargs="+", help="A run: its id, the beginning of its id, or its name.")

QUEUE: tuple[Command, ...] = (
    Command(
        "submit",
        "Have a run, or a sweep of many, trained in the background.",
        (
            *RECIPE,
            NAME,
            DEVICE,
            AGAIN,
            argument(
                "--priority", type=int, default=0, metavar="N", help="Higher goes first among your own; default 0."
            ),
            argument(
                "--grid",
                action="append",
                default=[],
                metavar="PATH=VALUE,VALUE",
                help="Train one run per value of a field, or per combination of several --grid.",
            ),
            argument("--seeds", type=int, default=1, metavar="N", help="Each combination with N seeds; default 1."),
            argument(
                "--halving",
                action="store_true",
                help="Abandon the runs of a sweep that others have left behind (successive halving).",
            ),
            argument("--plan", action="store_true", help="Only say which runs a sweep would have."),
        ),
        (
            "submit --set strategy=head --name head",
            "submit recipe.json --priority 5",
            "submit recipe.json --grid strategy.name=head,full --grid lr=0.001,0.01 --seeds 3",
            "submit --set epochs=40 --grid lr=0.0003,0.001,0.003,0.01 --halving --name rates",
            "submit --grid lr=0.001,0.01 --seeds 3 --plan",
        ),
        all_choices,
    ),
    Command(
        "stop",
        "End runs early, or a whole sweep; their best weights are kept.",
        (argument("runs", metavar="RUN", nargs="+", help="A run, or a sweep: its id or its name."),),
        ("stop k3m9pq", "stop k3m9pq w7x2bd", "stop rates"),
    ),
    Command(
        "pause",
        "Let runs save all they know and give their places to others.",
        (RUNS,),
        ("pause k3m9pq",),
    ),
    Command(
        "resume",
        "Let runs that rest, were stopped, failed or were lost go on from their last snapshot.",
        (RUNS,),
        ("resume k3m9pq",),
    ),
    Command("queue", "What is at work, and what waits in the order of its turns.", (), ("queue",)),
    Command(
        "priority",
        "Let a run that waits go before or after your others: higher goes first.",
        (RUN, argument("priority", type=int, metavar="N", help="The new priority; runs begin with 0.")),
        ("priority k3m9pq 5",),
    ),
    Command(
        "logs",
        "What the worker of a run printed: warnings, and the traceback of a bug.",
        (RUN, argument("--last", type=int, default=None, metavar="N", help="Only the last N lines.")),
        ("logs k3m9pq", "logs k3m9pq --last 20"),
    ),
    Command(
        "sweep",
        "A sweep as one: its state, and the mean and the spread of each combination.",
        (argument("sweep", metavar="SWEEP", help="A sweep: its id, the beginning of its id, or its name."),),
        ("sweep rates",),
    ),
    Command("sweeps", "All sweeps, newest first.", (), ("sweeps",)),
    Command(
        "supervisor",
        "The engine that trains in the background: whether it is there, its places, what it does.",
        (argument("action", choices=("status",), help="Tell how it fares."),),
        ("supervisor status",),
    ),
)
