import { readSpans } from '../../../../../docker/upstreams/trace-sink/spans';
import { isoTime, rowOf } from '../../../../../docker/upstreams/trace-sink/views';

describe('isoTime', () => {
  it.each([
    [0n, '1970-01-01T00:00:00.000000Z'],
    [1_700_000_000_123_456_789n, '2023-11-14T22:13:20.123456Z'],
    [2n ** 64n - 1n, '2554-07-21T23:34:33.709551Z'],
  ])('of %d is %s', (ns, text) => {
    expect(isoTime(ns)).toBe(text);
  });
});

describe('rowOf', () => {
  const row = (name: string, attributes: Record<string, string>): object => {
    const wire = Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [{ name, attributes: wire }] }] }] };
    return rowOf({ seq: 1, span: readSpans(request, undefined)[0]! });
  };

  it('contains only known values', () => {
    expect(row('n', {})).toEqual({
      seq: 1,
      startMs: 0,
      durationMs: 0,
      project: 'default',
      traceId: '',
      name: 'n',
      kind: 'UNKNOWN',
      status: 'UNSET',
    });
  });

  it.each([
    [{ 'gen_ai.tool.name': 'add', 'gen_ai.request.model': 'm' }, 'add'],
    [{ 'gen_ai.request.model': 'm' }, 'm'],
    [{ 'mcp.resource.uri': 'calculator://constants' }, 'calculator://constants'],
  ])('names the subject of %j', (attributes, subject) => {
    expect(row('n', attributes)).toMatchObject({ subject });
  });

  it('cuts long text', () => {
    expect(row('x'.repeat(5_000), {})).toMatchObject({ name: `${'x'.repeat(200)}…` });
  });
});
