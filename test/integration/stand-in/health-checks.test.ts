import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startTestGateway, type TestGateway } from '../../../kong/testkit/gateway';
import { send } from '../../../kong/testkit/http';
import { until } from '../../../kong/testkit/until';

interface Checks {
  readonly active: { readonly healthy: object; readonly unhealthy: object };
}

const reference = parse(readFileSync(join(__dirname, '../../../kong/kong.yml'), 'utf8')) as {
  readonly upstreams: readonly { readonly healthchecks: Checks }[];
};

/** Health checks with short intervals. */
const quick = (checks: Checks): object => ({
  ...checks,
  active: {
    ...checks.active,
    healthy: { ...checks.active.healthy, interval: 0.02 },
    unhealthy: { ...checks.active.unhealthy, interval: 0.02 },
  },
});

let server: Server;
let probes = 0;
let gateway: TestGateway;

/** A server that has no health path, on a port of its choice or on the one that it had. */
async function listen(port = 0): Promise<number> {
  server = createServer((request, response) => {
    if (request.url === '/health') probes++;
    response.statusCode = request.url === '/health' ? 404 : 200;
    response.end();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function stop(): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

async function start(healthchecks: object): Promise<number> {
  const port = await listen();
  probes = 0;
  gateway = await startTestGateway({
    kongYml: stringify({
      services: [{ name: 's', host: 'u', routes: [{ paths: ['/'] }] }],
      upstreams: [{ name: 'u', targets: [{ target: `127.0.0.1:${port}` }], healthchecks }],
    }),
  });
  return port;
}

const status = async (): Promise<number> => (await send(`${gateway.proxyUrl}/`)).status;

afterEach(async () => {
  await gateway.close();
  await stop();
});

const ofReference = quick(reference.upstreams[0]!.healthchecks);

it("marks a server without a health path unhealthy with Kong's defaults", async () => {
  const active = { http_path: '/health', healthy: { successes: 1 }, unhealthy: { http_failures: 3 } };
  await start(quick({ active }));
  expect(await status()).toBe(200);
  await until(async () => (await status()) === 503, 'the target to be taken out');
});

it('keeps a server without a health path healthy with the reference configuration', async () => {
  await start(ofReference);
  await until(() => probes > 6, 'more checks than would take it out');
  expect(await status()).toBe(200);
});

it('marks a stopped server unhealthy, and healthy again after its start, without a health path', async () => {
  const port = await start(ofReference);
  await stop();
  await until(async () => (await status()) === 503, 'the target to be taken out');
  await listen(port);
  await until(async () => (await status()) === 200, 'the target to be back');
});

it('never marks a server unhealthy for failed requests with the reference configuration', async () => {
  const port = await start({ ...ofReference, active: {} });
  await stop();
  for (let call = 0; call < 20; call++) expect(await status()).toBe(502);
  await listen(port);
  expect(await status()).toBe(200);
});
