import { startCalculator } from '../../docker/upstreams/calculator/start';
import { startTestGateway } from '../../kong/testkit/gateway';
import { McpConnection } from '../../plugins/llm-mcp-agent/mcp/mcp-connection';
import { openGateway } from '../../plugins/llm-mcp-agent/service/open-gateway';
import { at } from '../support/agent-answer';
import { startAgentHost, tool, type AgentHost } from '../support/agent-host';

let host: AgentHost;
const start = async (config: object = {}): Promise<AgentHost> => {
  host = await startAgentHost(config);
  host.lists['/one'] = [tool('add')];
  return host;
};
afterEach(async () => {
  await host.close();
});

const CALL = [{ calls: [{ id: 'c1', name: 'add', args: '{"a":1}' }] }, { text: 'Done.' }];
const BODY = { model: 'm', stream: false, messages: [{ role: 'user', content: 'Hi' }] };

const ask = async (options = {}): Promise<{ status: number; body: unknown }> => {
  const response = await host.ask('/api/chat', BODY, options);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
};

/** The result of the first call, as the model reads it. */
const result = (): unknown => {
  const messages = (host.modelRequests[1]?.body['messages'] ?? []) as unknown[];
  return at(
    messages.find((message) => at(message, 'role') === 'tool'),
    'content',
  );
};

const rpc = (id: unknown, rest: object): string => JSON.stringify({ jsonrpc: '2.0', id, ...rest });
const lastId = (): unknown => host.toolRequests.at(-1)?.body['id'];

describe('a failing tool is a result for the model', () => {
  it.each<[string, string, RegExp, number, Record<string, string>, (id: unknown) => string]>([
    [
      'an error of the tool',
      'tool_error',
      /^no such file$/,
      200,
      {},
      (id) => rpc(id, { result: { isError: true, content: [{ type: 'text', text: 'no such file' }] } }),
    ],
    [
      'an error of JSON-RPC, without markup and addresses',
      'rpc_error',
      /^bad arguments at \[address\]$/,
      200,
      {},
      (id) => rpc(id, { error: { code: -32602, message: '<b>bad</b> arguments\n at http://10.0.0.1:9/x' } }),
    ],
    [
      'a rejection by the validator',
      'rpc_error',
      /^\/arguments\/a must be a number$/,
      400,
      {},
      (id) => rpc(id, { error: { code: -32602, message: '/arguments/a must be a number' } }),
    ],
    [
      'a rejection by a rate limit',
      'rate_limited',
      /^The limit of calls is reached\. Try again in 12 seconds\.$/,
      429,
      { 'Retry-After': '12' },
      () => '{"message":"API rate limit exceeded"}',
    ],
    ['no authorization', 'not_allowed', /^The caller is not allowed/, 403, {}, () => 'You cannot consume this service'],
    [
      'a page instead of an answer',
      'unavailable',
      /^The tool is not available\.$/,
      502,
      { 'Content-Type': 'text/html' },
      () => '<html><h1>Bad gateway</h1></html>',
    ],
    [
      'a question to the user',
      'input_required',
      /asks the user for input/,
      200,
      {},
      (id) => rpc(id, { result: { resultType: 'input_required', inputRequests: {} } }),
    ],
  ])('%s', async (_what, outcome, text, status, headers, body) => {
    await start();
    host.model = CALL;
    host.tool = () => (_request, response) => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body(lastId()));
    };
    expect(await ask()).toMatchObject({ status: 200, body: { message: { content: 'Done.' } } });
    expect(result()).toMatch(text);
    const series = `llm_agent_tool_calls_total{agent="test",server="one",tool="add",outcome="${outcome}"}`;
    expect(await host.valueOf(series)).toBe(1);
    expect(host.lines.find(({ message }) => message === 'tool called')?.fields).toMatchObject({
      server: 'one',
      tool: 'add',
      outcome,
    });
  });

  it('a broken connection', async () => {
    await start();
    host.model = CALL;
    host.tool = () => (_request, response) => {
      response.destroy();
    };
    expect((await ask()).status).toBe(200);
    expect(result()).toBe('The tool is not available.');
  });

  it('a tool that does not answer within its timeout', async () => {
    await start({ servers: [{ name: 'one', path: '/one', allow: ['*'], timeout: 1 }] });
    host.model = CALL;
    host.tool = () => () => undefined;
    expect((await ask()).status).toBe(200);
    expect(result()).toBe('The tool did not answer in time.');
  });
});

