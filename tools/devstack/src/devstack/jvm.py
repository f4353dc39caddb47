"""Where Java and Kafka's jars are, and how to start a class of them."""

import os
import shutil
from pathlib import Path

from devstack.errors import MissingPrerequisite

REPOSITORY = Path(__file__).resolve().parents[4]
"""The root of the checkout: devstack is always installed editable from it."""

KAFKA_JARS = REPOSITORY / ".tools" / "kafka" / "libs"
NODE_LOGGING = REPOSITORY / "tools" / "kafka" / "log4j2.properties"
TOOLS_LOGGING = REPOSITORY / "tools" / "kafka" / "log4j2-tools.properties"

# A class that runs for a second gains nothing from the optimising compiler; format is twice as fast without.
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def java() -> str:
    """The Java launcher: JAVA_HOME's, else the one on the path."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which(str(Path(home) / "bin" / "java")) if home else shutil.which("java")
    if found is None:
        where = f"JAVA_HOME={home} has no bin/java" if home else "no `java` on the path"
        raise MissingPrerequisite(f"{where}; on Debian: apt-get install openjdk-17-jre-headless")
    return found


def kafka_class(
    name: str, *arguments: str, options: tuple[str, ...] = (), logging: Path = NODE_LOGGING
) -> list[str]:
    """The command line that runs a class of Kafka's jars."""
    if not any(KAFKA_JARS.glob("kafka_*.jar")):
        raise MissingPrerequisite(f"no Kafka jars in {KAFKA_JARS}; run `make kafka`")
    configured = f"-Dlog4j2.configurationFile={logging.as_uri()}"
    return [java(), *options, configured, "-cp", f"{KAFKA_JARS}/*", name, *arguments]
