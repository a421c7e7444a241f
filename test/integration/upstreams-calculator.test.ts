import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startCalculator, type CalculatorOptions } from '../../docker/upstreams/calculator/start';
import type { RunningServer } from '../../docker/upstreams/shared/http-server';
import { send } from '../../kong/testkit/http';
import { until } from '../../kong/testkit/until';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(options: CalculatorOptions = {}): Promise<RunningServer> {
  const server = await startCalculator({ name: 'py-calculator', ...options });
  open.push(() => server.close());
  return server;
}

async function connect(url: string): Promise<{ client: Client; transport: StreamableHTTPClientTransport }> {
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`));
  await client.connect(transport);
  open.push(() => client.close());
  return { client, transport };
}

const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const call = (name: string, args: object, meta?: object): object => ({
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name, arguments: args, ...(meta && { _meta: meta }) },
});

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};

describe('calculator with the SDK client of the session revisions', () => {
  it('returns its name, lists its tools and calculates', async () => {
    const { client, transport } = await connect((await start()).url);
    expect(client.getServerVersion()).toMatchObject({ name: 'py-calculator' });
    expect(transport.sessionId).toMatch(/^[\x21-\x7e]+$/);
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual([
      'add',
      'subtract',
      'multiply',
      'divide',
      'countdown',
      'dialogue',
      'admin_status',
    ]);
    for (const [name, expected] of Object.entries({ add: 8, subtract: 2, multiply: 15, divide: 5 / 3 })) {
      const result = await client.callTool({ name, arguments: { a: 5, b: 3 } });
      expect(result.content).toEqual([{ type: 'text', text: String(expected) }]);
      expect(result.structuredContent).toEqual({ result: expected });
    }
  });

  it.each([
    ['divide', { a: 1, b: 0 }, 'Cannot divide 1 by zero'],
    ['multiply', { a: 1e308, b: 10 }, 'too large'],
    ['add', { a: 'five', b: 3 }, 'expected number'],
    ['countdown', { steps: 1_000_000 }, '<=60'],
  ])('answers %s %j with a tool error', async (name, args, text) => {
    const { client } = await connect((await start()).url);
    const result = await client.callTool({ name, arguments: args });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain(text);
  });

  it('reads a resource and gets a prompt', async () => {
    const { client } = await connect((await start()).url);
    const { contents } = await client.readResource({ uri: 'calculator://constants' });
    expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject({ pi: Math.PI });
    const { messages } = await client.getPrompt({ name: 'explain-calculation', arguments: { expression: '1 + 2' } });
    expect(messages[0]?.content).toMatchObject({ type: 'text', text: expect.stringContaining('1 + 2') as string });
  });

  it('reports progress before the result', async () => {
    const { client } = await connect((await start()).url);
    const seen: number[] = [];
    const result = await client.callTool({ name: 'countdown', arguments: { steps: 3, intervalMs: 1 } }, undefined, {
      onprogress: ({ progress, total }) => {
        expect(total).toBe(3);
        seen.push(progress);
      },
    });
    expect(seen).toEqual([1, 2, 3]);
    expect(result.content).toEqual([{ type: 'text', text: 'Counted down 3 steps' }]);
  });

  it('stops a cancelled countdown and frees its slot', async () => {
    const { client } = await connect((await start({ maxCountdowns: 1 })).url);
    const abort = new AbortController();
    const slow = client.callTool({ name: 'countdown', arguments: { steps: 60, intervalMs: 2_000 } }, undefined, {
      signal: abort.signal,
      onprogress: () => undefined,
    });
    const busy = async (): Promise<boolean> =>
      (await client.callTool({ name: 'countdown', arguments: { steps: 1, intervalMs: 0 } })).isError === true;
    await until(busy, 'a call');
    abort.abort();
    await expect(slow).rejects.toThrow('abort');
    await until(async () => !(await busy()), 'the end of the call');
  });

  it('opens a stream immediately, before there is any data', async () => {
    const { url } = await start();
    const session = (await post(url, initialize)).headers.get('mcp-session-id') ?? '';
    // The first keep-alive would come after 15 seconds.
    const response = await fetch(`${url}/mcp`, {
      headers: { accept: 'text/event-stream', 'mcp-session-id': session },
      signal: AbortSignal.timeout(5_000),
    });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  it('ends a session on DELETE', async () => {
    const { url } = await start();
    const { transport } = await connect(url);
    const sessionId = transport.sessionId ?? '';
    await transport.terminateSession();
    const after = await post(url, call('add', { a: 1, b: 1 }), { 'mcp-session-id': sessionId });
    expect(after.status).toBe(404);
  });
});

describe('calculator sessions are bounded', () => {
  it('ends the least recently used one when there are too many', async () => {
    const { url } = await start({ maxSessions: 2 });
    const ids: string[] = [];
    for (let i = 0; i < 3; i += 1) ids.push((await post(url, initialize)).headers.get('mcp-session-id') ?? '');
    const ping = { jsonrpc: '2.0', id: 2, method: 'ping' };
    const statuses = [];
    for (const id of ids) statuses.push((await post(url, ping, { 'mcp-session-id': id })).status);
    expect(statuses).toEqual([404, 200, 200]);
  });

  it('ends an idle one with its stream', async () => {
    const { url } = await start({ sessionIdleMs: 50 });
    const id = (await post(url, initialize)).headers.get('mcp-session-id') ?? '';
    const stream = await fetch(`${url}/mcp`, { headers: { accept: 'text/event-stream', 'mcp-session-id': id } });
    expect(stream.status).toBe(200);
    await expect(stream.text()).resolves.toBe('');
    expect((await post(url, { jsonrpc: '2.0', id: 2, method: 'ping' }, { 'mcp-session-id': id })).status).toBe(404);
  });
});

describe('calculator without a session', () => {
  it.each(['application/json, text/event-stream', 'application/json', '*/*'])(
    'answers one POST that accepts %s with JSON',
    async (accept) => {
      const { url } = await start();
      const response = await post(url, call('add', { a: 5, b: 3 }), { accept });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain('application/json');
      await expect(response.json()).resolves.toMatchObject({
        id: 7,
        result: { content: [{ type: 'text', text: '8' }], structuredContent: { result: 8 } },
      });
    },
  );

  it('streams progress to a client that asks for it', async () => {
    const { url } = await start();
    const response = await post(url, call('countdown', { steps: 2, intervalMs: 1 }, { progressToken: 'p' }));
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const messages = (await response.text()).match(/^data: .*$/gm)?.map((line) => JSON.parse(line.slice(6)) as object);
    expect(messages).toHaveLength(3);
    expect(messages?.[0]).toMatchObject({ method: 'notifications/progress', params: { progressToken: 'p', total: 2 } });
    expect(messages?.[2]).toMatchObject({ id: 7, result: { content: [{ text: 'Counted down 2 steps' }] } });
  });

  it.each([
    ['json', undefined],
    ['stream', { progressToken: 1 }],
  ])('stops working when the client disconnects (%s)', async (_shape, meta) => {
    const { url } = await start({ maxCountdowns: 1 });
    const abort = new AbortController();
    const slow = fetch(`${url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify(call('countdown', { steps: 60, intervalMs: 2_000 }, meta)),
      signal: abort.signal,
    });
    slow.then((response) => response.text()).catch(() => undefined);
    const busy = async (): Promise<boolean> =>
      (await (await post(url, call('countdown', { steps: 1, intervalMs: 0 }))).text()).includes('Too many countdowns');
    await until(busy, 'a call');
    abort.abort();
    await until(async () => !(await busy()), 'the end of the call');
  });

  it.each([
    ['not json', 'not json', {}, 400],
    ['an unknown session', call('add', { a: 1, b: 2 }), { 'mcp-session-id': 'gone' }, 404],
    ['a body over the bound', JSON.stringify({ pad: 'x'.repeat(3_000) }), {}, 413],
    ['another media type', call('add', { a: 1, b: 2 }), { 'content-type': 'text/plain' }, 415],
    ['HTML wanted', call('add', { a: 1, b: 2 }), { accept: 'text/html' }, 406],
  ])('rejects %s', async (_what, body, headers, status) => {
    const { url } = await start({ maxBodyBytes: 2_000 });
    expect((await post(url, body, headers)).status).toBe(status);
  });

  it.each([
    ['GET', '/', 200],
    ['HEAD', '/', 200],
    ['GET', '/health', 200],
    ['GET', '/mcp', 400],
    ['PUT', '/mcp', 405],
    ['GET', '/nope', 404],
  ])('answers %s %s with %d', async (method, path, status) => {
    const { url } = await start();
    expect((await fetch(url + path, { method })).status).toBe(status);
  });
});

