"""Patterns of a WSDL's types, followed in any thread."""

import subprocess
import sys

# The first schemas of a process, in four threads at once; how often they meet is up to the machine.
AT_ONCE = """
import threading
from peoplesoft.patterns import is_pattern

begin, judged = threading.Barrier(4), []

def judge(pattern):
    begin.wait()
    judged.append(is_pattern(pattern))

threads = [threading.Thread(target=judge, args=(pattern,)) for pattern in ("", "a|b", "[0-9]{4}", "x*")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(all(judged))
"""
MADE_AT_IMPORT = "from peoplesoft import patterns; print(patterns._compiled.cache_info().currsize > 0)"


def test_the_first_wsdls_of_a_process_may_be_read_at_once() -> None:
    """Two threads that make libxml2's built-in types at once break them: each flow to PeopleSoft then stopped for
    good.
    """
    assert _says(MADE_AT_IMPORT) == "True"
    assert {_says(AT_ONCE) for _ in range(3)} == {"True"}


def _says(program: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()
