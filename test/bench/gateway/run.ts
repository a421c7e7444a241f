import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePorts } from '../../support/free-ports';
import { startRedis } from '../../support/redis-server';
import { withCleanUp, type CleanUp } from '../with-clean-up';
import { globalRowsFor } from './global-rows';
import { startRow, type RunningRow } from './kong';
import { measure, warmUp, type Sample } from './measure';
import type { Options } from './options';
import { isInstalled } from './prerequisites';
import { rowsFor, type Row } from './rows';
import type { Measured } from './table';
import { startUpstream } from './upstream';

/** The rows with their rounds, and why others are missing. */
export interface Result {
  readonly rows: readonly Measured[];
  readonly skipped: readonly string[];
}

/** Starts everything, measures the rows in turn, several rounds long, and stops everything. */
export const run = (options: Options, progress: (line: string) => void): Promise<Result> =>
  withCleanUp((cleanUp) => runWith(options, progress, cleanUp));

async function runWith(options: Options, progress: (line: string) => void, cleanUp: CleanUp): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  cleanUp.push(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  // Kong's workers run as another user.
  chmodSync(folder, 0o755);
  const skipped: string[] = [];
  const [upstreamPort = 0, intakePort = 0] = await freePorts(2);
  const upstreamUrl = `http://127.0.0.1:${upstreamPort}`;
  const logFile = join(folder, 'requests.log');
  writeFileSync(logFile, '');
  chmodSync(logFile, 0o666);
  const redis = isInstalled('redis-server') ? await startRedis() : undefined;
  if (redis) cleanUp.push(() => redis.close());
  else skipped.push('guard-redis, there is no redis-server on PATH');

  const intake = { address: `127.0.0.1:${intakePort}`, file: join(folder, 'log-intake.yml') };
  writeFileSync(intake.file, stringify({ mcp: { 'mcp-telemetry': { otlp_url: `${upstreamUrl}/v1/traces` } } }));
  const surroundings = { sinkUrl: upstreamUrl, logFile, redisPort: redis?.port, intake };
  const chosen = choose(rowsFor(surroundings), globalRowsFor(surroundings), options.only);
  const running: RunningRow[] = [];
  cleanUp.push(() => Promise.all(running.map((row) => row.stop())));
  for (const row of chosen) {
    progress(`starts ${row.name}`);
    try {
      const [port = 0] = await freePorts(1);
      const started = await startRow(row, port, upstreamUrl, folder);
      running.push(started);
    } catch (error) {
      if (row.server !== 'go-yardstick') throw error;
      skipped.push(`${row.name}, which needs Go and its modules`);
    }
  }
  const [first] = running;
  if (!first) throw new Error('no row is left to measure');
  const upstream = await startUpstream(first.master, upstreamPort, folder);
  cleanUp.push(upstream.stop);
  return { rows: await measureAll(running, options, progress), skipped };
}

/** @throws when `only` names a row that does not exist */
function choose(table: readonly Row[], others: readonly Row[], only: Options['only']): readonly Row[] {
  if (!only) return table;
  const all = [...table, ...others];
  const names = all.map(({ name }) => name);
  const matches = (name: string, wanted: string) => (wanted.endsWith('/') ? name.startsWith(wanted) : name === wanted);
  const unknown = only.filter((wanted) => !names.some((name) => matches(name, wanted)));
  if (unknown.length > 0) throw new Error(`no row ${unknown.join(', ')}: there are ${names.join(', ')}`);
  return all.filter(({ name }) => only.some((wanted) => matches(name, wanted)));
}

async function measureAll(
  running: readonly RunningRow[],
  { rounds, seconds }: Options,
  progress: (line: string) => void,
): Promise<Measured[]> {
  const samples = new Map<RunningRow, Sample[]>(running.map((row) => [row, []]));
  for (const row of running) await warmUp(row);
  for (let round = 1; round <= rounds; round++) {
    for (const [row, list] of samples) {
      progress(`round ${round} of ${rounds}: ${row.row.name}`);
      try {
        list.push(await measure(row, seconds));
      } catch (error) {
        throw new Error(`${row.row.name} cannot be measured`, { cause: error });
      }
    }
  }
  return [...samples].map(([{ row, serverPids }, list]) => ({
    name: row.name,
    title: row.title,
    hasServer: serverPids.length > 0,
    samples: list,
  }));
}
