import type { Field } from './field';
import { checkPath, HEADER_NAME } from './text-checks';

/** The fields of an upstream and its health checks (`schema/entities/upstreams.lua`). */

const seconds = (value: number): Field => ({ type: 'number', between: [0, 65_535], default: value });
const count: Field = { type: 'integer', between: [0, 255], default: 0 };
const statuses = (...list: number[]): Field => ({
  type: 'array',
  elements: { type: 'integer', between: [100, 999] },
  default: list,
});
const record = (...fields: NonNullable<Field['fields']>): Field => ({ type: 'record', required: true, fields });
const kind: Field = { type: 'string', one_of: ['tcp', 'http', 'https', 'grpc', 'grpcs'], default: 'http' };
const header: Field = { type: 'string', match: HEADER_NAME };
const word: Field = { type: 'string' };
const failures = [{ tcp_failures: count }, { timeouts: count }, { http_failures: count }];

const active = record(
  { type: kind },
  { timeout: seconds(1) },
  { concurrency: { type: 'integer', between: [1, 2 ** 31], default: 10 } },
  { http_path: { type: 'string', default: '/', check: checkPath } },
  { https_sni: word },
  { https_verify_certificate: { type: 'boolean', required: true, default: true } },
  { headers: { type: 'map', keys: header, values: { type: 'array', elements: word } } },
  { healthy: record({ interval: seconds(0) }, { http_statuses: statuses(200, 302) }, { successes: count }) },
  {
    unhealthy: record(
      { interval: seconds(0) },
      { http_statuses: statuses(429, 404, 500, 501, 502, 503, 504, 505) },
      ...failures,
    ),
  },
);

const passive = record(
  { type: kind },
  {
    healthy: record(
      {
        http_statuses: statuses(
          ...[200, 201, 202, 203, 204, 205, 206, 207, 208, 226],
          ...[300, 301, 302, 303, 304, 305, 306, 307, 308],
        ),
      },
      { successes: count },
    ),
  },
  { unhealthy: record({ http_statuses: statuses(429, 500, 503) }, ...failures) },
);

/**
 * The fields of an upstream, without its name and the fields of all entities (`kong/db/schema/entities/upstreams.lua`).
 */
export const upstreamFields: NonNullable<Field['fields']> = [
  // Kong has other algorithms too; a file that uses one of them is rejected.
  { algorithm: { type: 'string', default: 'round-robin', one_of: ['round-robin'] } },
  { slots: { type: 'integer', default: 10_000, between: [10, 65_536] } },
  { healthchecks: record({ active }, { passive }, { threshold: { type: 'number', default: 0, between: [0, 100] } }) },
];
