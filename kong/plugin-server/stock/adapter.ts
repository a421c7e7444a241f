import { collectDefaultMetrics } from 'prom-client';
import {
  Metrics,
  partsOf,
  type KongRead,
  type Log,
  type Outcome,
  type Authentication,
  type PdkEffect,
  type PdkRead,
  type PhaseName,
  type Plugin,
} from '../../pdk';
import { effectsOf } from '../../pdk/effects';
import { toKongFields, type KongField } from '../../pdk/kong-schema';
import { Configurations, mayHold, type Configuration, type AcquiredConfiguration } from '../configurations';
import { defaultPhasesOf } from '../describe';
import type { Fetch } from '../event-facts';
import { planOf } from '../event-plan';
import type { RawConfig } from '../identity';
import { startMonitor } from '../monitor';
import { parseAddress } from '../options';
import { INTERNAL_ERROR, policyOf, runParts } from '../run-parts';
import { createLog, LOG_LEVELS } from '../stderr-log';
import { fromMsgPack } from './values';

/** The `kong` object that npm kong-pdk 0.6.0 hands to a phase: every path of names is a call that returns a promise. */
interface StockPdk {
  readonly [name: string]: StockPdk;
  (...args: readonly unknown[]): Promise<unknown>;
}

/** What `kong-js-pluginserver` expects a plugin's module to export. */
export interface StockPlugin {
  readonly Plugin: new (config: RawConfig) => object;
  readonly Name: string;
  readonly Version: string;
  readonly Priority: number;
  readonly Schema: readonly KongField[];
}

/**
 * Wraps a plugin in the class with phase methods that Kong's own server loads.
 *
 * Limits of that server: answers are never held, so response phases do not run; each read and effect is a round trip of its own, requests pass while the server is down, a body
 * in a temporary file causes 500, and telemetry that was not sent when the server ends is lost. The server does not report
 * when an instance closes, so a configuration is released when its last instance is garbage-collected.
 */
export function toStockPlugin(plugin: Plugin): StockPlugin {
  class Stock {
    readonly held: HeldConfiguration;

    constructor(config: RawConfig) {
      this.held = new HeldConfiguration(plugin, config);
      closed.register(this, this.held);
    }
  }
  // The server finds phases on the prototype.
  for (const phase of defaultPhasesOf(plugin)) {
    // It would hold every answer of a route until its end.
    if (phase === 'response') continue;
    Object.defineProperty(Stock.prototype, phase, {
      value(this: Stock, kong: StockPdk) {
        return runEvent(plugin, phase, this.held, kong);
      },
    });
  }
  const { name, version, priority, fields } = plugin;
  return { Plugin: Stock, Name: name, Version: version, Priority: priority, Schema: toKongFields(fields) };
}

interface Host {
  readonly log: Log;
  readonly configurations: Configurations;
}

let host: Host | undefined;

/**
 * One for the process, made with the first instance: importing a plugin has no side effect. `LOG_LEVEL` as for `serve`,
 * `KONG_AI_METRICS` as `--metrics` there.
 */
function theHost(): Host {
  if (!host) {
    const { LOG_LEVEL = '', KONG_AI_METRICS } = process.env;
    const log = createLog(LOG_LEVELS.includes(LOG_LEVEL) ? LOG_LEVEL : 'info');
    const metrics = new Metrics();
    const configurations = new Configurations({ metrics, log, now: Date.now, env: process.env });
    host = { log, configurations };
    if (KONG_AI_METRICS) void exposeMetrics(KONG_AI_METRICS, metrics, log);
  }
  return host;
}

/** The plugins work without the endpoint, so a failure is only logged. */
async function exposeMetrics(address: string, { registry }: Metrics, log: Log): Promise<void> {
  try {
    collectDefaultMetrics({ register: registry });
    const { url } = await startMonitor({ ...parseAddress(address), registry, isReady: () => true });
    log.info({ url }, 'serving metrics');
  } catch (error) {
    log.error({ err: error, KONG_AI_METRICS: address }, 'metrics endpoint could not start');
  }
}

const NO_HOLDS = 'answers are not judged: only `kong-ai-plugins serve` runs response phases';

/** The configuration of one instance. It does not refer to the instance, so that this can be garbage-collected. */
class HeldConfiguration {
  private hold: Promise<AcquiredConfiguration> | undefined;