describe('calculator at 2026-07-28', () => {
  it('serves a client of that revision, progress included', async () => {
    const { url } = await start();
    const client = new ModernClient(
      { name: 'test', version: '1' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    await client.connect(new ModernTransport(new URL(`${url}/mcp`)));
    open.push(() => client.close());
    expect((await client.listTools()).tools).toHaveLength(7);
    const sum = await client.callTool({ name: 'add', arguments: { a: 5, b: 3 } });
    expect(sum.structuredContent).toEqual({ result: 8 });
    const seen: number[] = [];
    await client.callTool(
      { name: 'countdown', arguments: { steps: 2, intervalMs: 1 } },
      { onprogress: ({ progress }) => seen.push(progress) },
    );
    expect(seen).toEqual([1, 2]);
  });

  it('answers a request without the headers of the revision with its error code', async () => {
    const { url } = await start();
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const response = await post(url, call('add', { a: 1, b: 2 }, meta));
    expect(response.status).toBe(400);
    await expect(response.json()).resolves.toMatchObject({ id: 7, error: { code: -32020 } });
  });
});

it.each([
  ['py-calculator', 421],
  ['go-calculator', 403],
])('%s rejects a foreign Host on loopback: %d', async (name, status) => {
  const { url } = await start({ name });
  const options = { method: 'POST', headers: { host: `${name}:8100`, 'content-type': 'application/json' } };
  expect((await send(`${url}/mcp`, options, JSON.stringify(initialize))).status).toBe(status);
  expect((await send(`${url}/health`, { headers: { host: name } })).status).toBe(200);
});
