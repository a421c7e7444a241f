import { gateway, postMcp, toolCall } from './gateway';

it('allows cross-origin requests from pages of this machine, with credentials and MCP headers', async () => {
  const response = await fetch(`${gateway.proxyUrl}/py-calculator/mcp`, {
    method: 'OPTIONS',
    headers: {
      Origin: 'http://localhost:6274',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'mcp-protocol-version, mcp-session-id',
    },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:6274');
  expect(response.headers.get('access-control-allow-credentials')).toBe('true');
  expect(response.headers.get('access-control-allow-headers')).toMatch(/Mcp-Session-Id/i);
});

it('exposes the session id to allowed origins only', async () => {
  const call = (origin: string) => postMcp('py-calculator', toolCall('add', { a: 1, b: 1 }), { Origin: origin });
  expect((await call('http://127.0.0.1:5173')).headers.get('access-control-expose-headers')).toMatch(/Mcp-Session-Id/i);
  expect((await call('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
});

it('adds the request id to every response', async () => {
  const mine = await postMcp('py-calculator', 'not json', { 'X-Request-ID': 'mine' });
  expect(mine.headers.get('x-request-id')).toBe('mine');
  expect((await postMcp('py-calculator', 'not json')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}/);
});

it('reports the rate limits in headers', async () => {
  const { headers } = await postMcp('py-calculator', toolCall('add', { a: 1, b: 1 }));
  expect(headers.get('x-ratelimit-limit-minute')).toBe('5000');
  expect(headers.get('x-ratelimit-limit-hour')).toBe('100000');
});

it('responds with 404 to a path without a route', async () => {
  expect((await fetch(`${gateway.proxyUrl}/nowhere`)).status).toBe(404);
});

it('has the Admin API, with the services', async () => {
  const { data } = (await (await fetch(`${gateway.adminUrl}/services`)).json()) as { data: { name: string }[] };
  expect(data.map(({ name }) => name).sort()).toEqual([
    'agent',
    'chat',
    'go-calculator',
    'health',
    'ollama',
    'phoenix',
    'py-calculator',
  ]);
});