it('reads an answer in a stream of events, after its progress', async () => {
  await start();
  host.model = CALL;
  host.tool = () => (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: {} })}\n\n`);
    // The server keeps the stream open.
    response.write(`data: ${rpc(lastId(), { result: { content: [], structuredContent: { result: 3 } } })}\n\n`);
  };
  expect((await ask()).status).toBe(200);
  expect(result()).toBe('{"result":3}');
});

it('cuts a long result between characters, and says so', async () => {
  await start({ max_result_bytes: 1024 });
  host.model = CALL;
  host.tool = () => ({ content: [{ type: 'text', text: 'é'.repeat(5000) }] });
  await ask();
  expect(String(result())).toMatch(/^é+\n\[cut: 10000 bytes, the limit is 1024\]$/);
  expect(Buffer.byteLength(String(result()))).toBeLessThanOrEqual(1024);
});

describe('the lists of tools', () => {
  const two = [
    { name: 'one', path: '/one', allow: ['*'] },
    { name: 'two', path: '/two', allow: ['*'] },
  ];
  const names = (): unknown[] =>
    ((host.modelRequests.at(-1)?.body['tools'] ?? []) as unknown[]).map((one) => at(one, 'function', 'name'));

  it('are kept for a caller, and never used for another one', async () => {
    await start();
    host.model = [{ text: 'Hi.' }];
    const as = (apikey: string): object => ({ headers: { apikey } });
    await ask(as('ann'));
    await ask(as('ann'));
    expect(host.listRequests.map(({ headers }) => headers['apikey'])).toEqual(['ann']);
    host.lists['/one'] = [tool('other')];
    await ask(as('bob'));
    expect(host.listRequests.map(({ headers }) => headers['apikey'])).toEqual(['ann', 'bob']);
    expect(names()).toEqual(['other']);
  });

  it('offer no tool whose name two servers use, unless a prefix distinguishes them', async () => {
    await start({ servers: two });
    host.lists['/two'] = [tool('add'), tool('b')];
    host.model = [{ text: 'Hi.' }];
    await ask();
    expect(names()).toEqual(['b']);
    expect(await host.valueOf('llm_agent_ambiguous_tools{agent="test"}')).toBe(1);
    await host.close();
    await start({ servers: [two[0], { ...two[1], prefix: 'two_' }] });
    host.lists['/two'] = [tool('add')];
    host.model = [{ text: 'Hi.' }];
    await ask();
    expect(names()).toEqual(['add', 'two_add']);
  });

  it('answer 502 if a server does not list its tools, or go without it if it is optional', async () => {
    await start({ servers: [two[0], { ...two[1], revision: '2025-06-18' }] });
    // The scripted server opens no session of an older revision.
    expect(await ask()).toMatchObject({
      status: 502,
      body: { error: expect.stringMatching(/tools of two are not available/) as string },
    });
    expect(host.modelRequests).toEqual([]);
    await host.close();
    await start({ servers: [two[0], { ...two[1], revision: '2025-06-18', optional: true }] });
    host.model = [{ text: 'Hi.' }];
    expect((await ask()).status).toBe(200);
    expect(names()).toEqual(['add']);
  });
});

it('calls a server of an older revision in a session of the run, and ends the session', async () => {
  const calculator = await startCalculator({ maxSessions: 2 });
  const kongYml = `
