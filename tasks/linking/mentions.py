"""Tags found in texts and queries: longest match first, at word boundaries, without overlaps."""

from collections import Counter
from collections.abc import Iterator

import ahocorasick
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.linking.spelling import Boundaries, boundaries, fold
from slipstream.tasks.tables import Item, QueryTag, Search, Tag, TagMention, columns, empty

FIELDS = ("title", "text")


def find_mentions(
    items: DataFrame[Item], vocabulary: DataFrame[Tag], *, words: str = "script", min_length: int = 2
) -> DataFrame[TagMention]:
    """Count how often each tag is mentioned in the title and in the text of each item.

    `words` names what bounds a word of unspaced Japanese ("script" or "sudachi"); spellings shorter than
    `min_length` characters are not looked for.
    """
    matcher = _matcher(vocabulary, min_length)
    if matcher is None or items.empty:
        return empty(TagMention)
    mark = boundaries(words)
    rows = [
        (item_id, tag, field, count)
        for field in FIELDS
        for item_id, text in zip(items["item_id"], items[field], strict=True)
        for tag, count in Counter(_mentions(matcher, fold(text), mark)).items()
    ]
    table = pd.DataFrame(rows, columns=columns(TagMention))
    return TagMention.validate(table.sort_values(["item_id", "tag", "field"], ignore_index=True))


def find_query_tags(
    searches: DataFrame[Search], vocabulary: DataFrame[Tag], *, words: str = "script", min_length: int = 2
) -> DataFrame[QueryTag]:
    """Find the tags mentioned in each search, once a search."""
    matcher = _matcher(vocabulary, min_length)
    if matcher is None or searches.empty:
        return empty(QueryTag)
    mark = boundaries(words)
    queries = sorted(set(searches["query"]))
    found = [(query, tag) for query in queries for tag in sorted(set(_mentions(matcher, fold(query), mark)))]
    tags = pd.DataFrame(found, columns=["query", "tag"], dtype="str")
    table = searches[["user_id", "query", "at"]].merge(tags, on="query")[columns(QueryTag)]
    return QueryTag.validate(table.sort_values(["user_id", "at", "query", "tag"], ignore_index=True))


def _matcher(vocabulary: DataFrame[Tag], min_length: int) -> ahocorasick.Automaton | None:
    """Make the automaton of all spellings (Aho and Corasick 1975), or none when there is nothing to look for."""
    automaton = ahocorasick.Automaton()
    ordered = vocabulary.sort_values(columns(Tag), ascending=False)
    for alias, tag in zip(ordered["alias"].map(fold), ordered["tag"], strict=True):
        if len(alias) >= min_length:
            automaton.add_word(alias, (len(alias), tag))
    automaton.make_automaton()
    return automaton if len(automaton) else None


def _mentions(matcher: ahocorasick.Automaton, text: str, mark: Boundaries) -> Iterator[str]:
    """Give the tags of the longest, then leftmost matches that begin and end at a boundary and do not overlap."""
    found = [(end + 1 - length, end + 1, tag) for end, (length, tag) in matcher.iter(text)]
    if not found:
        return
    bound = mark(text)
    taken: list[tuple[int, int]] = []
    for start, end, tag in sorted(found, key=lambda match: (match[0] - match[1], match[0])):
        if bound[start] and bound[end] and all(end <= left or right <= start for left, right in taken):
            taken.append((start, end))
            yield tag
