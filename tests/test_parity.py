"""What can be done on a page can be done in the terminal, and the other way round. Nothing is listed here by hand:
the actions are Workbench's, the calls are found in the code, the commands are the parser's."""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest

from core.service import Workbench
from core.service.actions.bench import Bench
from core.service.actions.manners import action_of
from core.terminal.commands import ACTIONS
from core.terminal.vocabulary import COMMANDS
from tests.typed import PROJECT

METHODS = {
    name: method
    for name, method in inspect.getmembers(Workbench, inspect.isfunction)
    if not name.startswith("_") and not hasattr(Bench, name)  # a Bench only opens, closes, and knows who looks
}
ACTIONS_THERE_ARE = {action_of(method) for method in METHODS.values()}


def asked_of_a_bench(tree: ast.AST) -> Iterator[str]:
    """The methods that code asks of a workbench: `bench.x`, `workbench().x`, `Workbench.x`, and what it asks `soon`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_a_bench(node.value):
            yield node.attr
        if isinstance(node, ast.Call) and ast.unparse(node.func).lower().endswith("soon") and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def _is_a_bench(node: ast.expr) -> bool:
    called = node.func if isinstance(node, ast.Call) else node
    return isinstance(called, ast.Name) and called.id.lower().endswith("bench")


@cache
def trees(folder: Path) -> list[ast.AST]:
    return [ast.parse(file.read_text(encoding="utf-8")) for file in folder.rglob("*.py")]


def reached_from(folder: str) -> set[str]:
    """The actions that the code below a folder asks for, itself or through other actions."""
    methods = {name for tree in trees(PROJECT / folder) for name in asked_of_a_bench(tree)} & set(METHODS)
    while True:
        further = {name for method in methods for name in _asked_by(method)} & set(METHODS)
        if further <= methods:
            return {action_of(METHODS[name]) for name in methods}
        methods |= further


def _asked_by(method: str) -> Iterator[str]:
    tree = ast.parse(dedent(inspect.getsource(METHODS[method])))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            yield node.attr


@pytest.mark.parametrize("folder", ["pages", "core/terminal"])
def test_every_action_can_be_reached(folder: str):
    assert reached_from(folder) == ACTIONS_THERE_ARE


def test_every_manner_is_one_of_an_action_there_is():
    assert set(METHODS) >= ACTIONS_THERE_ARE


def test_every_command_does_something():
    assert {command.name for command in COMMANDS} == set(ACTIONS)
