import { spawnSync } from 'node:child_process';
import type { Engine } from './options';

/** The docker command may hang when its engine has a problem. */
const PROBE_TIMEOUT_MS = 10_000;

const runs = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore', timeout: PROBE_TIMEOUT_MS }).status === 0;

const isAvailable: Readonly<Record<Engine, () => boolean>> = {
  docker: () => runs('docker', ['info']) && runs('docker', ['compose', 'version']),
  kong: () => runs('kong', ['version']),
  'stand-in': () => true,
};

/** The requested engine, or the first available one. @throws when the requested engine is not available */
export function chooseEngine(asked: Engine | undefined): Engine {
  if (asked === undefined)
    return (['docker', 'kong', 'stand-in'] as const).find((engine) => isAvailable[engine]()) ?? 'stand-in';
  if (isAvailable[asked]()) return asked;
  throw new Error(
    asked === 'docker' ? 'Docker with the compose plugin is not available' : `no ${asked} binary on PATH`,
  );
}
