import type { Metrics } from '../../../kong/pdk';
import { PerProcess } from '../runtime/per-process';

/** The bounds of {@link OpenStreams}. */
export interface OpenStreamsOptions {
  /** The number of streams that are counted at the same time; any other is not counted. */
  readonly maxStreams: number;
  /** A stream whose end was not seen for this long counts as closed: its worker has died. */
  readonly forgetAfterMs: number;
}

/** A callback for a stream that is still open after some time. */
export interface StillOpen {
  readonly afterMs: number;
  /** Called once, unless the stream is closed before. */
  readonly report: () => void;
}

interface OpenStream {
  readonly label: string;
  readonly openedAtMs: number;
  readonly timer: NodeJS.Timeout | undefined;
}

/**
 * The streams that are open now. A key identifies a stream when it opens and when it ends.
 *
 * All configurations of a process share one instance, so that a gauge has one value.
 */
export class OpenStreams {
  /** The oldest first. */
  private readonly streams = new Map<string, OpenStream>();

  /** @param onChange called with a label and 1 or -1 for each stream that opens or closes */
  constructor(private readonly onChange: (label: string, change: 1 | -1) => void) {}

  get size(): number {
    return this.streams.size;
  }

  /** Counts a stream; false if the bound is reached. A key that is open already is not counted twice. */
  open(
    key: string,
    label: string,
    nowMs: number,
    { maxStreams, forgetAfterMs }: OpenStreamsOptions,
    stillOpen?: StillOpen,
  ): boolean {
    this.forget(nowMs - forgetAfterMs);
    if (this.streams.has(key)) return true;
    if (this.streams.size >= maxStreams) return false;
    const timer = stillOpen && setTimeout(stillOpen.report, stillOpen.afterMs).unref();
    this.streams.set(key, { label, openedAtMs: nowMs, timer });
    this.onChange(label, 1);
    return true;
  }

  /** Removes a stream that has ended; a key that is not open is ignored. */
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

/** The config fields that bound open streams. */
interface BoundsConfig {
  readonly max_open_streams: number;
  readonly forget_streams_after: number;
}

/** The bounds in a plugin's config. */
export const openStreamsOptionsOf = (config: BoundsConfig): OpenStreamsOptions => ({
  maxStreams: config.max_open_streams,
  forgetAfterMs: config.forget_streams_after * 1000,
});

/** The gauge that counts open streams. */
export interface OpenStreamsGauge {
  readonly name: string;
  readonly help: string;
  readonly label: string;
}

const perProcess = new PerProcess<OpenStreams>();

/** The open streams behind a gauge, one instance for all configurations of the process. */
export function openStreamsOf(metrics: Metrics, { name, help, label }: OpenStreamsGauge): OpenStreams {
  return perProcess.get(metrics, name, () => {
    const gauge = metrics.gauge({ name, help, labelNames: [label] });
    return new OpenStreams((value, change) => {
      gauge.inc({ [label]: value }, change);
    });
  });
}
