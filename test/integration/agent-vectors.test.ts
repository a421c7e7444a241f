import { at, readStream } from '../support/agent-answer';
import { startAgentHost, tool, type AgentHost } from '../support/agent-host';
import { APIS, streamOf, typeOf, type ApiPath } from '../support/model-streams';

// The exporter imports dynamically, which the test sandbox does not support: Node loads it.
jest.mock('@opentelemetry/exporter-trace-otlp-http', () =>
  jest
    .requireActual<{ nativeRequire: (name: string) => unknown }>('../support/native-module')
    .nativeRequire('@opentelemetry/exporter-trace-otlp-http'),
);

let host: AgentHost;
const start = async (config: object = {}): Promise<AgentHost> => {
  host = await startAgentHost(config);
  host.lists['/one'] = [tool('add')];
  host.tool = ({ a }) => ({ content: [{ type: 'text', text: `result ${String(a)}` }] });
  return host;
};
afterEach(async () => {
  await host.close();
});

const call = (id: string, args = '{"a":1}') => ({ id, name: 'add', args });
const bodyOf = (api: ApiPath, rest: object = {}): object => ({
  model: 'm',
  stream: true,
  ...(api === '/v1/responses' ? { input: 'Hi' } : { messages: [{ role: 'user', content: 'Hi' }] }),
  ...(api === '/v1/messages' && { max_tokens: 100 }),
  ...rest,
});
const ask = async (api: ApiPath, rest: object = {}): Promise<string> => (await host.ask(api, bodyOf(api, rest))).text();
const outcomes = (outcome: string): Promise<number> =>
  host.valueOf(`llm_agent_runs_total{agent="test",outcome="${outcome}"}`);
const turnOf = ({ url = '' }, turn: Parameters<typeof streamOf>[1]): string =>
  streamOf(url.slice('/llm'.length) as ApiPath, turn);

describe.each(APIS)('%s', (api) => {
  it('makes one call of a turn without parallel calls, and tells the model about the others', async () => {
    await start();
    host.model = [{ calls: [call('c1'), call('c2', '{"a":2}')] }, { text: 'Done.' }];
    const rest =
      api === '/v1/messages'
        ? { tool_choice: { type: 'auto', disable_parallel_tool_use: true } }
        : { parallel_tool_calls: false };
    await ask(api, rest);
    // Ollama has no such option.
    expect(host.toolRequests).toHaveLength(api === '/api/chat' ? 2 : 1);
    if (api !== '/api/chat') expect(JSON.stringify(host.modelRequests[1]?.body)).toMatch(/only one call per turn/);
  });

  it('offers no tool of the gateway if the request forbids tools', async () => {
    await start();
    host.model = [{ text: 'Hi.' }];
    await ask(api, { tool_choice: api === '/v1/messages' ? { type: 'none' } : 'none' });
    expect(host.modelRequests[0]?.body['tools'] !== undefined).toBe(api === '/api/chat');
  });

  it.each(['in a tool', 'in the second round'])('stops when the client leaves %s', async (where) => {
    await start();
    const leaving = new AbortController();
    const left = new Promise<void>((resolve) => {
      const wait = (response: { once: (event: 'close', listener: () => void) => void }): void => {
        response.once('close', resolve);
        leaving.abort();
      };
      host.model = [
        { calls: [call('c1')] },
        (_request, response) => {
          response.writeHead(200, { 'Content-Type': typeOf(api) }).flushHeaders();
          wait(response);
        },
      ];
      if (where === 'in a tool')
        host.tool = () => (_request, response) => {
          wait(response);
        };
    });
    await (await host.ask(api, bodyOf(api), { signal: leaving.signal })).text().catch(() => undefined);
    await left;
    await until(async () => (await outcomes('client_left')) === 1);
    expect(host.modelRequests).toHaveLength(where === 'in a tool' ? 1 : 2);
    expect(host.toolRequests).toHaveLength(1);
  });

  it('cuts the answer at max_history_bytes', async () => {
    await start({ max_history_bytes: 2048 });
    host.tool = () => ({ content: [{ type: 'text', text: 'x'.repeat(4000) }] });
    host.model = [{ calls: [call('c1')] }];
    expect(readStream(api, await ask(api))).toMatchObject({ isComplete: true });
    expect(await host.valueOf('llm_agent_stopped_total{agent="test",bound="max_history_bytes"}')).toBe(1);
    expect(host.modelRequests).toHaveLength(1);
  });

  it('writes no content into spans, logs and metrics unless it is configured', async () => {
    await start({ audit_log: 'all', sample_rate: 1 });
    host.model = [{ text: 'secret answer', calls: [call('c1', '{"a":"secret argument"}')] }, { text: 'secret end' }];
    host.tool = () => ({ content: [{ type: 'text', text: 'secret result' }] });
    await ask(
      api,
      api === '/v1/responses'
        ? { input: 'secret question' }
        : { messages: [{ role: 'user', content: 'secret question' }] },
    );
    const written = JSON.stringify([host.lines, await host.span(), await host.metrics.registry.metrics()]);
    expect(written).toMatch(/invoke_agent test/);
    expect(written).toMatch(/run ended/);
    expect(written).not.toContain('secret');
  });

  it('writes the last question and the answer into the span with capture_content, without secrets', async () => {
    await start({ sample_rate: 1, capture_content: 'full', redact_patterns: ['Bob'] });
    host.model = [{ text: 'It is for Bob.' }];
    const question = 'My mail is ann@example.org';
    await ask(api, api === '/v1/responses' ? { input: question } : { messages: [{ role: 'user', content: question }] });
    expect((await host.span()).attributes).toMatchObject({
      'openinference.span.kind': 'AGENT',
      'input.value': expect.stringMatching(/^My mail is (?!ann@)/) as string,
      'output.value': expect.stringMatching(/^It is for (?!Bob)/) as string,
    });
  });

  it('serves a long conversation without blocking others', async () => {
    await start();
    host.model = [{ text: 'Hi.' }];
    const history = Array.from({ length: 400 }, (_, n) => ({
      role: n % 2 === 0 ? 'user' : 'assistant',
      content: 'x'.repeat(2000),
    }));
    const answer = await ask(api, api === '/v1/responses' ? { input: history } : { messages: history });
    expect(readStream(api, answer)).toMatchObject({ text: 'Hi.', isComplete: true });
    const sent = host.modelRequests[0]?.body;
    expect((sent?.['messages'] ?? sent?.['input']) as unknown[]).toEqual(history);
  });
});

