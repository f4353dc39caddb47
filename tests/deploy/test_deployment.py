"""Dockerfile, compose file, scrape configuration and alerts name only what the code has; a doctored copy is found."""

import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from chassis.connections.model import read_document

from tests.deploy import alert_rules, deployment, process_rules, surroundings_rules
from tests.deploy.deployment import PROMETHEUS, ROOT, SIMULATORS, Deployment

RULES = (process_rules.faults, surroundings_rules.faults, alert_rules.faults)
FIRING = Path(__file__).with_name("alerts_test.yml")


def faults(of: Deployment) -> list[str]:
    return [fault for rules in RULES for fault in rules(of)]


@pytest.fixture(scope="module")
def as_it_is() -> Deployment:
    return deployment.read()


def test_the_deployment_fits_the_code(as_it_is: Deployment) -> None:
    assert faults(as_it_is) == []


Doctor = Callable[[Deployment], None]


def service(name: str, **changes: Any) -> Doctor:
    return lambda of: of.services[name].update(changes)


def variable(name: str, **changes: str | None) -> Doctor:
    def doctor(of: Deployment) -> None:
        environment = {**of.services[name]["environment"], **changes}
        given = {key: value for key, value in environment.items() if value is not None}
        of.services[name]["environment"] = given

    return doctor


def dockerfile(old: str, new: str) -> Doctor:
    def doctor(of: Deployment) -> None:
        assert old in of.dockerfile
        of.dockerfile = of.dockerfile.replace(old, new)

    return doctor


def alert(name: str, old: str, new: str) -> Doctor:
    def doctor(of: Deployment) -> None:
        (rule,) = (each for group in of.alerts["groups"] for each in group["rules"] if each["alert"] == name)
        assert old in yaml.safe_dump(rule, width=10_000)
        rule.update(yaml.safe_load(yaml.safe_dump(rule, width=10_000).replace(old, new)))

    return doctor


def scrape(job: int, **changes: Any) -> Doctor:
    return lambda of: of.prometheus["scrape_configs"][job]["dns_sd_configs"][0].update(changes)


def proxy(old: str, new: str) -> Doctor:
    def doctor(of: Deployment) -> None:
        assert old in of.nginx
        of.nginx = of.nginx.replace(old, new)

    return doctor


