# Verbatim in a small image: built in one stage from the locked packages, run by an ordinary user
# in the next. config/deploy/lock.sh writes the two locks anew.
FROM python:3.12-slim AS build
# Where pip finds the CPU build of torch, which pytorch.org's "Get started" page names; without it
# the image has the GPU build, some gigabytes larger, whose packages are not locked.
ARG TORCH_INDEX_URL=""
WORKDIR /app
COPY config/deploy/requirements.lock config/deploy/requirements-torch.lock ./
RUN python -m venv /venv \
    && if [ -n "$TORCH_INDEX_URL" ]; then \
        /venv/bin/pip install --no-cache-dir --no-deps --require-hashes \
            --index-url "$TORCH_INDEX_URL" -r requirements-torch.lock; \
    else \
        /venv/bin/pip install --no-cache-dir \
            "$(sed -n 's/^\(torch==[0-9.]*\).*/\1/p' requirements-torch.lock)"; \
    fi \
    && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY embeddings embeddings
COPY bot bot
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation . && /venv/bin/pip check

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    VERBATIM_DATA=/data \
    VERBATIM_SEEDS=/app/seeds \
    VERBATIM_HEALTH__PORT=8080
RUN useradd --create-home --uid 10001 verbatim && install -d -o verbatim /data
COPY --from=build /venv /venv
COPY seeds /app/seeds
USER 10001
WORKDIR /home/verbatim
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['VERBATIM_HEALTH__PORT'] + '/healthz', timeout=4)"]
CMD ["verbatim"]
