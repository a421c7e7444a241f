import type { Field } from '../config/field';
import { KONG_VERSION } from '../kong-version';
import { isTable, luaToString, type LuaValue } from '../lua/value';
import type { Exchange } from '../request/exchange';
import type { PluginConfig } from '../request/plugin-config';
import type { PluginHandler } from '../request/plugin-handler';
import { configSchema, type BundledPlugin } from './bundled';

const PERIODS = ['second', 'minute', 'hour'] as const;
type Period = (typeof PERIODS)[number];
const SECONDS: Readonly<Record<Period, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
};
/** The number of windows after which ended ones are deleted; Kong limits them by a shared memory of 12 MiB. */
const MAX_WINDOWS = 50_000;

interface Config extends PluginConfig, Partial<Record<Period, number>> {
  readonly limit_by: 'consumer' | 'ip';
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

/** The plugin with its counters, which survive a reload like Kong's shared memory. */
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

function identifier(x: Exchange, { limit_by }: Config): string {
  const id = limit_by === 'consumer' ? (x.consumer?.['id'] ?? x.credential?.['id']) : undefined;
  return id === undefined ? x.clientIp : luaToString(id);
}

/** The start of the window in UTC (`tools/timestamp.lua`). */
const startOf = (period: Period, now: number): number => now - (now % (SECONDS[period] * 1000));

const limitField: Field = { type: 'number', gt: 0 };
const schema: BundledPlugin['schema'] = configSchema(
  [
    ...PERIODS.map((period) => ({ [period]: limitField })),
    { limit_by: { type: 'string', default: 'consumer', one_of: ['consumer', 'ip'] } },
    { policy: { type: 'string', default: 'local', one_of: ['local'] } },
    { fault_tolerant: { type: 'boolean', required: true, default: true } },
    { hide_client_headers: { type: 'boolean', required: true, default: false } },
    { error_code: { type: 'number', default: 429, gt: 0 } },
    { error_message: { type: 'string', default: 'API rate limit exceeded' } },
  ],
  { check: checkPeriods, entityChecks: [{ at_least_one_of: PERIODS.map((period) => `config.${period}`) }] },
);

function checkPeriods(config: LuaValue): string | undefined {
  const limits = isTable(config) ? config : {};
  const set = PERIODS.filter((period) => typeof limits[period] === 'number');
  for (const [index, upper] of set.entries()) {
    const lower = set.slice(0, index).find((period) => (limits[period] as number) > (limits[upper] as number));
    if (lower !== undefined) return `The limit for ${upper} cannot be lower than the limit for ${lower}`;
  }
  return undefined;
}
