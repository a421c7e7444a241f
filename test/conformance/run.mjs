/**
 * Runs the official conformance suite of the Model Context Protocol against two reference servers, direct and through a
 * gateway with mcp-validator or mcp-guard, and prints one table.
 *
 *     node test/conformance/run.mjs [--engine stand-in|kong] [--plugin mcp-validator|mcp-guard] [--auth]
 *         [--dist FOLDER] [--source conformance=URL] [--source sdk=URL]
 *
 * With --auth, mcp-auth runs too, and each request takes an access token. The suite's own scenarios about authorization test
 * clients and authorization servers; none tests a resource server.
 *
 * Exits with 1 if a scenario or a check that passes direct fails through the gateway, or if the checks of mirrored headers
 * that the lenient server fails do not pass through the gateway. Needs the compiled program (dist/ by default), git, tar,
 * and at the first run the npm registry and the repositories of the servers (or copies, with --source).
 *
 * Takes about half a minute, at the first run a minute more: it installs the suite, the servers, and a newer Node.js than
 * the project needs, into the cache folder of the user.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PLUGINS, startGateway } from './gateway.mjs';
import { answers, freePort, run, start } from './processes.mjs';
import { compare, countStatuses, readResults } from './results.mjs';
import { installTools, REPOSITORIES } from './tools.mjs';

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kong-ai-plugins', 'conformance');
const DIST = join(import.meta.dirname, '..', '..', 'dist');
const REVISIONS = ['2025-11-25', '2026-07-28'];

/** What the gateway must add: the lenient server accepts any mirrored header. */
const FIXED_BY_GATEWAY = { server: 'lenient', revision: '2026-07-28', scenario: 'http-header-validation' };

async function main() {
  const { sources, ...setup } = readArguments();
  const tools = await installTools(CACHE, sources);
  const output = await mkdtemp(join(tmpdir(), 'mcp-conformance-results-'));
  const stops = [() => rm(output, { recursive: true, force: true })];
  const stopAll = async () => {
    while (stops.length > 0) await stops.pop()();
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stopAll().then(() => process.exit(130)));
  try {
    const ports = {};
    for (const [name, program] of Object.entries(tools.servers)) {
      const port = (ports[name] = await freePort());
      const options = { cwd: dirname(program), env: { ...process.env, PORT: String(port) } };
      stops.push(
        await start(name, tools.node, ['--import', 'tsx', program], options, answers(`http://127.0.0.1:${port}/mcp`)),
      );
    }
    const gateway = await startGateway(setup, ports);
    stops.push(gateway.stop);
    return await compareAll(tools, ports, gateway.url, output);
  } finally {
    await stopAll();
  }
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string', default: 'stand-in' },
      plugin: { type: 'string', default: 'mcp-validator' },
      auth: { type: 'boolean', default: false },
      dist: { type: 'string', default: DIST },
      source: { type: 'string', multiple: true, default: [] },
    },
  });
  if (values.engine !== 'stand-in' && values.engine !== 'kong') throw new Error('--engine is stand-in or kong');
  if (!PLUGINS.includes(values.plugin)) throw new Error(`--plugin is ${PLUGINS.join(' or ')}`);
  if (values.auth && values.plugin !== 'mcp-guard') throw new Error('--auth needs --plugin mcp-guard');
  const sources = Object.fromEntries(Object.entries(REPOSITORIES).map(([name, { url }]) => [name, url]));
  for (const source of values.source) {
    const [name, url] = [source.slice(0, source.indexOf('=')), source.slice(source.indexOf('=') + 1)];
    if (!Object.hasOwn(sources, name))
      throw new Error(`--source is ${Object.keys(sources).join(' or ')}, = and an address`);
    sources[name] = url;
  }
  const { engine, plugin, auth, dist } = values;
  return { engine, plugin, auth, dist: resolve(dist), sources };
}

async function compareAll(tools, ports, gatewayUrl, output) {
  const rows = [];
  const faults = [];
  for (const server of Object.keys(ports)) {
    for (const revision of REVISIONS) {
      const runSuite = async (way, url) => {
        const folder = join(output, `${server}-${revision}-${way}`);
        // Exits with 1 if a check fails; the results have the details.
        await run(tools.node, [tools.suite, 'server', '--url', url, '--requirements', revision, '-o', folder]).catch(
          () => undefined,
        );
        return readResults(folder);
      };
      const direct = await runSuite('direct', `http://127.0.0.1:${ports[server]}/mcp`);
      const through = await runSuite('through', `${gatewayUrl}/${server}/mcp`);
      const { worse, better } = compare(direct, through);
      for (const [way, results] of Object.entries({ direct, through })) {
        const { SUCCESS, FAILURE, WARNING } = countStatuses(results);
        const difference = way === 'through' ? { better: better.length, worse: worse.length } : {};
        rows.push({
          server,
          revision,
          way,
          scenarios: results.size,
          pass: SUCCESS,
          fail: FAILURE,
          warn: WARNING,
          ...difference,
        });
      }
      faults.push(...worse.map((name) => `worse: ${server}, ${revision}, ${name}`));
      if (server === FIXED_BY_GATEWAY.server && revision === FIXED_BY_GATEWAY.revision) {
        const failing = [...(through.get(FIXED_BY_GATEWAY.scenario) ?? [])].filter(
          ([, status]) => status !== 'SUCCESS',
        );
        faults.push(...failing.map(([check]) => `not fixed: ${server}, ${revision}, ${check}`));
        if (!through.has(FIXED_BY_GATEWAY.scenario)) faults.push(`not run: ${FIXED_BY_GATEWAY.scenario}`);
      }
      for (const name of better) console.log(`better: ${server}, ${revision}, ${name}`);
    }
  }
  console.table(rows);
  for (const fault of faults) console.log(fault);
  return faults.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
