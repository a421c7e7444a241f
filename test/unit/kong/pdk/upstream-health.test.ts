import { readUpstreamHealth, upstreamHealthOf } from '../../../../kong/pdk/upstream-health';
import { startUpstream, type TestUpstream } from '../../../../kong/testkit/upstream';

const of = (...healths: string[]): unknown => ({ data: healths.map((health) => ({ target: 't:1', health })) });

it.each([
  [of('HEALTHY'), 'healthy'],
  [of('UNHEALTHY', 'HEALTHY'), 'healthy'],
  [of('UNHEALTHY'), 'unhealthy'],
  [of('DNS_ERROR', 'UNHEALTHY'), 'unhealthy'],
  [of('HEALTHCHECKS_OFF'), undefined],
  [of('HEALTHCHECKS_OFF', 'UNHEALTHY'), undefined],
  [of(), undefined],
  [{ data: {} }, undefined],
  [{ message: 'Not found' }, undefined],
  [null, undefined],
])('by the health %j', (answer, health) => {
  expect(upstreamHealthOf(answer)).toBe(health);
});

describe('asked of Kong', () => {
  const healthy = JSON.stringify({ data: [{ health: 'HEALTHY' }] });
  const answers: Readonly<Record<string, readonly [status: number, body: string]>> = {
    '/upstreams/calc/health': [200, healthy],
    '/upstreams/a%2Fb/health': [200, healthy],
    '/upstreams/long/health': [200, `${healthy}${' '.repeat(300_000)}`],
    '/upstreams/html/health': [200, '<p>'],
    '/upstreams/none/health': [404, healthy],
  };
  let kong: TestUpstream;

  beforeAll(async () => {
    kong = await startUpstream((incoming, outgoing) => {
      incoming.resume();
      const [status, body] = answers[incoming.url ?? ''] ?? [302, ''];
      outgoing.writeHead(status, { Location: '/upstreams/calc/health' }).end(body);
    });
  });

  afterAll(() => kong.close());

  it.each([
    ['calc', 'healthy'],
    ['a/b', 'healthy'],
    ['long', undefined],
    ['html', undefined],
    ['none', undefined],
    ['redirected', undefined],
  ])('is that of %s: %j', async (upstream, health) => {
    expect(await readUpstreamHealth(`${kong.url}/`, upstream, AbortSignal.timeout(5000))).toBe(health);
  });

  it('is unknown if Kong does not answer', async () => {
    expect(await readUpstreamHealth('http://127.0.0.1:1', 'calc', AbortSignal.timeout(5000))).toBeUndefined();
    expect(await readUpstreamHealth(kong.url, 'calc', AbortSignal.abort())).toBeUndefined();
  });
});
