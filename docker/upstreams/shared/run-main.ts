import type { ListenOptions, RunningServer } from './http-server';

/**
 * Runs a demo backend as a program: address from HOST (127.0.0.1) and PORT, one line on stdout when it listens, a clean
 * stop on SIGTERM or SIGINT. An invalid PORT or an address in use ends the process with status 1 and a message.
 */
export async function runMain(
  name: string,
  defaultPort: number,
  start: (options: Required<ListenOptions>) => Promise<RunningServer>,
): Promise<void> {
  try {
    const running = await start({ host: process.env['HOST'] ?? '127.0.0.1', port: readPort(defaultPort) });
    process.stdout.write(`${name} listens on ${running.url}\n`);
    const stop = (): void => {
      void running.close().then(() => process.exit(0));
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

function readPort(defaultPort: number): number {
  const text = process.env['PORT'] ?? '';
  if (text === '') return defaultPort;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`PORT must be 0 to 65535, got "${text}"`);
  return port;
}
