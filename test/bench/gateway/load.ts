import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** The time that wrk may take longer than it should. */
const TIMEOUT_MS = 30_000;
const run = promisify(execFile);

/** What wrk reports of one run. */
export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The headers of each request. */
export const HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };

/** Writes a script for wrk that posts an MCP message, with these headers in addition. */
export function writeScript(file: string, body: string, headers: Readonly<Record<string, string>> = {}): void {
  const lines = Object.entries({ ...HEADERS, ...headers }).map(
    ([name, value]) => `wrk.headers["${name}"] = "${value}"`,
  );
  writeFileSync(file, ['wrk.method = "POST"', `wrk.body = [==[${body}]==]`, ...lines, ''].join('\n'));
}

/** Sends the requests of a script over some connections, each as soon as the last one is answered. */
export async function load(url: string, script: string, connections: number, seconds: number): Promise<Load> {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script, url];
  const { stdout } = await run('wrk', args, { timeout: seconds * 1000 + TIMEOUT_MS });
  return parseReport(stdout);
}

const MS_PER_UNIT: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

/** Parses the report of wrk. @throws when a request failed */
export function parseReport(report: string): Load {
  const failure = /^.*(?:Non-2xx|Socket errors).*$/m.exec(report)?.[0];
  const requests = numberIn(report, /(\d+) requests in/);
  if (failure !== undefined || requests === 0) throw new Error(`requests failed: ${failure?.trim() ?? report}`);
  const percentile = (share: string): number => {
    const [, value, unit = ''] = new RegExp(`^ +${share}% +([\\d.]+)(us|ms|s|m) *$`, 'm').exec(report) ?? [];
    return Number(value) * (MS_PER_UNIT[unit] ?? NaN);
  };
  return {
    requests,
    perSecond: numberIn(report, /Requests\/sec: +([\d.]+)/),
    p50Ms: percentile('50'),
    p99Ms: percentile('99'),
  };
}

const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? NaN);
