"""A city's home: loaded, rebuilt, backed up, published to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cc_graph import resources
from cc_graph.datasets import Dataset, LoadReport, check_base, import_codes, load, rebuild
from cc_graph.settings import Settings
from cc_graph.store import backup as backups
from cc_graph.store.layout import Layout
from cc_graph.store.opening import must_be_here, take_up

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cc_graph.store.backup import Backup
    from cc_graph.store.opening import AnyPublisher

    Progress = Callable[[str], None]


class Keeping:
    """What is done to a home, mostly before it is opened."""

    @staticmethod
    def load(
        settings: Settings | None = None,
        city: str = "prato",
        progress: Progress | None = None,
        files: Sequence[Path] = (),
    ) -> LoadReport:
        """Build the store of `settings.home` anew from a data set, or from RDF files, and the imported code lists.

        Args:
            settings: where and under which base; those of the environment if None.
            city: which data set.
            progress: called with a word for each of `load_steps` steps.
            files: RDF files to load instead of a data set.

        Raises:
            NotFound: there is no such data set or file.
            BadData: the data are malformed; the old store goes on serving.
            Busy: another process writes to this home.
        """
        return load(settings or Settings.from_environment(), city, files, progress)

    @staticmethod
    def load_steps(city: str = "prato", files: Sequence[Path] = ()) -> int:
        """How many steps `load` reports."""
        return 2 + len(files) if files else Dataset(resources.dataset_folder(city)).steps

    @staticmethod
    def rebuild(settings: Settings | None = None, progress: Progress | None = None) -> LoadReport:
        """Build the store anew from what it was loaded from.

        Raises:
            NotFound: nothing has been loaded.
            Busy: another process writes to this home.
        """
        return rebuild(settings or Settings.from_environment(), progress)

    @staticmethod
    def must_rebuild(settings: Settings | None = None) -> bool:
        """Whether another version of the program wrote what is in the home, so that this one must build it anew."""
        settings = settings or Settings.from_environment()
        return settings.store is None and Layout(settings.home).is_foreign

    @staticmethod
    def backup(folder: Path, settings: Settings | None = None, progress: Progress | None = None) -> Backup:
        """Copy the newest state into a new folder, whole or not at all, also beside a running server.

        Raises:
            BadParameter: there is something in that folder.
        """
        settings = settings or Settings.from_environment()
        must_be_here(settings, "A backup")
        check_base(settings.home, settings.base_iri)
        return backups.back_up(settings.home, folder, settings.base_iri, progress)

    @staticmethod
    def restore(folder: Path, settings: Settings | None = None, progress: Progress | None = None) -> str:
        """Make a backup the newest state of the home, in one step; gives the revision it has there.

        Raises:
            BadData: the backup is not whole, or another version wrote it; nothing is changed.
            BadParameter: it is of another base.
            Busy: another process publishes to this home.
        """
        settings = settings or Settings.from_environment()
        must_be_here(settings, "A backup")
        check_base(settings.home, settings.base_iri)
        return backups.restore(settings.home, folder, settings.base_iri, progress)

    @staticmethod
    def import_codes(scheme_name: str, path: Path, settings: Settings | None = None) -> int:
        """Take a full official code list from a file into the graph, now and at every rebuild; gives its number of codes.

        Raises:
            BadParameter: no such list.
            BadData: the file is not that list; nothing is changed.
            NotFound: there is no such file, or nothing has been loaded.
            Busy: another process writes to this home.
        """
        return import_codes(scheme_name, path, settings or Settings.from_environment())

    @staticmethod
    def publishing(settings: Settings | None = None) -> AnyPublisher:
        """The right to publish to the home of these settings: a context manager, held by a server while it runs.

        Raises:
            Busy: another process has it.
        """
        return take_up(settings or Settings.from_environment())
