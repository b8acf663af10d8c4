"""Which article is proved by which test: read from the marks in the test files themselves.

python -m tests.articles_covered        writes docs/generated/articles.md
"""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DUE = ROOT / "tests" / "articles" / "due.toml"
PAGE = ROOT / "docs" / "generated" / "articles.md"
TITLES = {
    "national": "《科技伦理审查办法（试行）》",
    "human": "《涉及人的生命科学和医学研究伦理审查办法》",
    "ai": "《人工智能科技伦理审查与服务办法（试行）》",
    "shandong": "山东《关于加强全省科技伦理治理的实施意见》",
    "sichuan": "四川《关于健全科技伦理治理机制 有效防控科技伦理风险的实施方案》",
    "sichuan-rules": "四川细则（2025）",
}
WORDS = {"due": "已有测试", "later": "以后", "none": "没有软件对应"}


@dataclass(frozen=True)
class Article:
    pack: str
    number: int
    what: str
    status: str
    why: str = ""


@dataclass(frozen=True)
class Proof:
    pack: str
    number: int
    test: str  # path::name


def articles() -> list[Article]:
    books = tomllib.loads(DUE.read_text("utf-8"))
    return [
        Article(pack, int(number), row["what"], row["is"], row.get("why", ""))
        for pack, rows in books.items()
        for number, row in rows.items()
    ]


def proofs(root: Path = ROOT) -> list[Proof]:
    """Every mark on every test, on a class, or on a whole file. Marks made at run time are not seen."""
    found = []
    for path in sorted((root / "tests").rglob("test_*.py")):
        place = path.relative_to(root).as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        whole = [mark for node in tree.body if _is_pytestmark(node) for mark in _marks([node.value])]  # type: ignore[attr-defined]
        for test, decorators in _tests(tree):
            for pack, numbers in [*_marks(decorators), *whole]:
                found += [Proof(pack, number, f"{place}::{test}") for number in numbers]
    return found


def _tests(tree: ast.Module) -> Iterator[tuple[str, list[ast.expr]]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name, node.decorator_list
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name.startswith("test_"):
                    yield f"{node.name}::{inner.name}", [*node.decorator_list, *inner.decorator_list]


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "pytestmark" for t in node.targets)


def _marks(expressions: list[ast.expr]) -> Iterator[tuple[str, list[int]]]:
    for expression in expressions:
        for call in ast.walk(expression):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "article":
                values = [value.value for value in call.args if isinstance(value, ast.Constant)]
                if len(values) == len(call.args) and values and isinstance(values[0], str):
                    yield values[0], [number for number in values[1:] if isinstance(number, int)]


def page() -> str:
    by_article: dict[tuple[str, int], list[str]] = {}
    for proof in proofs():
        by_article.setdefault((proof.pack, proof.number), []).append(proof.test)
    lines = [
        "# 条款与测试 / Articles covered",
        "",
        "由测试上的标记生成，请勿手工修改。Generated from the tests’ marks by `python -m tests.articles_covered`.",
    ]
    known = articles()
    for pack, title in TITLES.items():
        rows = [article for article in known if article.pack == pack]
        lines += ["", f"## {title}", "", "| 条 | 内容 | 状态 | 测试 |", "|---|---|---|---|"]
        for article in rows:
            tests = by_article.get((pack, article.number), [])
            status = WORDS[article.status] + (f"（{article.why}）" if article.why else "")
            lines.append(f"| {article.number} | {article.what} | {status} | {'<br>'.join(f'`{t}`' for t in tests)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
