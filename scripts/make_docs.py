"""Writes what the docs tell of the registries and of the states: docs/choices.md, docs/states.md and the drawings.

`python -m scripts.make_docs` writes them anew; with `--check` it only says which are stale (exit code 1).
"""

import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from core.catalog.augmentations import AUGMENTATIONS
from core.catalog.backbones import BACKBONES
from core.catalog.datasets import DATASETS
from core.catalog.learners import LEARNERS
from core.catalog.optimizers import OPTIMIZERS, SCHEDULES
from core.catalog.presets import PRESETS
from core.catalog.registry import Knob, Registry
from core.catalog.regularizers import REGULARIZERS
from core.catalog.strategies import STRATEGIES
from core.recipe import Recipe
from scripts import draw_states
from scripts.draw_strategies import EPOCHS, PARTS, logo, picture

DOCS = Path(__file__).resolve().parent.parent / "docs"

OPENING = """\
# What can be chosen

Made from the registries by `python -m scripts.make_docs`: change the code, not this page. The same sentences stand in
`python -m core choices`, in `python -m core train --help` and beside the widgets of the pages.
"""


def page() -> str:
    sections = [OPENING, recipe_fields(), *registries(), *cards()]
    return "\n".join(sections)


def recipe_fields() -> str:
    defaults = Recipe().to_json()
    rows = ((f"`{each.name}`", shown(defaults[each.name]), each.metadata["help"]) for each in fields(Recipe))
    return section(
        "A recipe",
        "Any field can be set from the terminal: `--set epochs=3 --set strategy.name=gradual`.",
        table(("field", "default", "what it is"), rows),
    )


def registries() -> Iterator[str]:
    yield entries("Strategies", STRATEGIES, strategy_picture, STRATEGY_LEGEND)
    yield entries("Regularizers", REGULARIZERS, formula)
    yield entries("Augmentations", AUGMENTATIONS)
    yield entries("Optimizers", OPTIMIZERS)
    yield entries("Schedules", SCHEDULES)
    yield entries("Learners", LEARNERS)
    yield entries("Presets", PRESETS, preset_fields, "With `--preset NAME`, or on the Train page.")


def cards() -> Iterator[str]:
    backbones = (
        (f"`{name}`", f"{card.parameters:,}", sides(card.input), card.when) for name, card in BACKBONES.items()
    )
    yield section(
        "Backbones",
        "Any other name that timm knows can be typed too.",
        table(("name", "parameters", "input", "when to choose it"), backbones),
    )
    datasets = ((f"`{name}`", str(card.classes), f"{card.pictures:,}", card.when) for name, card in DATASETS.items())
    yield section(
        "Datasets",
        "Besides these: any folder, archive or arrays below `THAW_DATA`, what you import, and `hf:owner/name`.",
        table(("name", "classes", "pictures", "when to choose it"), datasets),
    )


def entries(
    title: str, registry: Registry, more: Callable[[Any], str] = lambda entry: "", introduction: str = ""
) -> str:
    return section(title, introduction, *(entry_text(registry, name, more) for name in registry))


def entry_text(registry: Registry, name: str, more: Callable[[Any], str]) -> str:
    knobs = [f"- `{each.name}` ({limits(each)}): {each.help}" for each in registry.knobs(name)]
    extra = more(registry.build(registry.choose(name)))
    return "\n\n".join(filter(None, [f"### `{name}`", registry.help(name), extra, "\n".join(knobs)]))


def limits(setting: Knob) -> str:
    said = [shown(setting.default)]
    if setting.options:
        said.append("one of " + ", ".join(f"`{option}`" for option in setting.options))
    if setting.low is not None and setting.high is not None:
        said.append(f"{setting.low:g} to {setting.high:g}")
    return ", ".join(said)


def formula(regularizer: Any) -> str:
    return f"`{regularizer.formula}`, over {regularizer.covers}."


def preset_fields(preset: Any) -> str:
    return "Sets " + ", ".join(f"`{name}={json.dumps(value)}`" for name, value in preset.fields.items()) + "."


STRATEGY_LEGEND = f"""\
The drawings show {PARTS} parts, input at the bottom and head on top, over {EPOCHS} epochs to the right: `·` is frozen,
`█` learns at the full rate, `▓`, `▒` and `░` more slowly."""


def strategy_picture(strategy: Any) -> str:
    """Parts upward, epochs to the right, as everywhere in Thaw."""
    columns = [strategy.lr_scales(PARTS, epoch) for epoch in range(EPOCHS)]
    rows = ["  ".join(shade(column[part]) for column in columns) for part in reversed(range(PARTS))]
    shares = [(epoch, strategy.picture_share(epoch)) for epoch in range(EPOCHS)]
    smaller = [f"{share:.0%} of both sides in epoch {epoch + 1}" for epoch, share in shares if share < 1]
    grown = f" Training pictures have {', '.join(smaller)}." if smaller else ""
    return "```text\n" + "\n".join(rows) + f"\n```\n\nIts parts are {strategy.grain}s.{grown}"


def shade(scale: float) -> str:
    if scale == 0:
        return "·"
    return "█▓▒░"[min(3, math.floor(-math.log10(scale) * 1.5 + 1e-9))] if scale < 1 else "█"


def section(title: str, *paragraphs: str) -> str:
    return "\n\n".join([f"## {title}", *filter(None, paragraphs)]) + "\n"


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def shown(value: object) -> str:
    """As it is written in a recipe."""
    if isinstance(value, dict):
        value = value["name"]
    return f"`{value}`" if isinstance(value, str) and value else f"`{json.dumps(value)}`"


def sides(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]}"


def written() -> dict[Path, str]:
    pictures = DOCS / "pictures"
    return {
        DOCS / "choices.md": page(),
        DOCS / "states.md": draw_states.page(),
        pictures / "strategies.svg": picture(),
        pictures / "logo.svg": logo(),
    }


def main(arguments: list[str]) -> int:
    stale = [file for file, text in written().items() if not file.exists() or file.read_text(encoding="utf-8") != text]
    if "--check" not in arguments:
        for file in stale:
            file.write_text(written()[file], encoding="utf-8")
        return 0
    for file in stale:
        print(f"docs/{file.relative_to(DOCS)} is stale: run python -m scripts.make_docs", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
