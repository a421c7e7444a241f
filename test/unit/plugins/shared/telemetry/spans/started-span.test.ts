import fc from 'fast-check';
import { parseLogEntry } from '../../../../../../plugins/shared/telemetry/log-entry';
import { placeOf } from '../../../../../../plugins/shared/telemetry/spans/ids-and-parent';
import { parseTraceparent } from '../../../../../../plugins/shared/telemetry/spans/parent';
import {
  beginSpan,
  begunFromShared,
  begunToShared,
  traceparentOf,
} from '../../../../../../plugins/shared/telemetry/spans/started-span';
import { logEntry } from '../../../../../support/exchange';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const traceparent = `00-${traceId}-${spanId}-01`;

describe('beginSpan', () => {
  it.each([
    ['kong', traceparent, true],
    ['client', traceparent, true],
    ['none', traceparent, false],
    ['kong', 'nonsense', false],
    ['kong', undefined, false],
  ] as const)('by %s under %s', (source, header, isChild) => {
    const { ids, parent } = beginSpan(header, source);
    expect(parent).toEqual(isChild ? { traceId, spanId } : undefined);
    expect(ids.traceId === traceId).toBe(isChild);
    expect(ids.spanId).not.toBe(spanId);
  });

  it('gives ids that are a traceparent again', () => {
    const begun = beginSpan(undefined, 'kong');
    expect(parseTraceparent(traceparentOf(begun, true))).toEqual(begun.ids);
    expect(traceparentOf(begun, false)).toMatch(/-00$/);
  });
});

it('survives the shared context, and reads nothing else as a span', () => {
  for (const header of [traceparent, undefined]) {
    const begun = beginSpan(header, 'kong');
    expect(begunFromShared(JSON.parse(JSON.stringify(begunToShared(begun))))).toEqual(begun);
  }
  expect(begunFromShared({ trace_id: 1, span_id: spanId })).toBeUndefined();
  fc.assert(fc.property(fc.jsonValue(), (value) => begunFromShared(value) === undefined));
});

describe('placeOf', () => {
  const entry = parseLogEntry(logEntry({ requestHeaders: { traceparent } }))!;
  const ofKong = parseLogEntry(logEntry({ requestHeaders: { traceparent }, traceId }))!;
  const begun = beginSpan(traceparent, 'kong');

  it.each([
    ['the header, where nothing was begun', entry, 'kong', undefined, { parent: { traceId, spanId } }],
    ['nothing', entry, 'none', undefined, {}],
    ['what was begun', entry, 'kong', begun, begun],
    ['what was begun, under the client’s', entry, 'client', begun, begun],
    ['what was begun, not under a span of Kong’s', ofKong, 'client', begun, { ids: begun.ids }],
  ] as const)('is that of %s', (_, logged, source, noted, place) => {
    expect(placeOf(logged, source, noted)).toEqual(place);
  });
});
