import { spawnSync } from 'node:child_process';
import type { Engine } from './options';

/** Docker may hang when its engine is not well. */
const PROBE_TIMEOUT_MS = 10_000;

const runs = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore', timeout: PROBE_TIMEOUT_MS }).status === 0;

const isThere: Readonly<Record<Engine, () => boolean>> = {
  docker: () => runs('docker', ['info']) && runs('docker', ['compose', 'version']),
  kong: () => runs('kong', ['version']),
  'stand-in': () => true,
};

/** The engine that was asked for, else the first that is there. @throws when the one asked for is not. */
export function chooseEngine(asked: Engine | undefined): Engine {
  if (asked === undefined)
    return (['docker', 'kong', 'stand-in'] as const).find((engine) => isThere[engine]()) ?? 'stand-in';
  if (isThere[asked]()) return asked;
  throw new Error(
    asked === 'docker' ? 'no Docker engine with compose answers here' : `there is no ${asked} binary on PATH`,
  );
}
