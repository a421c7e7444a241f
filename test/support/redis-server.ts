import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { until } from '../../kong/testkit/until';
import { freePorts } from './free-ports';

const PROGRAM = 'redis-server';

/** A real Redis server on a free port of the loopback, for one test file. */
export interface TestRedis {
  readonly port: number;
  /** Lines of its configuration at the start. */
  readonly directives: readonly string[];
  /** Runs any command. */
  command(name: string, ...args: (string | number)[]): Promise<unknown>;
  /** Sends a signal: SIGSTOP makes it hang, SIGKILL ends it. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a server. `directives` are lines of redis.conf, `mode` an argument such as `--sentinel`; a server with TLS
 * keeps a plain port for the test's own commands. It takes a free port unless one is given.
 *
 * @throws with instructions if redis-server is missing
 */
export async function startRedis(
  directives: readonly string[] = [],
  mode: readonly string[] = [],
  givenPort?: number,
): Promise<TestRedis> {
  const port = givenPort ?? (await freePorts(1))[0]!;
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const file = join(folder, 'redis.conf');
  const base = [`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`];
  const persistence = mode.includes('--sentinel') ? [] : ['save ""', 'appendonly no'];
  writeFileSync(file, [...base, ...persistence, ...directives].join('\n'));

  let child = await run([file, ...mode]);
  const password = directives.find((line) => line.startsWith('requirepass '))?.slice('requirepass '.length);
  const admin = new Redis({ port, retryStrategy: () => 20, ...(password !== undefined && { password }) });
  admin.on('error', () => undefined);
  await ready(admin, child);
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    const ended = name === 'SIGKILL' && child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill(name);
    await ended;
  };
  return {
    port,
    directives,
    command: (name, ...args) => admin.call(name, ...args),
    signal,
    restart: async () => {
      child = await run([file, ...mode]);
      await ready(admin, child);
    },
    close: async () => {
      admin.disconnect();
      if (child.exitCode === null && child.signalCode === null) await signal('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function run(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(PROGRAM, args, { stdio: 'ignore' });
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new Error(`these tests need ${PROGRAM}: apt-get install redis-server`, { cause: error });
  }
  return child;
}

async function ready(admin: Redis, child: ChildProcess): Promise<void> {
  await until(() => admin.status === 'ready' || child.exitCode !== null, 'Redis to listen');
  if (child.exitCode !== null) throw new Error(`${PROGRAM} ended with ${String(child.exitCode)}`);
}

/** A cluster of three masters; the caller closes each. */
export async function startRedisCluster(): Promise<TestRedis[]> {
  // All at once: a node could get the bus port of another that has not started yet.
  const ports = await freePorts(6);
  const busPorts = ports.slice(3);
  const nodes = await Promise.all(
    busPorts.map((bus, i) =>
      startRedis(['cluster-enabled yes', `cluster-port ${bus}`, 'cluster-node-timeout 2000'], [], ports[i]),
    ),
  );
  const [first] = nodes;
  const bounds = [0, 5461, 10_923, 16_384];
  for (const [i, node] of nodes.entries()) {
    await node.command('CLUSTER', 'ADDSLOTSRANGE', bounds[i]!, bounds[i + 1]! - 1);
    if (i > 0) await first!.command('CLUSTER', 'MEET', '127.0.0.1', node.port, busPorts[i]!);
  }
  for (const node of nodes) await isWhole(node);
  return nodes;
}

async function isWhole(node: TestRedis): Promise<void> {
  await until(async () => {
    const info = String(await node.command('CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
  }, 'the cluster to come together');
}
