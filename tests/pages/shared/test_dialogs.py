"""A clock waits for whoever answers a dialog, and for nobody else; and there is one kind of dialog."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import PROJECT

PAGES = PROJECT / "pages"


def with_a_dialog() -> None:
    """A clock ticks before the page is drawn whole, as it does in a fragment."""
    import streamlit as st

    from pages.shared.dialogs import dialog, draw_page_anew, none_is_open

    @dialog("Really?")
    def ask(word: str) -> None:
        st.write(word)

    told = st.session_state.setdefault("told", [])
    if st.button("Tick"):
        draw_page_anew()
        told.append("waited")
    none_is_open()
    told.append("drawn")
    if st.button("Open"):
        ask("Gone for good.")


def press(app: AppTest, label: str) -> list[str]:
    """What is told of after a press."""
    app.session_state["told"] = []
    next(each for each in app.button if each.label == label).click()
    app.run()
    assert not app.exception
    return app.session_state["told"]


def test_a_clock_draws_a_page_anew_unless_a_dialog_is_open():
    app = AppTest.from_function(with_a_dialog).run()
    assert press(app, "Tick") == ["drawn"]
    assert press(app, "Open") == ["drawn"]
    assert "Gone for good." in [each.value for each in app.markdown]
    assert press(app, "Tick") == ["waited", "drawn"]
    assert press(app, "Tick") == ["drawn"], "a page that was drawn whole has none"


def test_every_dialog_is_of_this_kind():
    assert files_with("st.dialog(") == ["dialogs.py"]
    assert files_with("@dialog(") == ["datasets_detail.py", "datasets_import.py", "notes.py"]


def files_with(words: str) -> list[str]:
    return [file.name for file in sources() if words in file.read_text(encoding="utf-8")]


def sources() -> list[Path]:
    return sorted(PAGES.rglob("*.py"))


def test_every_clock_asks_first():
    clocks = [(file.name, clock) for file in sources() for clock in clocks_of(ast.parse(file.read_text("utf-8")))]
    assert len(clocks) == 6, [(name, clock.name) for name, clock in clocks]
    hasty = [(name, clock.name) for name, clock in clocks if any(map(draws_anew, clock.body))]
    assert hasty == []


def clocks_of(module: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions that run again and again: decorated as such, or given to `st.fragment`."""
    calls = [each for each in ast.walk(module) if is_call(each, "st.fragment") and "run_every" in ast.unparse(each)]
    for each in ast.walk(module):
        if isinstance(each, ast.FunctionDef):
            given = {ast.unparse(call.args[0]) for call in calls if call.args}
            if each.name in given or any(call in each.decorator_list for call in calls):
                yield each


def draws_anew(node: ast.AST) -> bool:
    """Whether it has the page drawn anew without anybody having pressed a button."""
    if isinstance(node, ast.If) and "st.button" in ast.unparse(node.test):
        return any(map(draws_anew, node.orelse))
    return is_call(node, "st.rerun") or any(map(draws_anew, ast.iter_child_nodes(node)))


def is_call(node: ast.AST, of: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == of
