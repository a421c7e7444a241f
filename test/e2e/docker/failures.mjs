/** Failures of containers. */
import assert from 'node:assert/strict';
import { compose, docker, inspect, inspectAll, up } from './deployment.mjs';
import { call, until, untilAllAnswer } from './requests.mjs';

/** Seconds until a restarted service must be back: Kong itself needs a few, all others recover within five. */
const SECONDS = 30;

/** Restarts one service after the other; the gateway recovers each time. */
export async function restartEach(services) {
  const took = [];
  for (const service of services) {
    await compose(['restart', '--timeout', '10', service]);
    const start = Date.now();
    await untilAllAnswer(SECONDS);
    took.push(`${service} ${((Date.now() - start) / 1_000).toFixed(1)} s`);
    await untilHealthy(service);
  }
  return took.join(', ');
}

/** Kills the main process of each container, as the kernel does when memory is exhausted; Docker restarts them. */
export async function killEach(services) {
  for (const service of services) {
    const { State } = await inspect(service);
    // A container in the process namespace of the host: no process can kill the first process of its own namespace.
    await docker(
      'run',
      '--rm',
      '--pid',
      'host',
      '--network',
      'none',
      '--user',
      '0',
      '--entrypoint',
      'sh',
      'node:26-slim',
      '-c',
      `kill -9 ${State.Pid}`,
    );
    await until(SECONDS, async () => assert.notEqual((await inspect(service)).State.Pid || State.Pid, State.Pid));
    await untilAllAnswer(SECONDS);
    await untilHealthy(service);
  }
}

/** Stops and starts everything: memory is lost, volumes stay. */
export async function stopAndStart(services) {
  await compose(['stop', '--timeout', '10']);
  await up(services);
  await untilAllAnswer(SECONDS);
}

const addressOf = async (service) => Object.values((await inspect(service)).NetworkSettings.Networks)[0].IPAddress;

/** Swaps the addresses of two backends: each is found by its name within seconds. */
export async function swapBackends() {
  await untilAllAnswer(SECONDS);
  const before = [await addressOf('py-calculator'), await addressOf('go-calculator')];
  await compose(['stop', '--timeout', '5', 'py-calculator', 'go-calculator']);
  // Docker assigns the lowest free address to the container that starts first.
  const first = before[0].localeCompare(before[1], 'en', { numeric: true }) < 0 ? 'go-calculator' : 'py-calculator';
  await compose(['start', first]);
  await compose(['start', first === 'go-calculator' ? 'py-calculator' : 'go-calculator']);
  const start = Date.now();
  const after = [await addressOf('py-calculator'), await addressOf('go-calculator')];
  await untilAllAnswer(15);
  const seconds = ((Date.now() - start) / 1_000).toFixed(1);
  return `${before.join(' and ')} became ${after.join(' and ')}; right after ${seconds} s`;
}

/** Parallel large requests, then a small one: no backend is out and no container has been killed. */
export async function sendLargeBodies(sizes) {
  const answers = await Promise.all(sizes.map(({ send, bytes }) => send('x'.repeat(bytes))));
  const statuses = answers.map((status) => String(status));
  for (let count = 0; count < 3; count++) {
    assert.equal((await call('py-calculator', 'add', { a: 1, b: 2 })).json?.result.structuredContent.result, 3);
  }
  await untilAllAnswer(1);
  const killed = [...(await inspectAll())].filter(([, { State, RestartCount }]) => State.OOMKilled || RestartCount > 0);
  assert.deepEqual(
    killed.map(([service]) => service),
    [],
  );
  return [...new Set(statuses)]
    .map((status) => `${status}: ${statuses.filter((one) => one === status).length}`)
    .join(', ');
}

async function untilHealthy(service) {
  await until(60, async () => assert.equal((await inspect(service)).State.Health?.Status ?? 'healthy', 'healthy'));
}
