import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Probe, UnusableReason } from './probe-schema';

/** The key of an announced schema: a digest of its text. */
export type SchemaKey = string;

/** A usable schema, not compiled yet. */
export interface CachedSchema {
  readonly key: SchemaKey;
  /** Its lenient form, JSON text. */
  readonly text: string;
  /** Estimate of the memory that it uses once compiled. */
  readonly bytes: number;
}

/** Why a tool cannot be checked: its schema is unusable, missing (`malformed`), not yet compiled, or evicted. */
export type UncheckedReason = UnusableReason | 'malformed' | 'pending' | 'evicted';

interface Entry {
  readonly probe: Probe;
  /** Milliseconds: an announcement after this time probes the schema again. */
  readonly retryAtMs: number;
}

/** Characters of the lenient schemas of one service; the least recently used is dropped first. */
const MAX_CHARACTERS = 1_048_576;
/** Size of an entry besides its text. */
const OVERHEAD = 200;
/** A schema may have been too slow because the machine was busy. */
const RETRY_SLOW_MS = 600_000;

/** Caches the schemas that the server of one service announced; each text is probed once. `now` returns milliseconds. */
export class SchemaCache {
  private readonly entries = new LRUCache<SchemaKey, Entry>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ probe }) => OVERHEAD + ('text' in probe ? probe.text.length : 0),
  });
  private readonly pending = new Map<SchemaKey, Promise<Probe>>();

  constructor(
    private readonly probe: (text: string) => Promise<Probe>,
    private readonly now: () => number,
  ) {}

  /** Adds a schema. `probed` resolves to its probe; undefined if the schema is known or pending. */
  put(text: string): { readonly key: SchemaKey; readonly probed: Promise<Probe> | undefined } {
    const key = createHash('sha256').update(text).digest('base64url');
    const known = this.entries.get(key);
    if ((known && this.now() < known.retryAtMs) || this.pending.has(key)) return { key, probed: undefined };
    const probed = this.probe(text).then((probe) => {
      this.pending.delete(key);
      this.entries.set(key, { probe, retryAtMs: this.now() + retryAfterMs(probe) });
      return probe;
    });
    this.pending.set(key, probed);
    return { key, probed };
  }

  get(key: SchemaKey): CachedSchema | UncheckedReason {
    const probe = this.entries.get(key)?.probe;
    if (!probe) return this.pending.has(key) ? 'pending' : 'evicted';
    return 'unusable' in probe ? probe.unusable : { key, ...probe };
  }

  /** True if the schema can check calls. Does not count as a use. */
  isUsable(key: SchemaKey): boolean {
    const probe = this.entries.peek(key)?.probe;
    return probe !== undefined && 'text' in probe;
  }

  /** True if no probe is pending. */
  get isSettled(): boolean {
    return this.pending.size === 0;
  }

  /** Resolves once no probe is pending. */
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
