import { spawnSync } from 'node:child_process';

const NEEDED: Readonly<Record<string, string>> = {
  kong: 'install Kong Gateway 3.9',
  wrk: 'apt-get install wrk',
};

/** Whether a program is on PATH. */
export const isInstalled = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/** Says how to get each program without which nothing can be measured. */
export const missingPrograms = (): string[] =>
  Object.entries(NEEDED).flatMap(([program, fix]) =>
    isInstalled(program) ? [] : [`there is no ${program} on PATH: ${fix}`],
  );

/** The first line that a program prints, such as its version; undefined if it is missing. */
export function firstLineOf(program: string, ...args: readonly string[]): string | undefined {
  const { error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return error ? undefined : `${stdout}${stderr}`.trim().split('\n')[0];
}
