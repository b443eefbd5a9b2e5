# Deskbell's runtime. Two stages, so that the image holds no installer.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UV_NO_CACHE=1 UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
# What clinics use, of the extras in setup.cfg: `--build-arg EXTRAS=telnyx,square,redis` makes a smaller image.
ARG EXTRAS=all
WORKDIR /build
RUN python -m venv /installer && /installer/bin/pip install "uv>=0.9,<1" \
    && python -m venv --without-pip /venv
COPY . .
# The lock says which versions, and what they must hash to.
RUN /installer/bin/uv pip install --python /venv/bin/python \
    --constraint requirements.lock --build-constraint requirements.lock ".[${EXTRAS}]"

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="deskbell"
RUN groupadd --system --gid 10001 deskbell \
    && useradd --system --uid 10001 --gid deskbell --create-home --home-dir /srv/deskbell deskbell
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DESKBELL_HOST=0.0.0.0 DESKBELL_PORT=8000 DESKBELL_LOG=json \
    DESKBELL_HOME=/srv/deskbell/.deskbell DESKBELL_CLINICS=/srv/deskbell/clinics
USER deskbell
WORKDIR /srv/deskbell
# A volume that is put here belongs to the user then.
RUN mkdir .deskbell
EXPOSE 8000 8201
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['DESKBELL_PORT'] + '/health/ready', timeout=3)"]
ENTRYPOINT ["deskbell"]
CMD ["serve"]