DOCTORED: dict[str, tuple[Doctor, str]] = {
    "a module that does not exist": (
        service("voucher-poster", command=["python", "-m", "voucher_post"]),
        "voucher_post,",
    ),
    "a simulator in the services' image": (
        service("ingress-web", command=["python", "-m", "basware_simulator"]),
        "not in the image services",
    ),
    "a command that does not exist": (
        service("topics", command=["apstream", "topics", "make"]),
        "topics make",
    ),
    "an option that does not exist": (
        service("basware-simulator", command=["python", "-m", "basware_simulator", "--prot", "1"]),
        "no option --prot",
    ),
    "a script that is not copied": (
        service("simulator-secrets", command=["sh", "/opt/apstream/evaluation/secret.sh"]),
        "secret.sh, which is not there",
    ),
    "a variable that nobody reads": (
        variable("voucher-poster", APSTREAM_KAFKA="kafka:9092"),
        "APSTREAM_KAFKA is not",
    ),
    "a variable of another service": (
        variable("ingress-documents", APSTREAM_PUBLIC_PORT="1"),
        "ingress-documents: APSTREAM_PUBLIC_PORT is not",
    ),
    "a variable of tests": (variable("ingress-web", APSTREAM_KILL_AT="x"), "APSTREAM_KILL_AT is not"),
    "a value that is refused": (variable("ingress-web", APSTREAM_PARTITIONS="many"), "APSTREAM_PARTITIONS: "),
    "a required variable left out": (
        variable("voucher-poster", APSTREAM_KAFKA_BOOTSTRAP=None),
        "APSTREAM_KAFKA_BOOTSTRAP: ",
    ),
    "keys in the environment": (variable("ingress-web", APSTREAM_KEYS="{}"), "keys stand in the environment"),
    "keys of another place": (variable("ingress-web", APSTREAM_KEYS_FILE="/keys"), "none of its secrets"),
    "another Kafka": (
        variable("ingress-web", APSTREAM_KAFKA_BOOTSTRAP="kafka:9094"),
        "no Kafka at kafka:9094",
    ),
    "not restarted": (service("voucher-poster", restart="no"), "is not restarted"),
    "killed while it stops": (service("voucher-poster", stop_grace_period="10s"), "is killed before"),
    "without limits": (service("ingress-web", deploy={}), "has no limits"),
    "an admin port nobody reaches": (
        variable("voucher-poster", APSTREAM_ADMIN_HOST="127.0.0.1"),
        "cannot be reached",
    ),
    "the wrong port published": (service("ingress-web", ports=["8080:8081"]), "publishes ['8081']"),
    "the admin port published": (service("voucher-poster", ports=["9100:9100"]), "publishes ['9100']"),
    "Prometheus for everybody": (service("prometheus", ports=["9090:9090"]), "beyond this host"),
    "a target that is no stage": (service("ingress-web", build={"target": "all"}), "no stage all"),
    "another Kafka than tested": (service("kafka", image="apache/kafka:3.9.0"), "not the version"),
    "topics made by use": (variable("kafka", KAFKA_AUTO_CREATE_TOPICS_ENABLE="true"), "KAFKA_AUTO_CREATE"),
    "small messages only": (variable("kafka", KAFKA_MESSAGE_MAX_BYTES="1048576"), "KAFKA_MESSAGE_MAX_BYTES"),
    "Kafka without a volume": (variable("kafka", KAFKA_LOG_DIRS="/tmp/logs"), "in no volume"),  # noqa: S108
    "a volume not declared": (service("voucher-poster", volumes=["trusted:/trust"]), "not declared"),
    "a volume nobody may write": (
        service("basware-simulator", volumes=["basware-books:/data"]),
        "cannot write",
    ),
    "a file that is not there": (service("prometheus", volumes=["./deploy/prom.yml:/x:ro"]), "is not there"),
    "waits for nobody": (
        service("topics", depends_on={"broker": {"condition": "service_healthy"}}),
        "waits for broker",
    ),
    "waits for health never checked": (
        service("topics", depends_on={"ingress-web": {"condition": "service_healthy"}}),
        "which has no check",
    ),
    "an image without version": (service("prometheus", image="prom/prometheus:latest"), "names no version"),
    "scraped at another port": (scrape(0, port=9101), "nothing answers at ingress-web:9101"),
    "scraped under another name": (scrape(1, names=["documents"]), "ingress-documents is not scraped"),
    "an image that runs as root": (dockerfile("USER 10001:10001", ""), "runs as root"),
    "a health check that is no route": (dockerfile("/livez'", "/healthz'"), "health check asks for /healthz"),
    "a copy of nothing": (dockerfile("COPY services services", "COPY service service"), "copies service,"),
    "the image's admin port elsewhere": (
        variable("voucher-poster", APSTREAM_ADMIN_PORT="9101"),
        "voucher-poster is not scraped at 9101",
    ),
    "a proxy to another port": (proxy("basware-simulator:8082", "basware-simulator:8092"), "passes on to"),
    "a proxy by another name": (proxy("server_name peoplesoft.test", "server_name psft.test"), "serves"),
    "a metric that does not exist": (
        alert("InvoicesParked", "apstream_ledger_entries", "apstream_ledger_records"),
        "no metric apstream_ledger_records",
    ),
    "a counter without its ending": (
        alert("WebhooksWithWrongSignature", "refused_total", "refused"),
        "no metric apstream_webhooks_refused",
    ),
    "a label that does not exist": (alert("InvoicesParked", "phase=", "state="), "no label state"),
    "a label that is not kept": (alert("CircuitOpen", ", remote)", ")"), "shows remote"),
    "a phase that does not exist": (alert("DoubtNotSettled", "in_doubt", "doubtful"), "never ['doubtful']"),
    "a flow that does not exist": (
        alert("SweepStandsStill", "ingress-documents", "documents"),
        "never ['documents']",
    ),
    "a reason that does not exist": (alert("WebhooksTurnedAway", "busy", "full"), "never ['full']"),
    "other partitions": (alert("PartitionsWithoutOwner", "< 12", "< 48"), "other partitions"),
    "other shards": (alert("ShardsWithoutOwner", "< 12", "< 48"), "other partitions"),
    "an outcome that does not exist": (alert("PollHeld", "held", "stopped"), "never ['stopped']"),
    "a job that does not exist": (alert("ServiceDown", "voucher-poster", "poster"), "scraped as ['poster']"),
    "a runbook that does not exist": (alert("FlowStopped", "flow-stopped", "stopped-flow"), "does not exist"),
}


