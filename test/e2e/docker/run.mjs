/**
 * Builds and runs the deployment of docker/ on a real Docker engine, with the failures and the load of real use:
 * `npm run test:docker`. Skips with a message where there is no engine or no base images. It pulls no images, uses ports
 * from 13000 to 19464 of loopback, and leaves nothing but the built images. `--keep` leaves the containers too, and
 * `--only TEXT` runs on those that were left just the steps whose names contain the text.
 *
 * Takes about ten minutes, most of it load and waiting for health checks.
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { checkContainers, checkImages, checkSocket, checkUmask } from './containers.mjs';
import { compose, down, inspectAll, up } from './deployment.mjs';
import { killEach, restartEach, sendLargeBodies, stopAndStart, swapBackends } from './failures.mjs';
import { checkAdminForDevelopment, checkBackendsAreKeptAway, checkListeners } from './isolation.mjs';
import { inventNames, LARGE } from './load.mjs';
import { findPrerequisites } from './prerequisites.mjs';
import { fiveRequests, untilAllAnswer } from './requests.mjs';

const ids = async () => [...(await inspectAll())].map(([service, { Id }]) => `${service} ${Id}`).sort();

const STEPS = [
  ['builds, starts, becomes healthy', (services) => up(services, { build: true }).then(() => untilAllAnswer(10))],
  [
    'a second build without changes recreates nothing',
    async (services) => {
      const before = await ids();
      await up(services, { build: true });
      assert.deepEqual(await ids(), before);
    },
  ],
  ['the five requests of the README', fiveRequests],
  ['limits memory and processes, and has no unnamed volume', checkContainers],
  ['images have no package manager, setuid file or development dependency', checkImages],
  ['only the group of the socket can connect', checkSocket],
  ['backends reach the proxy and nothing else', checkBackendsAreKeptAway],
  ['operators can reach the status listener, and no one the Admin API', checkListeners],
  ['a clone that only its owner may read causes a helpful message', checkUmask],
  ['no backend fails under parallel large requests', () => sendLargeBodies(LARGE)],
  ['invented tool names do not exhaust memory', () => inventNames(4_000)],
  ['the limits hold under load', checkContainers],
  ['two backends that swap addresses are found within seconds', swapBackends],
  ['each service comes back after a restart', restartEach],
  ['each service comes back after kill -9', killEach],
  ['all services come back after stop and start', stopAndStart],
  [
    'the Admin API can be opened for development',
    (services) => up(services, { dev: true }).then(checkAdminForDevelopment),
  ],
  [
    'all services come back after down and up',
    async (services) => {
      await down();
      await up(services);
      await untilAllAnswer(10);
      await fiveRequests();
    },
  ],
];

/** The running containers, and the last lines of each one's log, shortened. */
async function describe() {
  const logs = await compose(['logs', '--tail', '10']);
  const lines = logs.split('\n').map((line) => line.slice(0, 240));
  return `${await compose(['ps', '--all'])}\n${lines.join('\n')}`;
}

async function main() {
  const { services, missing } = await findPrerequisites();
  if (missing) {
    console.log(`test:docker was skipped: ${missing}.`);
    return 0;
  }
  const { keep, only } = parseArgs({ options: { keep: { type: 'boolean' }, only: { type: 'string' } } }).values;
  const cleanUp = () => (keep || only ? undefined : down({ volumes: true }));
  process.once('SIGINT', () => void Promise.resolve(cleanUp()).then(() => process.exit(130)));
  if (!only) await down({ volumes: true });
  let failed;
  for (const [name, step] of STEPS.filter(([step]) => step.includes(only ?? ''))) {
    const start = Date.now();
    try {
      const note = await step(services);
      console.log(
        `ok  ${((Date.now() - start) / 1_000).toFixed(1).padStart(6)} s  ${name}${typeof note === 'string' ? `: ${note}` : ''}`,
      );
    } catch (error) {
      failed = name;
      console.error(`FAILED     ${name}\n${error.stack}\n${await describe()}`);
      break;
    }
  }
  await cleanUp();
  return failed ? 1 : 0;
}

process.exitCode = await main();
