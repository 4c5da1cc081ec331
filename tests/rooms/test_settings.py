"""Settings are read once, and a wrong one stops the node with a sentence that helps."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from lintas.errors import InvalidSetting, NoNode
from lintas.settings import FILE, Settings


def folder(tmp_path: Path, text: str = 'node = "id.latihan"\n') -> Path:
    (tmp_path / FILE).write_text(text)
    return tmp_path


def test_a_misspelt_setting_stops_the_node_and_names_the_right_one(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting) as error:
        Settings.load(folder(tmp_path, 'contry = "id"\n'), {})

    assert error.value.facts == {"setting": "contry", "did_you_mean": "country"}


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    settings = Settings.load(folder(tmp_path, "answer_within = 2\n"), {"LINTAS_ANSWER_WITHIN": "0.5"})

    assert settings.answer_within == timedelta(seconds=0.5)


def test_a_misspelt_environment_variable_stops_the_node_too(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="databse"):
        Settings.load(folder(tmp_path), {"LINTAS_DATABSE": "postgresql://x"})


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("answer_within", "soon"),
        ("officer_budget_hour", "3.5"),
        ("exercise", "perhaps"),
        ("threshold", "1.5"),
        ("language", "de"),
        ("web", "8401"),
        ("listen", "localhost:99999"),
    ],
)
def test_a_value_that_cannot_be_is_named(tmp_path: Path, setting: str, value: str) -> None:
    with pytest.raises(InvalidSetting) as error:
        Settings.of(tmp_path, {setting: value})

    assert error.value.facts["setting"] == setting


def test_a_broken_file_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="line 1"):
        Settings.load(folder(tmp_path, "node = \n"), {})


def test_a_folder_without_a_node_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoNode, match="lintas node init"):
        Settings.load(tmp_path, {})


def test_every_setting_says_what_it_means() -> None:
    assert [f.name for f in fields(Settings) if not f.metadata.get("text")] == []
