import type { Field } from '../config/field';
import { HEADER_NAME } from '../config/text-checks';
import { isTable, type LuaValue } from '../lua/value';
import type { Exchange } from '../request/exchange';
import type { PluginConfig, PluginHandler } from '../request/plugin-handler';
import { normalizePath, pathOf } from '../routing/uri';
import { KONG_VERSION, type BundledPlugin } from './bundled';

const PERIODS = ['second', 'minute', 'hour', 'day', 'month', 'year'] as const;
type Period = (typeof PERIODS)[number];
const SECONDS: Readonly<Record<Period, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  month: 2_592_000,
  year: 31_536_000,
};
/** Windows kept before the ended ones are thrown away; Kong has a shared memory of 12 MiB for them. */
const MAX_WINDOWS = 50_000;

interface Config extends PluginConfig, Partial<Record<Period, number>> {
  readonly limit_by: 'consumer' | 'credential' | 'ip' | 'service' | 'header' | 'path';
  readonly header_name?: string;
  readonly path?: string;
  readonly policy: string;
  readonly hide_client_headers: boolean;
  readonly error_code: number;
  readonly error_message: string;
  readonly service_id?: string;
  readonly route_id?: string;
}

interface Window {
  count: number;
  readonly endsAtMs: number;
}

/** The plugin with its counters: they outlive a reload, as Kong's shared memory does. */
export function rateLimiting(): BundledPlugin {
  const windows = new Map<string, Window>();
  const handler: PluginHandler = {
    name: 'rate-limiting',
    priority: 910,
    version: KONG_VERSION,
    access: (x, config) => limit(x, config as Config, windows),
  };
  return { handler, schema };
}

function limit(
  x: Exchange,
  config: Config,
  windows: Map<string, Window>,
): ReturnType<NonNullable<PluginHandler['access']>> {
  const now = Math.floor(x.now() / 1000) * 1000;
  const by = identifier(x, config);
  const usages = PERIODS.flatMap((period) => {
    const allowed = config[period];
    if (allowed === undefined) return [];
    const start = startOf(period, now);
    const key = [config.route_id, config.service_id, by, start, period].map((part) => part ?? '').join(':');
    const window = windows.get(key) ?? { count: 0, endsAtMs: start + SECONDS[period] * 1000 };
    return [{ period, allowed, start, key, window, remaining: allowed - window.count }];
  });
  const stop = usages.findLast(({ remaining }) => remaining <= 0)?.period;
  if (!config.hide_client_headers) setHeaders(x, usages, stop, now);
  if (stop !== undefined) return x.error(config.error_code, config.error_message);
  for (const { key, window } of usages) {
    window.count++;
    windows.set(key, window);
  }
  if (windows.size > MAX_WINDOWS) for (const [key, { endsAtMs }] of windows) if (endsAtMs <= now) windows.delete(key);
  return undefined;
}

interface Usage {
  readonly period: Period;
  readonly allowed: number;
  readonly start: number;
  readonly remaining: number;
}

function setHeaders(x: Exchange, usages: readonly Usage[], stop: Period | undefined, now: number): void {
  let tightest: { allowed: number; left: number; windowSeconds: number; reset: number } | undefined;
  for (const { period, allowed, start, remaining } of usages) {
    const left = Math.max(0, stop === undefined || stop === period ? remaining - 1 : remaining);
    const windowSeconds = SECONDS[period];
    const isTighter =
      !tightest || left < tightest.left || (left === tightest.left && windowSeconds > tightest.windowSeconds);
    const reset = Math.max(1, windowSeconds - Math.floor((now - start) / 1000));
    if (isTighter) tightest = { allowed, left, windowSeconds, reset };
    const name = period.charAt(0).toUpperCase() + period.slice(1);
    x.responseHeaders.set(`X-RateLimit-Limit-${name}`, String(allowed));
    x.responseHeaders.set(`X-RateLimit-Remaining-${name}`, String(left));
  }
  if (!tightest) return;
  x.responseHeaders.set('RateLimit-Limit', String(tightest.allowed));
  x.responseHeaders.set('RateLimit-Remaining', String(tightest.left));
  x.responseHeaders.set('RateLimit-Reset', String(tightest.reset));
  if (stop !== undefined) x.responseHeaders.set('Retry-After', String(tightest.reset));
}

