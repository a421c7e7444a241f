import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Probe, UnusableReason } from './probe-schema';

/** Names an announced schema: a digest of its text. */
export type SchemaKey = string;

/** A schema that judges calls, as it is handed to what compiles it. */
export interface KeptSchema {
  readonly key: SchemaKey;
  /** Its lenient form, JSON text. */
  readonly text: string;
  readonly bytes: number;
}

/** Why a tool can't be checked: its schema is unusable, or is none (`malformed`), or not yet or no longer there. */
export type UncheckedReason = UnusableReason | 'malformed' | 'pending' | 'evicted';

interface Kept {
  readonly probe: Probe;
  /** Milliseconds; after it an announcement is a reason to try again. */
  readonly retryAtMs: number;
}

/** Characters of the lenient schemas of one service, the longest unused forgotten first. */
const MAX_KEPT = 1_048_576;
/** What a schema takes besides its text. */
const OVERHEAD = 200;
/** A schema that was too slow once may be so by the machine's fault. */
const RETRY_SLOW_MS = 600_000;

/** The schemas that the server of one service announced, each text probed once. `now` in milliseconds. */
export class SchemaShelf {
  private readonly kept = new LRUCache<SchemaKey, Kept>({
    maxSize: MAX_KEPT,
    sizeCalculation: ({ probe }) => OVERHEAD + ('text' in probe ? probe.text.length : 0),
  });
  private readonly pending = new Map<SchemaKey, Promise<Probe>>();

  constructor(
    private readonly probe: (text: string) => Promise<Probe>,
    private readonly now: () => number,
  ) {}

  /** Takes a schema in; what is found out about it is told once it is known, and only if it is new. */
  put(text: string): { readonly key: SchemaKey; readonly news: Promise<Probe> | undefined } {
    const key = createHash('sha256').update(text).digest('base64url');
    const known = this.kept.get(key);
    if ((known && this.now() < known.retryAtMs) || this.pending.has(key)) return { key, news: undefined };
    const news = this.probe(text).then((probe) => {
      this.pending.delete(key);
      this.kept.set(key, { probe, retryAtMs: this.now() + retryAfterMs(probe) });
      return probe;
    });
    this.pending.set(key, news);
    return { key, news };
  }

  get(key: SchemaKey): KeptSchema | UncheckedReason {
    const probe = this.kept.get(key)?.probe;
    if (!probe) return this.pending.has(key) ? 'pending' : 'evicted';
    return 'unusable' in probe ? probe.unusable : { key, ...probe };
  }

  /** Can it judge calls? Does not count as a use. */
  isUsable(key: SchemaKey): boolean {
    const probe = this.kept.peek(key)?.probe;
    return probe !== undefined && 'text' in probe;
  }

  /** Is nothing pending? */
  get isSettled(): boolean {
    return this.pending.size === 0;
  }

  /** Resolves when nothing is pending. */
  async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending.values());
  }
}

function retryAfterMs(probe: Probe): number {
  if (!('unusable' in probe)) return Infinity;
  switch (probe.unusable) {
    case 'unsupported':
    case 'too_large':
      return Infinity;
    case 'deadline':
      return RETRY_SLOW_MS;
    case 'busy':
    case 'budget':
    case 'failed':
      return 0;
  }
}
