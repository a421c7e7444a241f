import { join } from 'node:path';
import type { RunningRow } from './kong';
import { load, writeScript, type Load } from './load';
import { LARGE_CALL, SMALL_CALL } from './messages';
import { cpuUsOf, rssMibOf } from './process-usage';
import { firstChunkMs } from './streams';

/** The numbers of connections with which each row is measured. */
export const CONNECTIONS = [1, 16, 128] as const;
/** The CPU of a request is that of the measurement with so many connections. */
export const CPU_CONNECTIONS = 16;
const LARGE_SECONDS = 3;
const STREAMS = 50;

/** CPU of one request in microseconds. */
export interface CpuUs {
  readonly kong: number;
  readonly server: number;
}

/** One round of a row. */
export interface Sample {
  readonly loads: readonly Load[];
  readonly cpu: CpuUs;
  readonly largeBodyCpu: CpuUs;
  readonly serverRssMib: number;
  readonly firstChunkMs: number;
}

/** Scripts of wrk for a small and a large call. */
interface Scripts {
  readonly small: string;
  readonly large: string;
}

/** Writes the scripts of a row. */
function scriptsOf({ row, folder }: RunningRow): Scripts {
  const scripts = { small: join(folder, 'small.lua'), large: join(folder, 'large.lua') };
  writeScript(scripts.small, SMALL_CALL, row.headers);
  writeScript(scripts.large, LARGE_CALL, row.headers);
  return scripts;
}

/** Measures a row once. */
export async function measure(running: RunningRow, seconds: number): Promise<Sample> {
  const scripts = scriptsOf(running);
  const loads: Load[] = [];
  let cpu: CpuUs = { kong: NaN, server: NaN };
  for (const connections of CONNECTIONS) {
    const run = await withCpu(running, () => load(running.url, scripts.small, connections, seconds));
    loads.push(run.load);
    if (connections === CPU_CONNECTIONS) cpu = run.cpu;
  }
  const serverRssMib = rssMibOf(running.serverPids);
  const large = await withCpu(running, () => load(running.url, scripts.large, 1, LARGE_SECONDS));
  const firstChunk = await firstChunkMs(running.url, STREAMS, running.row.headers);
  return { loads, cpu, largeBodyCpu: large.cpu, serverRssMib, firstChunkMs: firstChunk };
}

/** Compiles the code that the measurements run; its result does not count. */
export const warmUp = (running: RunningRow): Promise<unknown> =>
  load(running.url, scriptsOf(running).small, CPU_CONNECTIONS, 1);

async function withCpu(running: RunningRow, run: () => Promise<Load>): Promise<{ load: Load; cpu: CpuUs }> {
  const [kong, server] = [cpuUsOf(running.kongPids), cpuUsOf(running.serverPids)];
  const result = await run();
  const cpu = {
    kong: (cpuUsOf(running.kongPids) - kong) / result.requests,
    server: (cpuUsOf(running.serverPids) - server) / result.requests,
  };
  return { load: result, cpu };
}
