import type { Socket } from 'node:net';
import type { Log } from '../pdk';
import type { ByteBudget, Reservation } from './byte-budget';
import { runEvent, type Event } from './event';
import type { Instances } from './instances';
import { frame, FrameReader, OversizedFrame } from './protocol/frames';
import { messages } from './protocol/messages';
import type { BatchReplies, PdkReply, ReadBatch } from './protocol/read-batch';
import { readCall, type RpcCall } from './protocol/rpc-call';
import type { FrameFault, ServerMetrics } from './server-metrics';

/** Shared by all connections of a server. */
export interface ConnectionContext {
  readonly instances: Instances;
  readonly metrics: ServerMetrics;
  readonly log: Log;
  /** See {@link EventRecord.logsDecisions}. */
  readonly logsDecisions: boolean;
  readonly maxFrameBytes: number;
  readonly budgets: FrameBudgets;
  /** Milliseconds from the first bytes of a frame until it must be complete. */
  readonly frameTimeoutMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether the server stops: then no further call is accepted. */
  readonly isStopping: () => boolean;
}

/**
 * The bytes that incomplete frames of all connections may hold. There are two budgets, so that small frames never wait for
 * large ones. An event with bytes of the small budget may wait for the large one, never the other way round.
 */
export interface FrameBudgets {
  readonly small: ByteBudget;
  readonly large: ByteBudget;
}

/** The reads of one batch whose replies are awaited. */
interface Pending {
  readonly batch: ReadBatch;
  readonly replies: PdkReply[];
  readonly resolve: (replies: BatchReplies) => void;
}

/** An incomplete frame of more bytes uses the budget of large frames. */
const LARGE_FRAME_BYTES = 65_536;

/** Characters of an unknown plugin's name that are logged. */
const MAX_LOGGED_NAME = 100;

/**
 * One connection of Kong with the protocol ProtoBuf:1 (`kong/runloop/plugin_servers/rpc/pb_rpc.lua`).
 *
 * Kong sends one call at a time and pools the connection between calls. All reads of an event are sent in one write, all
 * effects and the end of the event in another; the replies to the effects arrive later and are dropped. Nothing follows an
 * exit: Kong closes the connection when the request ends.
 *
 * Faults affect this connection only: a malformed call closes it, and so does an unknown instance (Kong then starts a new
 * one). An event is always answered, because Kong would repeat it forever.
 */
export class KongConnection {
  private readonly frames: FrameReader;
  private pending: Pending | undefined;
  /** Replies to effects of the last event that have not arrived yet. */
  private repliesToDrop = 0;
  private isBusy = false;
  /** The bytes that are reserved for incomplete frames of the current event. */
  private smallReservation: Reservation | undefined;
  private largeReservation: Reservation | undefined;
  private isWaitingForBudget = false;
  /** When the current frame began, in milliseconds since the epoch; undefined between frames. */
  private incompleteSinceMs: number | undefined;
  private isExited = false;

  constructor(
    private readonly socket: Socket,
    private readonly context: ConnectionContext,
    /** Called after each call, once Kong's replies to its effects have arrived. */
    private readonly onIdle: () => void,
  ) {
    this.frames = new FrameReader(context.maxFrameBytes);
    socket.on('data', (chunk: Buffer) => {
      this.receive(chunk);
    });
    socket.on('drain', () => {
      this.readOn();
    });
    // A broken connection closes by itself; its event ends with it.
    socket.on('error', () => undefined);
    socket.on('end', () => {
      if (this.frames.isIncomplete) this.recordFault('truncated', 'the connection ended within a frame');
    });
    socket.on('close', () => {
      // A running handler still holds its facts.
      if (this.pending || !this.isBusy) this.releaseReservations();
      this.pending = undefined;
    });
  }

  /** Whether Kong waits for an answer; closing the connection would then fail the request. */
  get isInCall(): boolean {
    return this.isBusy || this.repliesToDrop > 0;
  }

  /** Closes the connection if its frame takes longer than allowed: its reserved bytes are missing for others. */
  closeIfStalled(): void {
    if (this.incompleteSinceMs === undefined || this.isWaitingForBudget) return;
    const ageMs = this.context.now() - this.incompleteSinceMs;
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
    if (!this.frames.isIncomplete) this.incompleteSinceMs = undefined;
    else {
      if (hasFinishedFrame) this.incompleteSinceMs = undefined;
      this.incompleteSinceMs ??= this.context.now();
      this.reserve(this.frames.awaitedBytes);
    }
  }

  /**
   * Reserves bytes for an incomplete frame before the rest of it is read. An event that already has a reservation of the
   * large budget does not wait: otherwise two events could wait for each other.
   */
  private reserve(bytes: number): void {
    const { small, large } = this.context.budgets;
    if (bytes === 0 || this.largeReservation) return;
    if (bytes > LARGE_FRAME_BYTES) this.largeReservation = this.waitForBudget(large, bytes);
    else this.smallReservation ??= this.waitForBudget(small, LARGE_FRAME_BYTES);
  }

