import { Metrics } from '../../../../../kong/pdk';
import { logInto, type LogLine } from '../../../../../kong/testkit/log-lines';
import { LineBudget } from '../../../../../plugins/shared/runtime/line-budget';
import type { Line } from '../../../../../plugins/shared/telemetry/log-line';
import { createLogWriter, MAX_FIELD_LENGTH } from '../../../../../plugins/shared/telemetry/log-writer';

describe('LineBudget', () => {
  it('allows the configured lines per second, and reports how many were lost', () => {
    const budget = new LineBudget(3);
    expect([1000, 1000, 1000, 1000, 1000].map((at) => budget.take(at))).toEqual([0, 0, 0, undefined, undefined]);
    expect(budget.take(1333)).toBeUndefined();
    expect(budget.take(1334)).toBe(3);
    expect(budget.take(0)).toBeUndefined();
  });

  it('never allows more than one second’s lines at once, however long it was idle', () => {
    const budget = new LineBudget(2);
    budget.take(0);
    const passed = Array.from({ length: 100 }, () => budget.take(1e9)).filter((lost) => lost !== undefined);
    expect(passed).toHaveLength(2);
  });
});

describe('a log writer', () => {
  const line = (level: Line['level'], fields: Line['fields'] = {}): Line => ({ level, message: 'm', fields });
  const writerOf = (options: object) => {
    const lines: LogLine[] = [];
    const metrics = new Metrics();
    const all = { log_errors: true, audit: false, max_log_lines: 2, ...options };
    return { lines, metrics, writer: createLogWriter(all, { log: logInto(lines), metrics, now: () => 0 }, 'p') };
  };

  it.each([
    [{}, ['warn', 'error']],
    [{ log_errors: false }, []],
    [{ audit: true }, ['info', 'warn', 'error']],
    [{ log_errors: false, audit: true }, ['info', 'warn', 'error']],
  ])('writes calls by %j', (options, levels) => {
    const { writer, lines } = writerOf(options);
    const asked = (['info', 'warn', 'error'] as const).filter((level) => writer.wants(level, true));
    expect(asked).toEqual(levels);
    for (const level of ['info', 'warn', 'error'] as const) writer.write(line(level), true);
    expect(lines.map(({ level }) => level)).toEqual(levels);
  });

  it('writes audit lines only for audited calls', () => {
    const { writer, lines } = writerOf({ audit: true });
    writer.write(line('info'), false);
    expect(lines).toEqual([]);
  });

  it('bounds the lines of a flood, but never an audit', async () => {
    const { writer, lines, metrics } = writerOf({ audit: true });
    for (let n = 0; n < 1000; n++) writer.write(line('warn'), false);
    for (let n = 0; n < 100; n++) writer.write(line('info'), true);
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(2);
    expect(lines.filter(({ level }) => level === 'info')).toHaveLength(100);
    expect(await metrics.registry.metrics()).toContain('p_log_lines_suppressed_total 998');
  });

  it('omits unknown fields and cuts long ones', () => {
    const { writer, lines } = writerOf({});
    writer.write(line('warn', { a: undefined, b: 0, c: false, d: 'x'.repeat(1000) }), false);
    expect(lines[0]!.fields).toEqual({ b: 0, c: false, d: 'x'.repeat(MAX_FIELD_LENGTH) });
  });
});
