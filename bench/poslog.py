"""Importing a day file of tills: how fast, in how much memory, and whether a kill in it loses anything.

The file is made for the measurement: sales of one to twelve articles, one in ten to a known card, drawers and
training between them, and every thousandth transaction broken. The first import is killed on its way.
"""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final, TextIO

import psutil
from sqlalchemy import text as sql

from bench.processes import cpu_seconds
from bench.stage import Report, Stage
from offers.retailer import stores
from offers.retailer.shop import Store

STORE: Final = "BENCH-1"
BROKEN_EVERY: Final = 1_000
OTHERS_EVERY: Final = 8
"""One transaction in so many is no sale: drawers, training."""
CARD_EVERY: Final = 10
CARDS: Final = 2_000
KILLED_AT: Final = 0.3
"""The part of the first import's way at which it is killed."""

HEAD: Final = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<POSLog MajorVersion="6" MinorVersion="0" xmlns="http://www.nrf-arts.org/IXRetail/namespace/">\n'
)


@dataclass(frozen=True, slots=True)
class Written:
    """What the file holds."""

    transactions: int
    broken: tuple[int, ...]
    """Lines on which transactions begin that cannot be taken."""


def measure(on: Stage, report: Report, *, megabytes: int) -> dict[str, Any]:
    """Megabytes a second, the most memory the import held, and what it cost; the file is deleted again."""
    with on.database.transaction() as connection:
        stores.put(
            connection, [Store(code=STORE, name="Bench", zone="Europe/Vienna", currency="EUR", country="AT")]
        )
    path, rejects = on.settings.home / "day.xml", on.settings.home / "rejects.csv"
    try:
        report(f"  writing {megabytes:,} MB")
        with path.open("w", encoding="utf-8") as file:
            written = _write(file, megabytes * 1_000_000)
        before, started = (
            cpu_seconds(server_pid=os.getpid(), database_pid=on.database_pid),
            time.perf_counter(),
        )
        killed = _import(on, path, rejects, kill_after=int(written.transactions * KILLED_AT))
        report(f"  killed after {killed.taken:,} of {written.transactions:,} transactions")
        rest = _import(on, path, rejects, kill_after=None)
        seconds = time.perf_counter() - started
        used = cpu_seconds(server_pid=os.getpid(), database_pid=on.database_pid).since(before)
        with rejects.open(newline="", encoding="utf-8") as file:
            refused = tuple(int(row["line"]) for row in csv.DictReader(file))
    finally:
        path.unlink(missing_ok=True)
        rejects.unlink(missing_ok=True)
    return {
        "poslog": {
            "megabytes": megabytes,
            "transactions": written.transactions,
            "taken_before_the_kill": killed.taken,
            "taken_in_all": rest.taken,
            "refused": len(refused),
            "refused_are_the_broken_ones": refused == written.broken,
            "peak_mb": max(killed.peak_mb, rest.peak_mb),
            "mb_per_s": megabytes / seconds,
            "import_cpu_ms": (killed.cpu_s + rest.cpu_s) / written.transactions * 1000,
            "database_cpu_ms": used.database / written.transactions * 1000,
        }
    }


@dataclass(frozen=True, slots=True)
class _Import:
    taken: int
    peak_mb: float
    cpu_s: float


def _import(on: Stage, path: Path, rejects: Path, *, kill_after: int | None) -> _Import:
    """One `o2o poslog import`, killed when it has taken in so many transactions."""
    environment = {"O2O_HOME": str(on.settings.home), "DATABASE_URL": on.database.url}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "gateway", "poslog", "import", str(path), "--rejects", str(rejects)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seen, peak, cpu_s = psutil.Process(process.pid), 0.0, 0.0
    while process.poll() is None:
        try:
            peak = max(peak, seen.memory_info().rss / 1e6)
            cpu_s = sum(seen.cpu_times()[:2])
        except psutil.NoSuchProcess:
            break
        if kill_after is not None and _taken(on) >= kill_after:
            process.kill()
        time.sleep(0.2)
    process.wait()
    return _Import(_taken(on), peak, cpu_s)


