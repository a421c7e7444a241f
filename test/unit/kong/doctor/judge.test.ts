import { stringify } from 'yaml';
import type { Answer } from '../../../../kong/doctor/ask';
import type { Facts } from '../../../../kong/doctor/facts';
import { judge } from '../../../../kong/doctor/judge';
import { plugins } from '../../../../plugins';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const answer = (status: number, body = ''): Answer => ({
  status,
  server: 'kong/3.9.3',
  date: 'Thu, 01 Jan 2026 00:00:00 GMT',
  body,
});
const config = (file: object) => answer(200, JSON.stringify({ config: stringify(file) }));
const SOUND: Facts = {
  addresses: { gateway: 'http://g', status: 'http://s', metrics: 'http://m', admin: 'http://a' },
  nowMs: NOW,
  gateway: answer(404),
  phoenix: answer(200),
  ready: answer(200),
  serverReady: answer(200),
  metrics: answer(200, 'plugin_server_config_errors_total 0\n'),
  config: config({
    _format_version: '3.0',
    plugins: [{ name: 'mcp-validator', service: null, config: { tools: { pins: [], learn: null } } }],
  }),
  upstreams: [['u', answer(200, '{"data":[{"target":"t:1","health":"HEALTHY"}]}')]],
};
const judged = (facts: Partial<Facts> = {}): string[] =>
  judge({ ...SOUND, ...facts }, { plugins, captureVersion: 2 }).map(({ outcome, text }) => `${outcome}: ${text}`);

it('finds nothing to fix in a sound deployment', () => {
  expect(judged().filter((line) => !line.startsWith('ok: '))).toEqual([]);
  expect(judged()).toContain('ok: Kong 3.9.3');
});

it('has a fix for everything that is not ok', () => {
  for (const { outcome, fix } of judge(
    { ...SOUND, ready: undefined, phoenix: answer(503), gateway: undefined, config: undefined },
    { plugins, captureVersion: 2 },
  )) {
    expect(fix === undefined).toBe(outcome === 'ok');
  }
});

const capture = 'kong.ctx.shared.capture = {\n  -- About the fields.\n  version = 1,\n}';

it.each<[string, Partial<Facts>]>([
  ['error: no answer from http://g', { gateway: undefined }],
  ['warning: Kong 2.8.1 was not tested with this suite', { gateway: { ...answer(404), server: 'kong/2.8.1' } }],
  ['warning: the gateway does not say that it is Kong', { gateway: { ...answer(404), server: 'nginx' } }],
  ['warning: the clock of the gateway differs by 60 s from this one', { nowMs: NOW + 60_000 }],
  ['error: Kong is not ready (status 503)', { ready: answer(503) }],
  ['skipped: no answer from http://s', { ready: undefined }],
  ['error: the plugin server is not ready (status 503)', { serverReady: answer(503) }],
  [
    'error: 3 configurations could not start (plugin_server_config_errors_total)',
    {
      metrics: answer(
        200,
        'plugin_server_config_errors_total{plugin="a"} 1\nplugin_server_config_errors_total{plugin="b"} 2\n',
      ),
    },
  ],
  ['warning: /phoenix answers with status 503', { phoenix: answer(503) }],
  ['skipped: no declarative file from http://a', { config: answer(404, '{}') }],
  [
    'error: plugins[1].config.mode: "x" is not one of: enforce, report',
    { config: config({ plugins: [{ name: 'mcp-validator', config: { mode: 'x' } }] }) },
  ],
  [
    'warning: captures of another version: 1',
    { config: config({ plugins: [{ name: 'mcp-validator' }, { name: 'pre-function', config: { log: [capture] } }] }) },
  ],
  [
    'error: target t:1 of u is UNHEALTHY',
    { upstreams: [['u', answer(200, '{"data":[{"target":"t:1","health":"UNHEALTHY"}]}')]] },
  ],
])('reports %s', (line, facts) => {
  expect(judged(facts).join('\n')).toContain(line);
});
