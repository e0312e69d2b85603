"""Everything in: an archive into an empty installation, compared record by record before any of it is kept."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, BinaryIO

from app.crypto.passphrase import SealedFileError, SealedReader, is_sealed
from app.operations.archive.export import FORMAT, MANIFEST, VERSION
from app.operations.context import Context
from app.storage.base import Table
from app.storage.copy import CopyError
from app.storage.dump import DUMPED, DumpError, Sums, check_lines, load_tables, sums_of, table_name
from app.storage.errors import ERRORS
from app.storage.migrate import schema_number

NONE_OF_OURS = "This is not an archive of Eigenplan, or it was changed or cut off."
_NOT_OURS = 0x61
"""Marks of members that are encrypted, patched or strongly encrypted (PKWARE's APPNOTE, 4.4.4)."""

_PIECE = 1 << 20
_MOST_MANIFEST = 64 << 20
Facts = Mapping[str, Any]


class ArchiveError(Exception):
    """The archive cannot be imported and nothing was; the text is a sentence that says why, with the place."""


@contextmanager
def opened_archive(file: BinaryIO, passphrase: Callable[[], str]) -> Iterator[zipfile.ZipFile]:
    """Open an archive; ``passphrase`` is asked for only where one is needed.

    Raises:
        ArchiveError: it is none of ours, was changed, or the passphrase is wrong. Also while it is read.
    """
    try:
        content = SealedReader(file, passphrase()) if is_sealed(file) else file
        with _unpacked(content) as packed:
            yield packed
    except SealedFileError as error:
        raise ArchiveError(str(error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ArchiveError(NONE_OF_OURS) from error


def _unpacked(content: IO[bytes] | SealedReader) -> zipfile.ZipFile:
    """Open a ZIP file of the kind that we write; of others the library says only while they are read that it cannot."""
    try:
        packed = zipfile.ZipFile(content)
    except NotImplementedError as error:  # so zipfile says that a ZIP asks for a later version than it reads
        raise ArchiveError(NONE_OF_OURS) from error
    if any(one.compress_type != zipfile.ZIP_DEFLATED or one.flag_bits & _NOT_OURS for one in packed.infolist()):
        packed.close()
        raise ArchiveError(NONE_OF_OURS)
    return packed


def import_archive(
    context: Context, file: BinaryIO, passphrase: Callable[[], str], tell: Callable[[str], None] = lambda _: None
) -> dict[str, int]:
    """Bring all records of an archive into an empty, migrated database, in one transaction; return how many by table.

    Every file is compared with its checksum before, and every table after it was written: as often as not it is the
    other kind of database. ``tell`` is given a line for each table.

    Raises:
        ArchiveError: with the place where the archive is not what was written. Unavailable.
    """
    with opened_archive(file, passphrase) as packed:
        facts = _manifest(packed)
        _check_schema(facts, schema_number(context.store))
        _check_files(packed, facts)
        try:
            return context.store.write(lambda: _load(context, packed, facts, tell))
        except DumpError as error:
            raise ArchiveError(f"{error} Nothing was imported.") from error
        except CopyError as error:
            raise ArchiveError(str(error)) from error
        except (*ERRORS, OverflowError, UnicodeError) as error:
            raise ArchiveError("A record of the archive cannot be stored here, so nothing was imported.") from error


def _manifest(packed: zipfile.ZipFile) -> Facts:
    try:
        if packed.getinfo(MANIFEST).file_size > _MOST_MANIFEST:
            raise ArchiveError(f"The archive's {MANIFEST} is too large to be one.")
        facts: Facts = json.loads(packed.read(MANIFEST))
        kind, version = facts["format"], facts["version"]
        _ = (int(facts["schema"]), dict(facts["files"]), {name: Sums(**one) for name, one in facts["tables"].items()})
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ArchiveError(f"The archive's {MANIFEST} is missing or was changed.") from error
    if (kind, version) != (FORMAT, VERSION):
        raise ArchiveError("This archive was written by a newer version of Eigenplan; please import it by that one.")
    return facts


def _check_schema(facts: Facts, known: int) -> None:
    schema = int(facts["schema"])
    if schema != known:
        raise ArchiveError(
            f"The archive has schema {schema}, this program needs {known}. Please import it by the version that "
            "wrote it, and bring that installation to the present version afterwards."
        )


def _check_files(packed: zipfile.ZipFile, facts: Facts) -> None:
    """Refuse files that are missing, were added or changed; the tables' own files are compared line by line later."""
    tables = {f"tables/{table_name(model)}.jsonl" for model in DUMPED}
    wanted, found = {*facts["files"], *tables, MANIFEST}, packed.namelist()
    if len(found) != len(set(found)) or set(found) != wanted or set(facts["tables"]) != {_table(one) for one in tables}:
        names = sorted(set(found) ^ wanted) or ["a file twice"]
        raise ArchiveError(f"Files were added to the archive or taken out of it: {', '.join(names)[:200]}.")
    for name, wanted_sum in facts["files"].items():
        digest = hashlib.sha256()
        with packed.open(name) as member:
            while piece := member.read(_PIECE):
                digest.update(piece)
        if digest.hexdigest() != wanted_sum:
            raise ArchiveError(f"{name} was changed. Nothing was imported.")


def _table(name: str) -> str:
    return name.removeprefix("tables/").removesuffix(".jsonl")


def _load(context: Context, packed: zipfile.ZipFile, facts: Facts, tell: Callable[[str], None]) -> dict[str, int]:
    context.store.database.lift_limits()
    sums = {name: Sums(**one) for name, one in facts["tables"].items()}

    def rows() -> Iterator[tuple[type[Table], Iterator[tuple[Any, ...]]]]:
        for model in DUMPED:
            name = table_name(model)
            with packed.open(f"tables/{name}.jsonl") as member:
                yield model, check_lines(model, member, sums[name])

    counts = load_tables(context.store, rows())
    for model in DUMPED:
        name = table_name(model)
        if sums_of(context.store, model) != (sums[name].rows, sums[name].checksum):
            raise DumpError(f"Table {name} differs from the archive after it was written.")
        tell(f"{name}: {counts[name]} rows")
    context.store.bump_catalog()
    return counts
