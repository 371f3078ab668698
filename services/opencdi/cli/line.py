"""The line: which rooms there are, each made with what it needs.  The only place that knows them all."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from yaml import YAMLError

from opencdi.bus.room import Room
from opencdi.cli.at_bus import stop
from opencdi.cli.weights import load_weights
from opencdi.knowledge.site import SiteData, load_site
from opencdi.settings import Settings, rules_dir

if TYPE_CHECKING:
    from opencdi.knowledge.alphabetic_index import AlphabeticIndex
    from opencdi.queries.rule import Rule


def site_of(settings: Settings) -> SiteData:
    """The site data that this process starts with; changes arrive on `inbound`."""
    return load_site(settings.site_file)


def site_data(told: Path | None) -> SiteData:
    """The site data of a file, of the settings where none is named; one clear line where they cannot be read."""
    from opencdi.nlp.readers import check_reader

    settings = Settings()
    try:
        site = load_site(told) if told else site_of(settings)
        check_reader(site.reader)
        return site
    except OSError as error:
        stop(f"{told or settings.site}: {error.strerror}")
    except (ValueError, YAMLError) as error:
        stop(f"{told or settings.site}: {' '.join(str(error).split())}")


def documentation_rules() -> "tuple[Rule, ...]":
    """The rules by which the queries room asks; one clear line where something is wrong with one."""
    from opencdi.queries.rule import BadRule, load_rules

    try:
        return load_rules(rules_dir() / "queries")
    except BadRule as error:
        stop(str(error))


def check_definitions(site_file: Path) -> None:
    """One clear line where a site's file adopts what none of the rules asks by."""
    from opencdi.queries.adoptions import wrong_in_file

    if wrong := wrong_in_file(site_file, documentation_rules()):
        stop(wrong)


def line(settings: Settings, names: tuple[str, ...] = ()) -> dict[str, Room]:
    """The rooms in the order of the line, by name; `names` leaves out the others (a room's process needs no other room's books)."""
    load_weights(settings.codes_folder)
    site = site_of(settings)
    made = line_of(site, settings.tenant_key, settings.codes_folder)
    return {name: make() for name, make in made.items() if not names or name in names}


def _index_in(codes: Path) -> "AlphabeticIndex | None":
    from opencdi.knowledge.index_file import WrongIndex, load_index

    try:
        return load_index(codes)
    except WrongIndex as wrong:
        stop(str(wrong))


def line_of(site: SiteData, tenant_key: Callable[[str], bytes], codes: Path | None = None) -> dict[str, Callable[[], Room]]:
    """How each room is made under these site data and keys; imports a room's books only when it is made.

    `codes`: the folder of the site's Alphabetic Index.
    """

    def intake() -> Room:
        from opencdi.intake.room import intake_room

        return intake_room(tenant_key, site)

    def nlp() -> Room:
        from opencdi.nlp.room import nlp_room

        return nlp_room(site)

    def coding() -> Room:
        from opencdi.coding.room import coding_room

        return coding_room(site, index=_index_in(codes) if codes else None)

    def queries() -> Room:
        from opencdi.queries.room import queries_room

        return queries_room(site, documentation_rules())

    def finalize() -> Room:
        from opencdi.finalize.room import finalize_room

        return finalize_room(site)

    return {"intake": intake, "nlp": nlp, "coding": coding, "queries": queries, "finalize": finalize}
