import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { until } from '../../kong/testkit/until';
import { dockerFolder, ruleFiles } from './monitoring-files';

/** The scrape interval of a Prometheus that the tests start, in milliseconds. */
export const SCRAPE_INTERVAL_MS = 1000;

/** Runs promtool. @throws Error that names what to install if it is missing */
export function promtool(...args: readonly string[]): SpawnSyncReturns<string> {
  const result = spawnSync('promtool', args, { encoding: 'utf8' });
  if (result.error) throw new Error('promtool does not run: install the package prometheus', { cause: result.error });
  return result;
}

/** A sample of an instant query; the value is NaN if Prometheus returns NaN. */
interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A running Prometheus. */
export interface Prometheus {
  query(expression: string): Promise<Sample[]>;
  /** The rules that failed when they were last evaluated, with the error. */
  failedRules(): Promise<string[]>;
  stop(): Promise<void>;
}

interface Config {
  global: Record<string, string>;
  rule_files: string[];
  scrape_configs: { job_name: string; static_configs?: { targets: string[] }[] }[];
}

/**
 * Starts a real Prometheus with the project's configuration and rules, which scrapes every second.
 *
 * @param host the address on which Prometheus and all its targets listen, with the ports of the configuration
 * @param folder an empty folder for configuration and data
 */
export async function startPrometheus(host: string, folder: string): Promise<Prometheus> {
  const address = `${host}:9090`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${writeConfig(host, folder)}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (text: Buffer) => (log += text.toString()));
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', (cause) => {
      reject(new Error('prometheus does not run: install the package prometheus', { cause }));
    });
    child.once('exit', () => {
      reject(new Error(`prometheus ended: ${log.slice(-2000)}`));
    });
  });
  failed.catch(() => undefined);
  await Promise.race([ready(`http://${address}/-/ready`), failed]);
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`http://${address}/api/v1/${path}`);
    const body = (await response.json()) as { status: string; error?: string; data: T };
    if (body.status !== 'success') throw new Error(`${path}: ${body.error ?? ''}`);
    return body.data;
  };
  return {
    query: async (expression) => {
      const { result } = await get<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
        `query?query=${encodeURIComponent(expression)}`,
      );
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    failedRules: async () => {
      const { groups } = await get<{ groups: { rules: { name: string; lastError?: string }[] }[] }>('rules');
      return groups.flatMap(({ rules }) =>
        rules.flatMap(({ name, lastError }) => (lastError ? [`${name}: ${lastError}`] : [])),
      );
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function writeConfig(host: string, folder: string): string {
  const config = parse(readFileSync(dockerFolder('prometheus', 'prometheus.yml'), 'utf8')) as Config;
  const interval = `${SCRAPE_INTERVAL_MS}ms`;
  config.global = { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval };
  for (const { static_configs = [] } of config.scrape_configs) {
    for (const group of static_configs) group.targets = group.targets.map((target) => target.replace(/^[^:]*/, host));
  }
  mkdirSync(join(folder, 'rules'));
  for (const file of ruleFiles()) {
    const rules = parse(readFileSync(dockerFolder('prometheus', 'rules', file), 'utf8')) as {
      groups: { interval?: string }[];
    };
    for (const group of rules.groups) delete group.interval;
    writeFileSync(join(folder, 'rules', file), stringify(rules));
  }
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
  return join(folder, 'prometheus.yml');
}

async function ready(url: string): Promise<void> {
  await until(async () => (await fetch(url).catch(() => undefined))?.ok, `an answer of ${url}`, 20_000);
}
