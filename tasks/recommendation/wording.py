"""The words of reasons, in the languages a reader may have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

Trace = tuple[str, str]


@dataclass(frozen=True)
class Words:
    """How one language says why."""

    default: str
    pinned: str
    interest: str
    claims: Mapping[str, str]
    reason: str
    quote: str
    verbs: Mapping[str, str] = field(default_factory=dict)
    other_verb: str = "{verb} {titles}"
    title_and: str = " and "
    trace_and: str = " and "
    also: str = "{claim}, and {own}"

    def tagged(self, tag: str) -> str:
        """Say that the item suits an interest."""
        return self.interest.format(tag=tag)

    def both(self, claim: str, own: str) -> str:
        """Say what holds for everybody, then what holds for the reader."""
        return self.also.format(claim=claim, own=own)

    def because(self, traces: Sequence[Trace]) -> str:
        """Say which touched items, given as (verb, title), speak for the item; "" where there is none."""
        said = []
        for verb, group in groupby(traces, key=lambda trace: trace[0]):
            titles = self.title_and.join(self.quote.format(title=title) for _, title in group)
            said.append(self.verbs.get(verb, self.other_verb).format(verb=verb or "saw", titles=titles))
        return self.reason.format(traces=self.trace_and.join(said)) if said else ""


ENGLISH = Words(
    default="picked for you",
    pinned="picked by the editors",
    interest="in your interest in {tag}",
    claims={"trending": "popular lately", "fresh": "new", "popular": "popular with everyone"},
    reason="because you {traces}",
    quote="{title}",
)
JAPANESE = Words(
    default="あなたへのおすすめ",
    pinned="編集部のおすすめ",
    interest="「{tag}」への関心から",
    claims={"trending": "いま人気", "fresh": "新着", "popular": "みんなに人気"},
    reason="{traces}から",
    quote="「{title}」",
    verbs={
        "read": "{titles}を読んだ",
        "liked": "{titles}を気に入った",
        "bookmarked": "{titles}を保存した",
        "searched for": "{titles}を検索した",
        "tagged": "{titles}にタグを付けた",
        "chose": "{titles}を選んだ",
        "went on to": "{titles}も見た",
        "watched": "{titles}を観た",
        "listened to": "{titles}を聴いた",
        "rated": "{titles}を評価した",
        "bought": "{titles}を買った",
    },
    other_verb="{titles}に触れた",
    title_and="と",
    trace_and="、",
    also="{claim}、{own}",
)
LANGUAGES = {"en": ENGLISH, "ja": JAPANESE}


def words_of(language: str) -> Words:
    """Choose the words of a language."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} has no words yet; choose one of {', '.join(sorted(LANGUAGES))}")
    return LANGUAGES[language]
