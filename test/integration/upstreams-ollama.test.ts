import { INSTANT } from '../../docker/upstreams/ollama/pace';
import { startOllama, type OllamaOptions } from '../../docker/upstreams/ollama/start';
import type { RunningServer } from '../../docker/upstreams/shared/http-server';
import { send } from '../../kong/testkit/http';
import { until } from '../../kong/testkit/until';

const open: RunningServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function start(options: OllamaOptions = {}): Promise<string> {
  const server = await startOllama({ pace: INSTANT, ...options });
  open.push(server);
  return server.url;
}

interface Record_ {
  message?: { content: string; thinking?: string; tool_calls?: object[] };
  response?: string;
  done?: boolean;
  done_reason?: string;
  error?: string;
  context?: number[];
  [count: string]: unknown;
}

const post = (url: string, body: unknown, signal?: AbortSignal): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });

async function lines(response: Response): Promise<Record_[]> {
  const text = await response.text();
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record_);
}

const user = (content: string): object[] => [{ role: 'user', content }];

describe('Ollama demo: chat', () => {
  it('streams by default, and the last record counts the chunks', async () => {
    const url = await start();
    const response = await post(`${url}/api/chat`, { model: 'llama3.2', messages: user('Why is the sky blue?') });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const records = await lines(response);
    const last = records.pop();
    expect(records.length).toBeGreaterThan(10);
    expect(records.every(({ done, model }) => done === false && model === 'llama3.2')).toBe(true);
    expect(records.map(({ message }) => message?.content).join('')).toContain('"Why is the sky blue?"');
    expect(last).toMatchObject({
      message: { role: 'assistant', content: '' },
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 10,
      eval_count: records.length,
    });
    const ns = (name: string): number => Number(last?.[name]);
    for (const name of ['total_duration', 'load_duration', 'prompt_eval_duration', 'eval_duration']) {
      expect(ns(name)).toBeGreaterThan(0);
    }
    expect(ns('load_duration') + ns('prompt_eval_duration') + ns('eval_duration')).toBe(ns('total_duration'));
  });

  it('sends each chunk immediately', async () => {
    const url = await start({ pace: { ...INSTANT, chunkMinMs: 20, chunkMaxMs: 20 } });
    const response = await post(`${url}/api/chat`, {
      model: 'llama3.2',
      messages: user('Hi'),
      options: { num_predict: 12 },
    });
    const at: number[] = [];
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) if (chunk.length > 0) at.push(Date.now());
    expect(at.length).toBeGreaterThan(6);
    expect(at.at(-1)! - at[0]!).toBeGreaterThan(150);
  });

  it('answers in one record if requested', async () => {
    const url = await start();
    const body = { model: 'llama3.2', stream: false, messages: user('Hi'), options: { num_predict: 3 } };
    const response = await post(`${url}/api/chat`, body);
    expect(response.headers.get('content-type')).toBe('application/json');
    await expect(response.json()).resolves.toMatchObject({
      message: { role: 'assistant', content: 'You said:' },
      done: true,
      done_reason: 'length',
      eval_count: 3,
    });
  });

  it('calls the tool that the prompt asks for', async () => {
    const url = await start();
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const tools = [{ type: 'function', function: { name: 'get_weather', description: 'Weather', parameters } }];
    const messages = user('What is the weather in Paris?');
    const records = await lines(await post(`${url}/api/chat`, { model: 'llama3.2', messages, tools }));
    expect(records).toHaveLength(2);
    expect(records[0]?.message?.tool_calls).toEqual([
      {
        id: expect.stringMatching(/^call_[0-9a-f]{8}$/) as string,
        function: { index: 0, name: 'get_weather', arguments: { city: 'Paris' } },
      },
    ]);
    expect(records[1]).toMatchObject({ done: true, done_reason: 'stop' });
  });

  it('fails in the middle of a stream with the broken model', async () => {
    const url = await start();
    const response = await post(`${url}/api/chat`, { model: 'demo-broken', messages: user('Hi') });
    expect(response.status).toBe(200);
    const records = await lines(response);
    expect(records).toHaveLength(6);
    expect(records.at(-1)).toEqual({ error: expect.stringContaining('demo model always fails') as string });
    expect((await post(`${url}/api/chat`, { model: 'demo-broken', stream: false, messages: user('Hi') })).status).toBe(
      500,
    );
  });

  it.each([
    [{}, 'load'],
    [{ keep_alive: 0 }, 'unload'],
  ])('without messages only loads the model: %j', async (extra, reason) => {
    const url = await start();
    const records = await lines(
      await post(`${url}/api/chat`, { model: 'llama3.2', messages: [], ...extra }).then(asLine),
    );
    expect(records).toEqual([expect.objectContaining({ done: true, done_reason: reason })]);
    expect(records[0]).not.toHaveProperty('eval_count');
  });
});

