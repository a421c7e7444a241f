import { createServer, type Server, type Socket } from 'node:net';
import type { Environment, HealthFacts, HttpMounts, Log, Metrics, Plugin } from '../pdk';
import { ByteBudget } from './byte-budget';
import { Configurations } from './configurations';
import { Instances } from './instances';
import { KongConnection, type ConnectionContext } from './kong-connection';
import { ServerMetrics } from './server-metrics';
import { listenOn, type SocketAccess } from './socket-file';
import { within } from './within';

/** What a server serves, where, and its limits. */
export interface ServerOptions {
  readonly plugins: readonly Plugin[];
  /** Path of the unix socket. */
  readonly socket: string;
  /** Who may connect: Kong's workers run as a different user than the server. */
  readonly socketAccess: SocketAccess;
  readonly maxFrameBytes: number;
  /** Bytes that incomplete frames of all connections may hold. Beyond it, Kong waits until other frames are processed. */
  readonly maxHeldBytes: number;
  /** Milliseconds within which a frame must be complete; otherwise its connection is closed. */
  readonly frameTimeoutMs: number;
  /** Connections beyond it are closed immediately. Kong uses one for each event in progress. */
  readonly maxConnections: number;
  /** How long a stop may take, in milliseconds: half for the events in progress, half to flush telemetry. */
  readonly stopTimeoutMs: number;
  readonly metrics: Metrics;
  readonly log: Log;
  /** See {@link EventRecord.logsDecisions}; false by default. */
  readonly logsDecisions?: boolean;
  readonly now?: () => number;
  /** The environment that plugins see; by default that of the process. */
  readonly env?: Environment;
  /** The HTTP listener, for plugins that need one. */
  readonly http?: HttpMounts;
  /** What plugins report to `/health`. */
  readonly health?: HealthFacts;
}

/** How often idle instances are closed, and which count as idle. */
const SWEEP_EVERY_MS = 60_000;
const IDLE_LIMITS = { replacedMs: 600_000, otherwiseMs: 86_400_000 };

/** How often connections with an incomplete frame are checked. */
const STALL_CHECK_EVERY_MS = 1_000;

/** The share of the held bytes for frames of at most 64 KiB, so that these never wait for large frames. */
const SMALL_FRAMES_SHARE = 1 / 4;

/** The plugin server: serves plugins to Kong's workers on a unix socket. */
export class PluginServer {
  private readonly connections = new Map<Socket, KongConnection>();
  private readonly configurations: Configurations;
  private readonly instances: Instances;
  private readonly server: Server;
  private stopping: Promise<void> | undefined;
  private isListening = false;
  private sweeps: NodeJS.Timeout[] = [];
  private onAllClosed: () => void = () => undefined;

  constructor(private readonly options: ServerOptions) {
    const { plugins, metrics, log, maxFrameBytes, maxConnections, now = Date.now, env = process.env } = options;
    const smallBytes = Math.floor(options.maxHeldBytes * SMALL_FRAMES_SHARE);
    const budgets = { small: new ByteBudget(smallBytes), large: new ByteBudget(options.maxHeldBytes - smallBytes) };
    const { http, health } = options;
    const mayBeAbsent = { ...(http && { http }), ...(health && { health }) };
    this.configurations = new Configurations({ metrics, log, now, env, ...mayBeAbsent });
    const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
    this.instances = new Instances(byName, this.configurations, now);
    const { connections, configurations, instances } = this;
    const serverMetrics = new ServerMetrics(metrics, {
      connections: () => connections.size,
      instances: () => instances.size,
      configurations: () => configurations.size,
      heldBytes: () => budgets.small.heldBytes + budgets.large.heldBytes,
      waitingFrames: () => budgets.small.waiting + budgets.large.waiting,
    });
    const isStopping = (): boolean => this.stopping !== undefined;
    const { frameTimeoutMs, logsDecisions = false } = options;
    const bounds = { maxFrameBytes, budgets, frameTimeoutMs };
    const context = { instances, metrics: serverMetrics, log, logsDecisions, now, isStopping, ...bounds };
    this.server = createServer((socket) => {
      this.open(socket, context);
    });
    this.server.maxConnections = maxConnections;
    this.server.on('drop', () => {
      serverMetrics.refusedConnections.inc();
    });
  }

  /** True while Kong can reach the plugins. */
  get isReady(): boolean {
    return this.isListening && this.stopping === undefined;
  }

  /** Starts to listen. @throws SocketUnavailable when another server uses the socket, or the path is not a socket. */
  async listen(): Promise<void> {
    await listenOn(this.server, this.options.socket, this.options.socketAccess);
    this.isListening = true;
    const closeIdle = () => {
      this.instances.closeIdle(IDLE_LIMITS);
    };
    const closeStalled = () => {
      this.closeStalled();
    };
    this.sweeps = [setInterval(closeIdle, SWEEP_EVERY_MS), setInterval(closeStalled, STALL_CHECK_EVERY_MS)];
    for (const sweep of this.sweeps) sweep.unref();
  }

  /** Closes the connections with a frame that is not complete in time. */
  closeStalled(): void {
    for (const connection of this.connections.values()) connection.closeIfStalled();
  }

  /**
   * Stops: accepts no new event, waits for those in progress, disposes of every configuration (which flushes telemetry) and
   * removes the socket. Takes at most the stop timeout, and never rejects.
   */
  stop(): Promise<void> {
    return (this.stopping ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    for (const sweep of this.sweeps) clearInterval(sweep);
    this.server.close();
    const { stopTimeoutMs, log } = this.options;
    // Calls that hang must leave time to flush telemetry.
    const areCallsFinished = await within(stopTimeoutMs / 2, this.callsFinished());
    for (const socket of this.connections.keys()) socket.destroy();
    const isAllReleased = await within(stopTimeoutMs / 2, this.configurations.closeAll());
    if (!areCallsFinished || !isAllReleased) log.warn({}, 'stopped before all calls and exports finished');
  }

  /** Closes idle connections now and the others when their calls end. Resolves when all are closed. */
  private callsFinished(): Promise<void> {
    return new Promise((resolve) => {
      if (this.connections.size === 0) resolve();
      this.onAllClosed = resolve;
      for (const [socket, connection] of this.connections) if (!connection.isInCall) socket.destroySoon();
    });
  }

  private open(socket: Socket, context: ConnectionContext): void {
    const connection = new KongConnection(socket, context, () => {
      if (context.isStopping()) socket.destroySoon();
    });
    this.connections.set(socket, connection);
    socket.on('close', () => {
      this.connections.delete(socket);
      if (this.connections.size === 0) this.onAllClosed();
    });
  }
}
