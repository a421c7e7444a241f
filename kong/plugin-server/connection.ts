import type { Socket } from 'node:net';
import { read, type Log, type PhaseName } from '../pdk';
import { effectsOf } from '../pdk/effects';
import type { Instance, Instances } from './instances';
import { END_OF_CALLS, frame, FrameReader, OversizedFrame } from './protocol/frames';
import { messages, type RpcCall } from './protocol/messages';
import { encodeEffect } from './protocol/pdk-codec';
import { ReadBatch } from './protocol/read-batch';
import { textOf } from './protocol/values';
import { runPhase } from './run-phase';
import type { FrameFault, ServerMetrics } from './server-metrics';

/** What all connections of a server share. */
export interface ConnectionContext {
  readonly instances: Instances;
  readonly metrics: ServerMetrics;
  readonly log: Log;
  readonly maxFrameBytes: number;
  /** True from the moment the server is told to stop: no further event is taken. */
  readonly isStopping: () => boolean;
}

/** Replies that are awaited: of the reads of one batch. */
interface Pending {
  readonly replies: Buffer[];
  readonly expected: number;
  readonly resolve: (replies: readonly Buffer[]) => void;
}

const requestId = new ReadBatch({ id: read.requestId() });

/**
 * One connection of Kong, speaking ProtoBuf:1 (`kong/runloop/plugin_servers/rpc/pb_rpc.lua`).
 *
 * Kong sends one call at a time and pools the connection between calls. All reads of an event go out in one write, all
 * effects and the end of the event in another; the replies to the effects come in afterwards and are thrown away. After
 * an exit nothing follows: Kong drops the connection when the request ends.
 *
 * Whatever arrives, the damage ends here: bytes that make no sense cost this connection, an unknown instance closes it
 * (so that Kong starts a new one), and a failing handler is answered, never left to Kong's endless retry.
 */
export class Connection {
  private readonly frames: FrameReader;
  private pending: Pending | undefined;
  /** Replies to effects of the last event that are still to come. */
  private repliesToDrop = 0;
  private isExited = false;
  private isBusy = false;

