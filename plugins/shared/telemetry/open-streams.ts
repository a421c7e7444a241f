/** Bounds of what is known of open streams. */
export interface OpenStreamsOptions {
  /** More streams at once than these are not counted. */
  readonly maxStreams: number;
  /** A stream whose end was not seen for this long counts as closed: the worker that held it died. */
  readonly forgetAfterMs: number;
}

/** What to do about a stream that stays open. */
export interface StillOpen {
  readonly afterMs: number;
  /** Called once, unless the stream closes before. */
  readonly tell: () => void;
}

interface OpenStream {
  readonly label: string;
  readonly openedAtMs: number;
  readonly timer: NodeJS.Timeout | undefined;
}

/**
 * The streams that are open now, each under a key that its end will bring again.
 *
 * Streams of a process share it, so that a gauge has one value, however many configurations count into it.
 */
export class OpenStreams {
  /** The oldest first. */
  private readonly streams = new Map<string, OpenStream>();

  /** @param onChange called with a label and 1 or -1 for each stream that opens or closes */
  constructor(private readonly onChange: (label: string, change: 1 | -1) => void) {}

  get size(): number {
    return this.streams.size;
  }

  /** Counts a stream; false where there is no room for it. A key that is open already is not counted twice. */
  open(
    key: string,
    label: string,
    nowMs: number,
    { maxStreams, forgetAfterMs }: OpenStreamsOptions,
    lasting?: StillOpen,
  ): boolean {
    this.forget(nowMs - forgetAfterMs);
    if (this.streams.has(key)) return true;
    if (this.streams.size >= maxStreams) return false;
    const timer = lasting && setTimeout(lasting.tell, lasting.afterMs).unref();
    this.streams.set(key, { label, openedAtMs: nowMs, timer });
    this.onChange(label, 1);
    return true;
  }

  /** The stream's end; a key that is not open is ignored. */
  close(key: string): void {
    const stream = this.streams.get(key);
    if (!stream) return;
    clearTimeout(stream.timer);
    this.streams.delete(key);
    this.onChange(stream.label, -1);
  }

  private forget(openedBeforeMs: number): void {
    for (const [key, { openedAtMs }] of this.streams) {
      if (openedAtMs >= openedBeforeMs) return;
      this.close(key);
    }
  }
}
