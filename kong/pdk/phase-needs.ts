import { configuredParts, isComposed } from './compose-plugins';
import type { PhaseName, Plugin, RunnablePhase, SinglePlugin } from './define-plugin';

/**
 * The phases that a configuration needs, each with the paths of the fields that need it; without fields if every
 * configuration needs the phase.
 */
export type PhaseNeeds = ReadonlyMap<PhaseName, readonly string[]>;

/** A part of a plugin, with the phases that its own config needs. */
export interface PartNeeds {
  readonly plugin: SinglePlugin;
  readonly needs: PhaseNeeds;
}

/** The phases that a configuration of a plugin needs. */
export function phaseNeedsOf({ phases }: SinglePlugin, config: unknown): PhaseNeeds {
  const needs = new Map<PhaseName, readonly string[]>();
  for (const [name, { neededBy }] of Object.entries(phases) as [PhaseName, RunnablePhase][]) {
    const fields = neededBy?.(config as never);
    if (!fields || fields.length > 0) needs.set(name, fields ?? []);
  }
  // Only the access phase can ask for an answer to be held; without it Kong would hold them all.
  if (!needs.has('access')) needs.delete('response');
  return needs;
}

/** What all parts of a plugin need together. The fields of a composed plugin have the name of their section before them. */
export function unionOfNeeds(plugin: Plugin, parts: readonly PartNeeds[]): PhaseNeeds {
  const union = new Map<PhaseName, readonly string[]>();
  for (const part of parts) {
    const prefix = isComposed(plugin) ? `${part.plugin.name}.` : '';
    for (const [name, fields] of part.needs) {
      const before = union.get(name);
      const isAlways = fields.length === 0 || before?.length === 0;
      union.set(name, isAlways ? [] : [...(before ?? []), ...fields.map((field) => prefix + field)]);
    }
  }
  return union;
}

/** The phases that a configuration of any plugin needs. */
export const neededPhases = (plugin: Plugin, config: unknown): PhaseNeeds =>
  unionOfNeeds(
    plugin,
    configuredParts(plugin, config).map((part) => ({
      plugin: part.plugin,
      needs: phaseNeedsOf(part.plugin, part.config),
    })),
  );
