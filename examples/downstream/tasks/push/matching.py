"""How well an article matches its reader by what slipstream knows of both: tags and vectors."""

from collections.abc import Sequence

import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import ItemTagScore, UserTagScore
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding
from tasks.push.history import as_features, named
from tasks.push.vectors import cosine
from tasks.tables import PUSH, Push, PushFeature


def match_tags(
    pushes: DataFrame[Push], item_tags: DataFrame[ItemTagScore], user_tags: DataFrame[UserTagScore]
) -> DataFrame[PushFeature]:
    """Multiply the tag scores of article and reader: their sum, the best one and the cosine.

    Without a common tag they are 0; missing where article or reader has no tag at all.
    """
    sent = named(pushes).select(*PUSH, "opened")
    article = pl.from_pandas(item_tags[["item_id", "tag", "score"]])
    reader = pl.from_pandas(user_tags[["user_id", "tag", "score"]]).rename({"score": "interest"})
    length = article.group_by("item_id").agg(fit=pl.col("score").pow(2).sum().sqrt())
    width = reader.group_by("user_id").agg(care=pl.col("interest").pow(2).sum().sqrt())
    both = sent.join(article, on="item_id").join(reader, on=["user_id", "tag"])
    product = pl.col("score") * pl.col("interest")
    found = both.group_by(PUSH).agg(tags__sum=product.sum(), tags__best=product.max())
    table = sent.join(length, on="item_id", how="left").join(width, on="user_id", how="left")
    known = pl.col("fit").is_not_null() & pl.col("care").is_not_null()
    table = table.join(found, on=PUSH, how="left").with_columns(
        pl.when(known).then(pl.col("tags__sum", "tags__best").fill_null(0.0))
    )
    close = pl.col("tags__sum") / (pl.col("fit") * pl.col("care"))
    return as_features(table.with_columns(tags__cosine=close).drop("fit", "care"))


def match_vectors(
    pushes: DataFrame[Push], users: Sequence[UserEmbedding], items: Sequence[ItemEmbedding], *, names: Sequence[str]
) -> DataFrame[PushFeature]:
    """Compare article and reader by cosine in each of several spaces, named in their order."""
    sent = named(pushes).select(*PUSH, "opened")
    near = {
        f"{name}__cosine": cosine(sent["user_id"], sent["item_id"], readers, articles)
        for name, readers, articles in zip(names, users, items, strict=True)
    }
    return as_features(sent.with_columns(**{name: pl.Series(values) for name, values in near.items()}))
