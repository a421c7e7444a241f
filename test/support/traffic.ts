import { createConnection } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunState } from '../../kong/start/run';

const MCP_HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };

/** Milliseconds between two rounds of one kind. */
const BETWEEN_ROUNDS_MS = 500;

/** Sends valid and invalid requests of every kind in rounds, until the caller stops it. */
export function startTraffic(state: RunState): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const again = async (round: () => Promise<unknown>): Promise<void> => {
    while (!signal.aborted) {
      // A stopped gateway does not respond; only the metrics matter.
      await round().catch(() => undefined);
      await pause(BETWEEN_ROUNDS_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> => {
    const response = await fetch(`${state.proxyUrl}${path}`, {
      method: 'POST',
      headers: { ...MCP_HEADERS, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      signal,
    });
    await response.arrayBuffer();
    return response;
  };
  const rounds = [
    () => session(state.proxyUrl, post, signal),
    () => calls(post),
    ...llmRequests.map((request) => () => post(...request)),
    () => oddities(state, post),
  ].map(again);
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(rounds);
    },
  };
}

type Post = (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;

const message = (method: string, params: object = {}) => ({ jsonrpc: '2.0', id: 1, method, params });
const toolCall = (name: string, args: object) => message('tools/call', { name, arguments: args });

/** A session from its beginning to its end, with a stream in it. */
async function session(proxyUrl: string, post: Post, signal: AbortSignal): Promise<void> {
  const revision = '2025-11-25';
  const start = await post('/py-calculator/mcp', {
    ...message('initialize'),
    params: { protocolVersion: revision, capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  });
  const headers = { 'Mcp-Session-Id': start.headers.get('mcp-session-id') ?? '', 'MCP-Protocol-Version': revision };
  await post('/py-calculator/mcp', { jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
  await post('/py-calculator/mcp', message('tools/list'), headers);
  await post('/py-calculator/mcp', toolCall('add', { a: 5, b: 3 }), headers);
  const streaming = new AbortController();
  await fetch(`${proxyUrl}/py-calculator/mcp`, {
    headers: { ...headers, Accept: 'text/event-stream' },
    signal: AbortSignal.any([signal, streaming.signal]),
  });
  await pause(BETWEEN_ROUNDS_MS);
  streaming.abort();
  await fetch(`${proxyUrl}/py-calculator/mcp`, { method: 'DELETE', headers, signal });
}

/** Calls that succeed, calls that fail in every way, and calls that never end. */
async function calls(post: Post): Promise<void> {
  for (const name of ['multiply', 'subtract']) await post('/py-calculator/mcp', toolCall(name, { a: 6, b: 7 }));
  await post('/py-calculator/mcp', toolCall('divide', { a: 1, b: 0 }));
  await post('/py-calculator/mcp', message('prompts/get', { name: 'nobody-knows' }));
  await post('/py-calculator/mcp', 'no JSON');
  await post('/py-calculator/mcp', toolCall('countdown', { steps: 1, intervalMs: 0 }));
  await post('/go-calculator/mcp', toolCall('add', { a: 5, b: 3 }), { apikey: 'key-of-ann' });
  await post('/go-calculator/mcp', toolCall('add', { a: 5, b: 3 }), { apikey: 'key-of-nobody' });
}

const messages = [{ role: 'user', content: 'Why is the sky blue?' }];
const llmRequests: [path: string, body: object][] = [
  ['/ollama/api/chat', { model: 'llama3.2', messages }],
  ['/ollama/api/generate', { model: 'qwen3', prompt: 'Hello', stream: false }],
  ['/ollama/api/generate', { model: 'demo-broken', prompt: 'Hello' }],
  ['/ollama/api/embed', { model: 'nomic-embed-text', input: 'Hello' }],
  ['/ollama/api/chat', { model: 'nobody-has-it', messages }],
  ['/agent/api/chat', { model: 'llama3.2', messages }],
  ['/agent/api/chat', { model: 'llama3.2', messages: [{ role: 'user', content: 'Calculate 5 + 3' }] }],
];

/** Failures around the plugins: missing backends, invalid responses, and an unknown client on the socket. */
async function oddities(state: RunState, post: Post): Promise<void> {
  await post('/nowhere/mcp', message('tools/list'));
  await post('/gone/mcp', message('tools/list'));
  await post('/odd/mcp', message('tools/list'));
  await post('/uncounted/mcp', toolCall('one', {}));
  await post('/uncounted/mcp', 'no JSON');
  await post('/odd/api/chat', { model: 'a', messages });
  await post('/odd/v1/chat/completions', { model: 'a', messages });
  await post('/odd/v1/chat/completions', { model: 'b', messages });
  const stranger = createConnection(state.pluginServerSocket ?? '');
  stranger.on('error', () => undefined);
  stranger.end(Buffer.from('ffffffff', 'hex'));
}
