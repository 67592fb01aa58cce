"""The exported script as a Jupyter notebook: the same passages, a cell of words before each cell of code."""

import json
from collections.abc import Iterator
from typing import Any

from core.export.script import imports, opening, passages_of
from core.export.script_study import Study

NOTEBOOK_FOLDER = "Path.cwd()"
FORMAT = {"nbformat": 4, "nbformat_minor": 5}
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}

Cell = dict[str, Any]


def notebook(study: Study) -> str:
    """The whole file, in the form that Jupyter reads."""
    cells = [{**cell, "id": f"cell-{place}"} for place, cell in enumerate(_cells(study))]
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return json.dumps({"cells": cells, "metadata": metadata, **FORMAT}, indent=1, ensure_ascii=False) + "\n"


def _cells(study: Study) -> Iterator[Cell]:
    passages = passages_of(study, NOTEBOOK_FOLDER)
    yield _words(_as_markdown(opening(study)))
    yield _code(imports(passages))
    for each in passages:
        yield _words(f"## {each.title}\n\n{_as_markdown(each.prose)}")
        yield _code(each.code)


def _as_markdown(text: str) -> str:
    """Names that people typed become neither pictures nor links."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#!|$" else letter for letter in text)


def _words(text: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(text: str) -> Cell:
    return {"cell_type": "code", "metadata": {}, "source": text, "execution_count": None, "outputs": []}
