import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCalculator } from '../../docker/upstreams/calculator/start';
import { startOllama } from '../../docker/upstreams/ollama/start';
import { servePlugins } from '../../kong/testkit/serve-plugins';
import { until } from '../../kong/testkit/until';
import { llmMcpAgent } from '../../plugins/llm-mcp-agent';
import { hasKong } from './kong-process';
import { KONG_URL, startKong } from './start-kong';

// The exporter imports dynamically, which the test sandbox does not support: Node loads it.
jest.mock('@opentelemetry/exporter-trace-otlp-proto', () =>
  jest
    .requireActual<{ nativeRequire: (name: string) => unknown }>('../support/native-module')
    .nativeRequire('@opentelemetry/exporter-trace-otlp-proto'),
);

const profile = readFileSync(join(__dirname, '../../kong/profiles/agent.yml'), 'utf8');

/** The profile on a Kong, with a model and a calculator. */
async function startProfile(ollamaUrl?: string) {
  const [ollama, calculator] = await Promise.all([
    ollamaUrl === undefined ? startOllama({}) : undefined,
    startCalculator(),
  ]);
  const plugins = await servePlugins([llmMcpAgent]);
  const listener = new URL(plugins.httpUrl);
  const kongYml = profile
    .replace('http://ollama:11434', ollamaUrl ?? ollama?.url ?? '')
    .replace('  # The tools.\n', ollamaUrl === undefined ? '' : directRoute(ollamaUrl))
    .replace('host: plugin-server\n    port: 9465', `host: ${listener.hostname}\n    port: ${listener.port}`)
    .replace('host: py-calculator\n    port: 8100', `host: 127.0.0.1\n    port: ${calculator.port}`)
    .replace('name: calculator\n', `name: calculator\n          gateway_url: ${KONG_URL}\n          sample_rate: 0\n`);
  const kong = await startKong(kongYml, plugins.settings);
  return {
    kong,
    ask: (apikey: string | undefined, stream: boolean, content = 'Calculate 5 + 3'): Promise<Response> =>
      fetch(`${kong.url}/agent/v1/chat/completions`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(apikey !== undefined && { apikey }) },
        body: JSON.stringify({ model: 'llama3.2', stream, messages: [{ role: 'user', content }] }),
      }),
    post: (path: string, body: object): Promise<Response> =>
      fetch(`${kong.url}/agent${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', apikey: 'secret-key' },
        body: JSON.stringify(body),
      }),
    metrics: () => plugins.metrics.registry.metrics(),
    close: async () => {
      await kong.close();
      await plugins.stop();
      await Promise.all([ollama?.close(), calculator.close()]);
    },
  };
}

/** A route to the other APIs of the model: ai-proxy has one. */
const directRoute = (url: string): string => `
  - name: direct
    url: ${url}
    routes:
      - { name: direct, paths: [/llm], response_buffering: false }
`;

(hasKong() ? describe : describe.skip)('the profile of the agent', () => {
  let started: Awaited<ReturnType<typeof startProfile>>;
  beforeAll(async () => {
    started = await startProfile();
  }, 120_000);
  afterAll(() => started.close());

  it('works on Kong, with the key of alex only', async () => {
    const { ask, metrics } = started;
    expect((await ask(undefined, false)).status).toBe(401);
    expect((await ask('wrong', false)).status).toBe(401);
    const whole = await ask('secret-key', false);
    expect(whole.status).toBe(200);
    expect(await whole.text()).toContain('5 + 3 = 8');
    const streamed = await ask('secret-key', true);
    expect(streamed.status).toBe(200);
    expect(await streamed.text()).toMatch(/data: \[DONE\]\n\n$/);
    expect(await metrics()).toMatch(/llm_agent_tool_calls_total\{.*tool="add",outcome="ok"\} 2/);
  });

  it('ends its runs in order while Kong is reloaded', async () => {
    const { ask, kong, metrics } = started;
    const [streamed, whole] = [await ask('secret-key', true, LONG), ask('secret-key', false, LONG)];
    expect(streamed.status).toBe(200);
    await until(async () => / 2$/m.test(seriesIn(await metrics(), 'llm_agent_active_runs')), 'both runs');
    kong.reload();
    expect(await streamed.text()).toMatch(/data: \[DONE\]\n\n$/);
    expect((await whole).status).toBe(200);
    const next = await ask('secret-key', false);
    expect(await next.text()).toContain('5 + 3 = 8');
    expect(seriesIn(await metrics(), 'llm_agent_active_runs')).toMatch(/ 0$/);
  });
});

const LONG = 'Write a long story';

/** The line of a series. */
const seriesIn = (text: string, name: string): string =>
  text.split('\n').find((line) => line.startsWith(`${name}{`)) ?? '';

/** The address of an Ollama, and one of its models, such as `http://127.0.0.1:11434 llama3.2`. */
const [ollamaUrl, model] = (process.env['OLLAMA'] ?? '').split(' ');

(hasKong() && ollamaUrl && model ? describe : describe.skip)('the profile of the agent with a real Ollama', () => {
  let started: Awaited<ReturnType<typeof startProfile>>;
  beforeAll(async () => {
    started = await startProfile(ollamaUrl);
  }, 120_000);
  afterAll(() => started.close());

  const messages = [{ role: 'user', content: 'Say hello.' }];
  const requests = {
    // A small model may never end by itself.
    '/api/chat': { messages, options: { num_predict: 50 } },
    '/v1/chat/completions': { messages, max_tokens: 50, stream_options: { include_usage: true } },
    '/v1/responses': { input: 'Say hello.', max_output_tokens: 50 },
    '/v1/messages': { messages, max_tokens: 50 },
  };

  it.each(Object.entries(requests))(
    'answers in %s, streamed and whole',
    async (path, request) => {
      for (const stream of [true, false]) {
        const { stream_options, ...rest } = request as { stream_options?: object };
        const body = { model, stream, ...rest, ...(stream && stream_options && { stream_options }) };
        const response = await started.post(path, body);
        const text = await response.text();
        expect(`${response.status} ${text}`).toMatch(/^200 /);
        // A response of OpenAI has the member with null.
        expect(text).not.toMatch(/"error": ?[^ n]/);
        // The tokens that the model reports, in the words of each API.
        expect(text).toMatch(/"(?:eval_count|completion_tokens|output_tokens)":[1-9]/);
      }
    },
    120_000,
  );
});
