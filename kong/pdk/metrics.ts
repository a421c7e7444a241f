import { Counter, Gauge, Histogram, Registry } from 'prom-client';

interface Description<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly L[];
}

/**
 * The metrics of one process, in a registry of their own.
 *
 * Asking for a name twice gives the same metric, so that every configuration of a plugin counts into one.
 */
export class Metrics {
  readonly registry = new Registry();

  counter<L extends string = never>({ name, help, labelNames = [] }: Description<L>): Counter<L> {
    return (
      (this.existing(name) as Counter<L> | undefined) ??
      new Counter({ name, help, labelNames, registers: [this.registry] })
    );
  }

  /** `read`: gives the value when the metrics are scraped, for a gauge without labels. */
  gauge<L extends string = never>({
    name,
    help,
    labelNames = [],
    read,
  }: Description<L> & { readonly read?: () => number }): Gauge<L> {
    const collect = read && {
      collect(this: Gauge<L>) {
        this.set(read());
      },
    };
    return (
      (this.existing(name) as Gauge<L> | undefined) ??
      new Gauge({ name, help, labelNames, registers: [this.registry], ...collect })
    );
  }

  /** `buckets`: upper bounds, ascending, in the unit of the metric's name. */
  histogram<L extends string = never>({
    name,
    help,
    labelNames = [],
    buckets,
  }: Description<L> & { readonly buckets: readonly number[] }): Histogram<L> {
    return (
      (this.existing(name) as Histogram<L> | undefined) ??
      new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [this.registry] })
    );
  }

  private existing(name: string): unknown {
    return this.registry.getSingleMetric(name);
  }
}