@pytest.mark.parametrize(("doctor", "words"), DOCTORED.values(), ids=DOCTORED.keys())
def test_a_doctored_copy_is_found(as_it_is: Deployment, doctor: Doctor, words: str) -> None:
    doctored = deepcopy(as_it_is)
    doctor(doctored)
    assert any(words in fault for fault in faults(doctored)), faults(doctored)


def test_every_runbook_is_led_to_by_an_alert(as_it_is: Deployment) -> None:
    assert alert_rules.runbooks_without_alert(as_it_is) == set()


def test_nothing_secret_reaches_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", "everything is left out but what is named"
    assert not any(rule.startswith("!deploy/secrets") or rule == "!deploy" for rule in rules)


def test_what_the_builder_copies_is_let_through(as_it_is: Deployment) -> None:
    rules = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_through = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    copied = {
        word.rstrip("/")
        for stage in as_it_is.images.stages.values()
        for each in stage.instructions
        if each.name == "COPY" and not each.text.startswith("--from=")
        for word in each.words[:-1]
    }
    assert [
        path for path in sorted(copied) if not any(f"{path}/".startswith(f"{rule}/") for rule in let_through)
    ] == []


def test_the_connection_of_the_evaluation_is_accepted(tmp_path: Path) -> None:
    document = (SIMULATORS / "acme.yaml").read_text("utf-8")
    for secret in ("acme-basware", "acme-webhook", "acme-peoplesoft"):
        (tmp_path / secret).write_text("a secret")
    assert read_document(document.replace("/evaluation/", f"{tmp_path}/")).connection == "acme"


@pytest.fixture(scope="module")
def promtool() -> str:
    fetched = ROOT / ".tools" / "promtool" / "usr" / "bin" / "promtool"
    found = str(fetched) if fetched.exists() else shutil.which("promtool")
    if found is None:
        pytest.fail("promtool is missing: `make promtool` fetches it; Debian: apt-get install prometheus")
    return found


@pytest.mark.parametrize(
    "words",
    [
        ("check", "config", str(PROMETHEUS / "prometheus.yml")),
        ("check", "rules", "--lint=all", "--lint-fatal", str(PROMETHEUS / "alerts.yml")),
        ("test", "rules", str(FIRING)),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_promtool_accepts(promtool: str, words: tuple[str, ...]) -> None:
    said = subprocess.run([promtool, *words], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    assert said.returncode == 0, said.stdout + said.stderr


def test_promtool_refuses_a_broken_expression(promtool: str, tmp_path: Path) -> None:
    broken = (
        (PROMETHEUS / "alerts.yml")
        .read_text("utf-8")
        .replace("sum by (job, connection) (", "sum by (job (", 1)
    )
    (tmp_path / "alerts.yml").write_text(broken)
    said = subprocess.run(  # noqa: S603
        [promtool, "check", "rules", str(tmp_path / "alerts.yml")],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert said.returncode != 0


def test_every_alert_is_shown_to_fire(as_it_is: Deployment) -> None:
    shown = {
        test["alertname"]
        for group in yaml.safe_load(FIRING.read_text("utf-8"))["tests"]
        for test in group.get("alert_rule_test", [])
        if test["exp_alerts"]
    }
    alerts = as_it_is.alerts
    assert shown == {rule["alert"] for group in alerts["groups"] for rule in group["rules"]}
