"""Items: the view of a dataset, with people's acts laid over it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tilth.datasets.assembling import (
    BY_PEOPLE,
    CERTAINTY,
    GIVEN,
    LABEL_KEY,
    LABEL_KEYS,
    RULED,
    SCORES,
    SLICES,
    Assembly,
    check_keys,
    label_key_column,
    match_keys,
    text,
)
from tilth.datasets.filters import Filter, Kind, compile_filter, literal, parse_filter, quoted
from tilth.datasets.overlays import MARKS, OVERLAYS, RULING_VALUES, RULINGS, VALUES
from tilth.datasets.view import View, connect, kind_of, plain_texts
from tilth.errors import Invalid

MOST_VALUES = 1000
"""Texts with at most so many values are kept as numbers of a dictionary: filters and counts are several times faster.
More labels than this are no classes."""

_LABELS = (GIVEN, "prediction", "suggested")
_DECIDED = (
    "CASE WHEN f.value IS NULL AND r.before_by IS NOT NULL THEN NULL ELSE COALESCE(f.value, r.value) END AS ours, "
    "CASE WHEN f.value IS NULL THEN r.before_by END AS before_by, "
    "CASE WHEN f.value IS NULL THEN r.before_sure END AS before_sure, r.value AS back"
)
"""What people decided about an item, of its fix f and its ruling r: the label; or what a ruling taken back gives back,
how that was made, and how sure it was."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice as a column: items by a rule (filter text), or by their keys, also in `parts` with a digest each."""

    name: str
    rule: str | None = None
    keys: tuple[str, ...] = ()
    parts: Mapping[bytes, tuple[str, ...]] | None = None

    @property
    def groups(self) -> Mapping[object, tuple[str, ...]]:
        """The keys in groups; equal names mean equal groups."""
        if self.rule is not None:
            return {}
        return dict(self.parts.items()) if self.parts is not None else {self.keys: self.keys}


