"""From a service's files to each user's list, with reasons."""

from typing import Any

import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.days import Daily
from slipstream.pipelines.log import Files
from slipstream.pipelines.ranking import Ranked, Stage
from slipstream.tasks.base import Table, Task
from slipstream.tasks.data import AnswerFile, Contribution, Joined, Users
from slipstream.tasks.embedding import PooledUserEmbedding
from slipstream.tasks.export import CsvExport, JsonLinesExport, ParquetExport, SqliteExport
from slipstream.tasks.tables import Answer, Recommendation


class Recommend(Daily[DataFrame[Recommendation]], Ranked[DataFrame[Recommendation]]):
    """From a log to each user's list with reasons, and the tags and vectors it rests on.

    `declared` are answers that count for what is served now, not for what the ranker learns from. With an
    `export_folder` the tables are written there too.
    """

    declared: Files = luigi.ListParameter(default=())
    export_folder: luigi.Parameter[str] = luigi.Parameter(default="")

    def requires(self) -> dict[str, Any]:
        """Learn, rank, explain and export."""
        known = self.today()
        log = known.log
        answers = self.answers_now(log.answers)
        users = Users(tables=[log.events, log.searches, answers])
        stage = Stage(self, known, users, answers)
        ranker = self.ranker(log, self.as_of)
        tables: dict[str, Table[Any]] = {
            "recommendations": stage.recommendations(ranker),
            "item_tags": known.item_tags,
            "user_tags": stage.user_tags,
            "items": log.items,
        }
        others: dict[str, Task[Any]] = {
            "item_embedding": known.item_embedding,
            "user_embedding": PooledUserEmbedding(items=known.item_embedding, interactions=known.interactions),
            "ranker": ranker,
            "contribution": Contribution(
                interactions=known.interactions, answers=answers, kinds=self.kinds, as_of=self.as_of
            ),
        }
        ranked = stage.ranked(ranker)
        told = stage.finish.moves(ranked) | stage.finish.counts(stage.unruled(ranker), stage.finish.lists(ranked))
        return {**tables, **others, **told, **self.exports(tables)}

    def answers_now(self, answers: Table[Answer]) -> Table[Answer]:
        """Add what was declared just now."""
        if not self.declared:
            return answers
        return Joined(tables=[answers, self.files(AnswerFile, self.declared)])

    def exports(self, tables: dict[str, Table[Any]]) -> dict[str, Task[Any]]:
        """Write the lists to files, and all tables to one SQLite file for serving."""
        if not self.export_folder:
            return {}
        lists, folder = tables["recommendations"], self.export_folder
        return {
            "parquet_file": ParquetExport(table=lists, path=f"{folder}/recommendations.parquet"),
            "csv_file": CsvExport(table=lists, path=f"{folder}/recommendations.csv"),
            "jsonl_file": JsonLinesExport(table=lists, path=f"{folder}/recommendations.jsonl"),
            "sqlite_file": SqliteExport(
                tables=list(tables.values()), names=tuple(tables), path=f"{folder}/slipstream.sqlite", as_of=self.as_of
            ),
        }
