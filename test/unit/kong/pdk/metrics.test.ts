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
