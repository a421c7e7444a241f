import { Metrics, type Log, type Plugin } from '../pdk';
import { HttpListener } from './http-listener';
import { startMonitor } from './monitor';
import { PluginServer } from './server';
import { SocketUnavailable } from './socket-unavailable';
import { createLog } from './stderr-log';

/** The options of `serve`, parsed. */
export interface ServeOptions {
  readonly plugins: readonly Plugin[];
  readonly socket: string;
  readonly socketMode: number;
  /** Id of the group that may connect. */
  readonly socketGroup?: number;
  readonly allowWorldWritableDirectory?: true;
  readonly metrics?: { readonly host: string; readonly port: number };
  /** Where plugins with long or streamed answers listen. */
  readonly http?: { readonly host: string; readonly port: number };
  readonly maxFrameBytes: number;
  readonly maxHeldBytes: number;
  readonly maxConnections: number;
  /** Milliseconds. */
  readonly frameTimeout: number;
  /** Milliseconds. */
  readonly stopTimeout: number;
  readonly logLevel: string;
}

/**
 * Serves until SIGTERM or SIGINT, then stops in order and ends the process. A second signal or an uncaught exception ends
 * it immediately.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const log = createLog(options.logLevel);
  const metrics = new Metrics();
  const { http: address, ...rest } = options;
  const http = address && (await HttpListener.listen({ ...address, onError: logFailure(log) }));
  const server = new PluginServer({
    ...rest,
    ...(http && { http }),
    socketAccess: {
      mode: options.socketMode,
      ...(options.socketGroup !== undefined && { groupId: options.socketGroup }),
      ...(options.allowWorldWritableDirectory && { isAnyDirectoryAllowed: true }),
    },
    frameTimeoutMs: options.frameTimeout,
    stopTimeoutMs: options.stopTimeout,
    metrics,
    log,
    logsDecisions: options.logLevel === 'debug',
  });
  const monitor =
    options.metrics &&
    (await startMonitor({ ...options.metrics, registry: metrics.registry, isReady: () => server.isReady }));
  try {
    await server.listen();
  } catch (error) {
    await monitor?.close();
    await http?.close();
    if (!(error instanceof SocketUnavailable)) throw error;
    log.fatal({ socket: options.socket }, error.message);
    process.exitCode = 1;
    return;
  }
  const plugins = options.plugins.map(({ name }) => name);
  log.info({ socket: options.socket, plugins, metrics: monitor?.url, http: http?.url }, 'ready');

  process.on('unhandledRejection', (error) => {
    log.error({ err: error }, 'unhandled promise rejection');
  });
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, resolve);
  });
  log.info({ signal }, 'stopping');
  // First: runs in progress end, and telemetry is exported after that.
  await http?.close();
  await server.stop();
  await monitor?.close();
  log.info({}, 'stopped');
  // Work that did not finish within the stop timeout must not keep the process alive.
  process.exit();
}

const logFailure =
  (log: Pick<Log, 'error'>) =>
  (error: unknown): void => {
    log.error({ err: error }, 'request of the HTTP listener failed');
  };
