# Two images: `services` (every service and the `apstream` command; the command given chooses) and `simulators`.
# Third-party packages come from the hashes in deploy/locks, as wheels: nothing is compiled, no index is named.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS builder
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /src
COPY tools/uv-requirements.txt tools/
RUN python -m pip install --quiet --no-cache-dir --disable-pip-version-check --root-user-action ignore \
    --no-deps --require-hashes --only-binary :all: -r tools/uv-requirements.txt
RUN uv venv /opt/apstream

FROM builder AS service-environment
COPY deploy/locks/services.lock deploy/locks/
RUN uv pip install --python /opt/apstream --no-deps --require-hashes --only-binary :all: -r deploy/locks/services.lock
COPY schemas schemas
COPY libs libs
COPY services services
RUN for member in schemas libs/* services/*; do uv build --offline --wheel --out-dir /src/wheels "$member" || exit 1; done
RUN uv pip install --python /opt/apstream --offline --no-deps /src/wheels/*.whl && uv pip check --python /opt/apstream

FROM builder AS simulator-environment
COPY deploy/locks/simulators.lock deploy/locks/
RUN uv pip install --python /opt/apstream --no-deps --require-hashes --only-binary :all: -r deploy/locks/simulators.lock
COPY simulators simulators
RUN for member in simulators/*; do uv build --offline --wheel --out-dir /src/wheels "$member" || exit 1; done
RUN uv pip install --python /opt/apstream --offline --no-deps /src/wheels/*.whl && uv pip check --python /opt/apstream

FROM ${PYTHON_IMAGE} AS base
RUN python -m pip uninstall --quiet --yes --root-user-action ignore setuptools wheel pip \
    && groupadd --system --gid 10001 apstream \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin apstream \
    && install -d -o 10001 -g 10001 /books /evaluation /trust
ENV PATH=/opt/apstream/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
STOPSIGNAL SIGTERM

FROM base AS simulators
COPY --from=simulator-environment /opt/apstream /opt/apstream
COPY deploy/simulators /opt/apstream/evaluation
USER 10001:10001
VOLUME /books
EXPOSE 8081 8082 8083
CMD ["python", "-m", "basware_simulator", "--host", "0.0.0.0", "--port", "8081", "--document-port", "8082", "--books", "/books"]

# Last, so that a build without --target makes it.
FROM base AS services
COPY --from=service-environment /opt/apstream /opt/apstream
ENV APSTREAM_ADMIN_HOST=0.0.0.0 APSTREAM_ADMIN_PORT=9100 APSTREAM_PUBLIC_HOST=0.0.0.0 APSTREAM_PUBLIC_PORT=8080
USER 10001:10001
EXPOSE 8080 9100
# /livez, not /readyz: whoever restarts an unhealthy container must not do so while partitions are loading.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['APSTREAM_ADMIN_PORT'] + '/livez', timeout=4)"]
CMD ["apstream", "--help"]
