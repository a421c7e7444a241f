import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

const START_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 5_000;

/** Runs a program to its end and returns its output. @throws with the output if the program fails */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const output = collect(child);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.text}`);
  return output.text;
}

/** Starts a program, waits until `isUp` returns true, and returns a function that stops the program. */
export async function start(name, command, args, options, isUp) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const output = collect(child);
  const failed = once(child, 'error').then(([error]) => Promise.reject(new Error(`${name}: ${error.message}`)));
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`)));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    await closed;
    clearTimeout(timer);
  };
  const waiting = new AbortController();
  try {
    await Promise.race([failed, ended, until(isUp, name, waiting.signal)]);
  } catch (error) {
    waiting.abort();
    await stop();
    throw new Error(`${error.message}\n${output.text}`, { cause: error });
  }
  failed.catch(() => undefined);
  ended.catch(() => undefined);
  return stop;
}

/** Whether something answers HTTP at this address. */
export const answers = (url) => async () => {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(1000) })).body?.cancel();
    return true;
  } catch {
    return false;
  }
};

/** A free port of the loopback interface. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function until(condition, name, signal) {
  const end = Date.now() + START_DEADLINE_MS;
  while (!signal.aborted && !(await condition())) {
    if (Date.now() > end) throw new Error(`${name} did not start in ${START_DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Keeps the end of the output of a program. */
function collect(child) {
  const output = { text: '' };
  const keep = (chunk) => (output.text = (output.text + chunk).slice(-100_000));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return output;
}
