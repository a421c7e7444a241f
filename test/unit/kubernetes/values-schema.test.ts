import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { CHART_CASES } from '../../../kong/generate/chart-inputs';

const root = join(__dirname, '../../..');
const read = (path: string): unknown => parse(readFileSync(join(root, path), 'utf8'));

type Values = Readonly<Record<string, unknown>>;

const defaults = read('kubernetes/chart/values.yaml') as Values;
const schema = JSON.parse(readFileSync(join(root, 'kubernetes/chart/values.schema.json'), 'utf8')) as Values;
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/** As Helm does it: maps are merged, everything else is replaced. */
const merged = (base: unknown, change: unknown): unknown =>
  isMap(base) && isMap(change)
    ? { ...base, ...Object.fromEntries(Object.entries(change).map(([key, one]) => [key, merged(base[key], one)])) }
    : change;

/** The places of the values that the schema rejects. */
function rejected(change: unknown): string[] {
  validate(merged(defaults, change));
  return (validate.errors ?? []).map(({ instancePath, params }) =>
    'additionalProperty' in params ? `${instancePath}/${String(params['additionalProperty'])}` : instancePath,
  );
}

it.each([...CHART_CASES])('accepts the values of the rendering %s', (_, file) => {
  expect(rejected(file === undefined ? {} : read(file))).toEqual([]);
});

it('describes every value of values.yaml, and no other', () => {
  const keysOf = (value: unknown, shape: unknown, at: string): string[] => {
    if (!isMap(shape) || !isMap(shape['properties']) || 'patternProperties' in shape) return [];
    const known = Object.keys(shape['properties']).filter((key) => key !== 'global');
    expect([at, Object.keys(value as Values).toSorted()]).toEqual([at, known.toSorted()]);
    return known.flatMap((key) =>
      keysOf((value as Values)[key], (shape['properties'] as Values)[key], `${at}.${key}`).concat(key),
    );
  };
  expect(keysOf(defaults, schema, '').length).toBeGreaterThan(50);
});

it.each([
  ['a name that does not exist', { replica: 3 }, '/replica'],
  ['a number as a word', { replicas: 'many' }, '/replicas'],
  ['a setting of Kong in lower case', { kong: { env: { kong_trusted_ips: '::/0' } } }, '/kong/env/kong_trusted_ips'],
  ['an open Admin API', { kong: { env: { KONG_ADMIN_LISTEN: '0.0.0.0:8001' } } }, '/kong/env/KONG_ADMIN_LISTEN'],
  ['an image without a fixed version', { kong: { image: { tag: 'latest' } } }, '/kong/image/tag'],
  ['a digest that is none', { kong: { image: { digest: 'abc' } } }, '/kong/image/digest'],
  ['no worker', { kong: { workers: 0 } }, '/kong/workers'],
  [
    'a unit that Kubernetes does not have',
    { kong: { resources: { limits: { memory: '1GB' } } } },
    '/kong/resources/limits/memory',
  ],
  ['no limits', { pluginServer: { resources: { limits: null } } }, '/pluginServer/resources/limits'],
  ['an option that is none', { pluginServer: { args: ['serve'] } }, '/pluginServer/args/0'],
  [
    'an endpoint without a scheme',
    { pluginServer: { tracesEndpoint: 'phoenix:6006' } },
    '/pluginServer/tracesEndpoint',
  ],
  ['a secret in place of its name', { kong: { secretEnv: { KEY: 'hunter2' } } }, '/kong/secretEnv/KEY'],
  ['no time to drain', { drain: { timeout: 0 } }, '/drain/timeout'],
  ['an unknown type', { service: { type: 'Public' } }, '/service/type'],
  ['Redis without a password', { redis: { enabled: true } }, '/redis/passwordSecret/name'],
  ['an ingress without hosts', { ingress: { enabled: true } }, '/ingress/hosts'],
  ['a peer that would be everyone', { networkPolicy: { monitoring: [{}] } }, '/networkPolicy/monitoring/0'],
  [
    'an interval without unit',
    { monitoring: { serviceMonitor: { interval: '15' } } },
    '/monitoring/serviceMonitor/interval',
  ],
])('rejects %s, and names it', (_, change, place) => {
  expect(rejected(change)).toContain(place);
});
