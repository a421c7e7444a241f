import { createServer, type Server, type Socket } from 'node:net';
import type { Environment, Log, Metrics, Plugin } from '../pdk';
import { Configurations } from './configurations';
import { Connection, type ConnectionContext } from './connection';
import { Instances } from './instances';
import { ServerMetrics } from './server-metrics';
import { listenOn } from './socket-file';

export interface ServerOptions {
  readonly plugins: readonly Plugin[];
  /** Path of the unix socket. */
  readonly socket: string;
  /** Permissions of the socket; Kong's workers run as another user and must be able to connect. */
  readonly socketMode: number;
  readonly maxFrameBytes: number;
  /** Connections beyond it are closed at once. Kong holds one for every event under way. */
  readonly maxConnections: number;
  /** How long a stop may take, in milliseconds: half of it for the events in flight, the rest for the telemetry. */
  readonly stopTimeoutMs: number;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now?: () => number;
  /** What plugins see of the environment; that of the process by default. */
  readonly env?: Environment;
}

/** How often forgotten instances are looked for, and how long one must have been silent. */
const SWEEP_EVERY_MS = 60_000;
const FORGOTTEN_AFTER_MS = 600_000;

/** The plugin server: plugins behind a unix socket, for Kong's workers to call. */
export class PluginServer {
  private readonly connections = new Map<Socket, Connection>();
  private readonly configurations: Configurations;
  private readonly instances: Instances;
  private readonly server: Server;
  private stopping: Promise<void> | undefined;
  private isListening = false;
  private sweep: NodeJS.Timeout | undefined;
  private noteIdle: () => void = () => undefined;

  constructor(private readonly options: ServerOptions) {
    const { plugins, metrics, log, maxFrameBytes, maxConnections, now = Date.now, env = process.env } = options;
    this.configurations = new Configurations({ metrics, log, now, env });
    const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
    this.instances = new Instances(byName, this.configurations, now);
    const { connections, configurations, instances } = this;
    const serverMetrics = new ServerMetrics(metrics, {
      connections: () => connections.size,
      instances: () => instances.size,
      configurations: () => configurations.size,
    });
    const isStopping = () => this.stopping !== undefined;
    const context = { instances, metrics: serverMetrics, log, maxFrameBytes, isStopping };
    this.server = createServer((socket) => {
      this.open(socket, context);
    });
    this.server.maxConnections = maxConnections;
  }

  /** True while Kong can reach the plugins. */
  get isReady(): boolean {
    return this.isListening && this.stopping === undefined;
  }

  /** Starts to listen. @throws SocketUnavailable when the socket belongs to a live server or is no socket. */
  async listen(): Promise<void> {
    await listenOn(this.server, this.options.socket, this.options.socketMode);
    this.isListening = true;
    this.sweep = setInterval(() => void this.instances.closeForgotten(FORGOTTEN_AFTER_MS), SWEEP_EVERY_MS).unref();
  }

  /**
   * Stops: takes no new event, lets those in flight finish, releases every configuration (which flushes telemetry) and
   * removes the socket. Never takes longer than the stop timeout, and never rejects.
   */
  stop(): Promise<void> {
    return (this.stopping ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.sweep);
    const closed = new Promise<void>((resolve) =>
      this.server.close(() => {
        resolve();
      }),
    );
    const { stopTimeoutMs } = this.options;
    const deadline = AbortSignal.timeout(stopTimeoutMs);
    // Half of the time is left for the telemetry, whatever Kong does with its events.
    await Promise.race([this.eventsFinished(), aborted(AbortSignal.timeout(stopTimeoutMs / 2))]);
    for (const socket of this.connections.keys()) socket.destroy();
    await Promise.race([Promise.all([this.configurations.closeAll(), closed]), aborted(deadline)]);
    if (deadline.aborted) this.options.log.warn({}, 'stopped before everything was finished');
  }

  /** Resolves when no event is in flight; closes the idle connections meanwhile, so that none takes a new one. */
  private eventsFinished(): Promise<void> {
    return new Promise((resolve) => {
      this.noteIdle = () => {
        for (const [socket, connection] of this.connections) if (!connection.isInEvent) socket.destroySoon();
        if (this.connections.size === 0) resolve();
      };
      this.noteIdle();
    });
  }

  private open(socket: Socket, context: ConnectionContext): void {
    const connection = new Connection(socket, context, () => {
      this.noteIdle();
    });
    this.connections.set(socket, connection);
    socket.on('close', () => {
      this.connections.delete(socket);
      this.noteIdle();
    });
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
