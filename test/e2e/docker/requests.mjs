/** Requests through the gateway, as a client sends them. */
import assert from 'node:assert/strict';
import { request as send } from 'node:http';
import { setTimeout } from 'node:timers/promises';

export const GATEWAY = 'http://127.0.0.1:18000';
export const STATUS = 'http://127.0.0.1:19080';
export const METRICS = 'http://127.0.0.1:19464/metrics';
export const ADMIN = 'http://127.0.0.1:18001';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/**
 * The whole response to a request on its own connection; fails after a minute. Does not use fetch, which waits forever
 * on a connection that Docker accepts for a container that has not started yet.
 */
export function request(url, { method = 'GET', headers = {}, body = '' } = {}) {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(60_000);
    const options = {
      method,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: false,
      signal,
    };
    const sent = send(url, options, (answer) => {
      answer.setEncoding('utf8');
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, text, json: parsed(text) }),
      );
    });
    sent.once('error', reject).end(body);
  });
}

/** A message to an MCP server. */
export function mcp(server, message) {
  const body = typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', id: 1, ...message });
  return request(`${GATEWAY}/${server}/mcp`, { method: 'POST', headers: HEADERS, body });
}

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const call = (server, name, args) => mcp(server, { method: 'tools/call', params: { name, arguments: args } });

/** The response of every backend in normal operation; it shows which backend responded. */
async function checkAll() {
  for (const server of ['py-calculator', 'go-calculator']) {
    const health = await request(`${GATEWAY}/${server}/health`, { headers: HEADERS });
    assert.equal(health.json?.name, server);
    assert.equal((await call(server, 'add', { a: 5, b: 3 })).json?.result.structuredContent.result, 8);
  }
  for (const path of ['/ollama/api/tags', '/phoenix/']) {
    assert.equal((await request(`${GATEWAY}${path}`)).status, 200, path);
  }
}

/** Retries until all backends respond; fails after `seconds`. */
export const untilAllAnswer = (seconds) => until(seconds, checkAll);

/** Retries a check until it passes; after `seconds` throws its last error. */
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
  const lines = stream.text.trim().split('\n');
  assert.ok(lines.length > 2 && JSON.parse(lines.at(-1)).done);
  await until(15, async () => {
    const metrics = await request(METRICS);
    assert.match(metrics.text, /^gen_ai_client_inference_usage_output_tokens_total\{.*llama3\.2.*\} [1-9]/m);
  });
  await until(30, async () => {
    const spans = await request(`${GATEWAY}/phoenix/v1/projects`);
    assert.ok(spans.json?.data.length > 0, 'no spans arrived');
  });
}