def _taken(on: Stage) -> int:
    """How many transactions of the newest import are behind it."""
    with on.database.transaction() as connection:
        found = connection.execute(
            sql(
                "select recorded + repeated + passed_over + refused from gateway.poslog_import"
                " order by import_no desc limit 1"
            )
        ).scalar()
    return int(found or 0)


def _write(file: TextIO, size_bytes: int) -> Written:
    """Transactions until the file is so large. Each stands on one line, after the two of the head."""
    random, run = Random(1), f"{time.time_ns():x}"
    file.write(HEAD)
    written, number, broken = len(HEAD), 0, []
    while written < size_bytes:
        number += 1
        if number % BROKEN_EVERY == 0:
            broken.append(number + HEAD.count("\n"))
        written += file.write(_transaction(random, run, number))
    file.write("</POSLog>\n")
    return Written(number, tuple(broken))


def _transaction(random: Random, run: str, number: int) -> str:
    head = (
        f"<Transaction><BusinessUnit><UnitID>{STORE}</UnitID></BusinessUnit>"
        f"<WorkstationID>{run}</WorkstationID><SequenceNumber>{number}</SequenceNumber>"
        "<BusinessDayDate>2026-11-20</BusinessDayDate><OperatorID>8</OperatorID>"
        "<BeginDateTime>2026-11-20T17:29:00</BeginDateTime><EndDateTime>2026-11-20T17:30:00</EndDateTime>"
    )
    if number % OTHERS_EVERY == 0 and number % BROKEN_EVERY:
        return f"{head}<TenderControlTransaction><NoSale/></TenderControlTransaction></Transaction>\n"
    lines = "".join(_lines(random, number))
    return f"{head}<RetailTransaction>{_customer(random, number)}{lines}</RetailTransaction></Transaction>\n"


def _customer(random: Random, number: int) -> str:
    if number % CARD_EVERY:
        return ""
    card = f"99{random.randrange(CARDS):06}"
    return f'<Customer EntryMethod="Scanned"><CustomerID>{card}</CustomerID></Customer>'


def _lines(random: Random, number: int) -> Iterator[str]:
    total = 0
    for line in range(1, random.randint(1, 12) + 1):
        amount = random.randint(50, 9_000)
        total += amount
        price = f"{amount // 100}.{amount % 100:02}"
        written = "many" if number % BROKEN_EVERY == 0 else price
        yield (
            f"<LineItem><SequenceNumber>{line}</SequenceNumber><BeginDateTime>2026-11-20T17:29:10</BeginDateTime>"
            "<EndDateTime>2026-11-20T17:29:12</EndDateTime>"
            f'<Sale ItemType="Stock"><POSIdentity><POSItemID>{4_000_000 + amount}</POSItemID></POSIdentity>'
            f"<ItemID>ART-{random.randrange(500)}</ItemID><Description>An article of the shop</Description>"
            f'<UnitCostPrice Currency="EUR">1.00</UnitCostPrice>'
            f'<RegularSalesUnitPrice Currency="EUR">{price}</RegularSalesUnitPrice>'
            f'<ActualSalesUnitPrice Currency="EUR">{price}</ActualSalesUnitPrice>'
            f'<ExtendedAmount Currency="EUR">{written}</ExtendedAmount>'
            '<Quantity Units="1" UnitOfMeasureCode="EA">1</Quantity>'
            '<Tax TaxType="VAT"><Amount Currency="EUR">0.20</Amount><Percent>20</Percent></Tax>'
            "</Sale></LineItem>"
        )
    yield (
        f'<LineItem><SequenceNumber>99</SequenceNumber><Tender TenderType="Cash">'
        f'<Amount Currency="EUR">{total // 100}.{total % 100:02}</Amount></Tender></LineItem>'
    )
