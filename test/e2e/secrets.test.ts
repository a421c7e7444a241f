import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CALCULATORS, eventually, gateway, postMcp, toolCall, total } from './gateway';

/** Sends secrets in every place through the reference configuration; none of its output may contain them. */
const WORD = 'canary';
let count = 0;
const secret = (where: string): string => `${WORD}-${where}-${++count}-77`;
const leaksIn = (text: string): string[] => [...new Set(text.match(new RegExp(`${WORD}-[\\w-]+`, 'g')) ?? [])];

const secretHeaders = (): Record<string, string> => ({
  Authorization: `Bearer ${secret('authorization')}`,
  ...Object.fromEntries(
    ['apikey', 'baggage', 'cookie', 'x-api-key', 'x-own-token', 'x-session-id', 'tracestate', 'referer'].map((name) => [
      name,
      secret(name),
    ]),
  ),
});

/** Every file that the run writes, under its name. */
const written = (): [string, string][] =>
  readdirSync(gateway.logs, { recursive: true, encoding: 'utf8' })
    .map((name) => join(gateway.logs, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() && path.endsWith('.log'))
    .map((path) => [path, readFileSync(path, 'utf8')]);

interface PhoenixSpan {
  readonly attributes: Readonly<Record<string, unknown>>;
}

const spansOf = async (project: string): Promise<PhoenixSpan[]> => {
  const response = await fetch(`${gateway.proxyUrl}/phoenix/v1/projects/${project}/spans?limit=1000`);
  return response.ok ? ((await response.json()) as { data: PhoenixSpan[] }).data : [];
};

it('writes no secret to a log, a span, a metric or a response', async () => {
  const ids: string[] = [];
  const rejections: string[] = [];
  const post = async (path: string, body: unknown, more: Record<string, string> = {}): Promise<string> => {
    const response = await fetch(`${gateway.proxyUrl}${path}?apikey=${secret('query')}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        ...secretHeaders(),
        ...more,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    ids.push(response.headers.get('x-kong-request-id') ?? '');
    return response.text();
  };
  const meta = () => ({ note: secret('meta') });
  for (const server of CALCULATORS) {
    const message = (method: string, params: object) => ({ jsonrpc: '2.0', id: 1, method, params });
    await post(`/${server}/mcp`, toolCall('add', { a: 5, b: 3 }));
    await post(`/${server}/mcp`, message('prompts/get', { name: 'greet', arguments: { who: secret('prompt') } }));
    const uri = `https://${secret('user')}:${secret('password')}@host/a?${secret('parameter')}#${secret('fragment')}`;
    await post(`/${server}/mcp`, message('resources/read', { uri, _meta: meta() }));
    await post(`/${server}/mcp`, toolCall('no-such-tool', { x: secret('argument') }));
    await post(`/${server}/mcp`, toolCall('divide', { a: secret('argument'), b: 1 }));
    await post(`/${server}/mcp`, toolCall('add', { a: 1, b: 2 }), { 'Mcp-Session-Id': secret('session') });
    rejections.push(await post(`/${server}/mcp`, `{"jsonrpc":"2.0","${secret('broken')}`));
    rejections.push(
      await post(`/${server}/mcp`, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: secret('params') }),
    );
  }
  const messages = [{ role: 'user', content: secret('question') }];
  await post('/ollama/api/chat', { model: 'llama3.2', messages, stream: false });
  await post('/ollama/api/chat', { model: 'no-such-model', messages });

  expect(leaksIn(rejections.join('\n'))).toEqual([]);
  // The reference configuration writes the spans of all services into one project.
  const spans = await eventually('the spans of every service', async () => {
    const own = (await spansOf('ai-gateway')).filter(({ attributes }) =>
      ids.includes(String(attributes['kong.request_id'])),
    );
    return own.length >= 2 * (CALCULATORS.length + 1) && own;
  });
  expect(leaksIn(JSON.stringify(spans))).toEqual([]);
  await eventually('the lines of the requests', async () => {
    await postMcp('py-calculator', toolCall('add', { a: 1, b: 1 }));
    const text = written()
      .map(([, content]) => content)
      .join('\n');
    return ids.every((id) => text.includes(id));
  });
  expect(written().flatMap(([path, text]) => leaksIn(text).map((leak) => `${path}: ${leak}`))).toEqual([]);
  for (const url of [gateway.pluginServerUrl, gateway.statusUrl]) {
    expect(leaksIn(await (await fetch(`${url}/metrics`)).text())).toEqual([]);
  }
  expect(await total(gateway.pluginServerUrl, 'mcp_gateway_requests_total', '"tools/call"')).toBeGreaterThan(0);
});
