# Deskbell's runtime. Two stages, so that the image holds no installer.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UV_LINK_MODE=copy
WORKDIR /build
RUN python -m venv /venv && /venv/bin/pip install "uv>=0.9,<1"
COPY requirements.lock ./
RUN /venv/bin/uv pip sync --python /venv/bin/python --require-hashes requirements.lock
COPY . .
RUN /venv/bin/uv pip install --python /venv/bin/python --no-deps --no-build-isolation . \
    && /venv/bin/uv pip uninstall --python /venv/bin/python uv

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="deskbell"
RUN groupadd --system --gid 10001 deskbell \
    && useradd --system --uid 10001 --gid deskbell --create-home --home-dir /srv/deskbell deskbell
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DESKBELL_HOST=0.0.0.0 DESKBELL_PORT=8000 DESKBELL_CLINICS=/srv/deskbell/clinics DESKBELL_LOG=json
USER deskbell
WORKDIR /srv/deskbell
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['DESKBELL_PORT']}/health/ready\", timeout=2)"]
ENTRYPOINT ["deskbell"]
CMD ["serve"]
