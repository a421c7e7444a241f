import type { Socket } from 'node:net';
import type { Log } from '../pdk';
import type { ByteBudget, Hold } from './byte-budget';
import { runEvent, type Event } from './event';
import type { Instances } from './instances';
import { frame, FrameReader, OversizedFrame } from './protocol/frames';
import { messages, type RpcCall } from './protocol/messages';
import type { ReadBatch, Reply } from './protocol/read-batch';
import { textOf } from './protocol/values';
import type { FrameFault, ServerMetrics } from './server-metrics';

/** What all connections of a server share. */
export interface ConnectionContext {
  readonly instances: Instances;
  readonly metrics: ServerMetrics;
  readonly log: Log;
  /** See {@link EventRecord.logsDecisions}. */
  readonly logsDecisions: boolean;
  readonly maxFrameBytes: number;
  readonly budgets: FrameBudgets;
  /** Milliseconds within which a frame must arrive completely once its first bytes did. */
  readonly frameTimeoutMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** True from the moment the server is told to stop: no further call is taken. */
  readonly isStopping: () => boolean;
}

/**
 * The bytes that unfinished frames of all connections may hold. Two budgets, so that small frames never wait for large
 * ones; an event that holds room in the small one may wait for the large one, never the other way round.
 */
export interface FrameBudgets {
  readonly small: ByteBudget;
  readonly large: ByteBudget;
}

/** Replies that are awaited: of the reads of one batch. */
interface Pending {
  readonly replies: Reply[];
  readonly expected: number;
  readonly resolve: (replies: readonly Reply[]) => void;
}

/** An unfinished frame of more bytes takes room in the budget of large ones. */
const LARGE_FRAME_BYTES = 65_536;

/** What is logged of a plugin's name that this server does not know. */
const MAX_LOGGED_NAME = 100;

/**
 * One connection of Kong, speaking ProtoBuf:1 (`kong/runloop/plugin_servers/rpc/pb_rpc.lua`).
 *
 * Kong sends one call at a time and pools the connection between calls. All reads of an event go out in one write, all
 * effects and the end of the event in another; the replies to the effects come in afterwards and are thrown away. After
 * an exit nothing follows: Kong drops the connection when the request ends.
 *
 * Whatever arrives, the damage ends here: a call that makes no sense costs this connection, an unknown instance closes it
 * (so that Kong starts a new one), and an event is always answered, never left to Kong's endless retry.
 */
export class Connection {
  private readonly frames: FrameReader;
  private pending: Pending | undefined;
  /** Replies to effects of the last event that are still to come. */
  private repliesToDrop = 0;
  private isBusy = false;
  /** The room that the unfinished frames of the event under way were given. */
  private smallHold: Hold | undefined;
  private largeHold: Hold | undefined;
  private isWaitingForRoom = false;
  /** When the frame that is being received began, in milliseconds; undefined between frames. */
  private unfinishedSinceMs: number | undefined;
  private isExited = false;

  constructor(
    private readonly socket: Socket,
    private readonly context: ConnectionContext,
    /** Called each time a call is over, Kong's replies to its effects included. */
    private readonly onIdle: () => void,
  ) {
    this.frames = new FrameReader(context.maxFrameBytes);
    socket.on('data', (chunk: Buffer) => {
      this.receive(chunk);
    });
    socket.on('drain', () => {
      this.readOn();
    });
    // A broken connection closes itself; its event is forgotten with it.
    socket.on('error', () => undefined);
    socket.on('end', () => {
      if (this.frames.isUnfinished) this.recordFault('truncated', 'the connection ended within a frame');
    });
    socket.on('close', () => {
      // A handler at work still holds what it was given.
      if (this.pending || !this.isBusy) this.giveRoomBack();
      this.pending = undefined;
    });
  }

  /** True while Kong waits for an answer: closing now would cost that request. */
  get isInCall(): boolean {
    return this.isBusy || this.repliesToDrop > 0;
  }

  /** Closes the connection when its unfinished frame takes longer than allowed: it holds room that others wait for. */
  closeIfStalled(): void {
    if (this.unfinishedSinceMs === undefined || this.isWaitingForRoom) return;
    const ageMs = this.context.now() - this.unfinishedSinceMs;
    if (ageMs > this.context.frameTimeoutMs) this.drop('stalled', `a frame was not complete after ${ageMs} ms`);
  }

  private receive(chunk: Buffer): void {
    this.frames.push(chunk);
    let hasFinishedFrame = false;
    for (let received = this.frames.next(); received; received = this.frames.next()) {
      hasFinishedFrame = true;
      this.accept(received);
      if (this.socket.destroyed) return;
    }
    if (!this.frames.isUnfinished) this.unfinishedSinceMs = undefined;
    else {
      if (hasFinishedFrame) this.unfinishedSinceMs = undefined;
      this.unfinishedSinceMs ??= this.context.now();
      this.takeRoom(this.frames.awaitedBytes);
    }
  }

