/** Requests through the gateway, as a client sends them. */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

export const GATEWAY = 'http://127.0.0.1:18000';
export const STATUS = 'http://127.0.0.1:19080';
export const METRICS = 'http://127.0.0.1:19464/metrics';
export const ADMIN = 'http://127.0.0.1:18001';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** Fetches, and gives up after a minute: a container that is stopped at the wrong moment answers nothing at all. */
export const request = (url, options = {}) => fetch(url, { ...options, signal: AbortSignal.timeout(60_000) });

/** A message to an MCP server; `text` and `json` are its answer's body. */
export async function mcp(server, message) {
  const body = typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', id: 1, ...message });
  const response = await request(`${GATEWAY}/${server}/mcp`, { method: 'POST', headers: HEADERS, body });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const call = (server, name, args) => mcp(server, { method: 'tools/call', params: { name, arguments: args } });

/** What every backend answers when all is well: each by itself, not by its neighbour. */
async function checkAll() {
  for (const server of ['py-calculator', 'go-calculator']) {
    const health = await request(`${GATEWAY}/${server}/health`, { headers: HEADERS });
    assert.equal((await health.json()).name, server);
    assert.equal((await call(server, 'add', { a: 5, b: 3 })).json?.result.structuredContent.result, 8);
  }
  for (const path of ['/ollama/api/tags', '/phoenix/']) {
    const response = await request(`${GATEWAY}${path}`);
    await response.arrayBuffer();
    assert.equal(response.status, 200, path);
  }
}

/** Tries until all backends answer; fails after `seconds`. */
export const untilAllAnswer = (seconds) => until(seconds, checkAll);

/** Tries a check until it holds; after `seconds` fails as it did last. */
export async function until(seconds, check) {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await setTimeout(200);
    }
  }
}

/** The requests of the README. */
export async function fiveRequests() {
  assert.equal((await call('py-calculator', 'add', { a: 5, b: 3 })).json.result.content[0].text, '8');

  const twice = await mcp('py-calculator', '{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping"}');
  assert.deepEqual([twice.status, twice.json.error.code], [400, -32700]);

  const nameless = await mcp('py-calculator', { id: 2, method: 'tools/call', params: { arguments: { a: 5 } } });
  assert.equal(nameless.json.error.code, -32602);

  const answers = [];
  for (let count = 0; count < 6; count++) {
    answers.push(await call('py-calculator', 'countdown', { steps: 1, intervalMs: 10 }));
  }
  assert.match(answers.at(-1).text, /Rate limit exceeded/);
  assert.doesNotMatch(answers.at(0).text, /Rate limit exceeded/);

  const stream = await request(`${GATEWAY}/ollama/api/chat`, {
    method: 'POST',
    body: JSON.stringify({ model: 'llama3.2', messages: [{ role: 'user', content: 'Why is the sky blue?' }] }),
  });
  const lines = (await stream.text()).trim().split('\n');
  assert.ok(lines.length > 2 && JSON.parse(lines.at(-1)).done);
  await until(15, async () => {
    const metrics = await (await request(METRICS)).text();
    assert.match(metrics, /^gen_ai_client_inference_usage_output_tokens_total\{.*llama3\.2.*\} [1-9]/m);
  });
  await until(30, async () => {
    const spans = await request(`${GATEWAY}/phoenix/v1/projects`);
    assert.ok((await spans.json()).data.length > 0, 'no spans arrived');
  });
}
