"""The commands for a room of people: who is there, and what all of them may see."""

from core.terminal.grammar import Command, argument

ROOM: tuple[Command, ...] = (
    Command(
        "share",
        "Let everybody in a room see a run, or learn from an imported dataset.",
        (
            argument("name", metavar="NAME", help="A run: its id, the beginning of its id, or its name."),
            argument("--dataset", action="store_true", help="It is an imported dataset."),
            argument("--undo", action="store_true", help="From now on its owner alone again."),
        ),
        ("share k3m9pq", "share k3m9pq --undo", "share photos --dataset"),
    ),
    Command("people", "Everybody who has signed in to this home's room.", (), ("people",)),
)
