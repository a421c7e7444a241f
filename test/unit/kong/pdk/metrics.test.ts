import { Metrics } from '../../../../kong/pdk';

const metrics = new Metrics();
const help = 'help';

it('returns the same metric for the same name, so that configurations share it', async () => {
  for (const amount of [2, 3])
    metrics.counter({ name: 'calls_total', help, labelNames: ['tool'] }).inc({ tool: 'add' }, amount);
  metrics.histogram({ name: 'seconds', help, buckets: [0.1, 1] }).observe(0.5);
  metrics.histogram({ name: 'seconds', help, buckets: [0.1, 1] }).observe(0.05);
  metrics.gauge({ name: 'held', help, read: () => 42 });
  metrics.gauge({ name: 'set', help }).set(7);
  const text = await metrics.registry.metrics();
  for (const line of [
    'calls_total{tool="add"} 5',
    'seconds_bucket{le="0.1"} 1',
    'seconds_count 2',
    'held 42',
    'set 7',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});

it('rejects a name that already has another type of metric', () => {
  metrics.counter({ name: 'taken_total', help });
  expect(() => metrics.gauge({ name: 'taken_total', help })).toThrow('the metric taken_total is not a gauge');
});

it('counts separately from other instances', async () => {
  expect(await new Metrics().registry.metrics()).toBe('\n');
});

describe('metrics for the request path', () => {
  it('are what prom-client counts for the same values', async () => {
    const expected = new Metrics();
    const metrics = new Metrics();
    const description = { name: 'd_seconds', help: 'h', labelNames: ['a', 'b'], buckets: [0.1, 1] } as const;
    const plain = expected.histogram(description);
    const histogram = metrics.requestHistogram(description);
    const counted = { name: 'c_total', help: 'h', labelNames: ['a'] } as const;
    const plainCounter = expected.counter(counted);
    const counter = metrics.requestCounter(counted);
    for (let i = 0; i < 1000; i++) {
      const [a, b] = [`a${i % 3}`, `b${i % 2}`] as const;
      // Sums of these are exact, in whatever order.
      plain.observe({ a, b }, (i % 5) / 4);
      histogram.observe((i % 5) / 4, a, b);
      plainCounter.inc({ a });
      counter.inc(a);
      if (i === 500) await metrics.registry.metrics();
    }
    expect(await metrics.registry.metrics()).toBe(await expected.registry.metrics());
    expect(await metrics.registry.metrics()).toContain('c_total{a="a0"} 334');
  });

  it('exist once for each name', () => {
    const metrics = new Metrics();
    const description = { name: 'c', help: 'h', labelNames: ['a'] } as const;
    expect(metrics.requestCounter(description)).toBe(metrics.requestCounter(description));
    expect(() => metrics.requestHistogram({ ...description, buckets: [1] })).toThrow('not a requesthistogram');
    expect(() => metrics.counter(description)).toThrow('not a counter');
  });
});
