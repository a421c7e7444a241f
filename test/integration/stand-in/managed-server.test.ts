import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestGateway } from '../../../kong/testkit/gateway';
import { until } from '../../../kong/testkit/until';

const folder = mkdtempSync(join(tmpdir(), 'kong-managed-'));
const answer = join(folder, 'answer.json');
const description = { Name: 'mine', Version: '1', Priority: 1, Phases: [], Schema: { fields: [] } };
writeFileSync(answer, JSON.stringify([description]));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const settings = (startCommand: string, queryCommand = `cat ${answer}`) => ({
  plugins: 'bundled,mine',
  pluginserver_names: 'mine',
  pluginserver_mine_query_cmd: queryCommand,
  pluginserver_mine_start_cmd: startCommand,
});
const node = (source: string) => `${process.execPath} -e "${source}"`;

it('starts a plugin server, logs what it prints, starts it again when it ends and stops it', async () => {
  const gateway = await startTestGateway({ settings: settings(node('console.log(42); console.error(43)')) });
  const count = (text: string) => gateway.logs.filter((line) => line.includes(text)).length;
  await until(() => count('] 42') >= 2 && count('] 43') >= 2, 'the second life');
  expect(gateway.logs.join('\n')).toMatch(/\[info\] \[mine:\d+\] 42/);
  expect(count('terminated: exit 0')).toBeGreaterThanOrEqual(1);
  await gateway.close();
  const lives = count('starting pluginserver process');
  await new Promise((resolve) => setImmediate(resolve));
  expect(count('starting pluginserver process')).toBe(lives);
});

it('ends a server that runs when it closes', async () => {
  const gateway = await startTestGateway({
    settings: settings(node('console.log(process.pid); setInterval(Object, 1000)')),
  });
  let pid = 0;
  await until(() => {
    pid = Number(/\[mine:\d+\] (\d+)/.exec(gateway.logs.join('\n'))?.[1] ?? 0);
    return pid > 0;
  }, 'the process');
  await gateway.close();
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it.each([
  ['prints no JSON', 'echo hello', 'failed decoding plugin info of mine'],
  ['prints nothing', 'false', 'error loading plugins info'],
  ['describes no plugin', 'echo []', 'no plugin in the answer'],
  ['names another plugin than the setting', `sed s/mine/other/ ${answer}`, 'mine plugin is enabled but not installed'],
])('does not start with a query command that %s', async (_, query, message) => {
  await expect(startTestGateway({ settings: settings('true', query) })).rejects.toThrow(message);
});

it('gives everything back when it can not listen', async () => {
  const first = await startTestGateway();
  const taken = { ...settings(node('setInterval(Object, 1000)')), status_listen: new URL(first.statusUrl).host };
  await expect(startTestGateway({ settings: taken })).rejects.toThrow('EADDRINUSE');
  await first.close();
});

it('does not start with a plugin that is not enabled', async () => {
  const enabled = { ...settings(node('')), plugins: 'bundled' };
  await expect(startTestGateway({ kongYml: 'plugins: [{ name: mine }]', settings: enabled })).rejects.toThrow(
    "plugins[1]: plugin 'mine' not enabled; add it to the 'plugins' configuration property",
  );
});
