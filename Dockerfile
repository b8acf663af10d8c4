# One image for every process of the service; docker-compose.yml says which is which.

FROM python:3.11-slim-bookworm AS build
WORKDIR /srv/ethicsreview
COPY requirements requirements
# Tools that only building needs (Babel, npm) stay in this stage.
RUN python -m venv /opt/tools && /opt/tools/bin/pip install --no-cache-dir --require-hashes -r requirements/dev.txt
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt
COPY package.json package-lock.json .npmrc ./
RUN PATH="$PATH:/opt/tools/bin" npm ci --omit=dev --ignore-scripts
COPY . .
RUN VAR_DIR=/tmp/build /opt/tools/bin/python manage.py messages compile

FROM python:3.11-slim-bookworm
# `manage.py backup` and `restore` call pg_dump, pg_restore and psql of the server's version.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home ethicsreview \
    && install -d -o ethicsreview -g ethicsreview /var/lib/ethicsreview
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/ethicsreview /srv/ethicsreview
ENV PATH="/opt/venv/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    STATIC_COLLECTED=true \
    VAR_DIR=/var/lib/ethicsreview
WORKDIR /srv/ethicsreview
USER ethicsreview
ENTRYPOINT ["/srv/ethicsreview/deploy/entrypoint"]
CMD ["gunicorn", "config.wsgi", "--config", "python:config.web", "--bind", "0.0.0.0:8000"]
