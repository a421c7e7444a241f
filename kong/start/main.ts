import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { withCapturedCalls } from './captured-calls';
import { chooseEngine } from './engine';
import { guideTo } from './guide';
import { startInDocker } from './in-docker';
import { startOnThisMachine } from './on-this-machine';
import { readOptions, USAGE, type StartOptions } from './options';
import type { Run } from './run';

/** `npm start`: runs the whole suite with the best available engine, until it receives a signal. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const engine = chooseEngine(options.engine);
  // From dist/kong/start.
  const root = join(__dirname, '..', '..', '..');
  // Later signals are ignored: npm sends SIGINT a second time, and stopping takes a limited time.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve);
  });
  process.stdout.write('Starting ...\n');
  const run = await (engine === 'docker' ? startInDocker(root) : startHere(engine, root, options));
  process.once('exit', () => {
    run.kill();
  });
  for (const notice of run.notices) process.stdout.write(`${notice}\n`);
  process.stdout.write(guideTo(run.state));
  if (options.stateFile !== undefined) writeFileSync(options.stateFile, JSON.stringify(run.state));
  try {
    await Promise.race([stopped, run.ended]);
  } finally {
    process.stdout.write('\nStopping ...\n');
    await run.stop();
    if (run.state.requestLog !== undefined) process.stdout.write(`The logs are in ${run.state.logs}\n`);
  }
}

function startHere(engine: 'kong' | 'stand-in', root: string, options: StartOptions): Promise<Run> {
  const { host, hideCalls, logs } = options;
  const folder = logs === undefined ? mkdtempSync(join(tmpdir(), 'kong-ai-plugins-logs-')) : resolve(logs);
  mkdirSync(folder, { recursive: true });
  return startOnThisMachine(engine, root, host, folder, hideCalls ? undefined : withCapturedCalls);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
