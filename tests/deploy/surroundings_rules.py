"""What stands around the services: Kafka, volumes, secrets, order of start, Prometheus, the simulators' proxy."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from devstack.kafka import KafkaNode

from tests.deploy.deployment import ROOT, SIMULATORS, Deployment
from tests.deploy.process_rules import SETTINGS

SAFE_SETTINGS = ("auto.create", "replication.factor", "min.isr", ".max.bytes")
"""The broker's settings that matter to safety; the other ones of the development stack make it quick."""


def faults(deployment: Deployment) -> Iterator[str]:
    """What does not fit, in words."""
    yield from _kafka(deployment)
    yield from _volumes_and_secrets(deployment)
    yield from _order(deployment)
    yield from _published(deployment)
    yield from _scraped(deployment)
    yield from _proxy(deployment)


def _kafka(deployment: Deployment) -> Iterator[str]:
    kafka = deployment.services["kafka"]
    environment = deployment.environment("kafka")
    version = ET.parse(ROOT / "tools" / "kafka" / "pom.xml").findtext(".//{*}kafka.version")  # noqa: S314 - ours
    if kafka["image"] != f"apache/kafka:{version}":
        yield f"kafka: {kafka['image']} is not the version {version} that everything is tested with"
    tested = KafkaNode(directory=Path("unused"))._properties(Path("unused"))
    for key, value in tested.items():
        variable = f"KAFKA_{key.replace('.', '_').upper()}"
        if any(part in key for part in SAFE_SETTINGS) and environment.get(variable) != value:
            yield f"kafka: {variable} is {environment.get(variable)}, tested with {value}"
    addresses = set(re.findall(r"PLAINTEXT://([^,]+)", environment["KAFKA_ADVERTISED_LISTENERS"]))
    for name in deployment.services:
        bootstrap = deployment.environment(name).get("APSTREAM_KAFKA_BOOTSTRAP")
        if bootstrap is not None and bootstrap not in addresses:
            yield f"{name}: no Kafka at {bootstrap}"
    if environment["KAFKA_LOG_DIRS"] not in {volume.split(":")[1] for volume in kafka["volumes"]}:
        yield "kafka: its log is in no volume"


def _volumes_and_secrets(deployment: Deployment) -> Iterator[str]:
    mounted = set()
    for name, service in deployment.services.items():
        for volume in service.get("volumes", []):
            source, target, *_ = volume.split(":")
            mounted.add(source)
            if source.startswith("./"):
                if not (ROOT / source).exists():
                    yield f"{name}: mounts {source}, which is not there"
            elif source not in deployment.compose["volumes"]:
                yield f"{name}: mounts the volume {source}, which is not declared"
            elif not _writable(deployment, name, target):
                yield f"{name}: mounts {source} at {target}, which the image's user cannot write"
        for secret in service.get("secrets", []):
            if secret not in deployment.compose["secrets"]:
                yield f"{name}: wants the secret {secret}, which is not declared"
    yield from (f"the volume {each} is not used" for each in deployment.compose["volumes"].keys() - mounted)
    for secret, source in deployment.compose["secrets"].items():
        folder = (ROOT / source["file"]).parent if "file" in source else None
        if folder is None or "*" not in (folder / ".gitignore").read_text("utf-8").splitlines():
            yield f"the secret {secret} does not come from a file that git ignores"


def _writable(deployment: Deployment, name: str, target: str) -> bool:
    """A named volume takes its owner from the image's directory; of other images that is not known here."""
    stage = deployment.services[name].get("build", {}).get("target")
    made = (
        " ".join(each.text for each in deployment.images.lineage(stage) if each.name == "RUN")
        if stage
        else ""
    )
    return stage is None or target in made.split()


def _order(deployment: Deployment) -> Iterator[str]:
    for name, service in deployment.services.items():
        for other, how in service.get("depends_on", {}).items():
            awaited = deployment.services.get(other)
            if awaited is None:
                yield f"{name}: waits for {other}, which does not exist"
            elif how["condition"] == "service_healthy" and "test" not in awaited.get("healthcheck", {}):
                yield f"{name}: waits for the health of {other}, which has no check"
            elif how["condition"] == "service_completed_successfully" and awaited.get("restart") != "no":
                yield f"{name}: waits for the end of {other}, which is restarted"
            elif (
                awaited
                and awaited.get("profiles")
                and not service.get("profiles")
                and how.get("required", True)
            ):
                yield f"{name}: waits for {other}, which only a profile starts"


