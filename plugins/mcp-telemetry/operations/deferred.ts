import type { RequestId } from '../responses/rpc-response';
import type { Operation } from './operation';

/** What tells of one message, once it is known what became of it. */
export type Finish = (operation: Operation) => void;

interface WaitingMessage {
  readonly operation: Operation;
  readonly finish: Finish;
  readonly untilMs: number;
}

/** How long an response is waited for. */
const WAIT_MS = 10 * 60_000;
/** How often it is looked for those that waited too long. */
const SWEEP_MS = 60_000;

/**
 * Messages whose response was put off: the server closed the stream early, and the client asks for the rest by a GET with
 * `Last-Event-ID` (2025-11-25, basic/transports), on which the response comes. They are told of once: with their response,
 * or without it where it does not come in time or there is no room.
 */
export class DeferredMessages {
  /** The longest held first. */
  private readonly held = new Map<string, WaitingMessage>();
  private readonly timer: NodeJS.Timeout;

  /** @param max more messages at once than these are told of without their responses, the longest held first */
  constructor(
    private readonly max: number,
    private readonly now: () => number,
  ) {
    this.timer = setInterval(() => {
      this.sweep();
    }, SWEEP_MS).unref();
  }

  get size(): number {
    return this.held.size;
  }

  /** @param session what stands for the session */
  hold(session: string, id: RequestId, operation: Operation, finish: Finish): void {
    const key = keyOf(session, id);
    this.finish(key);
    this.held.set(key, { operation, finish, untilMs: this.now() + WAIT_MS });
    const oldest = this.held.keys().next();
    if (this.held.size > this.max && !oldest.done) this.finish(oldest.value);
  }

  /** Takes the message out that an response with this id is for. */
  take(session: string, id: RequestId): Omit<WaitingMessage, 'untilMs'> | undefined {
    const key = keyOf(session, id);
    const held = this.held.get(key);
    this.held.delete(key);
    return held;
  }

  /** Tells of all that are held. */
  close(): void {
    clearInterval(this.timer);
    for (const key of [...this.held.keys()]) this.finish(key);
  }

  private sweep(): void {
    const nowMs = this.now();
    for (const [key, { untilMs }] of this.held) {
      if (untilMs > nowMs) return;
      this.finish(key);
    }
  }

  private finish(key: string): void {
    const held = this.held.get(key);
    this.held.delete(key);
    held?.finish(held.operation);
  }
}

const keyOf = (session: string, id: RequestId): string => `${session}\n${typeof id}\n${id}`;
