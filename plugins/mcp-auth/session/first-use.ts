import { hash } from 'node:crypto';
import { RecentMap } from '../cache/recent-map';
import { FOREIGN, OWN, type SessionCaller, type SessionCheck } from './session-check';

/** How many sessions are remembered, and for how long without use. */
const MAX_SESSIONS = 100_000;
const IDLE_MS = 24 * 3600 * 1000;

interface Owner extends SessionCaller {
  readonly usedAtMs: number;
}

/** Binds each session to the caller that uses its id first. Known to this process only. */
export class FirstUse {
  private readonly owners: RecentMap<Owner>;

  constructor(
    private readonly nowMs: () => number,
    max = MAX_SESSIONS,
  ) {
    this.owners = new RecentMap(max);
  }

  get size(): number {
    return this.owners.size;
  }

  /** A session that began without a token goes on with the first token: clients log in and keep the id. */
  check(id: string, { principal, isAnonymous }: SessionCaller): SessionCheck {
    const key = hash('sha256', id, 'base64');
    const usedAtMs = this.nowMs();
    const owner = this.owners.get(key);
    const isBound = owner && usedAtMs - owner.usedAtMs < IDLE_MS && !owner.isAnonymous;
    if (isBound && owner.principal !== principal) return FOREIGN;
    this.owners.set(key, { principal, isAnonymous, usedAtMs });
    return OWN;
  }
}
