import type { Cause } from './discovery';
import { candidatesOf, readKeySet, type VerificationKey } from './key-set';

/** How long keys are used, in milliseconds. */
export interface KeyTimes {
  /** Age at which the set is fetched again. */
  readonly ttlMs: number;
  /** How much longer the old set is used while it cannot be fetched. */
  readonly staleMs: number;
  /** The shortest time between two fetches because of unknown keys. */
  readonly cooldownMs: number;
}

/** The text of a JWK set, or why there is none. */
export type FetchedKeys =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'failed'; readonly problem: KeyProblem };

/** Why the keys cannot be fetched: in the `discovery` of the issuer, or in the set itself. */
export interface KeyProblem {
  readonly target: 'discovery' | 'jwks';
  readonly cause: Cause;
}

/** Fetches the text of the JWK set. `again`: the address was used before. */
export type FetchKeys = (again: boolean) => Promise<FetchedKeys>;

/** What becomes known about the keys of an issuer. */
export interface KeyEvents {
  /** Once, and again for another problem. */
  readonly lost: (problem: KeyProblem) => void;
  readonly back: () => void;
  readonly rotated: () => void;
}

/** The keys to try for a token; none: the issuer has no such key. */
export type FoundKeys = readonly VerificationKey[] | 'unavailable';

const NO_KEYS: KeyProblem = { target: 'jwks', cause: 'no_usable_key' };

/** After a failed fetch the next one starts no earlier, unless it is in the background. */
const RETRY_AFTER_MS = 500;
/** The longest wait of the background after a failure. */
const MAX_RETRY_MS = 30_000;

/** The keys of one issuer: fetched in the background, kept while they cannot be fetched. */
export class KeyStore {
  private keys: readonly VerificationKey[] = [];
  private fetchedAtMs: number | undefined;
  private triedAtMs = -Infinity;
  private missedAtMs = -Infinity;
  private flight: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private retryMs = RETRY_AFTER_MS;
  private problem: KeyProblem | undefined;
  private isClosed = false;
  private removals = 0;

  constructor(
    private readonly fetchKeys: FetchKeys,
    private readonly times: KeyTimes,
    private readonly events: KeyEvents,
    private readonly nowMs: () => number,
  ) {}

  /** Changes when a key was removed: tokens that were proven before must be proven again. */
  get generation(): number {
    return this.removals;
  }

  /** Seconds since the set was fetched; undefined if it never was. */
  get ageS(): number | undefined {
    return this.fetchedAtMs === undefined ? undefined : (this.nowMs() - this.fetchedAtMs) / 1000;
  }

  get size(): number {
    return this.keys.length;
  }

  /** Fetches the set now, and from then on in the background. Never rejects. */
  open(): Promise<void> {
    return this.load(false);
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  /** The keys for a token. A promise only if they must be fetched; all that wait share one fetch. */
  find(kid: string | undefined, alg: string): FoundKeys | Promise<FoundKeys> {
    if (this.isUsable) {
      const found = candidatesOf(this.keys, kid, alg);
      if (found.length > 0 || !this.mayLookAgain()) return found;
      return this.load(true).then(() => candidatesOf(this.keys, kid, alg));
    }
    if (!this.flight && this.nowMs() - this.triedAtMs < RETRY_AFTER_MS) return 'unavailable';
    return this.load(false).then(() => (this.isUsable ? candidatesOf(this.keys, kid, alg) : 'unavailable'));
  }

  private get isUsable(): boolean {
    const { ttlMs, staleMs } = this.times;
    return this.fetchedAtMs !== undefined && this.nowMs() - this.fetchedAtMs <= ttlMs + staleMs;
  }

  /** Whether an unknown key may cause a fetch. A flood of them causes one fetch in each cooldown. */
  private mayLookAgain(): boolean {
    const now = this.nowMs();
    if (now - this.missedAtMs < this.times.cooldownMs) return this.flight !== undefined;
    this.missedAtMs = now;
    return true;
  }

  private load(again: boolean): Promise<void> {
    this.flight ??= this.fetchAndKeep(again).finally(() => {
      this.flight = undefined;
    });
    return this.flight;
  }

  private async fetchAndKeep(again: boolean): Promise<void> {
    this.triedAtMs = this.nowMs();
    const fetched = await this.fetchKeys(again);
    const keys = fetched.kind === 'text' ? readKeySet(fetched.text) : undefined;
    if (keys) this.keep(keys);
    else this.lose(fetched.kind === 'text' ? NO_KEYS : fetched.problem);
    this.schedule(keys ? this.times.ttlMs * 0.8 : this.retryMs);
  }

  private keep(keys: readonly VerificationKey[]): void {
    const ids = new Set(keys.map(({ id }) => id));
    const known = new Set(this.keys.map(({ id }) => id));
    if (this.keys.some(({ id }) => !ids.has(id))) this.removals += 1;
    if (known.size > 0 && (known.size !== ids.size || [...ids].some((id) => !known.has(id)))) this.events.rotated();
    this.keys = keys;
    this.fetchedAtMs = this.nowMs();
    this.retryMs = RETRY_AFTER_MS;
    if (this.problem) this.events.back();
    this.problem = undefined;
  }

  private lose(problem: KeyProblem): void {
    const { problem: before } = this;
    if (before?.target !== problem.target || before.cause !== problem.cause) this.events.lost(problem);
    this.problem = problem;
    this.retryMs = Math.min(2 * this.retryMs, MAX_RETRY_MS);
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    if (this.isClosed) return;
    this.timer = setTimeout(() => void this.load(false), delayMs);
    this.timer.unref();
  }
}
