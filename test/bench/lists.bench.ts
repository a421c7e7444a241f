/**
 * What held lists cost on a real Kong: the delay of the first chunk of concurrent streams, which are not held, and the latency
 * of `tools/list`, which is.
 *
 * Each row is a Kong of its own. All run at the same time, and are measured in turn, several rounds long, so only the
 * differences between rows are meaningful. Every tenth tool is hidden. Prints Markdown.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { freePorts } from '../support/free-ports';
import { startRow, type RunningRow } from './gateway/kong';
import { load, writeScript, type Load } from './gateway/load';
import { LIST_REQUEST } from './gateway/messages';
import { canMeasure } from './gateway/prerequisites';
import { cpuUsOf } from './gateway/process-usage';
import type { Row } from './gateway/rows';
import { medianOf, percentileOf } from './gateway/stats';
import { firstChunksMs } from './gateway/streams';
import { table } from './gateway/table';
import { HIDDEN, startUpstream } from './gateway/upstream';
import { withCleanUp, type CleanUp } from './with-clean-up';

const STREAMS = 50;
/** Times that so many streams are opened in a round, for each row in turn: one burst depends on chance. */
const BURSTS = 20;
const SIZES = [20, 100, 500];

const validator = (config: object) => ({
  plugins: [{ name: 'mcp-validator', config: { ...config } }],
  server: 'suite' as const,
});
const ROWS: readonly Row[] = [
  { name: 'bare', title: 'Kong without plugins', plugins: [] },
  { name: 'validator', title: 'mcp-validator that holds nothing', ...validator({}) },
  { name: 'lists', title: 'mcp-validator that holds lists', ...validator({ tools: { deny: [`${HIDDEN}*`] } }) },
];

interface Options {
  readonly seconds: number;
  readonly rounds: number;
}

/** What was measured of one row. */
interface Measured {
  readonly row: Row;
  readonly firstChunks: number[];
  /** Of all processes of the row, in microseconds for each stream. */
  readonly streamCpuUs: number;
  /** For each of {@link SIZES}, one for each round. */
  readonly lists: readonly Load[][];
}

function readOptions(args: readonly string[]): Options {
  const command = new Command('npm run bench -- lists')
    .description('what held lists cost on a real Kong')
    .addOption(new Option('--engine <engine>', 'gateway to measure').choices(['kong']).default('kong'))
    .addOption(new Option('--seconds <n>', 'length of a measurement').argParser(count).default(2).env('BENCH_SECONDS'))
    .addOption(new Option('--rounds <n>', 'measurements of each row').argParser(count).default(5).env('BENCH_ROUNDS'));
  command.parse(args, { from: 'user' });
  return command.opts<Options>();
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 1000) return value;
  throw new InvalidArgumentError('expected a whole number from 1 to 1000');
}

async function measure({ seconds, rounds }: Options, cleanUp: CleanUp): Promise<Measured[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lists-bench-'));
  cleanUp.push(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  // Kong's workers run as another user.
  chmodSync(folder, 0o755);
  const [upstreamPort = 0, ...ports] = await freePorts(1 + ROWS.length);
  const running: RunningRow[] = [];
  cleanUp.push(() => Promise.all(running.map((row) => row.stop())));
  for (const [index, row] of ROWS.entries()) {
    running.push(await startRow(row, ports[index] ?? 0, `http://127.0.0.1:${upstreamPort}`, folder));
  }
  const [first] = running;
  if (!first) throw new Error('there is no row');
  cleanUp.push((await startUpstream(first.master, upstreamPort, folder)).stop);
  const script = join(folder, 'list.lua');
  writeScript(script, LIST_REQUEST);
  for (const { url, row } of running) {
    await firstChunksMs(url, STREAMS);
    await load(`${url}?tools=100`, script, 4, 1);
    await checkList(url, row.name === 'lists');
  }
  const measured = running.map(({ row, url, kongPids, serverPids }) => ({
    row,
    url,
    firstChunks: [] as number[],
    pids: [...kongPids, ...serverPids],
    cpuUs: 0,
    lists: SIZES.map(() => [] as Load[]),
  }));
  for (let round = 1; round <= rounds; round++) {
    for (let burst = 0; burst < BURSTS; burst++) {
      for (const one of measured) {
        const before = cpuUsOf(one.pids);
        one.firstChunks.push(...(await firstChunksMs(one.url, STREAMS)));
        one.cpuUs += cpuUsOf(one.pids) - before;
      }
    }
    for (const { row, url, lists } of measured) {
      process.stderr.write(`round ${round} of ${rounds}: ${row.name}\n`);
      for (const [index, size] of SIZES.entries()) {
        lists[index]?.push(await load(`${url}?tools=${size}`, script, 1, seconds));
      }
    }
  }
  return measured.map(({ cpuUs, ...one }) => ({ ...one, streamCpuUs: cpuUs / one.firstChunks.length }));
}

/** @throws when the list of a row is not what its latency should be measured of */
async function checkList(url: string, isCut: boolean): Promise<void> {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
  const response = await fetch(`${url}?tools=20`, { method: 'POST', headers, body: LIST_REQUEST });
  const { result } = (await response.json()) as { result: { tools: object[] } };
  const expected = isCut ? 18 : 20;
  if (result.tools.length !== expected) throw new Error(`a list has ${result.tools.length} tools, not ${expected}`);
}

function tableOf(measured: readonly Measured[]): string {
  const ms = (value: number): string => value.toFixed(2);
  return table(
    ['', 'first chunk p50 ms', 'p99 ms', 'CPU us', ...SIZES.flatMap((size) => [`${size} tools p50 ms`, 'p99 ms'])],
    measured.map(({ row, firstChunks, streamCpuUs, lists }) => [
      row.title,
      ms(medianOf(firstChunks)),
      ms(percentileOf(firstChunks, 0.99)),
      streamCpuUs.toFixed(0),
      ...lists.flatMap((loads) => [
        ms(medianOf(loads.map(({ p50Ms }) => p50Ms))),
        ms(medianOf(loads.map(({ p99Ms }) => p99Ms))),
      ]),
    ]),
  );
}

async function main(): Promise<void> {
  // The first argument is the loader of TypeScript, the second this file.
  const options = readOptions(process.argv.slice(3));
  if (!canMeasure()) return;
  const measured = await withCleanUp((cleanUp) => measure(options, cleanUp));
  console.log(`${STREAMS} concurrent streams and lists of ${SIZES.join(', ')} tools, ${options.rounds} rounds:\n`);
  console.log(tableOf(measured));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
