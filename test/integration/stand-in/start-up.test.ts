import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestGateway } from '../../../kong/testkit/gateway';

const folder = mkdtempSync(join(tmpdir(), 'kong-start-up-'));
const answer = join(folder, 'answer.json');
const description = { Name: 'mine', Version: '1', Priority: 1, Phases: [], Schema: { fields: [] } };
writeFileSync(answer, JSON.stringify([description]));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const settings = (queryCommand = `cat ${answer}`) => ({
  plugins: 'bundled,mine',
  pluginserver_names: 'mine',
  pluginserver_mine_query_cmd: queryCommand,
});

it.each([
  ['prints no JSON', 'echo hello', 'failed decoding plugin info of mine'],
  ['prints nothing', 'false', 'error loading plugins info'],
  ['describes no plugin', 'echo []', 'no plugin in the output'],
  ['names another plugin than the setting', `sed s/mine/other/ ${answer}`, 'mine plugin is enabled but not installed'],
])('does not start with a query command that %s', async (_, query, message) => {
  await expect(startTestGateway({ settings: settings(query) })).rejects.toThrow(message);
});

it('releases everything when it cannot listen', async () => {
  const first = await startTestGateway();
  const taken = { ...settings(), status_listen: new URL(first.statusUrl).host };
  await expect(startTestGateway({ settings: taken })).rejects.toThrow('EADDRINUSE');
  await first.close();
});

it('does not start with a plugin that is not enabled', async () => {
  const enabled = { ...settings(), plugins: 'bundled' };
  await expect(startTestGateway({ kongYml: 'plugins: [{ name: mine }]', settings: enabled })).rejects.toThrow(
    "plugins[1]: plugin 'mine' not enabled; add it to the 'plugins' configuration property",
  );
});

it('does not start with a start command, since it starts no plugin servers', async () => {
  const started = { ...settings(), pluginserver_mine_start_cmd: 'true' };
  await expect(startTestGateway({ settings: started })).rejects.toThrow(
    'pluginserver_mine_start_cmd: the stand-in does not start',
  );
});

it.each([
  ['request-termination', '{ name: request-termination }', 'does not emulate request-termination'],
  ['a field of rate-limiting', '{ name: rate-limiting, config: { day: 5 } }', 'config.day: unknown field'],
  ['another policy', '{ name: rate-limiting, config: { hour: 5, policy: redis } }', 'expected one of: local'],
  ['a field of cors', '{ name: cors, config: { preflight_continue: true } }', 'preflight_continue: unknown field'],
  ['a field of key-auth', '{ name: key-auth, config: { key_in_body: true } }', 'key_in_body: unknown field'],
])('does not start with %s, which it does not emulate', async (_, plugin, message) => {
  await expect(startTestGateway({ kongYml: `plugins: [${plugin}]` })).rejects.toThrow(message);
});

it('does not start with another algorithm of load balancing than round-robin', async () => {
  const upstreams = 'upstreams: [{ name: pool, algorithm: consistent-hashing, hash_on: header, hash_on_header: X-A }]';
  await expect(startTestGateway({ kongYml: upstreams })).rejects.toThrow('algorithm: expected one of: round-robin');
});
