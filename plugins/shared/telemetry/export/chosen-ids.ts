import { RandomIdGenerator, type IdGenerator } from '@opentelemetry/sdk-trace-base';
import type { ParentContext } from '../spans/span';

/** Gives the next span predefined ids; the SDK requests ids while it starts a span. */
export class ChosenIds implements IdGenerator {
  private readonly random = new RandomIdGenerator();
  private chosen: ParentContext | undefined;

  /** Runs `start` with the ids; undefined for random ids. */
  with<T>(ids: ParentContext | undefined, start: () => T): T {
    this.chosen = ids;
    try {
      return start();
    } finally {
      this.chosen = undefined;
    }
  }

  /** Called only for a span without a parent. */
  generateTraceId(): string {
    return this.chosen?.traceId ?? this.random.generateTraceId();
  }

  generateSpanId(): string {
    return this.chosen?.spanId ?? this.random.generateSpanId();
  }
}
