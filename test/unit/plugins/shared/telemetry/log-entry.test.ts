import fc from 'fast-check';
import { headerOf, logEntryOf, mediaTypeOf } from '../../../../../plugins/shared/telemetry/log-entry';
import { logRecord, STARTED_AT } from '../../../../support/exchange';

describe('logEntryOf', () => {
  it('reads what Kong writes', () => {
    expect(logEntryOf(logRecord({ consumer: { id: 'c', username: 'ada' }, traceId: 'ab'.repeat(16) }))).toMatchObject({
      method: 'POST',
      status: 200,
      upstreamPath: '/api/chat',
      answeredByKong: false,
      tries: 1,
      peer: { address: '10.0.0.7', port: 11434 },
      startedAtMs: STARTED_AT,
      latencies: { kongMs: 2, proxyMs: 100, requestMs: 500 },
      service: { name: 'ollama', host: 'ollama', port: 11434 },
      route: 'ollama-route',
      consumer: { id: 'c', username: 'ada' },
      authenticated: true,
      workspace: 'default',
      traceId: 'ab'.repeat(16),
    });
  });

  it.each([
    ['/api/chat?x=1', undefined, '/api/chat'],
    ['/base/v1/models', '/base', '/v1/models'],
    ['/base/v1/models', '/base/', '/v1/models'],
    ['/based/v1', '/base', '/based/v1'],
    ['/v1', '/', '/v1'],
  ])('reads the upstream path of %s with the service path %s for %s', (path, servicePath, upstreamPath) => {
    const entry = logRecord({ path, service: { name: 's', ...(servicePath && { path: servicePath }) } });
    expect(logEntryOf(entry)!.upstreamPath).toBe(upstreamPath);
  });

  it.each([
    ['upstream', '200', false],
    ['kong', '', true],
    ['kong', '502', true],
    ['kong', '502, 504', true],
    // A plugin held the response of the upstream, and replaced it.
    ['kong', 200, false],
    ['kong', '502, 200', false],
    ['kong', 404, false],
  ])('takes a response of source %s with the upstream status %j for one of Kong: %j', (source, status, expected) => {
    const entry = { ...logRecord(), source, upstream_status: status };
    expect(logEntryOf(entry)!.answeredByKong).toBe(expected);
  });

  it.each([
    ['502, 401', 401],
    ['401', 401],
    [401, 401],
    ['', undefined],
    ['-', undefined],
    [undefined, undefined],
    // An object without a usable toString.
    [{ toString: null }, undefined],
  ])('reads the status of the last upstream in %j: %j', (upstream_status, expected) => {
    const entry = { ...logRecord(), source: 'kong', upstream_status };
    expect(logEntryOf(entry)!.upstreamStatus).toBe(expected);
  });

  it('has no latency of an upstream that was not reached', () => {
    const entry = { ...logRecord(), latencies: { kong: 3, proxy: -1, request: 4 } };
    expect(logEntryOf(entry)!.latencies).toEqual({ kongMs: 3, proxyMs: undefined, requestMs: 4 });
  });

  it('never throws, whatever it contains', () => {
    const whole = logRecord();
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(whole)), fc.jsonValue(), (key, value) => {
        logEntryOf({ ...whole, [key]: value });
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(logEntryOf(value)).toBeUndefined();
      }),
    );
  });
});

describe('headers of an entry', () => {
  it('returns the first value, and own members only', () => {
    expect(headerOf({ a: ['1', '2'] }, 'a')).toBe('1');
    expect(headerOf({ a: '' }, 'a')).toBeUndefined();
    expect(headerOf({}, 'constructor')).toBeUndefined();
    expect(mediaTypeOf({ 'content-type': 'Text/Event-Stream; charset=utf-8' })).toBe('text/event-stream');
    expect(mediaTypeOf({})).toBe('');
  });
});
