import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createExportAgent } from '../../../../../../plugins/shared/telemetry/export/export-agent';

/** A collector that breaks off every connection. */
async function startBrokenCollector() {
  const server = createServer((incoming) => incoming.socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces` };
}

it('a request that the exporter left without an error listener does not end the process, as one retry after its deadline did', async () => {
  const { server, url } = await startBrokenCollector();
  const agent = createExportAgent('http:');
  const outgoing = request(url, { method: 'POST', agent });
  // As in the exporter: this throws before it listens for errors.
  expect(() => outgoing.setTimeout(-1)).toThrow('out of range');
  expect(outgoing.listenerCount('error')).toBeGreaterThan(0);
  await new Promise((resolve) => outgoing.on('close', resolve).end());
  agent.destroy();
  server.close();
});

it.each([
  ['http:', 80],
  ['https:', 443],
])('uses the agent of %s', (protocol, port) => {
  const agent = createExportAgent(protocol) as { defaultPort?: number };
  expect(agent.defaultPort).toBe(port);
});
