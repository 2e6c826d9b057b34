# The site's images: `web`, without TensorFlow, for web processes, the scheduler and what prepares a
# deployment; `worker`, which trains; `tools`, which makes backups. docs/deploy.md says how to build
# and run them.

ARG PYTHON=3.11-slim-trixie
ARG NODE=24-trixie-slim

# What browsers run, from npm, and what bundles our own scripts. Pages load four files of it.
FROM node:${NODE} AS browser-packages
WORKDIR /site
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:${PYTHON} AS base
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PATH=/opt/venv/bin:$PATH

# Each role's packages, whose files must have the hashes that the lock names.
FROM base AS web-packages
COPY requirements/web.txt /tmp/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-compile --require-hashes \
        --requirement /tmp/web.txt \
    && /opt/venv/bin/pip uninstall --yes pip setuptools

FROM base AS worker-packages
COPY requirements/worker.txt /tmp/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-compile --require-hashes \
        --requirement /tmp/worker.txt \
    && /opt/venv/bin/pip uninstall --yes pip setuptools

# The site's own files belong to root, and it runs as a user who may write to /var/digits alone.
FROM base AS site
RUN useradd --system --uid 10001 --user-group --no-create-home digits \
    && install --directory --mode=0700 --owner=digits --group=digits /var/digits
WORKDIR /site
ENV VAR_DIR=/var/digits \
    STATIC_DIR=/srv/static
COPY manage.py ./
COPY digitsite digitsite
COPY locale locale
COPY recognizer recognizer
COPY static static
COPY templates templates
COPY training training
COPY --from=browser-packages \
    /site/node_modules/@tensorflow/tfjs-core/dist/tf-core.es2017.min.js \
    node_modules/@tensorflow/tfjs-core/dist/
COPY --from=browser-packages \
    /site/node_modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.es2017.min.js \
    /site/node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm \
    node_modules/@tensorflow/tfjs-backend-wasm/dist/
COPY --from=browser-packages \
    /site/node_modules/@tensorflow/tfjs-backend-cpu/dist/tf-backend-cpu.es2017.min.js \
    node_modules/@tensorflow/tfjs-backend-cpu/dist/
VOLUME /var/digits
STOPSIGNAL SIGTERM

# Static files are bundled, hashed and compressed here, once, and not by every container.
FROM site AS static
COPY --from=web-packages /opt/venv /opt/venv
COPY --from=browser-packages /site/node_modules node_modules
RUN VAR_DIR=/tmp/var python manage.py prepare static

FROM site AS web
COPY --from=web-packages /opt/venv /opt/venv
COPY --from=static /srv/static /srv/static
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen as get; get('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "manage.py", "serve", "web", "--host", "0.0.0.0"]

# With PostgreSQL's own programs, as new as the server of compose.yaml.
FROM web AS tools
USER 0:0
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/*
USER 10001:10001
HEALTHCHECK NONE
CMD ["python", "manage.py", "doctor"]

FROM site AS worker
COPY --from=worker-packages /opt/venv /opt/venv
USER 10001:10001
# Its parent answers while its child trains.
HEALTHCHECK --interval=60s --timeout=30s --start-period=60s --retries=3 \
    CMD ["sh", "-c", "celery --app digitsite inspect ping --timeout 10 --destination celery@$HOSTNAME"]
CMD ["python", "manage.py", "serve", "worker"]
