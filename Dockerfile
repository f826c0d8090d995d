# One image for three processes: the web (default), the worker (`python manage.py qcluster`) and the
# one-shot `python manage.py migrate`. See compose.yaml and docs/operations.md.

FROM python:3.11-slim-bookworm AS packages
COPY requirements.txt .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# A volume takes the owner of the folder that it is laid over.
RUN useradd --system --uid 10001 --home-dir /app --no-create-home --shell /usr/sbin/nologin jelou \
 && install --directory --owner=jelou /media
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
# The keys of this one command are no secrets: nothing is signed or encrypted by it.
RUN SECRET_KEY=build FIELD_ENCRYPTION_KEYS=build python manage.py collectstatic --noinput --skip-checks \
 && install --directory --owner jelou --mode 700 var/exports
USER jelou
EXPOSE 8000
# Asked as the proxy would ask, or the answer is a refusal of the host name or a redirect to https.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import http.client, os, sys; host = os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0].strip().lstrip('.').replace('*', 'localhost'); c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT', 8000)), timeout=3); c.request('GET', '/healthz', headers={'Host': host, 'X-Forwarded-Proto': 'https'}); sys.exit(c.getresponse().status != 200)"]
CMD ["sh", "-c", "exec gunicorn jelouadmin.wsgi --bind 0.0.0.0:${PORT:-8000} --worker-class gthread --workers ${WEB_CONCURRENCY:-2} --threads ${WEB_THREADS:-8} --worker-tmp-dir /dev/shm --no-control-socket"]
