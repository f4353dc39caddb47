"""The Dockerfile, as far as checking and repeating it needs: stages, their instructions, their environment."""

import json
import re
import shlex
from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction; `words` are its arguments, those of the exec form and of the shell form alike."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        if self.text.startswith("["):
            return [str(word) for word in json.loads(self.text)]
        return shlex.split(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage; `base` is another stage or an image."""

    name: str
    base: str
    instructions: list[Instruction] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dockerfile:
    """Stages by name, in the order of the file."""

    stages: dict[str, Stage]

    def lineage(self, name: str) -> list[Instruction]:
        """The instructions of a stage and of those it stands on, the first one first; none of an image."""
        stage = self.stages.get(name)
        return [*self.lineage(stage.base), *stage.instructions] if stage else []

    def environment(self, name: str) -> dict[str, str]:
        """The variables a container of the stage starts with."""
        pairs = (
            (word.partition("=")[0], word.partition("=")[2])
            for each in self.lineage(name)
            if each.name == "ENV"
            for word in each.words
        )
        return dict(pairs)

    def last(self, name: str, instruction: str) -> Instruction | None:
        """The one that counts of an instruction that may be given again."""
        given = [each for each in self.lineage(name) if each.name == instruction]
        return given[-1] if given else None


@cache
def parse(text: str) -> Dockerfile:
    """Parse a Dockerfile without heredocs. Raises ValueError for a stage without a name."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    arguments: dict[str, str] = {}
    stages: dict[str, Stage] = {}
    current: Stage | None = None
    for line in filter(None, (line.strip() for line in joined.splitlines())):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            match = re.fullmatch(r"(\S+) AS (\S+)", rest)
            if match is None:
                raise ValueError(f"a stage without a name: {line}")
            base = re.sub(r"\$\{(\w+)\}", lambda found: arguments[found[1]], match[1])
            current = stages[match[2]] = Stage(name=match[2], base=base)
        elif current is None:
            key, _, value = rest.partition("=")
            arguments[key] = value
        else:
            current.instructions.append(Instruction(name=name, text=rest.strip()))
    return Dockerfile(stages=stages)
