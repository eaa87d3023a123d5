"""The house rules that a program can check: documented modules, short files, short functions."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for path in (ROOT / "promoter").rglob("*.py") if "versions" not in path.parts)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is_for_and_stays_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "the first line says what the module is for"
    assert text.count("\n") <= 400


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_function_stays_short(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            doc = ast.get_docstring(node, clean=False)
            lines -= doc.count("\n") + 1 if doc else 0
            assert lines <= 40, f"{node.name} has {lines} lines"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_public_function_is_documented(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if node.name.endswith("Row"):  # tables: the columns say it
                continue
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def test_nobody_keeps_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "helpers", "common", "base", "manager", "service", "types", "constants"}
    assert not [name(path) for path in MODULES if path.stem in drawers]
