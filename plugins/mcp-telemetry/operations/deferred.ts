import type { RequestId } from '../responses/rpc-response';
import type { Operation } from './operation';

/** Reports a message once its outcome is known. */
export type Finish = (operation: Operation) => void;

interface WaitingMessage {
  readonly operation: Operation;
  readonly finish: Finish;
  readonly untilMs: number;
}

/** How long a message waits for its response. */
const WAIT_MS = 10 * 60_000;
/** How often messages that waited too long are removed. */
const SWEEP_MS = 60_000;

/**
 * Messages whose response is deferred: the server closed the stream early, and the client requests the rest with a GET
 * with `Last-Event-ID` (2025-11-25, basic/transports), whose stream carries the response. Each message is reported once:
 * with its response, or without it if it does not arrive in time or there are too many messages.
 */
export class DeferredMessages {
  /** The longest waiting first. */
  private readonly waiting = new Map<string, WaitingMessage>();
  private readonly timer: NodeJS.Timeout;

  /** @param max the number of messages that wait; beyond it the longest waiting one is reported without its response */
  constructor(
    private readonly max: number,
    private readonly now: () => number,
  ) {
    this.timer = setInterval(() => {
      this.sweep();
    }, SWEEP_MS).unref();
  }

  get size(): number {
    return this.waiting.size;
  }

  /** @param session the key of the session, not its id */
  add(session: string, id: RequestId, operation: Operation, finish: Finish): void {
    const key = keyOf(session, id);
    this.finish(key);
    this.waiting.set(key, { operation, finish, untilMs: this.now() + WAIT_MS });
    const oldest = this.waiting.keys().next();
    if (this.waiting.size > this.max && !oldest.done) this.finish(oldest.value);
  }

  /** Removes and returns the message with this id. */
  take(session: string, id: RequestId): Omit<WaitingMessage, 'untilMs'> | undefined {
    const key = keyOf(session, id);
    const message = this.waiting.get(key);
    this.waiting.delete(key);
    return message;
  }

  /** Reports all waiting messages. */
  close(): void {
    clearInterval(this.timer);
    for (const key of [...this.waiting.keys()]) this.finish(key);
  }

  private sweep(): void {
    const nowMs = this.now();
    for (const [key, { untilMs }] of this.waiting) {
      if (untilMs > nowMs) return;
      this.finish(key);
    }
  }

  private finish(key: string): void {
    const message = this.waiting.get(key);
    this.waiting.delete(key);
    message?.finish(message.operation);
  }
}

const keyOf = (session: string, id: RequestId): string => `${session}\n${typeof id}\n${id}`;