class ItemView(View):
    """All items of a dataset with label, prediction, fields and acts. Any thread may ask.

    What comes from sources is fixed when it is made. What people do is laid over it by `lay` and `set_slices`, at the
    cost of what changed: so a fix among a million items costs a fix.
    """

    def __init__(self, assembly: Assembly, con: Any | None = None) -> None:
        """Join the tables of an assembly in `con`, an empty database, by default one in memory.

        Raises Invalid for keys that are missing or come twice, naming the table. Cost O(rows log rows), and the memory
        of one copy.
        """
        self._begin(connect() if con is None else con, assembly.media, assembly.classes)
        self._make(assembly)

    @classmethod
    def reopened(cls, con: Any) -> ItemView:
        """Return the view that `keep` was called on, from its database or a copy of it. Costs nothing that grows."""
        told = json.loads(con.execute("SELECT told FROM about").fetchone()[0])
        view = cls.__new__(cls)
        view._begin(con, told["media"], told["classes"])
        view.unmatched, view.roles = told["unmatched"], told["roles"]
        view._labels = None if told["labels"] is None else set(told["labels"])
        view._label_type, view._enums = told["label_type"], told["enums"]
        view._distinct = told["distinct"]
        view._opened(told["kinds"], people=told["people"])
        return view

    def keep(self) -> None:
        """Write into the database what `reopened` needs beside it. To be called before any act lies over the view."""
        told = {
            "media": self.media,
            "classes": self._classes,
            "unmatched": self.unmatched,
            "roles": self._made_roles,
            "labels": None if self._labels is None else sorted(self._labels),
            "label_type": self._label_type,
            "enums": self._enums,
            "kinds": self._made_kinds,
            "people": self._people,
            "distinct": dict(self.distinct([name for name in self._made_kinds if name in self.kinds])),
        }
        self._con.execute("CREATE TABLE about (told VARCHAR)")
        self._con.execute("INSERT INTO about VALUES (?)", [json.dumps(told)])

    def _begin(self, con: Any, media: str | None, classes: Sequence[str]) -> None:
        self.key = "key"
        self.media = media
        self.laying = threading.Lock()
        """Held by whoever lays acts over it."""
        self.position = -1
        """The moment (a place in the feed) of the acts that lie over it."""
        self.acts: str | None = ""
        """What stands for those acts, and the labels below them; "" before there are any, None while they change."""
        self.unmatched: dict[str, int] = {}
        self.roles: dict[str, str] = {}
        self._lock = threading.Lock()
        self._con = con
        self._ranges = {}
        self._distinct: dict[str, int] = {}
        self._derived: dict[str, str] = {}
        self._laid: dict[str, dict[str, tuple[bytes, pa.Table]]] = {name: {} for name in OVERLAYS}
        self._slices: dict[str, Slice] = {}
        self._totals: tuple[int, int] | None = None
        self._classes = list(dict.fromkeys(classes))
        self._enums = 0
        self._labels: set[str] | None = None
        """All labels; None when they are too many to be classes."""
        self._label_type = "VARCHAR"

    def _make(self, assembly: Assembly) -> None:
        items = assembly.items
        if items["key"].null_count:
            raise Invalid(f"{items['key'].null_count} items have no key.", help="Fill the column.", field="items.key")
        check_keys(items["key"], "items.key")
        kinds: dict[str, Kind] = {"key": "text"}
        select: list[tuple[str, str]] = []
        joins: list[str] = []
        columns: dict[str, Any] = {}

        taken = {"key"}

        def add(shown: str, column: Any, place: str, role: str) -> None:
            if shown.lower() in taken:  # a database does not tell them apart by case
                raise Invalid(
                    f"Two columns of the dataset would be named {shown!r}.",
                    help='Give one of the sources a "name", which then stands before its columns.',
                )
            taken.add(shown.lower())
            kinds[shown] = kind_of(column.type)
            self.roles[shown] = role
            columns[shown] = column
            select.append((shown, place))

        matched = {"path": items["key"]}
        for name in items.schema.names:
            if name != "key":
                add(name, items[name], f"items.{quoted(name)}", "label" if name == GIVEN else "field")
        for number, joined in enumerate(assembly.joined):
            matched.setdefault(joined.match, match_keys(items["key"], joined.match))
            keys = match_keys(text(joined.table[joined.key]), joined.match)
            check_keys(keys.drop_null(), joined.name)
            known = pc.is_in(keys, value_set=_array(matched[joined.match]))
            lost = len(keys) - (pc.sum(known).as_py() or 0)
            if lost:
                self.unmatched[joined.name] = lost
            table = {"k": keys}
            for at, (shown, name) in enumerate(joined.columns.items()):
                column = joined.table[name]
                column = text(column) if shown in _LABELS else column
                table[f"c{at}"] = column
                add(shown, column, f"j{number}.c{at}", joined.role)
            self._con.register(f"j{number}", pa.table(table))
            joins.append(f"LEFT JOIN j{number} ON j{number}.k = items.{quoted(f'by {joined.match}')}")
        if GIVEN not in kinds:
            add(GIVEN, pa.nulls(0, pa.string()), "CAST(NULL AS VARCHAR)", "label")
        for match, keys in matched.items():
            items = items.append_column(f"by {match}", keys)
        self._con.register("items", items)
        self._labels = self._label_values([columns[name] for name in _LABELS if name in columns])
        self._con.execute("CREATE TABLE fixes (key VARCHAR, value VARCHAR)")
        self._con.execute("CREATE TABLE rulings (key VARCHAR, value VARCHAR, before_by VARCHAR, before_sure DOUBLE)")
        self._con.execute("CREATE TABLE marks (key VARCHAR, value VARCHAR)")
        self._con.execute("CREATE TABLE slice_rows (slice VARCHAR, place BIGINT)")
        if self._labels:
            self._label_type = self._make_enum(sorted(self._labels))
        kept = self._label_type
        shown_columns = ["items.key AS key"]
        for shown, place in select:
            cast = kept if shown in _LABELS else self._enum_of(columns[shown])
            shown_columns.append(f"{f'CAST({place} AS {cast})' if cast else place} AS {quoted(shown)}")
        given = next(place for shown, place in select if shown == GIVEN)
        shown_columns += [
            f"CAST({given} AS {kept}) AS label",
            "FALSE AS fixed",
            "CAST(NULL AS VARCHAR) AS before_by",
            "CAST(NULL AS DOUBLE) AS before_sure",
            "CAST(NULL AS VARCHAR) AS mark",
        ]
        # Written in key order, so that a page seeks.
        self._con.execute(
            f"CREATE TABLE data AS SELECT {', '.join(shown_columns)} FROM items {' '.join(joins)} ORDER BY items.key"
        )
        for name in ["items", *(f"j{number}" for number in range(len(assembly.joined)))]:
            self._con.unregister(name)
        self._opened(kinds, people=assembly.people)

    def _opened(self, kinds: dict[str, Kind], *, people: bool) -> None:
        self._con.execute("SET lock_configuration = true")
        self._made_kinds, self._made_roles, self._people = dict(kinds), dict(self.roles), people
        self._physical = frozenset(kinds)
        self._settle(kinds, people=people)

    def _settle(self, kinds: dict[str, Kind], *, people: bool) -> None:
        """Give columns their order and roles, and the expressions of those that follow from others."""
        ruled = f"OR COALESCE({quoted(RULED)}, FALSE)" if RULED in kinds else ""
        own: dict[str, Kind] = {"key": "text", "label": "text", GIVEN: "text"}
        if CERTAINTY in kinds:
            own[CERTAINTY] = "number"
        own |= {"labeled_by": "text", "mark": "text"}
        if "labeled_by" not in kinds:
            by = f"CASE WHEN {BY_PEOPLE} THEN 'people' ELSE 'given' END" if BY_PEOPLE in kinds else None
            by = by or ("'people'" if people else "'given'")
            back = f"WHEN before_by IS NOT NULL AND {quoted(RULED)} THEN before_by" if RULED in kinds else ""
            self._derived["labeled_by"] = (
                f"CASE {back} WHEN fixed {ruled} THEN 'fixed' WHEN {GIVEN} IS NULL THEN 'none' ELSE {by} END"
            )
            if back and CERTAINTY in kinds:
                sure = quoted(CERTAINTY)
                self._derived[CERTAINTY] = (
                    f"CASE WHEN before_by IS NOT NULL AND {quoted(RULED)} THEN before_sure ELSE {sure} END"
                )
        said: dict[str, Kind] = {}
        if "prediction" in kinds:
            said["prediction"] = "text"
            if "confidence" in kinds:
                said["confidence"] = "number"
            said["correct"] = "boolean"
            self._derived["correct"] = "(prediction = label)"
            loss = self._loss(kinds)
            if loss is not None:
                said["loss"] = "number"
                self._derived["loss"] = loss
        rest = {
            name: kind
            for name, kind in kinds.items()
            if name not in own
            and name not in said
            and name not in (RULED, LABEL_KEY, BY_PEOPLE, "labeled_by")
            and not name.startswith(LABEL_KEYS)
        }
        self.kinds = {**own, **said, **rest}
        fixed_roles = {"key": "key", "label": "label", GIVEN: "label", CERTAINTY: "label", "labeled_by": "label"}
        fixed_roles |= {"mark": "act", "prediction": "prediction", "confidence": "confidence"}
        fixed_roles |= {"correct": "prediction", "loss": "prediction"}
        self.roles = {name: fixed_roles.get(name, self.roles.get(name, "field")) for name in self.kinds}

    def _loss(self, kinds: Mapping[str, Kind]) -> str | None:
        """Return the SQL of 1 − the probability of the label: from all probabilities, else as far as one knows it."""
        scores = [name for name in kinds if name.startswith(SCORES)]
        if scores:
            cases = " ".join(
                f"WHEN {literal(name[len(SCORES) :])} THEN 1 - {quoted(name)}" for name in scores if "\0" not in name
            )
            return f"(CASE CAST(label AS VARCHAR) {cases} END)"
        if "confidence" not in kinds:
            return None
        both = "confidence" if self._labels is not None and len(self._labels) == 2 else "NULL"
        return f"(CASE WHEN prediction = label THEN 1 - confidence WHEN label IS NOT NULL THEN {both} END)"

    @property
    def classes(self) -> list[str]:
        """Return the classes: those that the definition names, else those that labels have, sorted."""
        if self._classes:
            return self._classes
        return sorted(value for value, _ in self.values("label", limit=MOST_VALUES))

    def lay(self, overlay: str, parts: Mapping[str, bytes], read: Callable[[str], pa.Table]) -> None:
        """Make the acts of one overlay those of `parts`: name → digest; `read` gives the VALUES in one.

        Reads only parts that are not laid already; costs O(rows in them).
        """
        with self._lock:
            before = self._laid[overlay]
            gone = [name for name, (digest, _) in before.items() if parts.get(name) != digest]
            fresh = [name for name, digest in parts.items() if name not in before or before[name][0] != digest]
            if not gone and not fresh:
                return
            after = {name: kept for name, kept in before.items() if name not in gone}
            for name in fresh:
                table = read(name)
                after[name] = (parts[name], table if overlay != RULINGS else _with_before(table))
            old = [before[name][1] for name in gone]
            new = [after[name][1] for name in fresh]
            self._replace(overlay, _joined(old, overlay), _joined(new, overlay))
            self._laid[overlay] = after
            self._totals = None
            self._distinct.pop("label", None)
            self._distinct.pop("mark", None)
            for name in self._derived:
                self._ranges.pop(name, None)
                self._distinct.pop(name, None)

    def _replace(self, overlay: str, old: pa.Table, new: pa.Table) -> None:
        if overlay != MARKS:
            self._widen(new["value"])
        columns = ", ".join(new.schema.names)
        with self._con.cursor() as cursor:
            cursor.register("old_rows", old)
            cursor.register("new_rows", new)
            cursor.begin()
            try:
                cursor.execute(
                    "CREATE TEMP TABLE touched AS SELECT DISTINCT key FROM ("
                    f"(SELECT {columns} FROM old_rows EXCEPT SELECT {columns} FROM new_rows) UNION ALL "
                    f"(SELECT {columns} FROM new_rows EXCEPT SELECT {columns} FROM old_rows))"
                )
                cursor.execute(f"DELETE FROM {overlay} WHERE key IN (SELECT key FROM touched)")
                cursor.execute(
                    f"INSERT INTO {overlay} SELECT {columns} FROM new_rows WHERE key IN (SELECT key FROM touched)"
                )
                if overlay == MARKS:
                    cursor.execute(
                        "UPDATE data SET mark = o.value FROM (SELECT t.key, m.value FROM touched t "
                        "LEFT JOIN marks m ON m.key = t.key) o WHERE data.key = o.key"
                    )
                else:
                    cursor.execute(
                        f"UPDATE data SET label = {self._label_of(GIVEN, RULED)}, "
                        "fixed = o.ours IS NOT NULL, before_by = o.before_by, before_sure = o.before_sure FROM ("
                        f"SELECT t.key, {_DECIDED} FROM touched t "
                        "LEFT JOIN fixes f ON f.key = t.key LEFT JOIN rulings r ON r.key = t.key"
                        ") o WHERE data.key = o.key"
                    )
                cursor.execute("DROP TABLE touched")
                cursor.commit()
            except BaseException:
                cursor.rollback()
                raise

    def relabel(self, old: pa.Table, new: pa.Table) -> None:
        """Make rows that only an older table of labels has those of the newer: `key`, and label columns by shown name.

        What people decided about an item stays over it. Only for labels that match by path. Costs some scans of keys.
        """
        with self._lock, self._con.cursor() as cursor:
            self._widen(new[GIVEN])
            cursor.register("old_rows", old)
            cursor.register("new_rows", new)
            lost = [
                cursor.execute(f"SELECT count(*) FROM {name} ANTI JOIN data USING (key)").fetchone()[0]
                for name in ("old_rows", "new_rows")
            ]
            self._update_labels(cursor, new)
            unmatched = {**self.unmatched, "labels": self.unmatched.get("labels", 0) + lost[1] - lost[0]}
            self.unmatched = {name: count for name, count in unmatched.items() if count}

    def relabel_items(self, gone: Sequence[str], new: pa.Table) -> bool:
        """Give items the labels of `new` (see `relabel`), and none to those `gone`, which are not in it.

        Does nothing, and returns False, where one of them is no item. Costs one scan of keys.
        """
        with self._lock, self._con.cursor() as cursor:
            self._widen(new[GIVEN])
            cursor.register("old_rows", pa.table({"key": pa.array(gone, pa.string())}))
            cursor.register("new_rows", new)
            cursor.begin()
            try:
                if self._update_labels(cursor, new) == len(gone) + len(new):
                    cursor.commit()
                    return True
                cursor.rollback()
                return False
            except BaseException:
                cursor.rollback()
                raise

    def _update_labels(self, cursor: Any, new: pa.Table) -> int:
        """Make the labels of all keys in `old_rows` and `new_rows` those of `new_rows`; return of how many items."""
        others = [name for name in new.schema.names if name not in ("key", GIVEN)]
        kind = self._label_type
        sets = [f"{GIVEN} = CAST(o.{GIVEN} AS {kind})", f"label = {self._label_of(f'o.{GIVEN}', f'o.{RULED}')}"]
        sets += [f"{quoted(name)} = o.{quoted(name)}" for name in others]
        counted = cursor.execute(
            f"UPDATE data SET {', '.join(sets)} FROM ("
            f"SELECT t.key, {_DECIDED}, n.* EXCLUDE (key) FROM "
            "(SELECT key FROM old_rows UNION SELECT key FROM new_rows) t LEFT JOIN new_rows n ON n.key = t.key "
            "LEFT JOIN fixes f ON f.key = t.key LEFT JOIN rulings r ON r.key = t.key) o WHERE data.key = o.key"
        ).fetchone()
        self._totals = None
        for name in ("label", GIVEN, *others, *self._derived):
            self._distinct.pop(name, None)
            self._ranges.pop(name, None)
        return int(counted[0])

    def _label_of(self, given: str, ruled: str) -> str:
        """Return the label of an item as SQL: what people decided (see _DECIDED), else as its sources have it.

        What was taken back holds no more as soon as the sources tell of no ruling.
        """
        kind = self._label_type
        back = f"WHEN o.before_by IS NOT NULL AND {ruled} THEN CAST(o.back AS {kind})"
        return (
            f"CASE WHEN o.ours IS NOT NULL THEN CAST(o.ours AS {kind}) {back if RULED in self._physical else ''} "
            f"ELSE CAST({given} AS {kind}) END"
        )

    @property
    def label_columns(self) -> frozenset[str]:
        """The columns that `relabel` needs."""
        return frozenset({GIVEN, CERTAINTY, RULED} & self._physical)

    def set_slices(self, slices: Iterable[Slice]) -> None:
        """Make the columns `slice.NAME` those of `slices`; a rule that does not fit the columns gives no column."""
        wanted = {each.name: each for each in slices}
        with self._lock:
            if wanted == self._slices:
                return
            with self._con.cursor() as cursor:
                for name in {*self._slices, *wanted}:
                    before = self._slices[name].groups if name in self._slices else {}
                    after = wanted[name].groups if name in wanted else {}
                    gone = {key for group, keys in before.items() if group not in after for key in keys}
                    fresh = {key for group, keys in after.items() if group not in before for key in keys}
                    self._move_rows(cursor, name, gone - fresh, fresh - gone)
            kinds = {name: kind for name, kind in self.kinds.items() if not name.startswith(SLICES)}
            roles = {name: role for name, role in self.roles.items() if not name.startswith(SLICES)}
            derived = {name: sql for name, sql in self._derived.items() if not name.startswith(SLICES)}
            plain = dict(kinds)
            for each in wanted.values():
                column = f"{SLICES}{each.name}"
                if each.rule is None:
                    sql = f"(rowid IN (SELECT place FROM slice_rows WHERE slice = {literal(each.name)}))"
                else:
                    try:
                        rule = parse_filter(each.rule)
                        sql = compile_filter(rule, plain, spell=self._spell, inline=True).sql
                    except Invalid:
                        continue
                kinds[column], roles[column], derived[column] = "boolean", "slice", sql
            # In this order, and keeping expressions that are gone: others may be asking.
            self._derived = {**self._derived, **derived}
            self.roles, self.kinds = roles, kinds
            self._slices = dict(wanted)

    def _move_rows(self, cursor: Any, name: str, gone: Collection[str], fresh: Collection[str]) -> None:
        places = "SELECT rowid FROM data WHERE key IN (SELECT key FROM chosen)"
        for keys, statement in (
            (gone, f"DELETE FROM slice_rows WHERE slice = ? AND place IN ({places})"),
            (fresh, f"INSERT INTO slice_rows SELECT ?, rowid FROM ({places})"),
        ):
            if keys:
                cursor.register("chosen", pa.table({"key": pa.array(keys, pa.string())}))
                cursor.execute(statement, [name])
                cursor.unregister("chosen")

    def totals(self) -> tuple[int, int]:
        """Return how many items there are, and how many have a label."""
        known = self._totals
        if known is None:
            row = self._ask("SELECT count(*) AS n, count(label) AS labeled FROM data", []).to_pylist()[0]
            self._totals = known = row["n"], row["labeled"]
        return known

    def label_keys(self, keys: Sequence[str], source: int = 0) -> dict[str, str]:
        """Return the key that a source of labels (0 the newest) has for each of those items that it knows."""
        column = label_key_column(source)
        if column not in self._physical:
            return {key: key for key in keys}
        with self._con.cursor() as cursor:
            cursor.register("wanted", pa.table({"wanted": pa.array(keys, pa.string())}))
            rows = cursor.execute(
                f"SELECT key, {quoted(column)} FROM data WHERE key IN (SELECT wanted FROM wanted)"
            ).fetchall()
        return {key: theirs for key, theirs in rows if theirs is not None}

    def keys(self, where: str = "") -> pa.Array[Any]:
        """Return the keys of all matching items in key order."""
        sql, parameters = self._where(where)
        found: pa.Array[Any] = _array(self._ask(f"SELECT key FROM data WHERE {sql}", parameters)["key"])
        return found

    def places(self, where: Filter | str = "") -> NDArray[np.int64]:
        """Return where the matching items are in the order of all keys, counted from 0."""
        sql, parameters = self._where(where)
        found: NDArray[np.int64] = self._ask(f"SELECT rowid FROM data WHERE {sql}", parameters)["rowid"].to_numpy()
        return found

    def at(self, places: NDArray[np.int64], columns: Sequence[str] = ()) -> pa.Table:
        """Return the rows at places in the order of all keys (see `places`), in no order. Costs what they are."""
        with self._con.cursor() as cursor:
            cursor.register("wanted", pa.table({"place": pa.array(places, pa.int64())}))
            found: pa.Table = cursor.sql(
                f"SELECT {self._shown(columns)} FROM data WHERE rowid IN (SELECT place FROM wanted)"
            ).to_arrow_table()
        return plain_texts(found)

    def among(self, keys: Sequence[str], columns: Sequence[str] = ()) -> pa.Table:
        """Return the rows of those `keys` that there are, in key order. Cost: a scan of keys, less for few."""
        with self._con.cursor() as cursor:
            cursor.register("wanted", pa.table({"wanted": pa.array(keys, pa.string())}))
            found: pa.Table = cursor.sql(
                f"SELECT {self._shown(columns)} FROM data WHERE key IN (SELECT wanted FROM wanted) ORDER BY key"
            ).to_arrow_table()
        return plain_texts(found)

    def _spell(self, name: str) -> str:
        return self._derived.get(name) or quoted(name)

    def _label_values(self, columns: Sequence[Any]) -> set[str] | None:
        """Return all labels of some columns, None when they are too many to be classes."""
        found = set(self._classes)
        for column in columns:
            values = pc.unique(column)
            if len(values) > MOST_VALUES:
                return None
            found.update(value for value in values.to_pylist() if value is not None)
        return found if len(found) <= MOST_VALUES else None

    def _widen(self, values: Any) -> None:
        """Let labels be these, too. New classes are rare, so this may rewrite the columns of labels."""
        if self._labels is None:
            return
        fresh = {value for value in pc.unique(values).to_pylist() if value is not None} - self._labels
        if not fresh:
            return
        labels = self._labels | fresh
        many = len(labels) > MOST_VALUES
        kind = "VARCHAR" if many else self._make_enum(sorted(labels))
        for name in ("label", *_LABELS):
            if name in self.kinds:
                place = quoted(name)
                self._con.execute(f"ALTER TABLE data ALTER {place} TYPE {kind} USING CAST({place} AS VARCHAR)::{kind}")
        self._labels, self._label_type = None if many else labels, kind

    def _enum_of(self, column: Any) -> str | None:
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            return None
        sample = pc.unique(column.slice(0, 20 * MOST_VALUES))
        if len(sample) > MOST_VALUES:
            return None
        values = pc.unique(column).drop_null()
        if not 0 < len(values) <= MOST_VALUES:
            return None
        return self._make_enum(sorted(values.to_pylist()))

    def _make_enum(self, values: Sequence[str]) -> str:
        self._enums += 1
        name = f"values_{self._enums}"
        self._con.register("enum_values", pa.table({"value": pa.array(list(values), pa.string())}))
        self._con.execute(f"CREATE TYPE {name} AS ENUM (SELECT value FROM enum_values)")
        self._con.unregister("enum_values")
        return name


def _array(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _joined(tables: Sequence[pa.Table], overlay: str) -> pa.Table:
    shape = RULING_VALUES if overlay == RULINGS else VALUES
    return pa.concat_tables(tables) if tables else shape.empty_table()


def _with_before(table: pa.Table) -> pa.Table:
    """Return rulings with how labels were made that they give back: none does where that is not told."""
    for field in RULING_VALUES:
        if field.name not in table.schema.names:
            table = table.append_column(field, pa.nulls(len(table), field.type))
    return table
