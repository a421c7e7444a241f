import fc from 'fast-check';
import { logEntryOf } from '../../../../../../plugins/shared/telemetry/log-entry';
import { idsAndParentOf } from '../../../../../../plugins/shared/telemetry/spans/ids-and-parent';
import { parseTraceparent } from '../../../../../../plugins/shared/telemetry/spans/parent';
import {
  startSpan,
  startedSpanFromShared,
  startedSpanToShared,
  traceparentOf,
} from '../../../../../../plugins/shared/telemetry/spans/started-span';
import { logRecord } from '../../../../../support/exchange';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const traceparent = `00-${traceId}-${spanId}-01`;

describe('startSpan', () => {
  it.each([
    ['kong', traceparent, true],
    ['client', traceparent, true],
    ['none', traceparent, false],
    ['kong', 'nonsense', false],
    ['kong', undefined, false],
  ] as const)('by %s under %s', (source, header, isChild) => {
    const { ids, parent } = startSpan(header, source);
    expect(parent).toEqual(isChild ? { traceId, spanId } : undefined);
    expect(ids.traceId === traceId).toBe(isChild);
    expect(ids.spanId).not.toBe(spanId);
  });

  it('returns ids that form a traceparent', () => {
    const started = startSpan(undefined, 'kong');
    expect(parseTraceparent(traceparentOf(started, true))).toEqual(started.ids);
    expect(traceparentOf(started, false)).toMatch(/-00$/);
  });
});

it('is read back from the shared context, and nothing else is read as a span', () => {
  for (const header of [traceparent, undefined]) {
    const started = startSpan(header, 'kong');
    expect(startedSpanFromShared(JSON.parse(JSON.stringify(startedSpanToShared(started))))).toEqual(started);
  }
  expect(startedSpanFromShared({ trace_id: 1, span_id: spanId })).toBeUndefined();
  fc.assert(fc.property(fc.jsonValue(), (value) => startedSpanFromShared(value) === undefined));
});

describe('idsAndParentOf', () => {
  const entry = logEntryOf(logRecord({ requestHeaders: { traceparent } }))!;
  const ofKong = logEntryOf(logRecord({ requestHeaders: { traceparent }, traceId }))!;
  const started = startSpan(traceparent, 'kong');

  it.each([
    ['the header, where nothing was started', entry, 'kong', undefined, { parent: { traceId, spanId } }],
    ['nothing', entry, 'none', undefined, {}],
    ['what was started', entry, 'kong', started, started],
    ['what was started, under the client’s', entry, 'client', started, started],
    ['what was started, not under a span of Kong’s', ofKong, 'client', started, { ids: started.ids }],
  ] as const)('is that of %s', (_, logged, source, noted, place) => {
    expect(idsAndParentOf(logged, source, noted)).toEqual(place);
  });
});