it('counts the calls that were left to the client and those that were deferred', async () => {
  await start({ sample_rate: 1 });
  host.model = [{ calls: [call('c1'), { id: 'c2', name: 'mine', args: '{}' }] }];
  const tools = [{ type: 'function', function: { name: 'mine', parameters: {} } }];
  await ask('/v1/chat/completions', { tools });
  expect((await host.span()).attributes).toMatchObject({
    'kong.agent.deferred': 1,
    'kong.agent.outcome': 'handed_back',
  });
  // The client answers its own call; the model asks for the other one again.
  host.modelRequests.length = 0;
  host.model = [{ calls: [call('c3')] }, { text: 'Done.' }];
  const messages = [
    { role: 'user', content: 'Hi' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c2', type: 'function', function: { name: 'mine', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'c2', content: 'mine' },
  ];
  const answer = readStream('/v1/chat/completions', await ask('/v1/chat/completions', { tools, messages }));
  expect(answer).toMatchObject({ text: 'Done.', isComplete: true });
  expect(host.toolRequests).toHaveLength(1);
});

it('shows an image of a tool to Anthropic only', async () => {
  await start();
  host.tool = () => ({ content: [{ type: 'image', mimeType: 'image/png', data: 'aGk=' }] });
  for (const api of APIS) {
    host.modelRequests.length = 0;
    host.model = [{ calls: [call('c1')] }, { text: 'Nice.' }];
    await ask(api);
    expect(JSON.stringify(host.modelRequests[1]?.body).includes('aGk=')).toBe(api === '/v1/messages');
  }
});

it('makes the calls of an earlier answer plain history', async () => {
  await start();
  host.model = [{ text: 'Hi.' }];
  const item = { type: 'mcp_call', id: 'mcp_1', name: 'add', server_label: 'one', arguments: '{}', output: '8' };
  await ask('/v1/responses', { input: [item, { role: 'user', content: 'Thanks' }] });
  expect(host.modelRequests[0]?.body['input']).toEqual([
    { type: 'function_call', call_id: 'mcp_1', name: 'add', arguments: '{}' },
    { type: 'function_call_output', call_id: 'mcp_1', output: '8' },
    { role: 'user', content: 'Thanks' },
  ]);
  const blocks = [
    { type: 'mcp_tool_use', id: 't1', name: 'add', server_name: 'one', input: {} },
    { type: 'mcp_tool_result', tool_use_id: 't1', is_error: false, content: [{ type: 'text', text: '8' }] },
    { type: 'text', text: 'It is 8.' },
  ];
  await ask('/v1/messages', {
    messages: [
      { role: 'assistant', content: blocks },
      { role: 'user', content: 'Thanks' },
    ],
  });
  expect(at(host.modelRequests[1]?.body, 'messages')).toEqual([
    { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'add', input: {} }] },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 't1', is_error: false, content: [{ type: 'text', text: '8' }] }],
    },
    { role: 'assistant', content: [{ type: 'text', text: 'It is 8.' }] },
    { role: 'user', content: 'Thanks' },
  ]);
});

