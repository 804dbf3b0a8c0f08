"""What labeling names in the store: how inputs were cut, and what tasks show."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pyarrow as pa
from sqlalchemy import Connection, select

from tilth.datums.marking import mark_input
from tilth.labeling.content import TaskContent
from tilth.metadata.schema.labeling import labelings, tasks
from tilth.storage.marking import Marker, RowReader
from tilth.versioning.marking import pages


class LabelingRoots:
    """The last cut of each labeling pipeline's input, and the files of every task that was ever shown."""

    def __init__(self) -> None:
        self.rows: Mapping[str, RowReader] = {}

    def mark(self, conn: Connection, marker: Marker) -> None:
        """Name the roots."""
        for text in conn.execute(select(labelings.c.intake).where(labelings.c.intake.is_not(None))).scalars():
            mark_input(marker, json.loads(text))
        shown = select(tasks.c.content).where(tasks.c.content.contains('"digest":'))
        for page in pages(conn, shown):
            files = [file.content for row in page for file in TaskContent.from_text(row.content).files.values()]
            marker.contents(
                pa.array([content.digest for content in files], pa.binary(32)),
                pa.array([content.layout for content in files], pa.uint8()),
                pa.array([content.chunks for content in files], pa.binary()),
            )
