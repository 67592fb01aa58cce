"""The code in the docs is true: it runs as it stands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PAGE = (PROJECT / "docs" / "extending.md").read_text(encoding="utf-8")
SECTIONS = {
    title: "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    for title, text in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
}


@pytest.mark.parametrize("title", [title for title, code in SECTIONS.items() if code])
def test_the_code_of_a_how_to_runs_as_it_stands(title: str, tmp_path: Path):
    script = tmp_path / "example.py"
    script.write_text(SECTIONS[title], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", f"exec(open({str(script)!r}).read())"], cwd=PROJECT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_how_to_shows_code():
    assert [title for title, code in SECTIONS.items() if not code] == []
