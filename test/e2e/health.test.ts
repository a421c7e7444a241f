import { eventually, gateway, postMcp, toolCall } from './gateway';

interface Report {
  readonly status: string;
  readonly backends: unknown;
}

const ask = async (url: string, method = 'GET') => {
  const response = await fetch(url, { method });
  const text = await response.text();
  return { status: response.status, text, headers: response.headers };
};

it('says at /health how many backends are healthy, and nothing about them', async () => {
  const { text, headers } = await eventually('all backends to be healthy', async () => {
    const answer = await ask(`${gateway.proxyUrl}/health`);
    return answer.status === 200 && (JSON.parse(answer.text) as Report).status === 'healthy' && answer;
  });
  const { timestamp, ...report } = JSON.parse(text) as Report & { readonly timestamp: string };
  expect(report).toEqual({ status: 'healthy', backends: { total: 4, healthy: 4, unhealthy: 0 } });
  expect(Date.parse(timestamp)).toBeGreaterThan(Date.now() - 60_000);
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.get('cache-control')).toBe('no-store');
});

it('answers HEAD, and nothing below or beside the path', async () => {
  expect(await ask(`${gateway.proxyUrl}/health`, 'HEAD')).toMatchObject({ status: 200, text: '' });
  for (const [method, path] of [
    ['POST', '/health'],
    ['GET', '/health/x'],
    ['GET', '/healthz'],
    ['GET', '/gateway-health'],
  ] as const) {
    expect([path, (await ask(gateway.proxyUrl + path, method)).status]).toEqual([path, 404]);
  }
});

it('names backends, version and sessions to operators only', async () => {
  // The plugin that counts sessions is prepared for its first request.
  await postMcp('py-calculator', toolCall('add', { a: 1, b: 2 }));
  const text = await eventually('the count of sessions', async () => {
    const answer = await ask(`${gateway.pluginServerUrl}/health`);
    return answer.text.includes('sessions_active') && answer.text;
  });
  expect(JSON.parse(text)).toMatchObject({
    status: 'healthy',
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
    backends: { 'py-calculator-upstream': 'healthy', 'ollama-upstream': 'healthy' },
    sessions_active: expect.any(Number) as number,
  });
});
