"""The corpus: what people text clinics, and what must come of it. `load` gives all of it, for any test that wants it.

A file is a list of groups; a group says what its texts have in common, and a text may say otherwise::

    - is: [health]              # everything that must be recognised, and nothing else
      clinic: harbor            # one of the demo clinics
      opted_out: false
      texts:
        - "im on blood thinners"
        - {text: "...", withheld: [pregnant], left: hydrafacial, facts: {service: HydraFacial}, asks: [medical]}

`text` may be a list: a burst. `withheld` are words that go no further than the clinic, `left` words that do; `facts`
are what must be known afterwards, `asks` the topics that must be among the questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
LABELS = frozenset(
    {"emergency", "card", "health", "injection", "abuse", "complaint", "person", "minor", "spanish", "foreign"}
    | {"stop", "start", "help", "ask", "automatic"}
)


@dataclass(frozen=True)
class CorpusText:
    """One text or burst, and what must come of it."""

    texts: tuple[str, ...]
    labels: frozenset[str]
    clinic: str
    opted_out: bool
    facts: Mapping[str, str]
    asks: frozenset[str]
    withheld: tuple[str, ...]
    left: str
    file: str

    @property
    def looks_alike(self) -> bool:
        """Nothing is to be recognised in it: it must pass."""
        return not self.labels

    @property
    def name(self) -> str:
        return f"{self.file}: {' / '.join(self.texts)}"


def load() -> list[CorpusText]:
    """Every text of every file."""
    return [text for path in sorted(FOLDER.glob("*.yml")) for text in _of(path)]


def _of(path: Path) -> Iterator[CorpusText]:
    for group in yaml.safe_load(path.read_text()):
        for entry in group["texts"]:
            given: dict[str, Any] = entry if isinstance(entry, dict) else {"text": entry}
            all_of_it = (
                {"clinic": "harbor", "opted_out": False} | {k: v for k, v in group.items() if k != "texts"} | given
            )
            texts = all_of_it.pop("text")
            labels = frozenset(all_of_it.pop("is"))
            assert labels <= LABELS, f"{path.name}: {sorted(labels - LABELS)} is no label"
            yield CorpusText(
                texts=tuple(texts) if isinstance(texts, list) else (texts,),
                labels=labels,
                clinic=all_of_it.pop("clinic"),
                opted_out=all_of_it.pop("opted_out"),
                facts=all_of_it.pop("facts", {}),
                asks=frozenset(all_of_it.pop("asks", ())),
                withheld=tuple(all_of_it.pop("withheld", ())),
                left=all_of_it.pop("left", ""),
                file=path.stem,
            )
            assert not all_of_it, f"{path.name}: {sorted(all_of_it)} is no key"