  private waitForBudget(budget: ByteBudget, bytes: number): Reservation {
    this.isWaitingForBudget = true;
    this.socket.pause();
    return budget.take(bytes, () => {
      this.isWaitingForBudget = false;
      if (this.incompleteSinceMs !== undefined) this.incompleteSinceMs = this.context.now();
      this.readOn();
    });
  }

  private releaseReservations(): void {
    const { small, large } = this.context.budgets;
    if (this.smallReservation) small.release(this.smallReservation);
    if (this.largeReservation) large.release(this.largeReservation);
    this.smallReservation = undefined;
    this.largeReservation = undefined;
  }

  private readOn(): void {
    if (!this.isWaitingForBudget && !this.socket.writableNeedDrain) this.socket.resume();
  }

  private accept(received: PdkReply): void {
    if (received instanceof OversizedFrame) this.recordFault('oversized', String(received));
    if (this.pending) {
      const { batch, replies, resolve } = this.pending;
      replies.push(received);
      if (replies.length < batch.size) return;
      this.pending = undefined;
      resolve(batch.repliesFrom(replies));
    } else if (this.repliesToDrop > 0) {
      this.repliesToDrop -= 1;
      if (!this.isInCall) this.onIdle();
    } else if (this.isBusy || this.isExited) {
      this.drop('unexpected', 'a frame arrived although none was expected');
    } else if (received instanceof OversizedFrame) {
      this.socket.destroy();
    } else {
      this.take(received);
    }
  }

  private take(payload: Buffer): void {
    let call: RpcCall;
    try {
      call = readCall(payload);
    } catch {
      this.drop('malformed', 'a frame is not a call');
      return;
    }
    if (this.context.isStopping()) this.socket.destroy();
    else void this.serve(call);
  }

  private async serve(call: RpcCall): Promise<void> {
    this.isBusy = true;
    if (call.command === 'handle_event') await this.handleEvent(call.sequence, call.instanceId, call.phase);
    else if (call.command === 'start_instance') await this.startInstance(call.sequence, call.name, call.config);
    else if (call.command === 'close_instance') this.closeInstance(call.sequence, call.instanceId);
    else this.drop('malformed', 'a call has no known command');
    this.isBusy = false;
    this.releaseReservations();
    if (!this.isInCall) this.onIdle();
  }

  private async startInstance(sequence: number, name: string, config: string): Promise<void> {
    const { instances, metrics, log } = this.context;
    try {
      const { id } = await instances.start(name, config);
      // Kong closed the connection meanwhile and does not know the id.
      if (this.socket.destroyed) instances.close(id);
      const status = { name: Buffer.from(name), instance_id: id, started_at: Math.floor(Date.now() / 1000) };
      this.write(frame(messages.rpcReturn.encode({ sequence, instance_status: status })));
    } catch (error) {
      // The protocol has no error message; without an answer Kong responds with 500.
      metrics.configErrors.inc({ plugin: instances.knows(name) ? name : '_unknown' });
      log.error({ err: error, plugin: name.slice(0, MAX_LOGGED_NAME) }, 'instance could not start');
      this.socket.destroy();
    }
  }

  /** Kong closes an instance over any pooled connection, so the id, which cannot be guessed, is the only proof. */
  private closeInstance(sequence: number, id: number): void {
    if (!this.context.instances.close(id)) this.context.metrics.unknownInstances.inc();
    this.write(frame(messages.rpcReturn.encode({ sequence })));
  }

  private async handleEvent(sequence: number, instanceId: number, phase: string): Promise<void> {
    const instance = this.context.instances.use(instanceId);
    if (!instance) {
      this.context.metrics.unknownInstances.inc();
      this.socket.destroy();
      return;
    }
    const event: Event = { instance, phase, sequence };
    const answer = await runEvent(event, this.ask, this.context);
    this.isExited = answer.isExit;
    this.repliesToDrop = answer.replies;
    this.write(answer.bytes);
  }

  /** Sends all reads in one write. */
  private readonly ask = (batch: ReadBatch): Promise<BatchReplies> => {
    if (batch.size === 0) return Promise.resolve(batch.repliesFrom([]));
    return new Promise((resolve) => {
      this.pending = { batch, replies: [], resolve };
      this.write(batch.bytes);
    });
  };

  /** Stops reading while the other side does not read, so that answers do not accumulate. */
  private write(bytes: Buffer): void {
    if (!this.socket.destroyed && !this.socket.write(bytes)) this.socket.pause();
  }

  /** Counts and logs a rejected frame. */
  private recordFault(reason: FrameFault, message: string): void {
    this.context.metrics.rejectedFrames.inc({ reason });
    this.context.log.warn({ reason, detail: message }, 'frame rejected');
  }

  private drop(reason: FrameFault, message: string): void {
    this.recordFault(reason, message);
    this.socket.destroy();
  }
}
