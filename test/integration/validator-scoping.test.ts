import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { send } from '../../kong/testkit/http';
import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import { echo, startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { mcpValidator } from '../../plugins/mcp-validator';

/** The lists by consumer as the plugin's README shows them, in a gateway. */
const readme = readFileSync(join(__dirname, '../../plugins/mcp-validator/README.md'), 'utf8');
const fragment = /### Allow tools by consumer.*?```yaml\n(.*?)```/s.exec(readme)![1]!;

let plugins: ServedPlugins | undefined;
let upstream: TestUpstream | undefined;
let gateway: TestGateway;

beforeAll(async () => {
  plugins = await servePlugins([mcpValidator]);
  upstream = await startUpstream(echo);
  gateway = await startTestGateway({
    kongYml: `
services:
- name: py-calculator
  url: ${upstream.url}
  routes: [{ name: py-calculator, paths: [/py-calculator] }]
consumers:
- { username: ann, keyauth_credentials: [{ key: ann }] }
- { username: bob, keyauth_credentials: [{ key: bob }] }
- { username: eve, keyauth_credentials: [{ key: eve }] }
${fragment}`,
    settings: plugins.settings,
  });
});

afterAll(async () => {
  await (gateway as TestGateway | undefined)?.close();
  await upstream?.close();
  await plugins?.stop();
});

it.each([
  ['eve', 'add', true],
  ['eve', 'multiply', false],
  ['eve', 'admin_reset', false],
  ['ann', 'add', true],
  ['ann', 'multiply', true],
  ['ann', 'admin_reset', false],
  ['bob', 'multiply', true],
  ['bob', 'admin_reset', false],
])('decides whether %s may call %s: %j', async (apikey, name, isAllowed) => {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', apikey };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } });
  const answer = await send(`${gateway.proxyUrl}/py-calculator/mcp`, { method: 'POST', headers }, body);
  const given = JSON.parse(answer.body.toString()) as { url?: string; error?: { message: string } };
  expect(given.error?.message ?? given.url).toBe(isAllowed ? '/mcp' : `Unknown tool: ${name}`);
});