def _published(deployment: Deployment) -> Iterator[str]:
    for name, service in deployment.services.items():
        if service.get("ports") and name not in {"ingress-web", "prometheus"}:
            yield f"{name}: publishes {service['ports']}, only ingress-web and prometheus may"
        if str(service.get("image", ":latest")).endswith(":latest") or ":" not in service.get("image", ""):
            yield f"{name}: {service.get('image')} names no version"
    if any(not port.startswith("127.0.0.1:") for port in deployment.services["prometheus"].get("ports", [])):
        yield "prometheus: it has no authentication and is published beyond this host"


def _scraped(deployment: Deployment) -> Iterator[str]:
    expected = {
        (name, int(deployment.environment(name)["APSTREAM_ADMIN_PORT"]))
        for name in deployment.services
        if deployment.module(name) in SETTINGS
    }
    scraped = set()
    for job in deployment.prometheus["scrape_configs"]:
        for lookup in job.get("dns_sd_configs", []):
            for name in lookup["names"]:
                scraped.add((name, lookup["port"]))
                if name != job["job_name"]:
                    yield f"prometheus: the job {job['job_name']} scrapes {name}; alerts go by the service's name"
        if job.get("metrics_path", "/metrics") != "/metrics":
            yield f"prometheus: {job['job_name']} asks for {job['metrics_path']}"
    yield from (f"prometheus: {name} is not scraped at {port}" for name, port in expected - scraped)
    yield from (f"prometheus: nothing answers at {name}:{port}" for name, port in scraped - expected)
    mounts = dict(volume.split(":")[1::-1] for volume in deployment.services["prometheus"]["volumes"])
    config = next(
        word.partition("=")[2]
        for word in deployment.command("prometheus")
        if word.startswith("--config.file=")
    )
    for wanted in (
        config,
        *(str(Path(config).parent / rule) for rule in deployment.prometheus["rule_files"]),
    ):
        if wanted not in mounts:
            yield f"prometheus: {wanted} is not mounted"


def _proxy(deployment: Deployment) -> Iterator[str]:
    names = re.findall(r"server_name (\S+);", deployment.nginx)
    aliases = deployment.services["simulator-tls"]["networks"]["inside"]["aliases"]
    certified = re.findall(r"DNS:([\w.]+)", (SIMULATORS / "secrets.sh").read_text("utf-8"))
    if not sorted(names) == sorted(aliases) == sorted(certified):
        yield f"simulator-tls: serves {names}, is called {aliases}, its certificate is for {certified}"
    connection = yaml.safe_load((SIMULATORS / "acme.yaml").read_text("utf-8"))
    for side in ("basware", "peoplesoft"):
        if urlsplit(connection[side]["base_url"]).hostname not in names:
            yield f"simulator-tls: does not serve {connection[side]['base_url']} of acme.yaml"
    listening = {
        (name, port)
        for name in deployment.services
        for option in ("--port", "--document-port")
        if (port := deployment.option(name, option))
    }
    called = {tuple(found) for found in re.findall(r"\$upstream http://([\w-]+):(\d+);", deployment.nginx)}
    if called != listening:
        yield f"simulator-tls: passes on to {sorted(called)}, the simulators listen at {sorted(listening)}"
    introduced = [
        deployment.option("simulator-introduction", option) for option in ("--basware", "--peoplesoft")
    ]
    for url in introduced:
        if not url or (urlsplit(url).hostname, str(urlsplit(url).port)) not in listening:
            yield f"simulator-introduction: no simulator listens at {url}"
    webhook = urlsplit(deployment.option("simulator-introduction", "--webhook") or "")
    public = deployment.environment("ingress-web").get("APSTREAM_PUBLIC_PORT")
    if (webhook.hostname, str(webhook.port), webhook.path) != (
        "ingress-web",
        public,
        f"/webhooks/{connection['connection']}",
    ):
        yield f"simulator-introduction: webhooks do not go to {webhook.geturl()}"
    for name in deployment.services:
        for url in re.findall(
            r"'(http://[^']+)'", " ".join(deployment.services[name].get("healthcheck", {}).get("test", []))
        ):
            if (name, str(urlsplit(url).port)) not in listening:
                yield f"{name}: its health check asks at {url}, where it does not listen"