function identifier(x: Exchange, { limit_by, header_name, path }: Config): string {
  const id = (value: LuaValue): string | undefined =>
    isTable(value) ? (value['id'] as string | undefined) : undefined;
  const found = {
    service: () => id(x.service),
    consumer: () => id(x.consumer) ?? id(x.credential),
    credential: () => id(x.credential),
    header: () => (header_name === undefined ? undefined : x.headers.get(header_name)),
    path: () => (normalizePath(pathOf(x.target)) === path ? path : undefined),
    ip: () => undefined,
  }[limit_by]();
  return found ?? x.clientIp;
}

/** The start of the calendar window in UTC (`tools/timestamp.lua`). */
function startOf(period: Period, now: number): number {
  const date = new Date(now);
  if (period === 'year') return Date.UTC(date.getUTCFullYear(), 0);
  if (period === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  const length = SECONDS[period] * 1000;
  return now - (now % length);
}

const limitField: Field = { type: 'number', gt: 0 };
const redis: Field = {
  type: 'record',
  required: true,
  fields: [
    { host: { type: 'string' } },
    { port: { type: 'integer', between: [0, 65_535], default: 6379 } },
    { timeout: { type: 'integer', between: [0, 2_147_483_646], default: 2000 } },
    { username: { type: 'string', referenceable: true } },
    { password: { type: 'string', referenceable: true, len_min: 0 } },
    { database: { type: 'integer', default: 0 } },
    { ssl: { type: 'boolean', required: true, default: false } },
    { ssl_verify: { type: 'boolean', required: true, default: false } },
    { server_name: { type: 'string' } },
  ],
};

const schema: BundledPlugin['schema'] = {
  fields: [
    {
      config: {
        type: 'record',
        fields: [
          ...PERIODS.map((period) => ({ [period]: limitField })),
          {
            limit_by: {
              type: 'string',
              default: 'consumer',
              one_of: ['consumer', 'credential', 'ip', 'service', 'header', 'path'],
            },
          },
          { header_name: { type: 'string', match: HEADER_NAME } },
          { path: { type: 'string', starts_with: '/' } },
          {
            policy: {
              type: 'string',
              default: 'local',
              one_of: ['local', 'redis'],
              check: (policy) => (policy === 'redis' ? 'the stand-in emulates the policy local only' : undefined),
            },
          },
          { fault_tolerant: { type: 'boolean', required: true, default: true } },
          { redis },
          { hide_client_headers: { type: 'boolean', required: true, default: false } },
          { error_code: { type: 'number', default: 429, gt: 0 } },
          { error_message: { type: 'string', default: 'API rate limit exceeded' } },
          { sync_rate: { type: 'number', required: true, default: -1 } },
        ],
        check: checkPeriods,
      },
    },
  ],
  entity_checks: [
    { at_least_one_of: PERIODS.map((period) => `config.${period}`) },
    {
      conditional: {
        if_field: 'config.limit_by',
        if_match: { eq: 'header' },
        then_field: 'config.header_name',
        then_match: { required: true },
      },
    },
    {
      conditional: {
        if_field: 'config.limit_by',
        if_match: { eq: 'path' },
        then_field: 'config.path',
        then_match: { required: true },
      },
    },
  ],
};

function checkPeriods(config: LuaValue): string | undefined {
  const limits = isTable(config) ? config : {};
  const set = PERIODS.filter((period) => typeof limits[period] === 'number');
  for (const [index, upper] of set.entries()) {
    const lower = set.slice(0, index).find((period) => (limits[period] as number) > (limits[upper] as number));
    if (lower !== undefined) return `The limit for ${upper} cannot be lower than the limit for ${lower}`;
  }
  return undefined;
}
