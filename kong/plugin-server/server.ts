import { createServer, type Server, type Socket } from 'node:net';
import type { Environment, Log, Metrics, Plugin } from '../pdk';
import { ByteBudget } from './byte-budget';
import { Configurations } from './configurations';
import { Connection, type ConnectionContext } from './kong-connection';
import { Instances } from './instances';
import { ServerMetrics } from './server-metrics';
import { listenOn, type SocketAccess } from './socket-file';

/** What a server serves, where, and within which bounds. */
export interface ServerOptions {
  readonly plugins: readonly Plugin[];
  /** Path of the unix socket. */
  readonly socket: string;
  /** Who may connect: Kong's workers run as another user than the server. */
  readonly socketAccess: SocketAccess;
  readonly maxFrameBytes: number;
  /** Bytes that frames which arrive in parts may hold on all connections; beyond it Kong has to wait until others are done. */
  readonly maxHeldBytes: number;
  /** Milliseconds within which a frame must be complete; then its connection is closed. */
  readonly frameTimeoutMs: number;
  /** Connections beyond it are closed at once. Kong holds one for every event under way. */
  readonly maxConnections: number;
  /** How long a stop may take, in milliseconds: half of it for the events in flight, the rest for the telemetry. */
  readonly stopTimeoutMs: number;
  readonly metrics: Metrics;
  readonly log: Log;
  /** See {@link EventRecord.logsDecisions}; false by default. */
  readonly logsDecisions?: boolean;
  readonly now?: () => number;
  /** What plugins see of the environment; that of the process by default. */
  readonly env?: Environment;
}

/** How often forgotten instances are looked for, and how long they must have been silent. */
const SWEEP_EVERY_MS = 60_000;
const PATIENCE = { replacedMs: 600_000, silentMs: 86_400_000 };

/** How often connections with an unfinished frame are looked for. */
const STALL_CHECK_EVERY_MS = 1_000;

/** The part of the held bytes that is for frames of at most 64 KiB, so that these never wait for large ones. */
const SMALL_FRAMES_SHARE = 1 / 4;

/** The plugin server: plugins behind a unix socket, for Kong's workers to call. */
export class PluginServer {
  private readonly connections = new Map<Socket, Connection>();
  private readonly configurations: Configurations;
  private readonly instances: Instances;
  private readonly server: Server;
  private stopping: Promise<void> | undefined;
  private isListening = false;
  private sweeps: NodeJS.Timeout[] = [];
  private noteAllClosed: () => void = () => undefined;

  constructor(private readonly options: ServerOptions) {
    const { plugins, metrics, log, maxFrameBytes, maxConnections, now = Date.now, env = process.env } = options;
    const smallBytes = Math.floor(options.maxHeldBytes * SMALL_FRAMES_SHARE);
    const budgets = { small: new ByteBudget(smallBytes), large: new ByteBudget(options.maxHeldBytes - smallBytes) };
    this.configurations = new Configurations({ metrics, log, now, env });
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

  /** Starts to listen. @throws SocketUnavailable when the socket belongs to a live server or is no socket. */
  async listen(): Promise<void> {
    await listenOn(this.server, this.options.socket, this.options.socketAccess);
    this.isListening = true;
    const closeForgotten = () => {
      this.instances.closeForgotten(PATIENCE);
    };
    const closeStalled = () => {
      this.closeStalled();
    };
    this.sweeps = [setInterval(closeForgotten, SWEEP_EVERY_MS), setInterval(closeStalled, STALL_CHECK_EVERY_MS)];
    for (const sweep of this.sweeps) sweep.unref();
  }

  /** Closes the connections whose frame is not complete in time. */
  closeStalled(): void {
    for (const connection of this.connections.values()) connection.closeIfStalled();
  }

  /**
   * Stops: takes no new event, lets those in flight finish, releases every configuration (which flushes telemetry) and
   * removes the socket. Never takes longer than the stop timeout, and never rejects.
   */
  stop(): Promise<void> {
    return (this.stopping ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    for (const sweep of this.sweeps) clearInterval(sweep);
    this.server.close();
    const { stopTimeoutMs, log } = this.options;
    // Calls that hang must leave time to flush what the others told.
    const areCallsFinished = await within(stopTimeoutMs / 2, this.callsFinished());
    for (const socket of this.connections.keys()) socket.destroy();
    const isAllReleased = await within(stopTimeoutMs / 2, this.configurations.closeAll());
    if (!areCallsFinished || !isAllReleased) log.warn({}, 'stopped before everything was finished');
  }

  /** Closes the idle connections, and the others as their calls end; resolves when all are closed. */
  private callsFinished(): Promise<void> {
    return new Promise((resolve) => {
      if (this.connections.size === 0) resolve();
      this.noteAllClosed = resolve;
      for (const [socket, connection] of this.connections) if (!connection.isInCall) socket.destroySoon();
    });
  }

  private open(socket: Socket, context: ConnectionContext): void {
    const connection = new Connection(socket, context, () => {
      if (context.isStopping()) socket.destroySoon();
    });
    this.connections.set(socket, connection);
    socket.on('close', () => {
      this.connections.delete(socket);
      if (this.connections.size === 0) this.noteAllClosed();
    });
  }
}

/** Whether the work was done in that time. */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const isInTime = await Promise.race([work.then(() => true), timedOut]);
  clearTimeout(timer);
  return isInTime;
}
