import type { Plugin } from '../pdk';
import { neededPhases } from '../pdk/phase-needs';
import type { Finding, Path } from './finding';

/** Finds the fields of a configuration that need a phase which Kong does not call. */
export function checkPhases(plugin: Plugin, config: unknown, path: Path, described: readonly string[]): Finding[] {
  return [...neededPhases(plugin, config)].flatMap(([phase, fields]) =>
    described.includes(phase)
      ? []
      : fields.map((field) => ({
          severity: 'error' as const,
          path: [...path, ...field.split('.')],
          problem: `has no effect, because the description of ${plugin.name} leaves out the phase ${phase}`,
          fix: 'run dump again with --for and this file, and reload Kong',
        })),
  );
}
