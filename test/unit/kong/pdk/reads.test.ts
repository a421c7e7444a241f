import fc from 'fast-check';
import { Headers, MAX_HEADERS, read, type KongRead } from '../../../../kong/pdk';

it.each<[string, KongRead<unknown>, unknown, unknown]>([
  ['method', read.method(), 'GET', 'GET'],
  ['method, not a string', read.method(), undefined, ''],
  ['headers', read.headers(), { Host: 'x' }, Headers.from({ host: 'x' })],
  ['headers, none', read.headers(), undefined, Headers.from({})],
  ['body, none', read.rawBody(), undefined, { kind: 'failed', message: 'no body' }],
  [
    'consumer',
    read.consumer(),
    { id: '1', username: 'ann', tags: ['gold', 3] },
    { id: '1', username: 'ann', customId: '', tags: ['gold'] },
  ],
  ['consumer, an empty reply', read.consumer(), {}, undefined],
  ['consumer, no reply', read.consumer(), undefined, undefined],
  ['consumer, an empty id', read.consumer(), { id: '', username: 'ann' }, undefined],
  ['credential', read.credentialId(), { id: 'c' }, 'c'],
  ['credential, none', read.credentialId(), { id: '' }, undefined],
  ['service by name', read.serviceName(), { id: 's', name: 'calc' }, 'calc'],
  ['service without a name', read.serviceName(), { id: 's', name: '' }, 's'],
  ['service, none', read.serviceName(), undefined, ''],
  ['log entry', read.logEntry(), '{"request":{}}', { request: {} }],
  ['log entry, parsed', read.logEntry(), { request: {} }, { request: {} }],
  ['log entry, no JSON', read.logEntry(), '{"request":', undefined],
  ['log entry, no object', read.logEntry(), '[1]', undefined],
  ['shared', read.shared('mcp', (value) => value), [1], [1]],
  ['shared, null', read.shared('mcp', (value) => value), null, undefined],
])('converts the reply: %s', (_, { shape }, value, fact) => {
  expect(shape(value)).toEqual(fact);
});

it('requests as many headers as Kong returns, and a shared value by its key', () => {
  expect([read.headers().argument, read.shared('mcp', String).argument]).toEqual([MAX_HEADERS, 'mcp']);
});

it('never throws, for any value from the transport', () => {
  const all = [
    read.method(),
    read.path(),
    read.headers(),
    read.forwardedIp(),
    read.consumer(),
    read.credentialId(),
    read.serviceName(),
    read.requestId(),
    read.logEntry(),
  ];
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true }), fc.constantFrom(...all), (value, { shape }) => {
      shape(value);
    }),
  );
});
