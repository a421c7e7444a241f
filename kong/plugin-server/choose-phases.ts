import { checkRecord } from '../check/check-fields';
import { checkShape } from '../check/check-shape';
import { findPlugins, type PluginEntry } from '../check/find-plugins';
import { pathText } from '../check/finding';
import { isRecord } from '../check/is-record';
import { readTextFile } from '../check/read-file';
import { readYaml } from '../check/read-yaml';
import type { PhaseName, Plugin } from '../pdk';
import { neededPhases } from '../pdk/phase-needs';
import { readConfig } from '../pdk/read-config';
import { defaultPhasesOf, PHASES, phasesOf, requiredPhasesOf } from './describe';

/** The phases to describe, by the names of plugins; a plugin without an entry gets the default ones. */
export type PhaseChoices = ReadonlyMap<string, readonly PhaseName[]>;

/**
 * The phases that the configurations in declarative files of Kong need. A configuration that cannot be understood before
 * Kong has it, such as one with a placeholder of another tool, counts as one that needs all phases.
 *
 * @throws Error that names the file, if it cannot be read: without it no phase may be left out
 */
export function phasesForFiles(plugins: readonly Plugin[], files: readonly string[]): PhaseChoices {
  const entries = files.flatMap((file) => entriesOf(file));
  const described = new Map<string, readonly PhaseName[]>();
  for (const plugin of plugins) {
    const ours = entries.filter(({ name }) => name === plugin.name);
    if (ours.length === 0) continue;
    const needed = new Set([...requiredPhasesOf(plugin), ...ours.flatMap((entry) => phasesForEntry(plugin, entry))]);
    described.set(
      plugin.name,
      PHASES.filter((phase) => needed.has(phase)),
    );
  }
  return described;
}

function entriesOf(file: string): PluginEntry[] {
  const yaml = readYaml(readTextFile(file));
  if ('problems' in yaml) {
    const [{ line, message } = { line: 1, message: '' }] = yaml.problems;
    throw new Error(`${file}:${line}: not valid YAML: ${message}`);
  }
  const [wrong] = checkShape(yaml.value);
  if (wrong) throw new Error(`${file}:${yaml.lineOf(wrong.path)}: ${pathText(wrong.path)}: ${wrong.problem}`);
  return findPlugins(yaml.value);
}

function phasesForEntry(plugin: Plugin, { entry }: PluginEntry): readonly PhaseName[] {
  const config = entry['config'] ?? {};
  // decK takes the config, or a part of it, from another place of the file.
  const isWhole = !('_config' in entry) && checkRecord(plugin.fields, config, []).length === 0;
  if (!isWhole || !isRecord(config)) return phasesOf(plugin);
  return [...neededPhases(plugin, readConfig(plugin.fields, config)).keys()];
}

/**
 * The phases of plugins from the texts of `--phases`, such as `mcp-guard=access`.
 *
 * @throws Error if the plugin lacks a phase, or a phase is left out that every configuration needs
 */
export function phasesFromOptions(plugins: readonly Plugin[], texts: readonly string[]): PhaseChoices {
  return new Map(texts.map((text) => phasesFromOption(plugins, text)));
}

function phasesFromOption(plugins: readonly Plugin[], text: string): [string, readonly PhaseName[]] {
  const [name = '', list] = text.split('=', 2);
  if (list === undefined) throw new Error(`--phases ${text}: expected <plugin>=<phase>,<phase>`);
  const plugin = plugins.find((candidate) => candidate.name === name);
  if (!plugin)
    throw new Error(`--phases ${text}: unknown plugin; available: ${plugins.map((one) => one.name).join(', ')}`);
  const known = phasesOf(plugin);
  const names = list.split(',').map((phase) => phase.trim());
  const unknown = names.find((phase) => !known.some((one) => one === phase));
  if (unknown !== undefined) throw new Error(`--phases ${text}: ${name} has only the phases ${known.join(', ')}`);
  const missing = requiredPhasesOf(plugin).find((phase) => !names.includes(phase));
  if (missing !== undefined) throw new Error(`--phases ${text}: ${name} cannot work without the phase ${missing}`);
  if (names.includes('response') && !names.includes('access')) {
    throw new Error(`--phases ${text}: without the phase access, Kong would hold every answer for the phase response`);
  }
  return [name, known.filter((phase) => names.includes(phase))];
}

/** The phases to describe for a plugin. */
export const chosenPhasesOf = (plugin: Plugin, choices: PhaseChoices): readonly PhaseName[] =>
  choices.get(plugin.name) ?? defaultPhasesOf(plugin);
