import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { send, type Answer } from '../../kong/testkit/http';
import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import { echo, echoed, startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { mcpToolRateLimit } from '../../plugins/mcp-tool-rate-limit';
import { mcpValidator } from '../../plugins/mcp-validator';
import { toolCall } from '../support/limiter';
import { startRedis, type TestRedis } from '../support/redis-server';

/** The plugin server with the limiter, and a gateway in front of it. Two of them can share their counters. */
interface Node {
  readonly gateway: TestGateway;
  readonly plugins: ServedPlugins;
}

let redis: TestRedis;
let upstream: TestUpstream;
let nodes: Node[];
let reached = 0;

const route = (name: string, plugins: string, port: number) => `
- name: ${name}
  url: http://127.0.0.1:${port}
  routes: [{ name: ${name}, paths: [/${name}], strip_path: false }]
  plugins:
${plugins}`;

const limits = (limit: number, more = '') =>
  `  - name: mcp-tool-rate-limit\n    config: { denial: http_429, rules: [{ windows: [{ limit: ${limit}, window_seconds: 3600 }] }]${more} }`;

const tiered = (tiers: string, more = '') => `
  - name: key-auth
    config: { anonymous: nobody }
  - name: mcp-tool-rate-limit
    config:
      tiers: [${tiers}]
      denial: http_429
      rules:
      - { tiers: [paid], windows: [{ limit: 5, window_seconds: 3600 }] }
      - { windows: [{ limit: 2, window_seconds: 3600 }] }
${more}`;

const configText = (port: number) => `
services:${[
  route('alone', limits(3), port),
  route('checked', `  - name: mcp-validator\n    config: {}\n${limits(2)}`, port),
  route('shared', limits(20, `, policy: redis, redis: { port: ${redis.port}, timeout: 5000 }`), port),
  route('tagged', tiered('{ name: paid, tag: "tier:paid" }'), port),
  route(
    'grouped',
    tiered(
      '{ name: paid, group: paid }',
      '      trust_acl_groups: true\n  - { name: acl, config: { allow: [paid, trial] } }',
    ),
    port,
  ),
].join('')}
consumers:
- username: nobody
  acls: [{ group: trial }]
- username: ann
  tags: ['tier:paid']
  keyauth_credentials: [{ key: ann }]
  acls: [{ group: paid }]
- username: bob
  keyauth_credentials: [{ key: bob }]
  acls: [{ group: trial }]
- username: vip
  keyauth_credentials: [{ key: vip }]
  plugins:
  - name: mcp-tool-rate-limit
    route: tagged
    config: { denial: http_429, rules: [{ windows: [{ limit: 6, window_seconds: 3600 }] }] }
`;

async function startNode(): Promise<Node> {
  const plugins = await servePlugins([mcpValidator, mcpToolRateLimit]);
  return {
    plugins,
    gateway: await startTestGateway({ kongYml: configText(upstream.port), settings: plugins.settings }),
  };
}

beforeAll(async () => {
  redis = await startRedis();
  upstream = await startUpstream((incoming, outgoing) => {
    reached++;
    echo(incoming, outgoing);
  });
  nodes = await Promise.all([startNode(), startNode()]);
});

afterAll(async () => {
  for (const { gateway, plugins } of nodes) {
    await gateway.close();
    await plugins.stop();
  }
  await upstream.close();
  await redis.close();
});

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

const post = (path: string, body: object | string, headers: Record<string, string> = {}, node = 0): Promise<Answer> =>
  send(
    nodes[node]!.gateway.proxyUrl + path,
    { method: 'POST', headers: { ...HEADERS, ...headers } },
    typeof body === 'string' ? body : JSON.stringify(body),
  );

async function statuses(calls: number, of: (i: number) => Promise<Answer>): Promise<Record<number, number>> {
  const count: Record<number, number> = {};
  for (const { status } of await Promise.all(Array.from({ length: calls }, (_, i) => of(i)))) {
    count[status] = (count[status] ?? 0) + 1;
  }
  return count;
}

it('shares one counter between all workers of a node, and forwards no call over the limit', async () => {
  const before = reached;
  expect(await statuses(20, () => post('/alone', toolCall('add')))).toEqual({ 200: 3, 429: 17 });
  expect(reached).toBe(before + 3);
  const rejected = await post('/alone', toolCall('add', 'my id'));
  expect(rejected.headers).toMatchObject({
    'content-type': 'application/json',
    'ratelimit-limit': '3',
    'ratelimit-remaining': '0',
  });
  expect(Number(rejected.headers['retry-after'])).toBeGreaterThan(3500);
  expect(JSON.parse(rejected.body.toString())).toMatchObject({
    id: 'my id',
    error: { code: 429, data: { tool: 'add', limit: 3 } },
  });
  const other = await post('/alone', toolCall('subtract'));
  expect([other.status, other.headers['ratelimit-remaining']]).toEqual([200, '2']);
});

it('reads the body itself if mcp-validator does not run', async () => {
  const before = reached;
  const doubled = '{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping"}';
  expect((await post('/alone', doubled)).status).toBe(400);
  expect(reached).toBe(before);
});

it('uses the messages that mcp-validator read, and forwards the body unchanged', async () => {
  const body = ` ${JSON.stringify(toolCall('checked'))}\n`;
  const response = await post('/checked', body);
  expect(Buffer.from(echoed(response).body, 'base64').toString()).toBe(body);
  const batch = [toolCall('checked', 1), toolCall('checked', 2)];
  expect(JSON.parse((await post('/checked', batch)).body.toString())).toMatchObject([
    { id: 1, error: { code: 429 } },
    { id: 2, error: { code: 429 } },
  ]);
  expect((await post('/checked', toolCall('checked'))).status).toBe(200);
  expect((await post('/checked', toolCall('checked'))).status).toBe(429);
});

it('admits with two nodes and one Redis exactly as many calls as with one node', async () => {
  expect(await statuses(60, (i) => post('/shared', toolCall('add'), {}, i % 2))).toEqual({ 200: 20, 429: 40 });
});

it("uses a consumer's own configuration instead of that of the route", async () => {
  expect(await statuses(8, () => post('/tagged', toolCall('add'), { apikey: 'vip' }))).toEqual({ 200: 6, 429: 2 });
});

it('counts the decisions of a node in its metrics', async () => {
  const text = await nodes[0]!.plugins.metrics.registry.metrics();
  const of = 'mcp_tool_rate_limit_decisions_total{kong_service="alone",rule="tools/call *",tool="_other"';
  expect(text).toContain(`${of},decision="allowed"} 4`);
  expect(text).toContain(`${of},decision="rejected"} 18`);
  expect(text).toContain('mcp_tool_rate_limit_unreadable_total{kong_service="alone",reason="duplicate_key"} 1');
});

describe('tiers', () => {
  it.each([
    ['tagged', { apikey: 'ann' }, 5],
    ['tagged', { apikey: 'bob', 'x-consumer-tags': 'tier:paid', 'x-consumer-username': 'ann' }, 2],
    ['grouped', { apikey: 'ann' }, 5],
    ['grouped', { apikey: 'bob', 'x-consumer-groups': 'paid' }, 2],
    ['grouped', { 'x-consumer-groups': 'paid', 'x-authenticated-groups': 'paid' }, 2],
  ])('on /%s with the headers %j admit %i calls', async (path, headers, limit) => {
    const admitted = await statuses(8, () => post(`/${path}`, toolCall('add'), headers));
    expect(admitted).toEqual({ 200: limit, 429: 8 - limit });
  });

  it('uses one counter for the anonymous consumer, whatever consumer its headers name', async () => {
    const admitted = await statuses(8, (i) =>
      post('/tagged', toolCall('mul'), { 'x-consumer-id': `id ${i}`, 'x-credential-identifier': `${i}` }),
    );
    expect(admitted).toEqual({ 200: 2, 429: 6 });
  });
});