  /**
   * Takes room for an unfinished frame before the rest of it is read; until then it stays with Kong. An event that has
   * large room already gets more: if it waited, others might wait for it.
   */
  private takeRoom(bytes: number): void {
    const { small, large } = this.context.budgets;
    if (bytes === 0 || this.largeHold) return;
    if (bytes > LARGE_FRAME_BYTES) this.largeHold = this.waitForRoom(large, bytes);
    else this.smallHold ??= this.waitForRoom(small, LARGE_FRAME_BYTES);
  }

  private waitForRoom(budget: ByteBudget, bytes: number): Hold {
    this.isWaitingForRoom = true;
    this.socket.pause();
    return budget.take(bytes, () => {
      this.isWaitingForRoom = false;
      if (this.unfinishedSinceMs !== undefined) this.unfinishedSinceMs = this.context.now();
      this.readOn();
    });
  }

  private giveRoomBack(): void {
    const { small, large } = this.context.budgets;
    if (this.smallHold) small.release(this.smallHold);
    if (this.largeHold) large.release(this.largeHold);
    this.smallHold = undefined;
    this.largeHold = undefined;
  }

  private readOn(): void {
    if (!this.isWaitingForRoom && !this.socket.writableNeedDrain) this.socket.resume();
  }

  private accept(received: Reply): void {
    if (received instanceof OversizedFrame) this.recordFault('oversized', String(received));
    if (this.pending) {
      this.pending.replies.push(received);
      if (this.pending.replies.length < this.pending.expected) return;
      const { resolve, replies } = this.pending;
      this.pending = undefined;
      resolve(replies);
    } else if (this.repliesToDrop > 0) {
      this.repliesToDrop -= 1;
      if (!this.isInCall) this.onIdle();
    } else if (this.isBusy || this.isExited) {
      this.drop('unexpected', 'a frame came while Kong had nothing to say');
    } else if (received instanceof OversizedFrame) {
      this.socket.destroy();
    } else {
      this.take(received);
    }
  }

  private take(payload: Buffer): void {
    let call: Partial<RpcCall>;
    try {
      call = messages.rpcCall.decode(payload);
    } catch {
      this.drop('malformed', 'a frame is no call');
      return;
    }
    if (this.context.isStopping()) this.socket.destroy();
    else void this.serve(call);
  }

  private async serve({
    sequence,
    cmd_start_instance: start,
    cmd_close_instance: close,
    cmd_handle_event: event,
  }: Partial<RpcCall>): Promise<void> {
    this.isBusy = true;
    if (start) await this.startInstance(sequence, textOf(start.name), textOf(start.config));
    else if (close) this.closeInstance(sequence, close.instance_id ?? 0);
    else if (event) await this.handleEvent(sequence, event.instance_id ?? 0, textOf(event.event_name));
    else this.drop('malformed', 'a call has no known command');
    this.isBusy = false;
    this.giveRoomBack();
    if (!this.isInCall) this.onIdle();
  }

  private async startInstance(sequence: unknown, name: string, config: string): Promise<void> {
    const { instances, metrics, log } = this.context;
    try {
      const { id } = await instances.start(name, config);
      // Kong gave up meanwhile: nobody knows the id.
      if (this.socket.destroyed) instances.close(id);
      const status = { name: Buffer.from(name), instance_id: id, started_at: Math.floor(Date.now() / 1000) };
      this.write(frame(messages.rpcReturn.encode({ sequence, instance_status: status })));
    } catch (error) {
      // The protocol has no word for it; without an answer Kong answers the request with 500.
      metrics.configErrors.inc({ plugin: instances.knows(name) ? name : '_unknown' });
      log.error({ err: error, plugin: name.slice(0, MAX_LOGGED_NAME) }, 'an instance could not start');
      this.socket.destroy();
    }
  }

  /** Kong closes over any of its pooled connections, so the id alone is the proof: it can not be guessed. */
  private closeInstance(sequence: unknown, id: number): void {
    if (!this.context.instances.close(id)) this.context.metrics.unknownInstances.inc();
    this.write(frame(messages.rpcReturn.encode({ sequence })));
  }

  private async handleEvent(sequence: unknown, instanceId: number, phase: string): Promise<void> {
    const instance = this.context.instances.use(instanceId);
    if (!instance) {
      this.context.metrics.unknownInstances.inc();
      this.socket.destroy();
      return;
    }
    const event: Event = { instance, phase, sequence };
    const answer = await runEvent(event, (batch) => this.ask(batch), this.context);
    this.isExited = answer.isExit;
    this.repliesToDrop = answer.replies;
    this.write(answer.bytes);
  }

  /** One write for all reads. */
  private ask(batch: ReadBatch): Promise<readonly Reply[]> {
    if (batch.size === 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      this.pending = { replies: [], expected: batch.size, resolve };
      this.write(batch.bytes);
    });
  }

  /** Nothing more is read while the other side does not read: it can't make the server hold ever more answers. */
  private write(bytes: Buffer): void {
    if (!this.socket.destroyed && !this.socket.write(bytes)) this.socket.pause();
  }

  /** Counts and logs bytes that are refused. */
  private recordFault(reason: FrameFault, message: string): void {
    this.context.metrics.rejectedFrames.inc({ reason });
    this.context.log.warn({ reason, detail: message }, 'a frame was rejected');
  }

  private drop(reason: FrameFault, message: string): void {
    this.recordFault(reason, message);
    this.socket.destroy();
  }
}
