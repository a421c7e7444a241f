import {
  operatorReport,
  publicReport,
  statusCodeOf,
  statusOf,
  type GatewayFacts,
} from '../../../../../kong/plugin-server/health/health-report';

const factsOf = (facts: Partial<GatewayFacts>): GatewayFacts => ({
  isReady: true,
  backends: { a: 'healthy', b: 'healthy' },
  dependencies: { redis: true },
  counts: { sessions_active: 150 },
  atMs: Date.UTC(2026, 0, 15, 10, 30),
  ...facts,
});

it.each<[string, Partial<GatewayFacts>, string, number]>([
  ['all works', {}, 'healthy', 200],
  ['there is nothing to ask', { backends: {}, dependencies: {} }, 'healthy', 200],
  ['one backend is down', { backends: { a: 'healthy', b: 'unhealthy' } }, 'degraded', 200],
  ['one backend is unknown', { backends: { a: 'healthy', b: 'unknown' } }, 'degraded', 200],
  ['nothing is known of the backends', { backends: { a: 'unknown', b: 'unknown' } }, 'degraded', 200],
  ['one is down, the other unknown', { backends: { a: 'unhealthy', b: 'unknown' } }, 'degraded', 200],
  ['all backends are down', { backends: { a: 'unhealthy', b: 'unhealthy' } }, 'unhealthy', 503],
  ['Redis is down', { dependencies: { redis: false } }, 'degraded', 200],
  ['the plugin server stops', { isReady: false }, 'unhealthy', 503],
])('%s: %j is %s, status %i', (_, facts, status, code) => {
  expect(statusOf(factsOf(facts))).toBe(status);
  expect(statusCodeOf(statusOf(factsOf(facts)))).toBe(code);
});

it('shows to everybody counts of backends, and neither names nor versions nor sessions', () => {
  expect(publicReport(factsOf({ backends: { secret: 'healthy', other: 'unhealthy', third: 'unknown' } }))).toEqual({
    status: 'degraded',
    backends: { total: 3, healthy: 1, unhealthy: 1 },
    redis: 'connected',
    timestamp: '2026-01-15T10:30:00.000Z',
  });
});

it('leaves out what is not configured', () => {
  const facts = factsOf({ backends: {}, dependencies: {}, counts: {} });
  expect(publicReport(facts)).toEqual({ status: 'healthy', timestamp: '2026-01-15T10:30:00.000Z' });
  expect(operatorReport(facts, '1.2.3', 9.9)).toEqual({
    status: 'healthy',
    version: '1.2.3',
    uptime_seconds: 9,
    timestamp: '2026-01-15T10:30:00.000Z',
  });
});

it('shows each backend to operators', () => {
  const facts = factsOf({ backends: { a: 'healthy', b: 'unhealthy' }, dependencies: { redis: false } });
  expect(operatorReport(facts, '1.2.3', 3600.4)).toEqual({
    status: 'degraded',
    version: '1.2.3',
    uptime_seconds: 3600,
    backends: { a: 'healthy', b: 'unhealthy' },
    redis: 'disconnected',
    sessions_active: 150,
    timestamp: '2026-01-15T10:30:00.000Z',
  });
});
