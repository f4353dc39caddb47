"""The Dockerfile's own steps, carried out in a directory instead of a container: the same words, other places.

Left out are the steps that change the machine (users, the interpreter's own packages) and fetching uv, which is
there. What a step downloads comes from uv's cache, filled when this environment was made from the same lock; only
if something is not in it, the registry is asked.
"""

import fnmatch
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.deploy.deployment import ROOT, Deployment
from tests.deploy.dockerfile import Instruction

UV = ROOT / ".tools" / "uv" / "bin"
PLACES = ("/opt/apstream", "/src")
NOT_HERE = ("python -m pip install", "python -m pip uninstall")
OF_THIS_ENVIRONMENT = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
STEP_SECONDS = 400


class StepFailed(Exception):
    """A step of the Dockerfile ended badly; the message has the step and its output."""


def build(deployment: Deployment, *, stage: str, root: Path) -> Path:
    """Build what the image `stage` copies, below `root`; returns the environment's directory."""
    environment = {name: value for name, value in os.environ.items() if name not in OF_THIS_ENVIRONMENT}
    environment |= {"PATH": f"{UV}:{Path(sys.executable).parent}:/usr/bin:/bin", "UV_PYTHON": sys.executable}
    # The cache is what makes this quick, and byte code what makes it slow; neither changes what is installed.
    left_out = {"UV_NO_CACHE", "UV_COMPILE_BYTECODE", "PATH"}
    source = root / "src"
    source.mkdir(parents=True)
    (root / "opt").mkdir()
    copied = next(
        each for each in deployment.images.lineage(stage) if each.name == "COPY" and "--from=" in each.text
    )
    builder = copied.text.split()[0].removeprefix("--from=")
    for instruction in deployment.images.lineage(builder):
        if instruction.name == "ENV":
            pairs = (word.partition("=") for word in instruction.words)
            environment |= {name: value for name, _, value in pairs if name not in left_out}
        elif instruction.name == "COPY":
            _copy(instruction, source)
        elif instruction.name == "RUN" and not instruction.text.startswith(NOT_HERE):
            step = _moved(instruction.text, root)
            try:
                _run(step, environment={**environment, "UV_OFFLINE": "1"}, directory=source)
            except StepFailed:
                _run(step, environment=environment, directory=source)
    return root / "opt" / "apstream"


def _moved(text: str, root: Path) -> str:
    for place in PLACES:
        text = text.replace(place, f"{root}{place}")
    return text


def _copy(instruction: Instruction, source: Path) -> None:
    *paths, target = instruction.words
    ignored = [
        line.removeprefix("**/")
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("**/")
    ]
    for path in paths:
        if (ROOT / path).is_dir():
            shutil.copytree(
                ROOT / path,
                source / target,
                ignore=lambda _, names: [
                    n for n in names if any(fnmatch.fnmatch(n, each) for each in ignored)
                ],
            )
        else:
            (source / target).mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, source / target)


def _run(script: str, *, environment: dict[str, str], directory: Path) -> None:
    done = subprocess.run(  # noqa: S602 - the Dockerfile's own words
        script,
        shell=True,
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=STEP_SECONDS,
    )
    if done.returncode != 0:
        raise StepFailed(f"{script}\n{done.stdout}{done.stderr}")
