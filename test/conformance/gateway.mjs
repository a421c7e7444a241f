import { closeSync, openSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { createAuthorization, startTokenProxy } from './authorization.mjs';
import { answers, freePort, run, start } from './processes.mjs';

/**
 * The configuration of the validator, as each plugin that contains it has it. It holds all lists, and the results of tools
 * with an output schema: what it hides does not exist, so that nothing may be missing.
 */
const VALIDATOR = {
  tools: { learn: 'enforce', deny: ['hidden-by-the-gateway'] },
  prompts: { deny: ['hidden-by-the-gateway'] },
  resources: { deny: ['test://hidden-by-the-gateway/*'] },
  output_schemas: 'strict',
  // The suite resumes streams.
  resumption: 'allow',
};
const CONFIGS = { 'mcp-validator': VALIDATOR, 'mcp-guard': { 'mcp-validator': VALIDATOR } };

/** The plugins that can be tested. */
export const PLUGINS = Object.keys(CONFIGS);

/**
 * Starts a gateway with the validator in front of some servers, each at a path of its name.
 *
 * @param dist folder of the compiled project
 * @param engine `stand-in` for the stand-in, `kong` for the program on PATH
 * @param plugin one of {@link PLUGINS}
 * @param auth with mcp-guard: also mcp-auth, and a proxy that adds an access token to each request
 * @param ports of the servers, by name
 */
export async function startGateway({ dist, engine, plugin, auth }, ports) {
  const authorization = auth ? createAuthorization() : undefined;
  const program = join(dist, 'plugins', 'main.js');
  const folder = await mkdtemp(join(tmpdir(), 'mcp-conformance-'));
  // Kong's workers run as another user.
  await chmod(folder, 0o755);
  const socket = join(folder, 'plugins.sock');
  const description = join(folder, `${plugin}.json`);
  const config = join(folder, 'kong.yml');
  await writeFile(description, await run(process.execPath, [program, 'dump', plugin]));
  await writeFile(config, configOf(plugin, ports, authorization));
  // Kong's workers run as another user, if Kong starts as root.
  const access = ['--socket-mode', '0666'];
  const serve = ['serve', '--plugins', plugin, '--socket', socket, ...access, '--log-level', 'warn'];
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
      KONG_PLUGINS: `bundled,${plugin}`,
      KONG_PLUGINSERVER_NAMES: 'validator',
      KONG_PLUGINSERVER_VALIDATOR_SOCKET: socket,
      KONG_PLUGINSERVER_VALIDATOR_QUERY_CMD: `cat ${description}`,
    };
    stops.push(await startEngine(engine, dist, env, answers(`http://${status}/status`)));
    if (!authorization) return { url: `http://${proxy}`, stop };
    const [first] = Object.keys(ports);
    const tokens = await startTokenProxy(`http://${proxy}`, authorization.token, `/${first}/mcp`);
    stops.push(tokens.stop);
    return { url: tokens.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Kong runs in the background, and is stopped with its prefix. */
async function startEngine(engine, dist, env, isUp) {
  if (engine === 'stand-in') {
    return start('the gateway', process.execPath, [join(dist, 'kong', 'stand-in', 'main.js')], { env }, isUp);
  }
  // Its workers keep the output streams of the process that started them open: a pipe would wait for their end.
  const output = join(env.KONG_PREFIX, 'start.log');
  const file = openSync(output, 'w');
  const kong = (...args) => run('kong', args, { env, stdio: ['ignore', file, file] });
  try {
    await kong('start', '--conf', '/dev/null');
  } catch (error) {
    throw new Error(`${error.message}${readFileSync(output, 'utf8')}`, { cause: error });
  }
  return async () => {
    await kong('stop', '--prefix', env.KONG_PREFIX);
    closeSync(file);
  };
}

/** The capture functions of the reference configuration, which the validator learns tools with. */
function captureFunctions() {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'kong', 'kong.yml'), 'utf8');
  const { services } = parse(text, { merge: true });
  return services.flatMap(({ plugins }) => plugins).find(({ name }) => name === 'pre-function');
}

function configOf(plugin, ports, authorization) {
  const config = { ...CONFIGS[plugin], ...(authorization && { 'mcp-auth': authorization.config }) };
  const services = Object.entries(ports).map(([name, port]) => ({
    name,
    url: `http://127.0.0.1:${port}`,
    routes: [{ name, paths: [`/${name}`], response_buffering: false }],
    plugins: [{ name: plugin, config }],
  }));
  return stringify({ _format_version: '3.0', services, plugins: [captureFunctions()] });
}
