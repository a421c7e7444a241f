import { randomBytes } from 'node:crypto';

interface Held<T> {
  readonly value: T;
  readonly expiresAtMs: number;
}

/**
 * Tickets from the access phase to the HTTP listener: each stands for one request that Kong has let pass, is valid for a short
 * time, and is used once.
 */
export class TicketStore<T> {
  private readonly held = new Map<string, Held<T>>();

  constructor(
    private readonly ttlMs: number,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.held.size;
  }

  /** A new ticket; undefined if `max` tickets wait already. */
  issue(value: T, max: number): string | undefined {
    this.dropExpired();
    if (this.held.size >= max) return undefined;
    const ticket = randomBytes(32).toString('base64url');
    this.held.set(ticket, { value, expiresAtMs: this.now() + this.ttlMs });
    return ticket;
  }

  /** What a ticket stands for, once. */
  take(ticket: string | undefined): T | undefined {
    this.dropExpired();
    if (ticket === undefined) return undefined;
    const held = this.held.get(ticket);
    this.held.delete(ticket);
    return held?.value;
  }

  /** All tickets have the same lifetime, so the oldest ones are first. */
  private dropExpired(): void {
    const now = this.now();
    for (const [ticket, { expiresAtMs }] of this.held) {
      if (expiresAtMs > now) break;
      this.held.delete(ticket);
    }
  }
}
