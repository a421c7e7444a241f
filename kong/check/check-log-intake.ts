import { composePlugins, type ComposedPlugin, type Plugin, type SinglePlugin } from '../pdk';
import { readConfig } from '../pdk/read-config';
import { checkRecord, isReference } from './check-fields';
import type { Finding, Path } from './finding';
import { isRecord } from './is-record';

/** The file of the log intake: by the name of an endpoint, the configuration of each plugin that its entries feed. */
export type IntakeSections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The last part of an endpoint's URL. */
const ENDPOINT = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/**
 * The plugins of a suite that can read batches of http-log, as one plugin with a section for each. A plugin that needs its
 * access phase cannot: Kong runs that phase with a configuration of its own.
 */
export function intakePlugin(plugins: readonly Plugin[]): ComposedPlugin {
  const parts = plugins.filter((plugin): plugin is SinglePlugin => 'phases' in plugin && isLogOnly(plugin));
  return composePlugins({ name: 'log-intake', version: '1.0.0', priority: 0, parts });
}

const isLogOnly = ({ phases: { access, log } }: SinglePlugin): boolean =>
  log !== undefined && (access === undefined || access.onDemand === true);

/** Everything that is wrong in a parsed file of the log intake. */
export function checkLogIntake(file: unknown, plugins: readonly Plugin[]): Finding[] {
  if (!isRecord(file) || Object.keys(file).length === 0) {
    return [wrong([], 'expected a name for each endpoint', 'see "Telemetry in batches" in docs/other-deployments.md')];
  }
  const plugin = intakePlugin(plugins);
  return Object.entries(file).flatMap(([name, section]) => checkSection(plugin, name, section));
}

function checkSection(plugin: ComposedPlugin, name: string, section: unknown): Finding[] {
  if (!ENDPOINT.test(name)) {
    return [wrong([name], 'not a name of an endpoint', 'use lower-case letters, digits, - and _, at most 64')];
  }
  const findings = [...checkRecord(plugin.fields, section, [name]), ...references(section, [name])];
  if (findings.length > 0) return findings;
  const available = Object.keys(plugin.fields).join(', ');
  if (Object.keys(section as object).length === 0) return [wrong([name], 'no plugin', `add one of: ${available}`)];
  try {
    plugin.check?.(readConfig(plugin.fields, section as Record<string, unknown>) as never);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [wrong([name], message, 'correct it; see the README of the plugin')];
  }
}

/** Only Kong can resolve references. */
function references(value: unknown, path: Path): Finding[] {
  if (isReference(value)) {
    const fix = 'set it in the environment of the plugin server; the README of the plugin names the variable';
    return [wrong(path, 'a {vault://} reference works only in the configuration of Kong', fix)];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    references(member, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

const wrong = (path: Path, problem: string, fix: string): Finding => ({ severity: 'error', path, problem, fix });
