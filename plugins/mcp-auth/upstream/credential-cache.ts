import { RecentMap } from '../cache/recent-map';
import { SingleFlight } from '../cache/single-flight';
import type { TokenAnswer } from './token-endpoint';
import type { UpstreamCredential } from './upstream-credential';

/** A token is not used in its last seconds, while it is on its way. */
const SAFETY_S = 30;
/** How long a token of unknown life is used, and how long any. */
const UNKNOWN_LIFE_S = 60;
const MAX_LIFE_S = 3600;

/** The shortest time between two drops of one credential: a server that rejects each must not cause a fetch for each request. */
const DROP_COOLDOWN_MS = 30_000;

interface Entry {
  readonly credential: UpstreamCredential;
  /** 0: it was dropped. */
  readonly untilMs: number;
  readonly droppedAtMs: number;
}

/** Tokens for the server by key; requests that need the same one share one fetch. */
export class CredentialCache {
  private readonly known: RecentMap<Entry>;
  private readonly flights = new SingleFlight<UpstreamCredential>();

  constructor(
    max: number,
    private readonly nowMs: () => number,
  ) {
    this.known = new RecentMap(max);
  }

  /**
   * The credential of a key. A promise only if it must be fetched.
   *
   * @param endsAtS seconds since the epoch after which it must not be used
   */
  get(
    key: string,
    endsAtS: number | undefined,
    fetch: () => Promise<TokenAnswer>,
  ): UpstreamCredential | Promise<UpstreamCredential> {
    const found = this.known.get(key);
    if (found && found.untilMs > this.nowMs()) return found.credential;
    return this.flights.run(key, async () => {
      const answer = await fetch();
      if (answer.kind === 'fault') return answer;
      const credential = { kind: 'header', name: 'Authorization', value: `Bearer ${answer.token}`, key } as const;
      const lifeS = answer.expiresInS === undefined ? UNKNOWN_LIFE_S : answer.expiresInS - SAFETY_S;
      const untilMs = Math.min(this.nowMs() + 1000 * Math.min(lifeS, MAX_LIFE_S), 1000 * (endsAtS ?? Infinity));
      this.known.set(key, { credential, untilMs, droppedAtMs: this.known.get(key)?.droppedAtMs ?? -Infinity });
      return credential;
    });
  }

  /** Forgets a credential that the server rejected, unless that was done a moment ago. Returns whether it was done. */
  drop(key: string): boolean {
    const found = this.known.get(key);
    const now = this.nowMs();
    if (!found || found.untilMs === 0 || now - found.droppedAtMs < DROP_COOLDOWN_MS) return false;
    this.known.set(key, { ...found, untilMs: 0, droppedAtMs: now });
    return true;
  }
}
