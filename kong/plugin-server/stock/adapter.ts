import { Metrics, type Log, type Outcome, type PdkEffect, type PhaseName, type Plugin, type Read } from '../../pdk';
import { effectsOf } from '../../pdk/effects';
import { toKongFields, type KongField } from '../../pdk/kong-schema';
import { Configurations, type Configuration } from '../configurations';
import { runPhase } from '../run-phase';
import { createLog } from '../stderr-log';
import { fromMsgPack } from './values';

/** The `kong` object that npm kong-pdk 0.6.0 hands to a phase: every path of names is a call that returns a promise. */
interface StockPdk {
  readonly [name: string]: StockPdk;
  (...args: readonly unknown[]): Promise<unknown>;
}

/** What `kong-js-pluginserver` expects a plugin's module to export. */
export interface StockPlugin {
  readonly Plugin: new (config: Readonly<Record<string, unknown>>) => object;
  readonly Name: string;
  readonly Version: string;
  readonly Priority: number;
  readonly Schema: readonly KongField[];
}

interface Host {
  readonly log: Log;
  readonly configurations: Configurations;
}

let host: Host | undefined;

/** One for the process, made with the first instance: importing a plugin has no side effect. */
function theHost(): Host {
  if (!host) {
    const log = createLog('info');
    const configurations = new Configurations({ metrics: new Metrics(), log, now: Date.now, env: process.env });
    host = { log, configurations };
  }
  return host;
}

/**
 * Dresses a plugin as the class with phase methods that Kong's stock server loads.
 *
 * What is lost there: every read and effect is a round trip of its own, a configuration is never released (the server
 * tells nobody when an instance closes), and a dead server lets requests through.
 */
export function toStockPlugin(plugin: Plugin): StockPlugin {
  class Stock {
    readonly configuration: Promise<Configuration>;

    constructor(config: Readonly<Record<string, unknown>>) {
      const { configurations, log } = theHost();
      this.configuration = configurations.acquire(plugin, config);
      // It is awaited with every event; until then nobody listens, and that must not end the process.
      this.configuration.catch((error: unknown) => {
        log.error({ err: error, plugin: plugin.name }, 'an instance could not start');
      });
    }
  }
  // The server looks for phases on the prototype.
  for (const phase of Object.keys(plugin.phases) as PhaseName[]) {
    Object.defineProperty(Stock.prototype, phase, {
      value(this: Stock, kong: StockPdk) {
        return runEvent(plugin, phase, this.configuration, kong);
      },
    });
  }
  const { name, version, priority, fields } = plugin;
  return { Plugin: Stock, Name: name, Version: version, Priority: priority, Schema: toKongFields(fields) };
}

async function runEvent(
  plugin: Plugin,
  phaseName: PhaseName,
  configuration: Promise<Configuration>,
  kong: StockPdk,
): Promise<void> {
  const phase = plugin.phases[phaseName];
  if (!phase) return;
  const { outcome, error } = await runPhase(plugin.onError, async () => {
    const { state } = await configuration;
    if (phase.isWanted?.(state as never) === false) return undefined;
    const facts: Record<string, unknown> = {};
    for (const [name, read] of Object.entries(phase.reads)) facts[name] = await ask(kong, read);
    return phase.handle(state as never, facts as never);
  });
  if (error !== undefined)
    theHost().log.error({ err: error, plugin: plugin.name, phase: phaseName }, 'a handler threw');
  await apply(kong, outcome);
}

const call = (kong: StockPdk, method: string, ...args: readonly unknown[]): Promise<unknown> =>
  method
    .split('.')
    .slice(1)
    .reduce(
      (pdk, name) => pdk[name] as StockPdk,
      kong,
    )(...args);

async function ask(kong: StockPdk, { method, argument, shape }: Read<unknown>): Promise<unknown> {
  const args = argument === undefined ? [] : [argument];
  return shape(fromMsgPack(method, await call(kong, method, ...args)));
}

async function apply(kong: StockPdk, outcome: Outcome): Promise<void> {
  for (const effect of effectsOf(outcome)) await call(kong, effect.method, ...argumentsOf(effect));
}

function argumentsOf(effect: PdkEffect): readonly unknown[] {
  switch (effect.method) {
    case 'kong.ctx.shared.set':
      return [effect.key, effect.value];
    case 'kong.response.set_headers':
    case 'kong.service.request.set_headers':
      return [effect.headers];
    case 'kong.service.request.clear_header':
      return [effect.name];
    case 'kong.service.request.set_raw_body':
      return [effect.body];
    case 'kong.response.exit':
      return [effect.status, effect.body, effect.headers];
  }
}
