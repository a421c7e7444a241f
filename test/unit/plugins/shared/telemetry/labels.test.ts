import { Metrics } from '../../../../../kong/pdk';
import { Labels, labelsOf, OTHER } from '../../../../../plugins/shared/telemetry/labels';

describe('Labels', () => {
  it('keeps the first values and replaces a million others by one', () => {
    let overflows = 0;
    const labels = new Labels(() => overflows++);
    const seen = new Set<string>();
    for (let n = 0; n < 1_000_000; n++) seen.add(labels.bounded('model', `m${n}`, 50));
    expect(seen.size).toBe(51);
    expect(seen).toContain(OTHER);
    expect(overflows).toBe(999_950);
    expect(labels.bounded('model', 'm7', 50)).toBe('m7');
  });

  it('bounds each label separately and cuts long values', () => {
    const labels = new Labels(() => undefined);
    expect(labels.bounded('a', 'x', 1)).toBe('x');
    expect(labels.bounded('b', 'y', 1)).toBe('y');
    expect(labels.bounded('a', 'y', 1)).toBe(OTHER);
    expect(labels.bounded('c', 'z'.repeat(1000), 1)).toHaveLength(64);
    expect(labels.knows('c', 'z'.repeat(64))).toBe(true);
    expect(labels.knows('a', 'y')).toBe(false);
  });

  it.each([
    ['a\0b', 'a\ufffdb'],
    ['a\r\nb', 'a\ufffd\ufffdb'],
    ['\u202ea\u2028', '\ufffda\ufffd'],
    ['\ud800', '\ufffd'],
    ['\udfff', '\ufffd'],
    [`${'a'.repeat(63)}\u{1f600}`, `${'a'.repeat(63)}\ufffd`],
    ['caf\u00e9 \u{1f600}', 'caf\u00e9 \u{1f600}'],
  ])('uses one label value for names that look the same on the metrics page: %j is %j', (value, shown) => {
    const labels = new Labels(() => undefined);
    expect(labels.bounded('model', value, 1)).toBe(shown);
    expect(labels.bounded('model', shown, 1)).toBe(shown);
    expect(labels.knows('model', value)).toBe(true);
  });

  it('has room for another value after one is forgotten', () => {
    const labels = new Labels(() => undefined);
    labels.bounded('a', 'x', 1);
    labels.forget('a', 'x');
    expect(labels.bounded('a', 'y', 1)).toBe('y');
  });

  it('counts overflows by label, for all configurations of a process together', async () => {
    const metrics = new Metrics();
    expect(labelsOf(metrics, 'p')).toBe(labelsOf(metrics, 'p'));
    labelsOf(metrics, 'p').bounded('user', 'a', 1);
    labelsOf(metrics, 'p').bounded('user', 'b', 1);
    expect(await metrics.registry.metrics()).toContain('p_label_overflow_total{label="user"} 1');
    expect(labelsOf(new Metrics(), 'p').bounded('user', 'b', 1)).toBe('b');
  });
});
