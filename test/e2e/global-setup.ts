import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../kong/testkit/until';
import { started } from './started';

const START = join(__dirname, '..', '..', 'dist', 'kong', 'start', 'main.js');
const READY_WITHIN_MS = 300_000;

/** Starts the whole suite like `npm start`, unless `E2E_STATE` names the state file of a running one. */
export default async function globalSetup(): Promise<void> {
  if (process.env['E2E_STATE']) return;
  if (!existsSync(START)) throw new Error('the suite is not built: run `npm run build` first');
  const engine = process.env['E2E_ENGINE'] ?? 'stand-in';
  const folder = mkdtempSync(join(tmpdir(), 'kong-ai-plugins-e2e-'));
  // Kong's workers run as another user and write a log in it.
  chmodSync(folder, 0o755);
  const state = join(folder, 'state.json');
  const host = engine === 'docker' ? [] : ['--host', loopback()];
  const child = spawn(
    process.execPath,
    [START, '--engine', engine, ...host, '--hide-calls', '--logs', join(folder, 'logs'), '--state', state],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  started.stop = async () => {
    rmSync(folder, { recursive: true, force: true });
    if (child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };
  await until(() => existsSync(state) || child.exitCode !== null, 'the suite to start', READY_WITHIN_MS);
  if (child.exitCode !== null) throw new Error(`the suite did not start: ${complaint}`);
  process.env['E2E_STATE'] = state;
}

/** On Linux a random loopback address, to avoid conflicts with other programs. */
function loopback(): string {
  if (process.platform !== 'linux') return '127.0.0.1';
  const byte = () => 1 + Math.floor(Math.random() * 254);
  return `127.${byte()}.${byte()}.${byte()}`;
}
