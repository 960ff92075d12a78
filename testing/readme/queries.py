"""The README's queries, which the tests run, one file for each database."""

from readme.markdown import TOP

_QUERIES = TOP / "testing" / "queries"


def _query(database: str) -> str:
    return f"```sql\n{(_QUERIES / database).with_suffix('.sql').read_text()}```\n"


def duckdb() -> str:
    """The join in DuckDB."""
    return _query("duckdb")


def clickhouse() -> str:
    """The join in ClickHouse."""
    return _query("clickhouse")


def spark() -> str:
    """The join in Spark."""
    return _query("spark")
