import type { Counter, Histogram } from 'prom-client';

/**
 * Metrics for the path of every request. prom-client builds a text of all labels whenever a value is recorded; here the
 * values of a series are kept in memory, and prom-client receives them when metrics are read.
 *
 * Every series lives as long as the metric, so the values of its labels must be few.
 */
export class RequestCounter<L extends string> {
  private readonly series: SeriesByLabels<CounterSeries>;

  /** `counter` must call {@link flush} when it is read. */
  constructor(counter: Counter<L>, labelNames: readonly L[]) {
    this.series = new SeriesByLabels(labelNames.length, (values) => new CounterSeries(counter.labels(...values)));
  }

  /** Counts one; the values of the labels are in the order of their names. */
  inc(...labelValues: readonly string[]): void {
    this.series.of(labelValues).count += 1;
  }

  flush(): void {
    for (const series of this.series.all) series.flush();
  }
}

/** A histogram for the path of every request, see {@link RequestCounter}. */
export class RequestHistogram<L extends string> {
  private readonly series: SeriesByLabels<HistogramSeries>;

  /** `histogram` must call {@link flush} when it is read. */
  constructor(histogram: Histogram<L>, labelNames: readonly L[]) {
    this.series = new SeriesByLabels(labelNames.length, (values) => new HistogramSeries(histogram.labels(...values)));
  }

  /** Records a value; the values of the labels are in the order of their names. */
  observe(value: number, ...labelValues: readonly string[]): void {
    this.series.of(labelValues).observe(value);
  }

  flush(): void {
    for (const series of this.series.all) series.flush();
  }
}

/** Finds the series of a list of label values without building a text of them. */
class SeriesByLabels<S> {
  readonly all: S[] = [];
  private readonly tree = new Map<string, unknown>();

  constructor(
    private readonly labels: number,
    private readonly make: (values: readonly string[]) => S,
  ) {}

  of(values: readonly string[]): S {
    let level = this.tree;
    const last = this.labels - 1;
    for (let i = 0; i < last; i++) {
      const value = values[i] as string;
      let next = level.get(value) as Map<string, unknown> | undefined;
      if (!next) level.set(value, (next = new Map<string, unknown>()));
      level = next;
    }
    const value = values[last] as string;
    let series = level.get(value) as S | undefined;
    if (!series) level.set(value, (series = this.add(values)));
    return series;
  }

  private add(values: readonly string[]): S {
    const series = this.make(values);
    this.all.push(series);
    return series;
  }
}

class CounterSeries {
  count = 0;

  constructor(private readonly total: { inc(value: number): void }) {}

  flush(): void {
    if (this.count > 0) this.total.inc(this.count);
    this.count = 0;
  }
}

/** How many values a series of a histogram keeps before it gives them to prom-client. */
const KEPT_VALUES = 128;

class HistogramSeries {
  private readonly kept = new Float64Array(KEPT_VALUES);
  private length = 0;

  constructor(private readonly buckets: { observe(value: number): void }) {}

  observe(value: number): void {
    this.kept[this.length++] = value;
    if (this.length === KEPT_VALUES) this.flush();
  }

  flush(): void {
    for (let i = 0; i < this.length; i++) this.buckets.observe(this.kept[i] as number);
    this.length = 0;
  }
}