describe('Ollama demo: generate', () => {
  it('streams text and ends with a context', async () => {
    const url = await start();
    const records = await lines(await post(`${url}/api/generate`, { model: 'llama3.2:latest', prompt: 'Say hi' }));
    const last = records.pop();
    expect(records.map(({ response }) => response).join('')).toContain('"Say hi"');
    expect(last).toMatchObject({ response: '', done: true, done_reason: 'stop', eval_count: records.length });
    expect(last?.context?.every(Number.isInteger)).toBe(true);
    expect(last?.context?.length).toBe(2 + records.length);
  });

  it('keeps thinking apart from the answer', async () => {
    const url = await start();
    const body = { model: 'qwen3', prompt: 'Say hi', think: true, stream: false };
    const answer = (await (await post(`${url}/api/generate`, body)).json()) as { thinking: string; response: string };
    expect(answer.thinking).toContain('The user asks');
    expect(answer.response).toContain('You said');
  });
});

describe('Ollama demo: rejections', () => {
  it.each([
    ['/api/chat', { model: 'nope', messages: [] }, 404, "model 'nope' not found"],
    ['/api/chat', 'not json', 400, 'invalid JSON'],
    ['/api/chat', '', 400, 'missing request body'],
    ['/api/chat', '[]', 400, 'invalid request'],
    ['/api/chat', {}, 400, 'model is required'],
    ['/api/chat', { model: 'llama3.2', messages: 'hi' }, 400, 'messages'],
    ['/api/chat', { model: 'nomic-embed-text', messages: [] }, 400, 'does not support chat'],
    ['/api/chat', { model: 'llama3.2', think: true }, 400, 'does not support thinking'],
    ['/api/chat', { model: 'demo-long', tools: [{ function: { name: 'x' } }] }, 400, 'does not support tools'],
    ['/api/embed', { model: 'llama3.2', input: 'x' }, 400, 'does not support embedding'],
    ['/api/generate', { model: 'llama3.2', prompt: 'x'.repeat(5_000) }, 413, 'too large'],
  ])('rejects on %s, case %#', async (path, body, status, error) => {
    const url = await start({ maxBodyBytes: 4_000 });
    const response = await post(url + path, body);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { error: string }).error).toContain(error);
  });

  it('rejects more concurrent answers than the limit, and stops when the client disconnects', async () => {
    const url = await start({ maxConcurrent: 1, pace: { ...INSTANT, chunkMinMs: 5, chunkMaxMs: 5 } });
    const abort = new AbortController();
    const slow = await post(`${url}/api/generate`, { model: 'demo-long', prompt: 'x' }, abort.signal);
    const brief = { model: 'llama3.2', prompt: 'x', stream: false, options: { num_predict: 1 } };
    const rejected = await post(`${url}/api/generate`, brief);
    expect([slow.status, rejected.status]).toEqual([200, 503]);
    abort.abort();
    await until(async () => (await post(`${url}/api/generate`, brief)).status === 200, 'a free place');
  });
});

describe('Ollama demo: the rest', () => {
  it.each([
    ['GET', '/', 200, 'Ollama is running'],
    ['HEAD', '/', 200, ''],
    ['GET', '/health', 200, '"ok"'],
    ['GET', '/api/version', 200, '"version"'],
    ['GET', '/api/tags', 200, '"llama3.2:latest"'],
    ['GET', '/api/chat', 405, '405'],
    ['GET', '/nope', 404, '404'],
    ['GET', '/constructor', 404, '404'],
  ])('%s %s answers %d', async (method, path, status, text) => {
    const response = await fetch((await start()) + path, { method });
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(text);
  });

  it('shows a model', async () => {
    const response = await post(`${await start()}/api/show`, { name: 'qwen3' });
    await expect(response.json()).resolves.toMatchObject({ capabilities: ['completion', 'tools', 'thinking'] });
  });

  it('embeds similar texts close together', async () => {
    const input = ['the cat sat on the mat', 'a cat sat on a mat', 'quarterly tax report'];
    const response = await post(`${await start()}/api/embed`, { model: 'nomic-embed-text', input });
    const { embeddings, ...rest } = (await response.json()) as { embeddings: [number[], number[], number[]] };
    expect(rest).toMatchObject({ prompt_eval_count: 16 });
    const dot = (a: number[], b: number[]): number => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
    expect(dot(embeddings[0], embeddings[0])).toBeCloseTo(1);
    expect(dot(embeddings[0], embeddings[1])).toBeGreaterThan(dot(embeddings[0], embeddings[2]));
  });
});

