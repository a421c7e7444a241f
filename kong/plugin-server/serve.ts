import { setFlagsFromString } from 'node:v8';
import { Metrics, type Log, type Plugin } from '../pdk';
import type { HostResources } from './configurations';
import { answerOperatorHealth, answerPublicHealth, PUBLIC_HEALTH_PATH } from './health/answer-health';
import { CollectedFacts } from './health/collected-facts';
import { GatewayHealth } from './health/gateway-health';
import { HttpListener } from './http-listener';
import { INTAKE_PATH, LogIntake, type IntakeBounds } from './log-intake/log-intake';
import { readSections } from './log-intake/read-sections';
import { startMonitor, type Monitor, type MonitorOptions } from './monitor';
import { PluginServer } from './server';
import { SocketUnavailable } from './socket-unavailable';
import { createLog } from './stderr-log';

/** The options of `serve`, parsed. */
export interface ServeOptions extends IntakeBounds {
  /** The version of the suite. */
  readonly version: string;
  readonly plugins: readonly Plugin[];
  readonly socket: string;
  readonly socketMode: number;
  /** Id of the group that may connect. */
  readonly socketGroup?: number;
  readonly allowWorldWritableDirectory?: true;
  readonly metrics?: { readonly host: string; readonly port: number };
  /** Where plugins with long or streamed answers listen. */
  readonly http?: { readonly host: string; readonly port: number };
  /** Kong's Status API or Admin API, for the health of `healthUpstreams`. */
  readonly kongStatus?: string;
  /** The upstreams that `/health` reports as backends. */
  readonly healthUpstreams?: readonly string[];
  readonly maxFrameBytes: number;
  readonly maxHeldBytes: number;
  readonly maxConnections: number;
  /** Milliseconds. */
  readonly frameTimeout: number;
  /** Milliseconds. */
  readonly stopTimeout: number;
  readonly logLevel: string;
  /** File with the configurations for entries of Kong's http-log; needs `metrics`, where they are received. */
  readonly logIntake?: string;
}

/**
 * Serves until SIGTERM or SIGINT, then stops in order and ends the process. A second signal or an uncaught exception ends
 * it immediately.
 */
export async function serve(options: ServeOptions): Promise<void> {
  // Little survives a collection of young objects: further threads for it cost more CPU than they save, 7 % of an event.
  setFlagsFromString('--no-parallel-scavenge');
  // The bytes of bodies count for the start of a full collection, but one of young objects frees them too. In a small heap a few
  // large bodies caused a full one, half of their CPU. V8 lets larger or busier heaps grow by as much anyway.
  setFlagsFromString('--heap-growing-percent=300');
  const log = createLog(options.logLevel);
  const metrics = new Metrics();
  const facts = new CollectedFacts();
  const { http: address, ...rest } = options;
  const intake = await openIntake(options, { metrics, log, now: Date.now, env: process.env, health: facts });
  const http = address && (await HttpListener.listen({ ...address, onError: logFailure(log) }));
  const server = new PluginServer({
    ...rest,
    ...(http && { http }),
    health: facts,
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
  const { kongStatus, healthUpstreams: upstreams = [] } = options;
  const health = new GatewayHealth({
    ...(kongStatus !== undefined && { kong: kongStatus }),
    upstreams,
    facts,
    isReady: () => server.isReady,
    now: Date.now,
  });
  http?.mount(PUBLIC_HEALTH_PATH, answerPublicHealth(health));
  let monitor: Monitor | undefined;
  try {
    monitor =
      options.metrics &&
      (await startMonitor(
        monitorOptions(options.metrics, metrics, server, intake, answerOperatorHealth(health, options.version)),
      ));
    await server.listen();
  } catch (error) {
    await monitor?.close();
    await http?.close();
    await intake?.stop(options.stopTimeout);
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
  await Promise.all([server.stop(), intake?.stop(options.stopTimeout)]);
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

/** The intake for entries of http-log, if its file is given. @throws Error naming what to fix in the options or the file */
async function openIntake(
  { logIntake, metrics, plugins, ...bounds }: ServeOptions,
  resources: HostResources,
): Promise<LogIntake | undefined> {
  if (logIntake === undefined) return undefined;
  if (!metrics) throw new Error('--log-intake needs --metrics: the entries are received there');
  return LogIntake.open(readSections(logIntake, plugins), plugins, resources, bounds);
}

const monitorOptions = (
  address: NonNullable<ServeOptions['metrics']>,
  { registry }: Metrics,
  server: PluginServer,
  intake: LogIntake | undefined,
  health: NonNullable<MonitorOptions['health']>,
): MonitorOptions => ({
  ...address,
  registry,
  isReady: () => server.isReady,
  health,
  ...(intake && {
    intake: { path: INTAKE_PATH, handle: (request, response, path) => intake.handle(request, response, path) },
  }),
});
