import type { Span } from './spans';

/** A stored span with its number, one more than that of the span before it. */
export interface KeptSpan {
  seq: number;
  span: Span;
}

/** How much is stored; the oldest spans are removed first. */
export interface StoreLimits {
  maxSpans: number;
  /** Limit of the sizes of all stored spans, as given to `add`. */
  maxBytes: number;
}

/** The most recent spans, in memory only. */
export class SpanStore {
  #kept: (KeptSpan & { bytes: number })[] = [];
  #bytes = 0;
  #seq: number;
  readonly #listeners = new Set<(spans: readonly KeptSpan[]) => void>();

  /** Numbers begin after `lastSeq`: if that is the start time, they also increase across restarts. */
  constructor(
    private readonly limits: StoreLimits,
    lastSeq = 0,
  ) {
    this.#seq = lastSeq;
  }

  /** Stores the spans of one request, of `totalBytes` in total, and notifies the listeners of those that fit. */
  add(spans: readonly Span[], totalBytes: number): void {
    const bytes = Math.ceil(totalBytes / Math.max(1, spans.length));
    const added = spans.map((span) => ({ seq: ++this.#seq, span, bytes }));
    this.#kept.push(...added.slice(-this.limits.maxSpans));
    this.#bytes += bytes * Math.min(spans.length, this.limits.maxSpans);
    let gone = Math.max(0, this.#kept.length - this.limits.maxSpans);
    for (const [index, kept] of this.#kept.entries()) {
      if (index >= gone && this.#bytes <= this.limits.maxBytes) break;
      this.#bytes -= kept.bytes;
      gone = Math.max(gone, index + 1);
    }
    this.#kept = this.#kept.slice(gone);
    const stored = this.newest().filter(({ seq }) => seq > this.#seq - added.length);
    if (stored.length > 0) for (const listener of this.#listeners) listener(stored.toReversed());
  }

  /** The stored spans, newest first; of one `project` if given. */
  newest(project?: string): KeptSpan[] {
    const all = this.#kept.toReversed();
    return project === undefined ? all : all.filter(({ span }) => span.project === project);
  }

  find(seq: number): KeptSpan | undefined {
    return this.#kept.find((kept) => kept.seq === seq);
  }

  /** The projects of the stored spans, sorted by name. */
  projects(): string[] {
    return [...new Set(this.#kept.map(({ span }) => span.project))].sort();
  }

  /** Calls the listener with each batch, oldest span first; returns a function that stops it. */
  listen(listener: (spans: readonly KeptSpan[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