/** A plain JSON record, as if it were the only line of a stream. */
async function asLine(response: Response): Promise<Response> {
  return new Response(`${await response.text()}\n`);
}

describe('Ollama demo: a calculator', () => {
  const tools = [
    {
      type: 'function',
      function: {
        name: 'add',
        parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
      },
    },
  ];
  const asked = user('Calculate 5 + 3');
  const answered = [...asked, { role: 'assistant', content: '' }, { role: 'tool', content: '8' }];
  interface Completion {
    choices: { message: { content: string; tool_calls?: object[] }; finish_reason: string; delta?: object }[];
    usage?: object;
  }
  const events = (text: string): string[] =>
    text
      .trimEnd()
      .split('\n\n')
      .map((event) => event.replace(/^data: /, ''));

  it.each(['llama3.1:8b', 'llama3.1', 'llama3.2'])('is called by %s, in the format of /api/chat', async (model) => {
    const url = await start();
    const [call] = await lines(await post(`${url}/api/chat`, { model, messages: asked, tools }));
    expect(call?.message?.tool_calls).toMatchObject([{ function: { name: 'add', arguments: { a: 5, b: 3 } } }]);
    const response = await post(`${url}/api/chat`, { model, messages: answered, tools, stream: false });
    expect(((await response.json()) as Record_).message?.content).toBe('5 + 3 = 8');
  });

  it('is called in the format of /v1/chat/completions', async () => {
    const url = `${await start()}/v1/chat/completions`;
    const model = 'llama3.1:8b';
    const first = (await (await post(url, { model, messages: asked, tools })).json()) as Completion;
    expect(first.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ type: 'function', function: { name: 'add', arguments: '{"a":5,"b":3}' } }] },
    });
    const parts = [...asked, { role: 'tool', content: [{ type: 'text', text: '8' }] }];
    const second = (await (await post(url, { model, messages: parts, tools })).json()) as Completion;
    expect(second.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: '5 + 3 = 8' } });
    expect(second.usage).toMatchObject({ completion_tokens: 7 });
  });

  it('is called in a stream of events, which ends with the requested usage', async () => {
    const url = `${await start()}/v1/chat/completions`;
    const body = {
      model: 'llama3.1:8b',
      messages: asked,
      tools,
      stream: true,
      stream_options: { include_usage: true },
    };
    const response = await post(url, body);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const all = events(await response.text());
    expect(all.at(-1)).toBe('[DONE]');
    const chunks = all.slice(0, -1).map((text) => JSON.parse(text) as Completion);
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([null, 'tool_calls', undefined]);
    expect(chunks[0]?.choices[0]?.delta).toMatchObject({ tool_calls: [{ function: { arguments: '{"a":5,"b":3}' } }] });
    expect(chunks.at(-1)?.usage).toMatchObject({ total_tokens: expect.any(Number) as number });
  });

  it.each([
    [{ model: 'none', messages: asked }, 404],
    [{ model: 'llama3.2', messages: [] }, 400],
    ['no JSON', 400],
  ])("reports errors in OpenAI's format: %j", async (body, status) => {
    const response = await post(`${await start()}/v1/chat/completions`, body);
    expect([response.status, await response.json()]).toMatchObject([status, { error: { type: 'api_error' } }]);
  });

  it('ends a failed stream as Ollama does, with an error and without a last record', async () => {
    const body = { model: 'demo-broken', messages: asked, stream: true };
    const text = await (await post(`${await start()}/v1/chat/completions`, body)).text();
    expect(events(text).at(-1)).toContain('"error"');
  });
});

it.each(['ollama:11434', 'evil.example'])('Ollama demo rejects the Host %s without a body', async (host) => {
  const answer = await send(`${await start()}/api/tags`, { headers: { host } });
  expect([answer.status, answer.body.length]).toEqual([403, 0]);
});
