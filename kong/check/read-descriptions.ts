import { join } from 'node:path';
import type { Plugin } from '../pdk';
import { isRecord } from './is-record';
import { readTextFile } from './read-file';

/** The phases that Kong calls of each plugin, by the plugin's name. */
export type DescribedPhases = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the phases from the descriptions that `dump --all --out` wrote.
 *
 * @throws Error that names the file, if one cannot be read
 */
export const readDescriptions = (directory: string, plugins: readonly Plugin[]): DescribedPhases =>
  new Map(plugins.map(({ name }) => [name, phasesIn(join(directory, `${name}.json`))]));

function phasesIn(file: string): readonly string[] {
  const text = readTextFile(file);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw new Error(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const [plugin] = isRecord(answer) && Array.isArray(answer['Plugins']) ? (answer['Plugins'] as unknown[]) : [];
  const phases = isRecord(plugin) ? plugin['Phases'] : undefined;
  if (!Array.isArray(phases)) throw new Error(`cannot read ${file}: it is not a description that dump wrote`);
  return phases.map(String);
}
