import type { Span } from './spans';

/** A kept span with its number, one more than that of the span before it. */
export interface KeptSpan {
  seq: number;
  span: Span;
}

/** How much is kept; the oldest spans make room. */
export interface StoreLimits {
  maxSpans: number;
  /** Bound on what all kept spans take together, by the sizes given with them. */
  maxBytes: number;
}

/** The last spans, in memory only. */
export class SpanStore {
  #kept: (KeptSpan & { bytes: number })[] = [];
  #bytes = 0;
  #seq: number;
  readonly #listeners = new Set<(spans: readonly KeptSpan[]) => void>();

  /** Numbers begin after `lastSeq`: with the time of the start, they grow over restarts too. */
  constructor(
    private readonly limits: StoreLimits,
    lastSeq = 0,
  ) {
    this.#seq = lastSeq;
  }

  /** Keeps the spans of one request that take `totalBytes` in all, and tells the listeners of those that fit. */
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
    const news = this.newest().filter(({ seq }) => seq > this.#seq - added.length);
    if (news.length > 0) for (const listener of this.#listeners) listener(news.toReversed());
  }

  /** The kept spans, newest first; `project` picks those of one. */
  newest(project?: string): KeptSpan[] {
    const all = this.#kept.toReversed();
    return project === undefined ? all : all.filter(({ span }) => span.project === project);
  }

  find(seq: number): KeptSpan | undefined {
    return this.#kept.find((kept) => kept.seq === seq);
  }

  /** The projects of the kept spans, by name. */
  projects(): string[] {
    return [...new Set(this.#kept.map(({ span }) => span.project))].sort();
  }

  /** Hears of each batch, oldest first; returns the way to stop. */
  listen(listener: (spans: readonly KeptSpan[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
