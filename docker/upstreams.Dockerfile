# The demo backends calculator, ollama and trace-sink, and the chat page, in one image; the command selects one.
#
#   docker build -f docker/upstreams.Dockerfile -t kong-ai-plugins/demo-upstreams:0.1.0 .
#   docker run --rm -p 127.0.0.1:8100:8100 -e HOST=0.0.0.0 kong-ai-plugins/demo-upstreams:0.1.0 calculator/main.js

ARG NODE_IMAGE=node:26-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY docker/upstreams docker/upstreams
RUN node_modules/.bin/tsc -p tsconfig.build.json --rootDir . --sourceMap false --declaration false \
    && install -m 644 -t dist/docker/upstreams/chat/page docker/upstreams/chat/page/page.* \
    && install -m 644 -t dist/docker/upstreams/trace-sink/page docker/upstreams/trace-sink/page/page.*

# The plugins need the MCP SDK for development only, so the demo backends have a list of dependencies of their own.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY docker/upstreams/package.json docker/upstreams/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE} AS runtime
# The container installs nothing and never switches the user: no package manager and no setuid bit remain.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* /usr/bin/apt /usr/bin/apt-* /usr/bin/dpkg /usr/bin/dpkg-* \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} +
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
ENV NODE_ENV=production
USER 1000:1000
WORKDIR /app/dist/docker/upstreams
ENTRYPOINT ["node"]
CMD ["calculator/main.js"]
