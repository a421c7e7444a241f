import { readFileSync } from 'node:fs';
import { send } from '../../kong/testkit/http';
import { eventually, gateway, postMcp, toolCall } from './gateway';

/** Sends a request whose path is not normalised. */
const ask = async (method: string, path: string, headers: Record<string, string> = {}): Promise<number> =>
  (await send(gateway.proxyUrl, { method, path, headers })).status;

it.each([
  ['DELETE', '/ollama/api/delete'],
  ['POST', '/ollama/api/pull'],
  ['POST', '/ollama/v1/../api/delete'],
  ['POST', '/ollama/v1/%2e%2e/api/delete'],
  ['POST', '/ollama/v1/..%2fapi/delete'],
  ['POST', '/ollama//api//delete'],
  ['POST', '/ollama/%61pi/delete'],
  ['POST', '/ollama/API/delete'],
  ['DELETE', '/ollama/v1/models/x'],
])('does not forward %s %s to Ollama', async (method, path) => {
  expect(await ask(method, path)).toBe(403);
});

it.each([
  ['GET', '/ollama/api/tags'],
  ['GET', '/ollama/v1/models'],
  ['GET', '/ollama/v1/../api/version'],
  ['HEAD', '/ollama/'],
])('forwards %s %s to Ollama', async (method, path) => {
  expect(await ask(method, path)).toBe(200);
});

it.each(['/ollama/api/tags', '/phoenix/'])('allows %s only for pages and host names of this machine', async (path) => {
  expect(await ask('GET', path, { Origin: 'http://localhost:3000' })).toBe(200);
  expect(await ask('GET', path, { Host: 'localhost' })).toBe(200);
  expect(await ask('GET', path, { Origin: 'https://evil.example' })).toBe(403);
  expect(await ask('GET', path, { Origin: 'null' })).toBe(403);
  expect(await ask('GET', path, { Host: 'evil.example:8000' })).toBe(403);
});

it('accepts an image for an LLM that exceeds the limit of MCP servers', async () => {
  const picture = 'x'.repeat(6_000_000);
  const response = await fetch(`${gateway.proxyUrl}/ollama/api/chat`, {
    method: 'POST',
    body: JSON.stringify({
      model: 'llama3.2',
      stream: false,
      messages: [{ role: 'user', content: 'What is this?', images: [picture] }],
    }),
  });
  expect(response.status).toBe(200);
  await response.body?.cancel();
  expect((await postMcp('py-calculator', toolCall('add', { a: 1, b: 1, picture }))).status).toBe(413);
});

it('writes a line for each request to its log', async () => {
  const { requestLog } = gateway;
  // In containers, requests are in Kong's log.
  if (requestLog === undefined) return;
  await ask('GET', '/nowhere/mark-of-this-test');
  await eventually('the line', () =>
    Promise.resolve(readFileSync(requestLog, 'utf8').includes('/nowhere/mark-of-this-test')),
  );
});
