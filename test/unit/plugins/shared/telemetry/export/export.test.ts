import { failureCode } from '../../../../../../plugins/shared/telemetry/export/failure-code';
import { targetKey, type Target } from '../../../../../../plugins/shared/telemetry/export/target';
import { logEntryOf } from '../../../../../../plugins/shared/telemetry/log-entry';
import { parentOf, parseTraceparent } from '../../../../../../plugins/shared/telemetry/spans/parent';
import { logRecord } from '../../../../../support/exchange';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('parseTraceparent', () => {
  it.each([
    [`00-${traceId}-${spanId}-01`, { traceId, spanId }],
    [`00-${traceId}-${spanId}-00`, { traceId, spanId }],
    [`cc-${traceId}-${spanId}-01-future`, { traceId, spanId }],
    [`ff-${traceId}-${spanId}-01`, undefined],
    [`00-${'0'.repeat(32)}-${spanId}-01`, undefined],
    [`00-${traceId}-${'0'.repeat(16)}-01`, undefined],
    [`00-${traceId.toUpperCase()}-${spanId}-01`, undefined],
    ['', undefined],
    [7, undefined],
  ])('reads %s', (value, parent) => {
    expect(parseTraceparent(value)).toEqual(parent);
  });
});

describe('parentOf', () => {
  const requestHeaders = { traceparent: `00-${traceId}-${spanId}-00` };
  const ofClient = logEntryOf(logRecord({ requestHeaders }))!;
  const ofKong = logEntryOf(logRecord({ requestHeaders, traceId }))!;

  it.each([
    ['kong', ofClient, { traceId, spanId }],
    ['kong', ofKong, { traceId, spanId }],
    ['client', ofClient, { traceId, spanId }],
    ['client', ofKong, undefined],
    ['none', ofClient, undefined],
    ['kong', logEntryOf(logRecord())!, undefined],
  ] as const)('by %s', (source, entry, parent) => {
    expect(parentOf(entry, source)).toEqual(parent);
  });
});

describe('targetKey', () => {
  const target = { url: 'http://a', headers: { a: '1', b: '2' }, sampleRate: 1 } as unknown as Target;

  it('is equal only for equal targets, in any order', () => {
    expect(targetKey({ sampleRate: 1, headers: { b: '2', a: '1' }, url: 'http://a' } as unknown as Target)).toBe(
      targetKey(target),
    );
    expect(targetKey({ ...target, headers: { a: '1' } })).not.toBe(targetKey(target));
    expect(targetKey({ ...target, sampleRate: 0.5 })).not.toBe(targetKey(target));
  });
});

describe('failureCode', () => {
  it.each([
    [{ code: 415, message: 'Unsupported Media Type' }, '415'],
    [{ code: 'ECONNREFUSED', message: 'connect' }, 'unreachable'],
    [new Error('Export timed out'), 'timeout'],
    [new Error('Request timed out'), 'timeout'],
    [new Error('Timeout'), 'timeout'],
    [new Error('Export failed with retryable status'), 'retries_exhausted'],
    [new Error('x'), '_OTHER'],
    [undefined, '_OTHER'],
    [{ code: 99_999 }, '_OTHER'],
  ])('of %p is %s', (error, code) => {
    expect(failureCode(error)).toBe(code);
  });
});
