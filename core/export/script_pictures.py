"""The script's first passages: its choices, which pictures there are, and what becomes of one before the network."""

from collections.abc import Iterator
from itertools import groupby

from core.catalog import augmentations
from core.catalog.augmentations import AUGMENTATIONS
from core.catalog.registry import Choice
from core.data import batches
from core.export.script_passages import Passage
from core.export.script_quotes import Quotes
from core.export.script_study import Study

KEPT_BYTES = 2**30
"""Of prepared pictures, so many stay in memory."""


def choices(study: Study) -> Passage:
    recipe = study.recipe
    lines = [
        f"SEED = {recipe.seed}",
        f"EPOCHS = {recipe.epochs}",
        f"BATCH = {recipe.pictures_per_step}  # pictures per step",
        f"LR = {recipe.lr!r}  # the learning rate at its peak",
        'DEVICE = "cuda" if torch.cuda.is_available() else "cpu"',
    ]
    return Passage("Choices", "What was chosen, as the recipe says it.", "\n".join(lines))


def chance() -> Passage:
    quotes = Quotes()
    quotes.names(batches, "ORDER", "draw", "order_of", "cut")
    prose = (
        "Every draw has an address: what it is for, the seed, the epoch, and the picture or the step. So the same "
        "pictures come in the same order, and are varied in the same way, whenever this runs."
    )
    return Passage("Chance", prose, quotes.code)


def pictures(study: Study, here: str) -> Passage:
    """`here` is the folder of the script, as the script finds it."""
    where = "The environment's PICTURES says where they lie." if study.without_pictures else "They lie beside it."
    height, width = study.preparation.canvas
    code = [
        f"HERE = {here}",
        'PICTURES = Path(os.environ.get("PICTURES") or HERE / "pictures")',
        'SPLITS = json.loads((HERE / "splits.json").read_text(encoding="utf-8"))',
        'CLASSES = SPLITS["classes"]',
        f"HEIGHT, WIDTH = {height}, {width}",
        *_normalisation(study),
        "",
        "",
        "def labels_of(rows):",
        '    """Each picture\'s class, as its place among the classes."""',
        '    return np.array([CLASSES.index(row["label"]) for row in rows])',
        "",
        "",
        f"@lru_cache(maxsize={max(1, KEPT_BYTES // (3 * height * width))})  # about a gigabyte",
        "def canvas_of(file):",
        '    """A picture, upright, in three colours and of the right size, as bytes."""',
        "    with Image.open(PICTURES / file) as opened:",
        '        picture = ImageOps.exif_transpose(opened).convert("RGB")',
        *_FITTED[study.preparation.fit],
    ]
    prose = f"splits.json says which pictures are trained on, chosen by and tested with. {where}"
    return Passage("Pictures", prose, "\n".join(code))


def _normalisation(study: Study) -> Iterator[str]:
    for name, figures in (("MEAN", study.preparation.mean), ("STD", study.preparation.std)):
        yield f"{name} = torch.tensor({list(figures)}, device=DEVICE).view(1, 3, 1, 1)"


_FITTED = {
    "squash": ["    return np.array(picture.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR))"],
    "crop": [
        "    scale = max(HEIGHT / picture.height, WIDTH / picture.width)",
        "    height, width = min(HEIGHT / scale, picture.height), min(WIDTH / scale, picture.width)",
        "    left, top = (picture.width - width) / 2, (picture.height - height) / 2",
        "    box = (left, top, left + width, top + height)  # the middle, in the network's shape",
        "    return np.array(picture.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box=box))",
    ],
    "pad": [
        "    scale = min(HEIGHT / picture.height, WIDTH / picture.width)",
        "    sides = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))",
        "    pixels = np.array(picture.resize(sides, Image.Resampling.BILINEAR))",
        "    above, before = (HEIGHT - pixels.shape[0]) // 2, (WIDTH - pixels.shape[1]) // 2",
        "    placed = np.zeros((HEIGHT, WIDTH, 3), np.uint8)  # in the middle of black borders",
        "    placed[above : above + pixels.shape[0], before : before + pixels.shape[1]] = pixels",
        "    return placed",
    ],
}


def input_of_the_network(study: Study) -> Passage:
    quotes, varied = Quotes(), list(_varying(study))
    if study.grows:
        quotes.names(augmentations, "resized")
    if study.preparation.fit == "crop" or varied:
        quotes.names(augmentations, "centre")
    for each in _chosen(study):
        quotes.method(AUGMENTATIONS.build(each), "apply", each.name)
    plain = 'centre(canvas_of(row["file"]), SIZE)' if study.preparation.fit == "crop" else 'canvas_of(row["file"])'
    code = [
        *(
            [f"SIZE = {tuple(study.preparation.size)}  # height and width that the network sees", "", ""]
            if quotes.code
            else []
        ),
        *([quotes.code, "", ""] if quotes.code else []),
        *([*varied, "", ""] if varied else []),
        "def tensor_of(pictures):",
        '    """A batch of bytes as the network takes it: from 0 to 1, then brought to the wanted mean and spread."""',
        "    batch = torch.from_numpy(np.stack(pictures)).to(DEVICE).permute(0, 3, 1, 2).float() / 255",
        "    return ((batch - MEAN) / STD).contiguous(memory_format=torch.channels_last)",
        "",
        "",
        "def evaluation_batch(rows):",
        f"    return tensor_of([{plain} for row in rows])",
        "",
        "",
        *_sizes(study),
        "def training_batch(rows, epoch):",
        f"    return {_training_batch(study, 'varied(row, epoch)' if varied else plain, bool(varied))}",
    ]
    prose = "Training pictures are varied anew in every epoch." if varied else "Every picture is shown as it is."
    return Passage("What the network sees", prose, "\n".join(code))


def _sizes(study: Study) -> Iterator[str]:
    """Of the training pictures in each epoch, where they grow."""
    if study.grows:
        alike = [(size, len([*epochs])) for size, epochs in groupby(study.sizes)]
        yield f"SIZES = {' + '.join(f'[{tuple(size)}] * {count}' for size, count in alike)}  # in each epoch"
        yield from ("", "")


def _training_batch(study: Study, picture: str, is_varied: bool) -> str:
    if study.grows:
        return f"tensor_of([resized({picture}, SIZES[epoch]) for row in rows])"
    return f"tensor_of([{picture} for row in rows])" if is_varied else "evaluation_batch(rows)"


def _varying(study: Study) -> Iterator[str]:
    chosen = _chosen(study)
    if not chosen:
        return
    crops = any(AUGMENTATIONS.build(each).crops for each in chosen)
    yield "def varied(row, epoch):"
    yield '    """One training picture as one epoch shows it."""'
    yield '    chance = draw(PICTURE, SEED, epoch, row["number"])'
    yield '    picture = canvas_of(row["file"])' if crops else '    picture = centre(canvas_of(row["file"]), SIZE)'
    for each in chosen:
        yield f"    picture = {each.name}(picture, SIZE, chance)"
    yield "    return np.ascontiguousarray(picture)"


def _chosen(study: Study) -> list[Choice]:
    return [each for each in study.recipe.augmentation if each.name != "none"]
