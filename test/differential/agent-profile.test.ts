import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCalculator } from '../../docker/upstreams/calculator/start';
import { startOllama } from '../../docker/upstreams/ollama/start';
import { servePlugins } from '../../kong/testkit/serve-plugins';
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

(hasKong() ? it : it.skip)(
  'the profile of the agent works on Kong, with the key of alex only',
  async () => {
    const [ollama, calculator] = await Promise.all([startOllama({}), startCalculator()]);
    const plugins = await servePlugins([llmMcpAgent]);
    const listener = new URL(plugins.httpUrl);
    const kongYml = profile
      .replace('http://ollama:11434', ollama.url)
      .replace('host: plugin-server\n    port: 9465', `host: ${listener.hostname}\n    port: ${listener.port}`)
      .replace('host: py-calculator\n    port: 8100', `host: 127.0.0.1\n    port: ${calculator.port}`)
      .replace(
        'name: calculator\n',
        `name: calculator\n          gateway_url: ${KONG_URL}\n          sample_rate: 0\n`,
      );
    const gateway = await startKong(kongYml, plugins.settings);
    const ask = async (apikey: string | undefined, stream: boolean): Promise<{ status: number; text: string }> => {
      const response = await fetch(`${gateway.url}/agent/v1/chat/completions`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(apikey !== undefined && { apikey }) },
        body: JSON.stringify({ model: 'llama3.2', stream, messages: [{ role: 'user', content: 'Calculate 5 + 3' }] }),
      });
      return { status: response.status, text: await response.text() };
    };
    try {
      expect((await ask(undefined, false)).status).toBe(401);
      expect((await ask('wrong', false)).status).toBe(401);
      const whole = await ask('secret-key', false);
      expect(whole).toMatchObject({ status: 200, text: expect.stringContaining('5 + 3 = 8') as string });
      const streamed = await ask('secret-key', true);
      expect(streamed).toMatchObject({ status: 200, text: expect.stringMatching(/data: \[DONE\]\n\n$/) as string });
      const metrics = await plugins.metrics.registry.metrics();
      expect(metrics).toMatch(/llm_agent_tool_calls_total\{.*tool="add",outcome="ok"\} 2/);
    } finally {
      await gateway.close();
      await plugins.stop();
      await Promise.all([ollama.close(), calculator.close()]);
    }
  },
  120_000,
);
