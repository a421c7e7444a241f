# The plugin server: one process that serves all plugins of the suite to Kong, on a socket in a shared volume.
#
#   docker build -f docker/plugin-server.Dockerfile -t kong-ai-plugins/plugin-server:0.1.0 .

# The current LTS line of Node.js needs libatomic: the slim image has it, a distroless base does not.
ARG NODE_IMAGE=node:26-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY kong/check kong/check
COPY kong/config kong/config
COPY kong/doctor kong/doctor
COPY kong/pdk kong/pdk
COPY kong/plugin-server kong/plugin-server
COPY plugins plugins
RUN node_modules/.bin/tsc -p tsconfig.build.json --sourceMap false --declaration false \
    && find plugins -name '*.lua' -exec install -D -m 644 {} dist/{} ';'

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE} AS runtime
# The container installs nothing and never switches the user: no package manager and no setuid bit remain. A new volume
# gets owner, group and mode of the directory where it is mounted: only that group may enter, and new files belong to it.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* /usr/bin/apt /usr/bin/apt-* /usr/bin/dpkg /usr/bin/dpkg-* \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
    && install -d -o node -g 10001 -m 2750 /run/kong-ai-plugins
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
# Readable even after a clone under umask 077.
COPY --chmod=644 package.json ./
COPY --chmod=644 kong/lua/reject-smuggling.lua kong/lua/replace-unjudged-answers.lua kong/lua/capture-body-filter.lua \
  kong/lua/capture-log.lua kong/lua/log-names.lua dist/kong/lua/
# The second: the C library gives the memory of large buffers back at once, instead of keeping ever more of it.
ENV NODE_ENV=production \
    MALLOC_MMAP_THRESHOLD_=131072
# The user node, as a number, so that an orchestrator can verify that it is not root.
USER 1000:1000
EXPOSE 9464 9465
# Ready means that Kong can connect to the plugins.
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/readyz').then(({ ok }) => process.exit(ok ? 0 : 1))"]
ENTRYPOINT ["node", "dist/plugins/main.js"]
CMD ["serve", "--socket", "/run/kong-ai-plugins/plugins.sock", "--metrics", "0.0.0.0:9464"]
