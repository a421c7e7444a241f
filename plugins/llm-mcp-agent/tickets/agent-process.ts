import { TicketStore } from './ticket-store';

/** A ticket is used by Kong at once. */
const TICKET_TTL_MS = 10_000;

/** What all configurations of a process share: the tickets, the path at the HTTP listener, and the ids of live runs. */
export class AgentProcess<T> {
  readonly tickets: TicketStore<T>;
  private readonly runs = new Set<string>();
  private users = 0;
  private unmount: (() => void) | undefined;

  constructor(now: () => number) {
    this.tickets = new TicketStore(TICKET_TTL_MS, now);
  }

  /** Takes part; the first one mounts the handler. */
  acquire(mount: () => () => void): void {
    if (this.users === 0) this.unmount = mount();
    this.users += 1;
  }

  /** Ends a part; the last one unmounts the handler. */
  release(): void {
    this.users -= 1;
    if (this.users === 0) this.unmount?.();
  }

  startRun(id: string): void {
    this.runs.add(id);
  }

  endRun(id: string): void {
    this.runs.delete(id);
  }

  /** True if a run of this process has the id: a request that names it comes from the run itself. */
  isLive(id: string): boolean {
    return this.runs.has(id);
  }

  get liveRuns(): number {
    return this.runs.size;
  }
}
