/** Network isolation: what can be reached from where. */
import assert from 'node:assert/strict';
import { inspectAll, runNode } from './deployment.mjs';
import { ADMIN, request, STATUS } from './requests.mjs';

/** Connects to each HOST:PORT; prints those that accept the connection, as JSON. */
const PROBE = `
const { connect } = require('node:net');
const probe = (target) => new Promise((resolve) => {
  const [host, port] = target.split(':');
  const socket = connect({ host, port: Number(port) });
  const end = (open) => { socket.destroy(); resolve(open ? [target] : []); };
  socket.setTimeout(2000, () => end(false)).once('connect', () => end(true)).once('error', () => end(false));
});
Promise.all(process.argv.slice(1).map(probe)).then((open) => console.log(JSON.stringify(open.flat())));
`;

const reached = async (service, targets) => JSON.parse(await runNode(service, PROBE, ...targets));
const addresses = (container) => Object.values(container.NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);

const PORTS = {
  kong: [8001, 8002, 8444, 9080],
  'plugin-server': [9464],
  redis: [6379],
  'redis-exporter': [9121],
  prometheus: [9090],
  grafana: [3000],
};

/** A backend reaches only the proxy, by any name, address or published port. */
export async function checkBackendsAreKeptAway() {
  const containers = await inspectAll();
  const targets = ['kong:8000', 'kong-on-access:9080', 'kong-on-control:9080', 'kong-on-access:8001'];
  for (const [service, ports] of Object.entries(PORTS)) {
    const container = containers.get(service);
    if (!container) continue;
    for (const host of [service, ...addresses(container)]) targets.push(...ports.map((port) => `${host}:${port}`));
  }
  const { Gateway } = Object.values(containers.get('py-calculator').NetworkSettings.Networks)[0];
  targets.push(...['18001', '19080', '19464', '19090', '13000'].map((port) => `${Gateway}:${port}`));
  assert.deepEqual(await reached('py-calculator', targets), ['kong:8000']);
}

/** The status listener is reachable from this machine and the control network, the Admin API from nowhere. */
export async function checkListeners() {
  assert.equal((await request(`${STATUS}/status/ready`)).status, 200);
  assert.deepEqual(await reached('plugin-server', ['kong:9080', 'kong:8001', 'kong:8002']), ['kong:9080']);
  await assert.rejects(request(ADMIN));
}

/** With compose.dev.yml the Admin API is reachable from this machine, and from no other container. */
export async function checkAdminForDevelopment() {
  const response = await request(`${ADMIN}/status`);
  assert.equal(response.status, 200);
  assert.deepEqual(await reached('plugin-server', ['kong:8001']), []);
  await checkBackendsAreKeptAway();
}
