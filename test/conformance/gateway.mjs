import { closeSync, openSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answers, freePort, run, start } from './processes.mjs';

/**
 * Starts a gateway with the validator before some servers: each at a path of its name.
 *
 * @param dist folder of the compiled project
 * @param engine `stand-in` for the stand-in, `kong` for the program on PATH
 * @param ports of the servers, by name
 */
export async function startGateway(dist, engine, ports) {
  const program = join(dist, 'plugins', 'main.js');
  const folder = await mkdtemp(join(tmpdir(), 'mcp-conformance-'));
  // Kong's workers are another user.
  await chmod(folder, 0o755);
  const socket = join(folder, 'plugins.sock');
  const description = join(folder, 'mcp-validator.json');
  const config = join(folder, 'kong.yml');
  await writeFile(description, await run(process.execPath, [program, 'dump', 'mcp-validator']));
  await writeFile(config, configOf(ports));
  const serve = ['serve', '--plugins', 'mcp-validator', '--socket', socket, '--log-level', 'warn'];
  const metrics = `127.0.0.1:${await freePort()}`;
  const stops = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    while (stops.length > 0) await stops.pop()();
  };
  try {
    stops.push(
      await start(
        'the plugin server',
        process.execPath,
        [program, ...serve, '--metrics', metrics],
        {},
        answers(`http://${metrics}/readyz`),
      ),
    );
    const proxy = `127.0.0.1:${await freePort()}`;
    const status = `127.0.0.1:${await freePort()}`;
    const env = {
      ...process.env,
      KONG_PREFIX: folder,
      KONG_DATABASE: 'off',
      KONG_DECLARATIVE_CONFIG: config,
      KONG_PROXY_LISTEN: proxy,
      KONG_ADMIN_LISTEN: `127.0.0.1:${await freePort()}`,
      KONG_ADMIN_GUI_LISTEN: 'off',
      KONG_STATUS_LISTEN: status,
      KONG_ANONYMOUS_REPORTS: 'off',
      KONG_NGINX_WORKER_PROCESSES: '2',
      KONG_NGINX_HTTP_CLIENT_BODY_BUFFER_SIZE: '5m',
      KONG_PROXY_ACCESS_LOG: 'off',
      KONG_PLUGINS: 'bundled,mcp-validator',
      KONG_PLUGINSERVER_NAMES: 'validator',
      KONG_PLUGINSERVER_VALIDATOR_SOCKET: socket,
      KONG_PLUGINSERVER_VALIDATOR_QUERY_CMD: `cat ${description}`,
    };
    stops.push(await startEngine(engine, dist, env, answers(`http://${status}/status`)));
    return { url: `http://${proxy}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Kong goes into the background by itself, and is stopped by its prefix. */
async function startEngine(engine, dist, env, isUp) {
  if (engine === 'stand-in') {
    return start('the gateway', process.execPath, [join(dist, 'kong', 'stand-in', 'main.js')], { env }, isUp);
  }
  // Its workers keep the streams of the process that started them: a file does not wait for their end.
  const told = join(env.KONG_PREFIX, 'start.log');
  const file = openSync(told, 'w');
  const kong = (...args) => run('kong', args, { env, stdio: ['ignore', file, file] });
  try {
    await kong('start', '--conf', '/dev/null');
  } catch (error) {
    throw new Error(`${error.message}${readFileSync(told, 'utf8')}`, { cause: error });
  }
  return async () => {
    await kong('stop', '--prefix', env.KONG_PREFIX);
    closeSync(file);
  };
}

/** The answers of the reference servers are small: the capture that learning needs has no bounds here. */
const configOf = (ports) => `
_format_version: "3.0"
services:
${Object.entries(ports)
  .map(
    ([name, port]) => `- name: ${name}
  url: http://127.0.0.1:${port}
  routes: [{ name: ${name}, paths: [/${name}], response_buffering: false }]
  plugins:
  - { name: mcp-validator, config: { tools: { learn: true } } }`,
  )
  .join('\n')}
plugins:
- name: pre-function
  config:
    access: ["kong.ctx.shared.capture = { request = ngx.encode_base64(kong.request.get_raw_body() or ''), parts = {} }"]
    body_filter: ["local c = kong.ctx.shared.capture; if c and ngx.arg[1] then table.insert(c.parts, ngx.arg[1]) end"]
    log: ["local c = kong.ctx.shared.capture; local b = table.concat(c.parts); c.parts = nil; c.head = ngx.encode_base64(b); c.response_bytes = #b"]
`;
