import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { RequestCounter, RequestHistogram } from './metric-series';

interface Description<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly L[];
}

interface GaugeSource<L extends string> {
  readonly read?: () => number;
  readonly readEach?: () => Iterable<readonly [labels: Readonly<Record<L, string>>, value: number]>;
}

type Labelled<L extends string> = Description<L> & { readonly labelNames: readonly L[] };

interface Buckets {
  /** Upper bounds, ascending, in the unit of the metric's name. */
  readonly buckets: readonly number[];
}

/**
 * The metrics of one process, in a registry of their own.
 *
 * A name that exists already returns the existing metric, so that all configurations of a plugin share it.
 *
 * @throws Error when the existing metric is of another kind
 */
export class Metrics {
  readonly registry = new Registry();
  private readonly onRequestPath = new Map<string, object>();

  counter<L extends string = never>({ name, help, labelNames = [] }: Description<L>): Counter<L> {
    return (
      this.existing<Counter<L>>(name, Counter) ?? new Counter({ name, help, labelNames, registers: [this.registry] })
    );
  }

  /**
   * `read` returns the value when the metrics are scraped, for a gauge without labels; `readEach` those of a gauge with
   * labels, which then has no other values.
   */
  gauge<L extends string = never>({
    name,
    help,
    labelNames = [],
    read,
    readEach,
  }: Description<L> & GaugeSource<L>): Gauge<L> {
    const collect = (read ?? readEach) && {
      collect(this: Gauge<L>) {
        if (read) this.set(read());
        if (!readEach) return;
        this.reset();
        for (const [labels, value] of readEach()) this.set(labels, value);
      },
    };
    return (
      this.existing<Gauge<L>>(name, Gauge) ??
      new Gauge({ name, help, labelNames, registers: [this.registry], ...collect })
    );
  }

  histogram<L extends string = never>({
    name,
    help,
    labelNames = [],
    buckets,
  }: Description<L> & Buckets): Histogram<L> {
    return (
      this.existing<Histogram<L>>(name, Histogram) ??
      new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [this.registry] })
    );
  }

  /** A counter with labels for the path of every request. */
  requestCounter<L extends string>({ name, help, labelNames }: Labelled<L>): RequestCounter<L> {
    const existing = this.onRequestPath.get(name);
    if (existing instanceof RequestCounter) return existing as RequestCounter<L>;
    this.existing(name, RequestCounter);
    const collect = (): void => {
      counter.flush();
    };
    const counter = new RequestCounter(
      new Counter({ name, help, labelNames, registers: [this.registry], collect }),
      labelNames,
    );
    this.onRequestPath.set(name, counter);
    return counter;
  }

  /** A histogram with labels for the path of every request. */
  requestHistogram<L extends string>(description: Labelled<L> & Buckets): RequestHistogram<L> {
    const { name, help, labelNames, buckets } = description;
    const existing = this.onRequestPath.get(name);
    if (existing instanceof RequestHistogram) return existing as RequestHistogram<L>;
    this.existing(name, RequestHistogram);
    const collect = (): void => {
      histogram.flush();
    };
    const histogram = new RequestHistogram(
      new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [this.registry], collect }),
      labelNames,
    );
    this.onRequestPath.set(name, histogram);
    return histogram;
  }

  private existing<M>(name: string, kind: new (...args: never[]) => M): M | undefined {
    const metric: unknown = this.onRequestPath.get(name) ?? this.registry.getSingleMetric(name);
    if (metric === undefined || metric instanceof kind) return metric;
    throw new Error(`the metric ${name} is not a ${kind.name.toLowerCase()}`);
  }
}
