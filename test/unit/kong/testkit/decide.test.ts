import { definePlugin, field, Headers, Metrics, proceed, read, reject } from '../../../../kong/pdk';
import { decide, preparePlugin } from '../../../../kong/testkit/decide';

const disposed: number[] = [];

/** Counts requests; reads the body of those that have the header `X-Read`. */
const counting = definePlugin({
  name: 'counting',
  version: '1.0.0',
  priority: 1,
  onError: 'reject',
  fields: {
    limit: field.integer({ description: 'Requests that pass', default: 2, between: [1, 9] }),
    redis: field.record(
      { host: field.string({ description: 'Host', default: 'localhost' }) },
      { description: 'Redis', required: true },
    ),
  },
  check: ({ limit, redis }) => {
    if (limit === 9 && redis.host === 'localhost') throw new Error('limit: must not be 9');
  },
  prepare: ({ limit, redis }, { metrics }) => ({
    limit,
    host: redis.host,
    requests: metrics.counter({ name: 'requests_total', help: 'Requests' }),
    count: 0,
  }),
  dispose: ({ count }) => void disposed.push(count),
  access: {
    reads: {
      method: read.method(),
      path: read.path(),
      headers: read.headers(),
      ip: read.forwardedIp(),
      consumer: read.consumer(),
      service: read.serviceName(),
      id: read.requestId(),
      known: read.shared('known', (value) => (typeof value === 'string' ? value : 'nothing')),
    },
    more: { reads: { body: read.rawBody() }, isNeeded: ({ headers }) => headers.has('x-read') },
    handle: (state, { headers, consumer, ...facts }, more) => {
      state.requests.inc();
      state.count += 1;
      if (state.count > state.limit) return reject({ status: 429, headers: {}, body: state.host });
      const body = more?.body.kind === 'bytes' ? Buffer.from(more.body.bytes).toString() : (more?.body.kind ?? 'none');
      return proceed({ share: { ...facts, body, agent: headers.get('User-Agent') ?? '', who: consumer?.id ?? '' } });
    },
  },
});

const defaults = {
  method: 'GET',
  path: '/',
  ip: '192.0.2.1',
  service: 'service',
  id: '00000000000000000000000000000001',
  known: 'nothing',
  body: 'none',
  agent: '',
  who: '',
};

it('fills in the config and the facts', async () => {
  expect(await decide(counting, {}, {})).toEqual(proceed({ share: defaults }));
});

it('accepts headers as a record, and every other fact unchanged', async () => {
  const consumer = { id: 'c', username: 'ann', customId: '', tags: [] };
  const facts = { method: 'PUT', path: '/a', headers: { 'user-agent': 'curl' }, ip: '::1', consumer, known: 'it' };
  const share = { ...defaults, method: 'PUT', path: '/a', agent: 'curl', ip: '::1', who: 'c', known: 'it' };
  expect(await decide(counting, {}, facts)).toEqual(proceed({ share }));
  const headers = Headers.from({ 'User-Agent': 'curl' });
  expect(await decide(counting, {}, { headers })).toEqual(proceed({ share: { ...defaults, agent: 'curl' } }));
});

it.each([
  ['text', 'é', 'é'],
  ['bytes', Buffer.from('abc'), 'abc'],
  ['JSON', { json: { a: [1] } }, '{"a":[1]}'],
  ['what Kong returns', { kind: 'spilled' } as const, 'spilled'],
  ['nothing', undefined, ''],
])('accepts a body as %s', async (_, body, text) => {
  const outcome = await decide(counting, {}, { headers: { 'X-Read': '1' }, ...(body && { body }) });
  expect(outcome).toEqual(proceed({ share: { ...defaults, body: text } }));
});

it('keeps the state of a prepared plugin until it is disposed', async () => {
  disposed.length = 0;
  const prepared = await preparePlugin(counting, { limit: 1, redis: { host: 'cache' } });
  expect([(await prepared.access()).kind, await prepared.access()]).toEqual([
    'proceed',
    reject({ status: 429, headers: {}, body: 'cache' }),
  ]);
  expect(await prepared.metrics.registry.metrics()).toContain('requests_total 2');
  await prepared.dispose();
  expect(disposed).toEqual([2]);
  await expect(prepared.log()).rejects.toThrow('counting has no log phase');
});

it('uses the resources that a test passes in', async () => {
  const metrics = new Metrics();
  await decide(counting, {}, {}, { metrics });
  expect(await metrics.registry.metrics()).toContain('requests_total 1');
});

it.each([
  ['a value out of range', { limit: 0 }, 'config.limit: 0 is not between 1 and 9'],
  ['a value of a nested record', { redis: { host: '' } }, 'config.redis.host: "" is shorter than 1'],
  ['what only the plugin knows to be wrong', { limit: 9 }, 'limit: must not be 9'],
])('rejects a config with %s', async (_, config, message) => {
  await expect(decide(counting, config, {})).rejects.toThrow(message);
});

it('checks the types of config and facts', () => {
  // @ts-expect-error: not a field
  const unknownField = () => decide(counting, { limits: 1 }, {});
  // @ts-expect-error: not a number
  const wrongType = () => decide(counting, { limit: '1' }, {});
  // @ts-expect-error: not a fact
  const unknownFact = () => decide(counting, {}, { header: {} });
  // @ts-expect-error: not headers
  const wrongFact = () => decide(counting, {}, { headers: 'a: b' });
  expect([unknownField, wrongType, unknownFact, wrongFact]).toHaveLength(4);
});

it('runs the log phase of a plugin without an access phase', async () => {
  const logged: unknown[] = [];
  const observer = definePlugin({
    name: 'observer',
    version: '1.0.0',
    priority: 1,
    onError: 'pass',
    fields: {},
    prepare: () => undefined,
    log: {
      reads: { entry: read.logEntry() },
      handle: (_, { entry }) => {
        logged.push(entry);
      },
    },
  });
  expect(await decide(observer, {}, { entry: { a: 1 } })).toEqual(proceed());
  expect(await decide(observer, {}, {})).toEqual(proceed());
  expect(logged).toEqual([{ a: 1 }, {}]);
});

it('rejects its promise with the error of the handler', async () => {
  const faulty = definePlugin({
    name: 'faulty',
    version: '1.0.0',
    priority: 1,
    onError: 'reject',
    fields: {},
    prepare: () => undefined,
    access: {
      reads: {},
      handle: () => {
        throw new Error('a bug');
      },
    },
  });
  await expect(decide(faulty, {}, {})).rejects.toThrow('a bug');
});
