import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const US_PER_TICK = 1e6 / TICKS_PER_SECOND;
const KIB_PER_MIB = 1024;

/** User and system time of processes with all their threads, in microseconds (`man 5 proc_pid_stat`). */
export const cpuUsOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + ticksIn(readFileSync(`/proc/${pid}/stat`, 'utf8')) * US_PER_TICK, 0);

/** `utime` and `stime`, fields 14 and 15. The second field, the name of the program, may contain spaces. */
export function ticksIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** The memory of processes that is in RAM, in MiB. */
export const rssMibOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return sum + Number(kib) / KIB_PER_MIB;
  }, 0);

/** A process and its children. */
export const familyOf = (pid: number): number[] => [
  pid,
  ...readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
];
