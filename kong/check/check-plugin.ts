import type { Plugin } from '../pdk';
import { readConfig } from '../pdk/read-config';
import { checkRecord, isReference } from './check-fields';
import { checkPhases } from './check-phases';
import type { PluginEntry } from './find-plugins';
import type { Finding } from './finding';

/** The field that a message of {@link Plugin.check} begins with. */
const FIELD = /^([a-z_][\w.[\]-]*): /i;

/**
 * All errors of one configuration of a plugin: field by field, then the rules across fields, and fields that need a phase
 * which is not `described`.
 */
export function checkPlugin(plugin: Plugin, { entry, path }: PluginEntry, described?: readonly string[]): Finding[] {
  const config = entry['config'] ?? {};
  const findings = checkRecord(plugin.fields, config, [...path, 'config']);
  if (findings.length > 0) return findings;
  const complete = readConfig(plugin.fields, config as Record<string, unknown>);
  const across = checkAcross(plugin, complete, path);
  return described ? [...across, ...checkPhases(plugin, complete, [...path, 'config'], described)] : across;
}

/** @param config complete, with defaults */
function checkAcross(plugin: Plugin, config: unknown, path: Finding['path']): Finding[] {
  try {
    plugin.check?.(config as never);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [start = '', field = ''] = FIELD.exec(message) ?? [];
    const at = [...path, 'config', ...stepsOf(field)];
    // Only Kong knows the value of a reference.
    if (holdsReference(config)) {
      const problem = `${message.slice(start.length)}, if the value of its {vault://} reference is this string`;
      return [{ severity: 'warning', path: at, problem, fix: 'check the value of the reference' }];
    }
    return [
      {
        severity: 'error',
        path: at,
        problem: message.slice(start.length),
        fix: 'correct it; see the README of the plugin',
      },
    ];
  }
}

/** The keys and positions of a path such as `rules[1].id`. */
const stepsOf = (field: string): Finding['path'] =>
  (field.match(/[^.[\]]+/g) ?? []).map((step) => (/^\d+$/.test(step) ? Number(step) - 1 : step));

const holdsReference = (value: unknown): boolean =>
  isReference(value) ||
  (typeof value === 'object' && value !== null && Object.values(value).some((member) => holdsReference(member)));
