"""The files of the town."""

from pathlib import Path

TOWN = Path(__file__).parents[1] / "town"
FILES = [TOWN / "town.trig", TOWN / "council.trig"]
