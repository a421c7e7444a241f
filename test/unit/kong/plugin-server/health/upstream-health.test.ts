import { upstreamHealthOf } from '../../../../../kong/plugin-server/health/upstream-health';

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