services:
  - { name: calculator, url: '${calculator.url}', routes: [{ name: calculator, paths: [/calculator], strip_path: true }] }`;
  const gateway = await startTestGateway({ kongYml });
  await start();
  const opened = openGateway({ gateway_url: gateway.url, gateway_ssl_verify: true } as never, {});
  const methods: string[] = [];
  const connection = (revision: '2025-06-18' | undefined) =>
    new McpConnection({
      send: (sent) => {
        methods.push(sent.body === undefined ? sent.method : String(at(JSON.parse(String(sent.body)), 'method')));
        return opened.send(sent);
      },
      path: '/calculator/mcp',
      headers: {},
      timeoutMs: 10_000,
      revision,
      signal: new AbortController().signal,
    });
  try {
    for (const revision of ['2025-06-18', undefined] as const) {
      methods.length = 0;
      const server = connection(revision);
      const listed = await server.listTools();
      expect(at(listed, 'tools', 0, 'name')).toBe('add');
      const reply = await server.callTool('add', { a: 5, b: 3 }, {});
      expect(at(reply, 'result', 'content', 0, 'text')).toBe('8');
      server.close();
      expect(methods).toEqual(
        revision === undefined
          ? ['server/discover', 'tools/list', 'tools/call']
          : ['initialize', 'notifications/initialized', 'tools/list', 'tools/call', 'DELETE'],
      );
    }
  } finally {
    await opened.close();
    await gateway.close();
    await calculator.close();
  }
});

it('opens a new session, once, if the server has forgotten the one of the run', async () => {
  const calculator = await startCalculator({ maxSessions: 1 });
  await start();
  const opened = openGateway({ gateway_url: calculator.url, gateway_ssl_verify: true } as never, {});
  const statuses: number[] = [];
  const connection = (): McpConnection =>
    new McpConnection({
      send: async (sent) => {
        const response = await opened.send(sent);
        statuses.push(response.status);
        return response;
      },
      path: '/mcp',
      headers: {},
      timeoutMs: 10_000,
      revision: '2025-06-18',
      signal: new AbortController().signal,
    });
  try {
    const [one, other] = [connection(), connection()];
    await one.listTools();
    await other.listTools();
    statuses.length = 0;
    const reply = await one.callTool('add', { a: 5, b: 3 }, {});
    expect(at(reply, 'result', 'content', 0, 'text')).toBe('8');
    expect(statuses).toEqual([404, 200, 202, 200]);
  } finally {
    await opened.close();
    await calculator.close();
  }
});

it('ends a call whose stream goes on without an answer', async () => {
  await start({ servers: [{ name: 'one', path: '/one', allow: ['*'], timeout: 1 }] });
  host.model = CALL;
  const closed = new Promise<void>((resolve) => {
    host.tool = () => (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(': nothing yet\n\n');
      response.once('close', resolve);
    };
  });
  expect((await ask()).status).toBe(200);
  expect(result()).toBe('The tool did not answer in time.');
  await closed;
});

describe('as the caller', () => {
  it('sends the credentials to the model and the tools, and nothing that the client must not set', async () => {
    await start();
    host.model = CALL;
    const headers = {
      apikey: 'key-of-ann',
      cookie: 'a=b',
      'x-consumer-username': 'admin',
      'anthropic-beta': 'x',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    };
    await ask({ headers });
    const [model] = host.modelRequests;
    const [called] = host.toolRequests;
    for (const inner of [model, called]) {
      expect(inner?.headers).toMatchObject({ apikey: 'key-of-ann', 'x-forwarded-for': '192.0.2.1' });
      expect(inner?.headers['x-agent-run']).toMatch(/^[0-9a-f]{32}$/);
      expect(inner?.headers['traceparent']).toMatch(
        /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-0[01]$/,
      );
      expect(inner?.headers).not.toHaveProperty('cookie');
      expect(inner?.headers).not.toHaveProperty('x-consumer-username');
    }
    expect(model?.headers['anthropic-beta']).toBe('x');
    expect(called?.headers).not.toHaveProperty('anthropic-beta');
  });

  it('rejects a consumer whose credential is not among the forwarded headers', async () => {
    await start();
    const consumer = { id: 'c', username: 'ann', customId: '', tags: [] };
    expect(await host.admit('/api/chat', { consumer })).toBe(500);
    expect(await host.admit('/api/chat', { consumer, headers: { apikey: 'key' } })).toMatch(/^[\w-]{43}$/);
  });
});

describe('the listener', () => {
  const post = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${host.listenerUrl}/agent/api/chat`, { method: 'POST', headers, body: JSON.stringify(BODY) });

  it('serves a ticket once, and nothing without one', async () => {
    await start();
    host.model = [{ text: 'Hi.' }];
    const ticket = String(await host.admit('/api/chat'));
    expect((await post({ 'X-Agent-Ticket': ticket })).status).toBe(200);
    expect((await post({ 'X-Agent-Ticket': ticket })).status).toBe(403);
    expect((await post({})).status).toBe(403);
    expect((await post({ 'X-Agent-Ticket': 'A'.repeat(43) })).status).toBe(403);
    expect(await host.valueOf('llm_agent_rejected_tickets_total')).toBe(3);
    expect((await fetch(`${host.listenerUrl}/health`)).status).toBe(200);
    expect((await fetch(`${host.listenerUrl}/other`)).status).toBe(404);
  });

  it('rejects what it cannot serve, before the model is asked', async () => {
    await start({ max_request_bytes: 1024 });
    const statusOf = async (api: string, body: object | string, headers = {}): Promise<number> =>
      (await host.ask(api, body, { headers })).status;
    expect(await statusOf('/api/chat', '{"messages":[],"messages":[]}')).toBe(400);
    expect(await statusOf('/api/chat', '[]')).toBe(400);
    expect(await statusOf('/api/chat', BODY, { 'content-encoding': 'br' })).toBe(400);
    expect(await statusOf('/api/chat', { ...BODY, padding: 'x'.repeat(2000) })).toBe(413);
    expect(await statusOf('/v1/chat/completions', { ...BODY, n: 2 })).toBe(400);
    expect(
      await statusOf('/v1/responses', { model: 'm', input: 'Hi', tools: [{ type: 'mcp', server_label: 'x' }] }),
    ).toBe(400);
    expect(await statusOf('/v1/responses', { model: 'm', input: 'Hi', background: true })).toBe(400);
    expect(await statusOf('/v1/messages', { ...BODY, mcp_servers: [{ type: 'url', url: 'http://x' }] })).toBe(400);
    expect(host.modelRequests).toEqual([]);
  });

  it('takes max_runs runs at once', async () => {
    await start({ max_runs: 1 });
    const started = new Promise<void>((resolve) => {
      host.model = [
        (_request, response) => {
          response.writeHead(200, { 'Content-Type': 'application/x-ndjson' }).flushHeaders();
          resolve();
        },
      ];
    });
    const leaving = new AbortController();
    const first = host.ask('/api/chat', BODY, { signal: leaving.signal });
    await started;
    expect(await host.admit('/api/chat')).toBe(503);
    leaving.abort();
    await expect(first).rejects.toThrow();
  });

  it('rejects a call of the agent by itself', async () => {
    await start();
    let status: number | string = '';
    host.model = [
      (request, response) => {
        const run = String(request.headers['x-agent-run']);
        void host.admit('/api/chat', { headers: { 'x-agent-run': run } }).then((admitted) => {
          status = admitted;
          response.writeHead(508).end('{"error":"loop"}');
        });
      },
    ];
    expect((await ask()).status).toBe(508);
    expect(status).toBe(508);
    expect(await host.admit('/api/chat', { headers: { 'x-agent-run': 'a'.repeat(32) } })).toMatch(/^[\w-]{43}$/);
  });
});

it('holds nothing after many runs', async () => {
  await start();
  host.model = [{ text: 'Hi.' }];
  for (let n = 0; n < 10; n++) {
    await Promise.all(Array.from({ length: 10 }, async () => (await host.ask('/api/chat', BODY)).text()));
  }
  expect(await host.valueOf('llm_agent_runs_total{agent="test",outcome="answered"}')).toBe(100);
  expect(await host.valueOf('llm_agent_active_runs{agent="test"}')).toBe(0);
  expect(await host.valueOf('llm_agent_held_bytes{agent="test"}')).toBe(0);
});
