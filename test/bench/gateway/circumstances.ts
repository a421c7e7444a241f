import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { kongVersion } from '../../differential/kong-process';
import type { Options } from './options';
import { ROOT } from './paths';
import { firstLineOf } from './prerequisites';

const GIB = 1024 ** 3;

/** Machine, date, versions and command, in a few lines of Markdown. */
export function circumstances({ seconds, rounds, only }: Options, skipped: readonly string[]): string {
  const processor = `${cpus().length} × ${cpus()[0]?.model.trim()}`;
  const versions = [
    `Kong ${kongVersion()}`,
    `Node.js ${process.version}`,
    firstLineOf('wrk', '-v')?.split(' [')[0],
    firstLineOf('go', 'version')?.replace('go version ', 'Go '),
    firstLineOf('redis-server', '--version')?.replace(/ server v=(\S+).*/, ' $1'),
    `commit ${execFileSync('git', ['-C', ROOT, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()}`,
  ].filter((version) => version !== undefined);
  const command = `npm run bench -- gateway --engine kong${only ? ` --only ${only.join()}` : ''}`;
  return [
    `- Machine: ${processor}, ${Math.round(totalmem() / GIB)} GiB, Linux ${release()}`,
    `- Date: ${new Date().toISOString().slice(0, 10)}`,
    `- Versions: ${versions.join(', ')}`,
    `- Command: \`BENCH_SECONDS=${seconds} BENCH_ROUNDS=${rounds} ${command}\``,
    ...skipped.map((reason) => `- Not measured: ${reason}`),
  ].join('\n');
}
