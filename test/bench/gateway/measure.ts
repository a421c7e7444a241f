import type { RunningRow } from './kong';
import { load, type Load } from './load';
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
export interface Scripts {
  readonly small: string;
  readonly large: string;
}

/** Measures a row once. */
export async function measure(running: RunningRow, scripts: Scripts, seconds: number): Promise<Sample> {
  const loads: Load[] = [];
  let cpu: CpuUs = { kong: NaN, server: NaN };
  for (const connections of CONNECTIONS) {
    const run = await withCpu(running, () => load(running.url, scripts.small, connections, seconds));
    loads.push(run.load);
    if (connections === CPU_CONNECTIONS) cpu = run.cpu;
  }
  const serverRssMib = rssMibOf(running.serverPids);
  const large = await withCpu(running, () => load(running.url, scripts.large, 1, LARGE_SECONDS));
  return { loads, cpu, largeBodyCpu: large.cpu, serverRssMib, firstChunkMs: await firstChunkMs(running.url, STREAMS) };
}

/** Compiles the code that the measurements run; its result does not count. */
export const warmUp = ({ url }: RunningRow, { small }: Scripts): Promise<unknown> =>
  load(url, small, CPU_CONNECTIONS, 1);

async function withCpu(running: RunningRow, run: () => Promise<Load>): Promise<{ load: Load; cpu: CpuUs }> {
  const [kong, server] = [cpuUsOf(running.kongPids), cpuUsOf(running.serverPids)];
  const result = await run();
  const cpu = {
    kong: (cpuUsOf(running.kongPids) - kong) / result.requests,
    server: (cpuUsOf(running.serverPids) - server) / result.requests,
  };
  return { load: result, cpu };
}
