/** Requests that try to exhaust memory. */
import assert from 'node:assert/strict';
import { docker, inspect } from './deployment.mjs';
import { GATEWAY, mcp, request, untilAllAnswer } from './requests.mjs';

const MB = 1_000_000;
const ping = async (filler) =>
  (await mcp('py-calculator', { method: 'ping', params: { _meta: { 'example.com/filler': filler } } })).status;
const generate = async (prompt) => {
  const body = JSON.stringify({ model: 'llama3.2', prompt, stream: false, options: { num_predict: 1 } });
  return (await request(`${GATEWAY}/ollama/api/generate`, { method: 'POST', body })).status;
};

/** Sends large requests in parallel, up to the limit of the gateway. */
export const LARGE = [
  ...Array.from({ length: 6 }, () => ({ send: ping, bytes: 3 * MB })),
  ...Array.from({ length: 12 }, () => ({ send: ping, bytes: 4 * MB })),
  ...Array.from({ length: 6 }, () => ({ send: generate, bytes: 19 * MB })),
];

const usage = async (service) =>
  await docker('stats', '--no-stream', '--format', '{{.MemUsage}}', (await inspect(service)).Id);

/** Batches of calls to tools whose names are made up: the plugin server stays within its memory and goes on answering. */
export async function inventNames(requests) {
  // The gateway knows the tools of the servers, as after the start of a client's session.
  for (const server of ['py-calculator', 'go-calculator']) await mcp(server, { method: 'tools/list' });
  const before = await usage('plugin-server');
  let sent = 0;
  const worker = async () => {
    while (sent < requests) {
      const number = sent++;
      const calls = Array.from({ length: 100 }, (_, id) => ({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name: `invented-${number}-${id}`, arguments: {} },
      }));
      await mcp(number % 2 ? 'py-calculator' : 'go-calculator', JSON.stringify(calls));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  const { State, RestartCount } = await inspect('plugin-server');
  assert.deepEqual([State.OOMKilled, RestartCount], [false, 0]);
  // Within a minute the client that invented the names is admitted again too.
  await untilAllAnswer(65);
  return `plugin server: ${before} before, ${await usage('plugin-server')} after`;
}
