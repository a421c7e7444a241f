import { RandomIdGenerator, type IdGenerator } from '@opentelemetry/sdk-trace-base';
import type { ParentContext } from '../spans/span';

/** Gives the next span the ids that were chosen for it; the SDK asks for them while it starts the span. */
export class ChosenIds implements IdGenerator {
  private readonly random = new RandomIdGenerator();
  private chosen: ParentContext | undefined;

  /** Runs `start` with the ids; undefined: random ones. */
  with<T>(ids: ParentContext | undefined, start: () => T): T {
    this.chosen = ids;
    try {
      return start();
    } finally {
      this.chosen = undefined;
    }
  }

  /** Asked for a span without a parent only. */
  generateTraceId(): string {
    return this.chosen?.traceId ?? this.random.generateTraceId();
  }

  generateSpanId(): string {
    return this.chosen?.spanId ?? this.random.generateSpanId();
  }
}
