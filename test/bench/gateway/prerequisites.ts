import { spawnSync } from 'node:child_process';

const NEEDED: Readonly<Record<string, string>> = {
  kong: 'install Kong Gateway 3.9',
  wrk: 'apt-get install wrk',
};

/** Whether a program is on PATH. */
export const isInstalled = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/** Whether all programs are there without which nothing can be measured; prints how to get those that are not. */
export function canMeasure(): boolean {
  const missing = Object.keys(NEEDED).filter((program) => !isInstalled(program));
  const hints = missing.map((program) => `there is no ${program} on PATH: ${NEEDED[program]}`);
  if (missing.length > 0) console.log(`skipped: ${hints.join('; ')}`);
  return missing.length === 0;
}

/** The first line that a program prints, such as its version; undefined if it is missing. */
export function firstLineOf(program: string, ...args: readonly string[]): string | undefined {
  const { error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return error ? undefined : `${stdout}${stderr}`.trim().split('\n')[0];
}