  constructor(
    private readonly socket: Socket,
    private readonly context: ConnectionContext,
    /** Called each time an event is over, Kong's replies to its effects included. */
    private readonly onIdle: () => void,
  ) {
    this.frames = new FrameReader(context.maxFrameBytes);
    socket.on('data', (chunk: Buffer) => {
      this.receive(chunk);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.frames.isUnfinished) this.context.metrics.rejectedFrames.inc({ reason: 'truncated' });
      this.pending = undefined;
    });
  }

  /** True while Kong is in an event: closing now would cost that request an answer. */
  get isInEvent(): boolean {
    return this.isBusy || this.repliesToDrop > 0;
  }

  private receive(chunk: Buffer): void {
    try {
      this.frames.push(chunk);
      for (let payload = this.frames.next(); payload; payload = this.frames.next()) {
        this.accept(payload);
        if (this.socket.destroyed) return;
      }
    } catch (error) {
      this.drop(error instanceof OversizedFrame ? 'oversized' : 'malformed', error);
    }
  }

  private accept(payload: Buffer): void {
    if (this.pending) {
      this.pending.replies.push(payload);
      if (this.pending.replies.length < this.pending.expected) return;
      const { resolve, replies } = this.pending;
      this.pending = undefined;
      resolve(replies);
    } else if (this.repliesToDrop > 0) {
      this.repliesToDrop -= 1;
      if (!this.isInEvent) this.onIdle();
    } else if (this.isBusy) {
      this.drop('unexpected', new Error('a frame came while Kong had nothing to say'));
    } else {
      this.serve(messages.rpcCall.decode(payload));
    }
  }

  private serve(call: Partial<RpcCall>): void {
    const { sequence, cmd_start_instance: start, cmd_close_instance: close, cmd_handle_event: event } = call;
    if (this.context.isStopping()) this.socket.destroy();
    else if (start) this.track(this.startInstance(sequence, textOf(start.name), textOf(start.config)));
    else if (close) this.track(this.closeInstance(sequence, close.instance_id ?? 0));
    else if (event) this.track(this.handleEvent(sequence, event.instance_id ?? 0, textOf(event.event_name)));
    else this.drop('malformed', new Error('a call without a known command'));
  }

  private track(work: Promise<void>): void {
    this.isBusy = true;
    work
      .catch((error: unknown) => {
        this.drop('malformed', error);
      })
      .finally(() => {
        // After an exit Kong says nothing more on this connection.
        this.isBusy = this.isExited;
        if (!this.isInEvent) this.onIdle();
      });
  }

  private async startInstance(sequence: unknown, name: string, config: string): Promise<void> {
    try {
      const { id } = await this.context.instances.start(name, config);
      const status = { name: Buffer.from(name), instance_id: id, started_at: Math.floor(Date.now() / 1000) };
      this.write(frame(messages.rpcReturn.encode({ sequence, instance_status: status })));
    } catch (error) {
      // Without an instance Kong answers the request with 500 and tries again with the next one.
      this.context.metrics.configErrors.inc({ plugin: this.context.instances.knows(name) ? name : '_unknown' });
      this.context.log.error({ err: error, plugin: name }, 'an instance could not start');
      this.socket.destroy();
    }
  }

  private async closeInstance(sequence: unknown, id: number): Promise<void> {
    await this.context.instances.close(id);
    this.write(frame(messages.rpcReturn.encode({ sequence })));
  }

  private async handleEvent(sequence: unknown, instanceId: number, phaseName: string): Promise<void> {
    const instance = this.context.instances.use(instanceId);
    const phase = instance?.configuration.plugin.phases[phaseName as PhaseName];
    if (!instance || !phase) {
      this.context.metrics.unknownInstances.inc();
      this.socket.destroy();
      return;
    }
    const { name: plugin, onError } = instance.configuration.plugin;
    const endTimer = this.context.metrics.duration.startTimer({ plugin, phase: phaseName });
    const { state } = instance.configuration;
    const isWanted = phase.isWanted?.(state as never) ?? true;
    const batch = ReadBatch.of(phase);
    const replies = isWanted ? await this.ask(batch) : [];
    const { outcome, error } = await runPhase(onError, () =>
      isWanted ? phase.handle(state as never, batch.decode(replies) as never) : undefined,
    );
    if (error !== undefined) await this.report(instance, phaseName, error);

    const effects = effectsOf(outcome);
    this.isExited = outcome.kind === 'reject';
    this.repliesToDrop = effects.length - (this.isExited ? 1 : 0);
    const end = this.isExited ? [] : [END_OF_CALLS, frame(messages.rpcReturn.encode({ sequence }))];
    this.write(Buffer.concat([...effects.map(encodeEffect), ...end]));
    endTimer();
    const came = error !== undefined ? 'error' : phaseName === 'log' ? 'done' : outcome.kind;
    this.context.metrics.events.inc({ plugin, phase: phaseName, outcome: came });
  }

  /** Counts and logs a handler's throw, with the id that Kong's own logs know the request by. */
  private async report({ configuration: { plugin } }: Instance, phase: string, error: unknown): Promise<void> {
    this.context.metrics.countHandlerError(plugin.name, phase, plugin.onError);
    // A log phase has no request any more: Kong gives no variables there.
    const { id } = phase === 'log' ? {} : requestId.decode(await this.ask(requestId));
    this.context.log.error({ err: error, plugin: plugin.name, phase, request_id: id }, 'a handler threw');
  }

  /** One write for all reads; resolves with one reply each. Never resolves when the connection closes first. */
  private ask(batch: ReadBatch): Promise<readonly Buffer[]> {
    if (batch.size === 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      this.pending = { replies: [], expected: batch.size, resolve };
      this.write(batch.bytes);
    });
  }

  private write(bytes: Buffer): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  private drop(reason: FrameFault, error: unknown): void {
    if (this.socket.destroyed) return;
    this.context.metrics.rejectedFrames.inc({ reason });
    this.context.log.warn({ err: error, reason }, 'a connection was dropped');
    this.socket.destroy();
  }
}