it('reads all pages of a list, and ends at a cursor that repeats', async () => {
  await start();
  host.pages = {
    '/one': [
      { tools: [tool('a')], nextCursor: '1' },
      { tools: [tool('b')], nextCursor: '2' },
      { tools: [tool('c')], nextCursor: '1' },
    ],
  };
  host.model = [{ text: 'Hi.' }];
  await ask('/v1/responses');
  const names = (host.modelRequests[0]?.body['tools'] as unknown[]).map((one) => at(one, 'name'));
  expect(names).toEqual(['a', 'b', 'c']);
  expect(host.listRequests).toHaveLength(3);
});

it('mixes nothing up between many callers at once, and holds nothing after them', async () => {
  await start({ max_runs: 100 });
  host.model = [
    (request, response) => {
      const inner = host.modelRequests.findLast(
        ({ headers }) => headers['x-agent-run'] === request.headers['x-agent-run'],
      );
      const messages = inner?.body['messages'] as unknown[];
      const question = String(at(messages[0], 'content'));
      const result = at(
        messages.find((message) => at(message, 'role') === 'tool'),
        'content',
      );
      const turn =
        result === undefined
          ? { calls: [call('c1', JSON.stringify({ a: question }))] }
          : { text: `${question}: ${result as string}` };
      response.end(turnOf(request, turn));
    },
  ];
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      const response = await host.ask(
        '/api/chat',
        { model: 'm', stream: false, messages: [{ role: 'user', content: `q${n}` }] },
        { headers: { apikey: `k${n}` } },
      );
      return at(await response.json(), 'message', 'content');
    }),
  );
  expect(answers).toEqual(Array.from({ length: 60 }, (_, n) => `q${n}: result q${n}`));
  const keys = new Map(
    host.toolRequests.map(({ headers, body }) => [at(body, 'params', 'arguments', 'a'), headers['apikey']]),
  );
  expect([...keys].every(([question, key]) => question === String(key).replace('k', 'q'))).toBe(true);
  expect(await host.valueOf('llm_agent_held_bytes{agent="test"}')).toBe(0);
});

it('ends a run with the configuration that it started with, when Kong replaces that', async () => {
  await start();
  let isDisposed = false;
  host.model = [
    { calls: [call('c1')] },
    (request, response) => {
      void host.dispose().then(() => (isDisposed = true));
      setImmediate(() => {
        expect(isDisposed).toBe(false);
        response.end(turnOf(request, { text: 'Done.' }));
      });
    },
  ];
  expect(readStream('/api/chat', await ask('/api/chat'))).toMatchObject({ text: 'Done.', isComplete: true });
  await host.dispose();
});

it('warns once of tools that two servers share', async () => {
  const servers = ['one', 'two'].map((name) => ({ name, path: `/${name}`, allow: ['*'] }));
  await start({ servers });
  host.lists['/two'] = [tool('add')];
  host.model = [{ text: 'Hi.' }];
  await ask('/api/chat');
  await ask('/api/chat');
  expect(host.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields)).toEqual([
    { agent: 'test', tools: 'add' },
  ]);
});

const until = async (check: () => Promise<boolean>): Promise<void> => {
  while (!(await check())) await new Promise((resolve) => setImmediate(resolve));
};
