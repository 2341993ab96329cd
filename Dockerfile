# One program and nothing beside it: Postgres and Redis are given by URL, as compose.yaml shows.

FROM node:22-bookworm-slim AS dashboard
WORKDIR /src/dashboard
COPY dashboard/package.json dashboard/package-lock.json ./
RUN npm ci
COPY dashboard/ ./
RUN npm run build

FROM rust:1.95-bookworm AS program
WORKDIR /src
COPY . .
COPY --from=dashboard /src/dashboard/dist dashboard/dist
# The caches outlive the layer, so the program is copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin paceline && cp target/release/paceline /paceline

FROM debian:bookworm-slim
# For webhooks to shops: the certificates that their servers are checked against.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home paceline
COPY --from=program /paceline /usr/local/bin/paceline
USER paceline
# All interfaces of the container; which of them the world sees is for `docker run -p` to say.
ENV PACELINE_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["paceline", "health"]
ENTRYPOINT ["paceline"]
CMD ["serve"]
