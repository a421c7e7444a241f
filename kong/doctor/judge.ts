import { checkFile } from '../check/check-file';
import { pathText } from '../check/finding';
import { isRecord } from '../check/is-record';
import { readYaml } from '../check/read-yaml';
import type { Plugin } from '../pdk';
import { dataOf, jsonOf, type Facts } from './facts';

/** The result of one check. */
export interface Result {
  readonly outcome: 'ok' | 'warning' | 'error' | 'skipped';
  /** What was found; one sentence without a full stop. */
  readonly text: string;
  /** What to do; one sentence without a full stop. */
  readonly fix?: string;
}

/** What the suite has, to compare with. */
export interface Expected {
  readonly plugins: readonly Plugin[];
  /** The version of the capture functions. */
  readonly captureVersion: number;
}

const MAX_CLOCK_DIFFERENCE_MS = 5000;

/** Judges a deployment by its answers. Pure. */
export const judge = (facts: Facts, expected: Expected): Result[] => [
  ...judgeGateway(facts),
  judgeReady(facts),
  judgeServer(facts),
  ...judgeMetrics(facts),
  judgePhoenix(facts),
  ...judgeConfig(facts, expected),
  ...judgeUpstreams(facts),
];

const ok = (text: string): Result => ({ outcome: 'ok', text });
const skipped = (text: string, fix: string): Result => ({ outcome: 'skipped', text, fix });
const warning = (text: string, fix: string): Result => ({ outcome: 'warning', text, fix });
const error = (text: string, fix: string): Result => ({ outcome: 'error', text, fix });

function judgeGateway({ gateway, addresses, nowMs }: Facts): Result[] {
  if (!gateway) return [error(`no answer from ${addresses.gateway}`, 'start Kong, or correct --gateway')];
  const [, version] = /^kong\/(\S+)/.exec(gateway.server) ?? [];
  const results: Result[] = [];
  if (version === undefined) {
    results.push(warning('the gateway does not say that it is Kong', 'point --gateway at the proxy port of Kong'));
  } else if (version.startsWith('3.9.')) results.push(ok(`Kong ${version}`));
  else results.push(warning(`Kong ${version} was not tested with this suite`, 'use Kong 3.9, see docs/upgrade.md'));
  const difference = Math.abs(nowMs - Date.parse(gateway.date));
  if (difference > MAX_CLOCK_DIFFERENCE_MS) {
    const seconds = Math.round(difference / 1000);
    results.push(
      warning(`the clock of the gateway differs by ${seconds} s from this one`, 'synchronize both with NTP'),
    );
  }
  return results;
}

function judgeReady({ ready, addresses }: Facts): Result {
  if (!ready) return skipped(`no answer from ${addresses.status}`, 'give the status listener of Kong with --status');
  return ready.status === 200
    ? ok('Kong has loaded its configuration')
    : error(`Kong is not ready (status ${ready.status})`, 'read its error log: kong.yml may be invalid');
}

function judgeServer({ serverReady, addresses }: Facts): Result {
  if (!serverReady) {
    return skipped(`no answer from ${addresses.metrics}`, 'give the address of `serve --metrics` with --metrics');
  }
  return serverReady.status === 200
    ? ok('the plugin server is ready')
    : error(`the plugin server is not ready (status ${serverReady.status})`, 'read its log; it may be stopping');
}

/** Counters that are 0 in a sound deployment. */
const COUNTERS = [
  ['error', 'plugin_server_config_errors_total', 'configurations could not start', 'run `kong-ai-plugins check`'],
  ['error', 'plugin_server_handler_errors_total', 'events ended with an exception', 'report the stack in the log'],
  ['warning', 'mcp_telemetry_export_failures_total', 'batches of spans were lost', 'see the log of the plugin server'],
  ['warning', 'llm_telemetry_export_failures_total', 'batches of spans were lost', 'see the log of the plugin server'],
  [
    'warning',
    'mcp_tool_rate_limit_redis_failures_total',
    'calls were not counted in Redis',
    'check address and password',
  ],
] as const;

function judgeMetrics({ metrics }: Facts): Result[] {
  if (metrics?.status !== 200) return [];
  const lines = metrics.body.split('\n');
  return COUNTERS.flatMap(([outcome, name, text, fix]) => {
    const count = lines
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    return count > 0 ? [{ outcome, text: `${count} ${text} (${name})`, fix }] : [];
  });
}

function judgePhoenix({ phoenix }: Facts): Result {
  if (!phoenix || phoenix.status === 404) return skipped('there is no route /phoenix', 'ignore this, or add it');
  return phoenix.status < 400
    ? ok('Phoenix answers through the gateway')
    : warning(`/phoenix answers with status ${phoenix.status}`, 'start Phoenix, or open it for this host name');
}

function judgeConfig({ config, addresses }: Facts, { plugins, captureVersion }: Expected): Result[] {
  const answer = jsonOf(config);
  const text = isRecord(answer) ? answer['config'] : undefined;
  if (typeof text !== 'string') {
    return [skipped(`no declarative file from ${addresses.admin}`, 'give the Admin API with --admin')];
  }
  const yaml = readYaml(text);
  if ('problems' in yaml) return [error('the file of the Admin API is not valid YAML', 'load kong.yml again')];
  const findings = checkFile(withoutEmpty(yaml.value), plugins).map(({ severity, path, problem, fix }) => ({
    outcome: severity,
    text: `${pathText(path)}: ${problem}`,
    fix,
  }));
  const versions = [...text.matchAll(/kong\.ctx\.shared\.capture = \{[^}]*?version = (\d+)/gs)].map(([, one]) =>
    Number(one),
  );
  const old = versions.filter((version) => version !== captureVersion).length;
  return [
    ok('the Admin API has the declarative file'),
    ...findings,
    ...(old > 0
      ? [warning(`captures of another version: ${old}`, 'print it with `kong-ai-plugins dump --capture`')]
      : []),
  ];
}

/** Kong writes null for each field without value, and an empty map as an empty list. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      member === null || (Array.isArray(member) && member.length === 0) ? [] : [[key, withoutEmpty(member)]],
    ),
  );
}

function judgeUpstreams({ upstreams }: Facts): Result[] {
  return upstreams.flatMap(([name, health]) =>
    dataOf(health).flatMap(({ target, health: state }) =>
      state === 'UNHEALTHY' || state === 'DNS_ERROR'
        ? [error(`target ${String(target)} of ${name} is ${state}`, 'start the server, or correct name, port and path')]
        : [],
    ),
  );
}
