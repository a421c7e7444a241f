import { stateOfUpstream } from '../../../../plugins/mcp-telemetry/health/upstream-health';

const of = (...healths: string[]): unknown => ({ data: healths.map((health) => ({ target: 't:1', health })) });
const up = { healthy: true, circuit: 'closed' };
const down = { healthy: false, circuit: 'open' };

it.each([
  [of('HEALTHY'), up],
  [of('UNHEALTHY', 'HEALTHY'), up],
  [of('UNHEALTHY'), down],
  [of('DNS_ERROR', 'UNHEALTHY'), down],
  [of('HEALTHCHECKS_OFF'), undefined],
  [of('HEALTHCHECKS_OFF', 'UNHEALTHY'), undefined],
  [of(), undefined],
  [{ data: {} }, undefined],
  [{ message: 'Not found' }, undefined],
  [null, undefined],
])('by the health %j', (answer, state) => {
  expect(stateOfUpstream(answer)).toEqual(state);
});
