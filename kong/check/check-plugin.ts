import type { Plugin } from '../pdk';
import { readConfig } from '../pdk/read-config';
import { checkRecord, isReference } from './check-fields';
import type { PluginEntry } from './find-plugins';
import type { Finding } from './finding';

/** The field that a message of {@link Plugin.check} begins with. */
const FIELD = /^([a-z_][\w.[\]]*): /i;

/** Everything that is wrong with one configuration of a plugin: field by field, then the rules across fields. */
export function checkPlugin(plugin: Plugin, { entry, path }: PluginEntry): Finding[] {
  const config = entry['config'] ?? {};
  const findings = checkRecord(plugin.fields, config, [...path, 'config']);
  return findings.length > 0 ? findings : checkAcross(plugin, config as Record<string, unknown>, path);
}

function checkAcross(plugin: Plugin, config: Readonly<Record<string, unknown>>, path: Finding['path']): Finding[] {
  try {
    plugin.check?.(readConfig(plugin.fields, config) as never);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [start = '', field = ''] = FIELD.exec(message) ?? [];
    const at = [...path, 'config', ...stepsOf(field)];
    // The value of a reference is only known where Kong runs.
    if (holdsReference(config)) {
      const problem = `${message.slice(start.length)}, if the value of its {vault://} reference is this text`;
      return [{ severity: 'warning', path: at, problem, fix: 'check the value that the reference stands for' }];
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

/** `rules[1].id` as the keys and positions of a path. */
const stepsOf = (field: string): Finding['path'] =>
  (field.match(/[^.[\]]+/g) ?? []).map((step) => (/^\d+$/.test(step) ? Number(step) - 1 : step));

const holdsReference = (value: unknown): boolean =>
  isReference(value) ||
  (typeof value === 'object' && value !== null && Object.values(value).some((member) => holdsReference(member)));
