from pathlib import Path

from config.preparation import Stamps, Task


def task(source: Path, made: Path, about: str = "") -> Task:
    return Task("task", "words", [source], [made], do=lambda: None, about=about)


def test_unchanged_sources_are_not_stale_after_a_restart(tmp_path: Path) -> None:
    source, made = tmp_path / "source", tmp_path / "made"
    source.write_text("1")
    made.touch()
    Stamps(tmp_path / "stamps").keep(task(source, made))

    assert not Stamps(tmp_path / "stamps").stale(task(source, made))


def test_a_changed_source_a_lost_result_and_another_database_are_stale(tmp_path: Path) -> None:
    source, made = tmp_path / "source", tmp_path / "made"
    source.write_text("1")
    made.touch()
    stamps = Stamps(tmp_path / "stamps")
    assert stamps.stale(task(source, made))
    stamps.keep(task(source, made))

    assert stamps.stale(task(source, made, about="postgres://elsewhere"))
    made.unlink()
    assert stamps.stale(task(source, made))
    made.touch()
    source.write_text("2")
    assert stamps.stale(task(source, made))
