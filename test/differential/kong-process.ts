import { spawnSync } from 'node:child_process';

/** Whether a `kong` of any version is on PATH. */
export const hasKong = (): boolean => spawnSync('kong', ['version'], { stdio: 'ignore' }).status === 0;

/** The version of the `kong` on PATH. */
export const kongVersion = (): string => spawnSync('kong', ['version'], { encoding: 'utf8' }).stdout.trim();

/** Runs a `kong` command with settings as `KONG_*` variables. @throws with Kong's output when it fails */
export function kong(args: readonly string[], settings: Readonly<Record<string, string>>): void {
  const variables = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`KONG_${name.toUpperCase()}`, value]),
  );
  const { status, stdout, stderr } = spawnSync('kong', args, {
    env: { ...process.env, ...variables },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`kong ${args.join(' ')} failed:\n${stdout}${stderr}`);
}
