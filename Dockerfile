# The console's one file from npm, in a stage of its own: the Rust stage needs no Node.
FROM node:22-bookworm-slim AS assets
WORKDIR /assets
COPY static/package.json static/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM rust:1-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=assets /assets/node_modules/htmx.org/dist/htmx.min.js /htmx.min.js
ENV CROSSMODEL_HTMX_JS=/htmx.min.js
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked && cp target/release/crossmodel /crossmodel

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/crossmodel --create-home crossmodel
COPY --from=build /crossmodel /usr/local/bin/crossmodel
USER crossmodel
WORKDIR /var/lib/crossmodel
# The database and the master key. Inside the container every address is open; publish the port to where it is wanted.
VOLUME /var/lib/crossmodel
ENV DATABASE_URL=sqlite:///var/lib/crossmodel/crossmodel.db \
    CROSSMODEL_LISTEN=0.0.0.0:8080 \
    CROSSMODEL_PUBLIC_URL=http://localhost:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["crossmodel"]
CMD ["serve"]
