import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../kong/testkit/until';
import { freePorts } from './free-ports';
import { startProcess } from './running-process';

/** A real Postgres on a free port of the loopback, with the database `kong` of the user `kong`. */
export interface TestPostgres {
  readonly port: number;
  close(): Promise<void>;
}

/** Postgres does not run as root. */
const NOBODY = 65_534;

/** @throws with the output of Postgres, if it does not start */
export async function startPostgres(): Promise<TestPostgres> {
  const port = (await freePorts(1))[0]!;
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const user = process.getuid?.() === 0 ? NOBODY : undefined;
  if (user !== undefined) chownSync(folder, user, user);
  chmodSync(folder, 0o700);
  const data = join(folder, 'data');
  const asUser = user === undefined ? {} : { uid: user, gid: user };
  const made = spawnSync('initdb', ['-D', data, '-U', 'kong', '-A', 'trust', '--no-sync'], {
    encoding: 'utf8',
    cwd: folder,
    ...asUser,
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stdout}${made.stderr}`);
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F'];
  const server = startProcess('postgres', args, user);
  const psql = (...more: string[]) =>
    spawnSync('psql', ['-h', '127.0.0.1', '-p', String(port), '-U', 'kong', '-d', 'postgres', ...more]).status === 0;
  try {
    await until(() => psql('-c', 'select 1'), 'Postgres to answer', 30_000);
    if (!psql('-c', 'create database kong')) throw new Error('the database could not be created');
  } catch (error) {
    await server.stop();
    throw new Error(server.output(), { cause: error });
  }
  return {
    port,
    close: async () => {
      await server.stop('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
