"""The commands for datasets: seeing them, making them of one's own pictures, looking for what is odd."""

from core.terminal.grammar import Command, argument

DATASET = argument("dataset", metavar="DATASET", help="A name that `datasets` lists.")

DATA: tuple[Command, ...] = (
    Command("datasets", "What can be trained on here.", (), ("datasets",)),
    Command(
        "dataset",
        "One dataset: its classes, the splits as they will be used, its sizes, what was left out.",
        (
            DATASET,
            argument("--sheet", metavar="FILE.png", help="Also write some of its pictures, side by side."),
            argument("--class", dest="label", metavar="CLASS", help="With --sheet: only pictures of this class."),
            argument("--count", type=int, default=9, metavar="N", help="With --sheet: so many, at most 48; default 9."),
            argument("--page", type=int, default=1, metavar="N", help="With --sheet: the N-th so many."),
            argument("--delete", action="store_true", help="Remove an imported dataset; its runs stay."),
        ),
        (
            "dataset hymenoptera",
            "dataset hymenoptera --sheet ants.png --class ants --count 48",
            "dataset pets --delete",
        ),
    ),
    Command(
        "import",
        "Copy and check a folder, an archive or arrays into the home, once.",
        (
            argument(
                "path", metavar="PATH", nargs="?", help="A folder of class folders, a zip or tar of one, or .npy/.npz."
            ),
            argument("--name", required=True, help="The name to train on it by."),
            argument("--collected", action="store_true", help="Instead of a path: what `collect` has gathered."),
        ),
        ("import ~/photos.zip --name photos", "import --collected --name pets"),
    ),
    Command(
        "collect",
        "Gather pictures class by class for a dataset to be; without a name, tell what was gathered.",
        (
            argument("name", metavar="NAME", nargs="?", help="What the dataset will be called."),
            argument("label", metavar="CLASS", nargs="?", help="What the pictures show."),
            argument("images", metavar="IMAGE", nargs="*", help="Files, or folders of them."),
            argument("--drop", action="store_true", help="Throw away what was gathered under this name."),
        ),
        ("collect pets cats tom.jpg felix.jpg", "collect pets dogs dogs/", "collect", "import --collected --name pets"),
    ),
    Command(
        "audit",
        "Look for duplicates, leaks between splits, imbalance and oddities in a dataset.",
        (DATASET,),
        ("audit digits",),
    ),
)
