# Verbatim in a small image: built in one stage, run by an ordinary user in the next.
FROM python:3.12-slim AS build
# Where pip finds the CPU build of torch, which pytorch.org's "Get started" page names; without it
# the image has the GPU build, some gigabytes larger.
ARG TORCH_INDEX_URL=""
WORKDIR /app
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY embeddings embeddings
COPY bot bot
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir ${TORCH_INDEX_URL:+--extra-index-url "$TORCH_INDEX_URL"} .

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    VERBATIM_DATA=/data \
    VERBATIM_SEEDS=/app/seeds
RUN useradd --create-home --uid 10001 verbatim && install -d -o verbatim /data
COPY --from=build /venv /venv
COPY seeds /app/seeds
USER 10001
WORKDIR /home/verbatim
VOLUME /data
HEALTHCHECK --interval=60s --timeout=30s --start-period=120s \
    CMD ["verbatim", "status", "--json"]
CMD ["verbatim"]
