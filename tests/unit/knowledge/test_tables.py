"""What is kept of the tables of rules: the same as the file says, never older than it."""

import gc
import json
from pathlib import Path

import pytest
import yaml

from opencdi.knowledge.tables import ToldTwice, built, kept, read_table
from opencdi.settings import rules_dir


def test_every_table_of_the_reader_is_what_its_file_says(tmp_path: Path) -> None:
    files = sorted((rules_dir() / "nlp").glob("*.yaml"))
    assert files
    for file in files:
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert read_table(file, tmp_path) == said
        assert read_table(file, tmp_path) == said  # from what was kept
    assert len(list(tmp_path.iterdir())) == len(files)


def test_an_edited_table_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "table.yaml"
    file.write_text("fever: [febrile]", encoding="utf-8")
    assert read_table(file, tmp_path / "cache") == {"fever": ["febrile"]}
    file.write_text("fever: [febrile, pyrexia]", encoding="utf-8")
    assert read_table(file, tmp_path / "cache") == {"fever": ["febrile", "pyrexia"]}


def test_a_key_that_is_told_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "table.yaml"
    file.write_text("groups:\n  denial: [no]\n  past: [old]\n  denial: [never]\n", encoding="utf-8")
    with pytest.raises(ToldTwice, match=r"denial \(line 4\)"):
        read_table(file, tmp_path / "cache")


def test_what_json_would_change_is_not_kept(tmp_path: Path) -> None:
    file = tmp_path / "table.yaml"
    file.write_text("1: since 2026-11-22\nnoted: 2026-11-22\n", encoding="utf-8")
    assert read_table(file, tmp_path / "cache") == yaml.safe_load(file.read_text(encoding="utf-8"))
    assert read_table(file, tmp_path / "cache").keys() == {1, "noted"}


def test_half_a_file_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text('{"sepsis": "A4', encoding="utf-8")
    assert kept("index", lambda: {"sepsis": "A419"}, tmp_path) == {"sepsis": "A419"}
    assert kept("index", lambda: {"never": "made"}, tmp_path) == {"sepsis": "A419"}


def test_without_a_folder_it_is_made_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert kept("index", lambda: [1], tmp_path / "file") == [1]


@pytest.mark.parametrize("working", [True, False])
def test_the_collector_rests_while_a_built_table_is_read_and_works_as_before_after_it(working: bool) -> None:
    before, big = gc.isenabled(), json.dumps([[n] for n in range(50_000)]).encode()
    (gc.enable if working else gc.disable)()
    try:
        collected = gc.get_stats()[0]["collections"]
        assert len(built(big)) == 50_000
        assert gc.get_stats()[0]["collections"] - collected < 5, "fifty thousand lists are some seventy collections"
        assert gc.isenabled() is working
        with pytest.raises(ValueError, match="Expecting"):
            built(b"[1,")
        assert gc.isenabled() is working
    finally:
        (gc.enable if before else gc.disable)()
