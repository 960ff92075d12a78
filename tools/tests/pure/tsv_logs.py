"""Zeek logs in TSV, and what becomes of them, for the tests of enrich."""

from k8s_sync.enrich.columns import DEFAULT, Columns
from k8s_sync.enrich.decorate_tsv import TsvDecorator
from k8s_sync.enrich.naming import Naming
from k8s_sync.enrich.setting import Setting
from k8s_sync.enrich.tally import Tally
from tests.pure import sample

WEB = ["pod", "exact", "shop", "web-1", "Deployment/web", "node-a", "front"]
NONE = ["-"] * 7
UNKNOWN = ["-", "unknown", *["-"] * 5]
META = (
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
    "#path\t{}\n#open\t2023-11-14-22-13-20\n"
)
CONN = {
    "ts": "time",
    "uid": "string",
    "id.orig_h": "addr",
    "id.orig_p": "port",
    "id.resp_h": "addr",
    "id.resp_p": "port",
    "proto": "enum",
    "history": "string",
}
HTTP = {**dict(list(CONN.items())[:6]), "host": "string"}


def log(path: str, fields: dict[str, str], *rows: str) -> str:
    head = META.format(path)
    head += "#fields\t" + "\t".join(fields) + "\n"
    head += "#types\t" + "\t".join(fields.values()) + "\n"
    return head + "".join(row.replace(" ", "\t") + "\n" for row in rows)


def conn(ts: str, orig: str, resp: str, proto: str = "tcp") -> str:
    return f"{ts} C1 {orig} {resp} {proto} Sh"


class Run:
    """A log that was decorated."""

    def __init__(
        self,
        text: str,
        columns: Columns | None = None,
        name: str = "",
        naming: Naming | None = None,
    ) -> None:
        self.tally = Tally("x.log")
        setting = Setting(sample.timeline(), columns, naming)
        decorator = TsvDecorator(setting, name, self.tally)
        lines = text.encode(errors="surrogateescape").split(b"\n")
        end = [b""] if not lines[-1] else []
        out = decorator.decorate(lines[:-1] if end else lines)
        self.text = b"\n".join(out + decorator.finish() + end).decode(
            errors="surrogateescape"
        )
        self.lines = self.text.split("\n")

    @property
    def problems(self) -> list[str]:
        return list(self.tally.first.values())

    def header(self, word: str = "#fields") -> list[str]:
        return next(x.split("\t")[1:] for x in self.lines if x.startswith(word))

    def rows(self) -> list[dict[str, str]]:
        names = self.header()
        return [
            dict(zip(names, line.split("\t"), strict=True))
            for line in self.lines
            if line and not line.startswith("#")
        ]

    def side(self, prefix: str, row: int = 0) -> list[str]:
        return [self.rows()[row][f"{prefix}.{name}"] for name in DEFAULT]
