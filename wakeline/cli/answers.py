"""Rows of a query on stdout: as a table, as JSON, as CSV."""

from typing import Any

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError
from rich.box import SIMPLE_HEAD
from rich.table import Table

from wakeline.errors import UserError
from wakeline.terminal.screen import out, show, write_data
from wakeline.terminal.text import plain


def print_answer(client: Client, sql: str, form: str) -> None:
    """Run a statement that reads and print its rows. Raises UserError with ClickHouse's own words."""
    try:
        if form == "table":
            _print_table(client, sql)
        elif form == "csv":
            write_data(_raw(client, sql, "CSVWithNames"))
        else:
            rows = _raw(client, sql, "JSONEachRow").splitlines()
            if not all(row.startswith(b"{") for row in rows):
                raise UserError("the query is more than one statement: give them one by one")
            write_data(b"[" + b",".join(b"\n  " + row for row in rows) + b"\n]\n")
    except DatabaseError as error:
        raise UserError(f"the query was refused: {' '.join(str(error).split())[:1000]}") from error


def _print_table(client: Client, sql: str) -> None:
    found = client.query(sql)
    console = out()
    table = Table(box=SIMPLE_HEAD if console.is_terminal else None, pad_edge=False, header_style="bold")
    for name in found.column_names:
        table.add_column(plain(name), overflow="fold")
    for row in found.result_rows:
        table.add_row(*(plain(_text(value)) for value in row))
    show(console, table)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _raw(client: Client, sql: str, form: str) -> bytes:
    found: bytes = client.raw_query(sql, fmt=form)
    return found