  constructor(
    private readonly plugin: Plugin,
    private readonly config: RawConfig,
  ) {
    // The first event awaits it; until then a failure must not end the process.
    this.take().catch(() => undefined);
  }

  /** Rejects when the configuration is wrong; the next call tries again. */
  async take(): Promise<Configuration> {
    const { configurations, log } = theHost();
    const isFirst = this.hold === undefined;
    this.hold ??= configurations.acquire(this.plugin, this.config);
    try {
      const { configuration } = await this.hold;
      if (isFirst && configuration.parts.some(mayHold)) log.warn({ plugin: this.plugin.name }, NO_HOLDS);
      return configuration;
    } catch (error) {
      this.hold = undefined;
      log.error({ err: error, plugin: this.plugin.name }, 'instance could not start');
      throw error;
    }
  }

  release(): void {
    this.hold?.then(
      ({ release }) => {
        release();
      },
      () => undefined,
    );
  }
}

const closed = new FinalizationRegistry<HeldConfiguration>((held) => {
  held.release();
});

/** Runs a phase over the stock PDK. Rejects only when Kong fails to reject the request too. */
async function runEvent(plugin: Plugin, phase: PhaseName, held: HeldConfiguration, kong: StockPdk): Promise<void> {
  let configuration: Configuration;
  try {
    configuration = await held.take();
  } catch {
    if (partsOf(plugin).some((part) => policyOf(part, phase) === 'reject')) await apply(kong, INTERNAL_ERROR);
    return;
  }
  const fetch: Fetch = async (reads) => {
    const replies: (() => unknown)[] = [];
    for (const read of reads) replies.push(await ask(kong, read));
    return { valueAt: (index) => replies[index]?.() };
  };
  const results = await runParts(planOf(configuration, phase), phase, fetch, (outcome) => apply(kong, outcome));
  for (const { failure, plugin: part } of results) {
    if (failure) theHost().log.error({ err: failure.error, plugin: part.name, phase }, 'handler threw');
  }
}

const call = (kong: StockPdk, method: string, ...args: readonly unknown[]): Promise<unknown> =>
  method
    .split('.')
    .slice(1)
    .reduce(
      (pdk, name) => pdk[name] as StockPdk,
      kong,
    )(...args);

/** Sends one read, which is a round trip of its own. If it fails, the part that needs the fact fails. */
async function ask(kong: StockPdk, { method, argument }: KongRead<unknown>): Promise<() => unknown> {
  try {
    const reply = await call(kong, method, ...argumentsOfRead(method, argument));
    return () => fromMsgPack(method, reply);
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function argumentsOfRead(method: PdkRead, argument: KongRead<unknown>['argument']): readonly unknown[] {
  // By name, where it is not an id.
  if (method === 'kong.client.load_consumer') return [argument, true];
  return argument === undefined ? [] : [argument];
}

async function apply(kong: StockPdk, outcome: Outcome): Promise<void> {
  for (const effect of effectsOf(outcome)) await call(kong, effect.method, ...argumentsOf(effect));
}

function argumentsOf(effect: PdkEffect): readonly unknown[] {
  switch (effect.method) {
    case 'kong.client.authenticate':
      return authenticationOf(effect);
    case 'kong.ctx.shared.set':
      return [effect.key, effect.value];
    case 'kong.nginx.set_ctx':
      return [effect.key, effect.value === false ? undefined : effect.value];
    case 'kong.response.set_status':
      return [effect.status];
    case 'kong.response.set_headers':
    case 'kong.service.request.set_headers':
      return [effect.headers];
    case 'kong.response.clear_header':
    case 'kong.service.request.clear_header':
      return [effect.name];
    case 'kong.service.request.set_raw_body':
      return [effect.body];
    case 'kong.response.exit':
      return [effect.status, effect.body, effect.headers];
  }
}

/** The consumer and the credential as Kong has them; nil for none. */
function authenticationOf({ consumer, credential }: Authentication): readonly unknown[] {
  const { id, username, customId, tags, createdAt } = consumer ?? {};
  return [
    consumer
      ? {
          id,
          username,
          ...(customId !== '' && { custom_id: customId }),
          // An empty list would become an empty record, which is the same in Lua.
          ...(tags && tags.length > 0 && { tags }),
          ...(createdAt !== undefined && { created_at: createdAt }),
        }
      : null,
    credential ? { id: credential.id, consumer_id: credential.consumerId } : null,
  ];
}
