"""`CC_GRAPH_STORE` and its companions: an address, or a folder, and nothing else."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from cc_graph.errors import BadParameter
from cc_graph.settings import Settings

ENDPOINT = "https://store.example:8443/sparql?realm=city"


def settings(**variables: str) -> Settings:
    return Settings.from_environment({f"CC_GRAPH_{name}": text for name, text in variables.items()})


def test_without_it_the_graph_lies_in_the_home() -> None:
    assert settings(HOME="somewhere").store is None


def test_an_address_is_where_queries_go_and_updates_unless_they_go_elsewhere() -> None:
    one = settings(HOME="h", STORE=ENDPOINT)
    assert (one.store, one.store_update, one.home) == (ENDPOINT, None, Path("h"))
    assert settings(STORE=ENDPOINT, STORE_UPDATE="https://store.example/update").store_update


def test_a_path_is_the_folder_of_the_store() -> None:
    assert settings(STORE="city/graph") == settings(HOME="city/graph")
    assert settings(STORE="city", HOME="city").home == Path("city")
    with pytest.raises(BadParameter, match="lies in the home"):
        settings(STORE="city", HOME="town")


@pytest.mark.parametrize(
    "address",
    [
        "ftp://store.example/sparql",
        "file:///etc/passwd",
        "https://",
        "http://:80/sparql",
        "http://store.example:99999/",
        "http://store.example:port/",
        "http://store.example/a b",
        "http://store.example/\nX-Evil: 1",
        "http://store.example/#part",
        "http://[::1/sparql",
        "http://stòre.example/sparql",
    ],
)
@pytest.mark.parametrize("name", ["STORE", "STORE_UPDATE"])
def test_what_is_no_address_is_refused(name: str, address: str) -> None:
    with pytest.raises(BadParameter, match=f"CC_GRAPH_{name} is not"):
        settings(**{"STORE": ENDPOINT, name: address})


def test_an_address_may_not_carry_a_password_and_the_error_does_not_tell_it() -> None:
    for address in ("http://me:s3greta@store.example/", "http://s3greta@store.example/"):
        with pytest.raises(BadParameter) as raised:
            settings(STORE=address)
        assert "s3greta" not in f"{raised.value} {raised.value.hint}"
        assert "CC_GRAPH_STORE_PASSWORD" in raised.value.hint


def test_an_endpoint_for_updates_alone_is_a_mistake() -> None:
    with pytest.raises(BadParameter, match="CC_GRAPH_STORE_UPDATE is set"):
        settings(STORE_UPDATE=ENDPOINT)


def test_a_password_is_in_no_description_of_the_settings() -> None:
    known = settings(STORE=ENDPOINT, STORE_USER="me", STORE_PASSWORD="s3greta")
    assert known.store_password == "s3greta"
    assert "s3greta" not in f"{known} {known!r}"
    assert dataclasses.replace(known, home=Path("x")).store_user == "me"
