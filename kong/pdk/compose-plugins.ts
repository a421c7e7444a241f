import type { ComposedPlugin, Plugin, SinglePlugin } from './define-plugin';
import { field, type Fields } from './fields';

/** What a composed plugin is made of. */
export interface Composition {
  readonly name: string;
  readonly version: string;
  /** Where Kong runs the composed plugin among all plugins; higher ones run first. */
  readonly priority: number;
  readonly parts: readonly SinglePlugin[];
}

/**
 * Makes one plugin out of several: Kong sends one event for all of them, reads are fetched once, effects are applied in
 * one write.
 *
 * The configuration has one optional section for each part, named as the part, with the part's own fields, defaults and
 * checks. A part without a section does not run; a configuration without any section is an error. Parts run in the order
 * of their priorities; the first rejection ends the event. Each part keeps its own `onError`, metrics and log lines, and
 * sees what the parts before it shared or changed, as if Kong had run them one after the other.
 */
export function composePlugins({ name, version, priority, parts }: Composition): ComposedPlugin {
  const ordered = [...parts].sort((a, b) => b.priority - a.priority);
  const fields: Fields = Object.fromEntries(
    ordered.map((part) => [
      part.name,
      field.record(part.fields, {
        description: `The config of ${part.name}, with the same fields and defaults. Without this section it does not run.`,
      }),
    ]),
  );
  const check = (config: Sections): void => {
    if (ordered.every((part) => config[part.name] === undefined)) {
      throw new Error(`config has no section, so nothing runs; add ${ordered.map((part) => part.name).join(' or ')}`);
    }
    for (const part of ordered) checkSection(part, config[part.name]);
  };
  return { name, version, priority, fields, check, parts: ordered };
}

/** The config of a composed plugin: by the name of each part its config; absent for a part that does not run. */
export type Sections = Readonly<Record<string, unknown>>;

/** A part of a plugin with its own config. */
export interface ConfiguredPart {
  readonly plugin: SinglePlugin;
  readonly config: unknown;
}

/** The parts that run under a config, in order: for a plugin that is not composed, the plugin itself. */
export function configuredParts(plugin: Plugin, config: unknown): readonly ConfiguredPart[] {
  if (!isComposed(plugin)) return [{ plugin, config }];
  return plugin.parts
    .map((part) => ({ plugin: part, config: (config as Sections)[part.name] }))
    .filter((part) => part.config !== undefined);
}

/** The parts of a plugin, configured or not. */
export const partsOf = (plugin: Plugin): readonly SinglePlugin[] => (isComposed(plugin) ? plugin.parts : [plugin]);

/** Whether a plugin is made of several. */
export const isComposed = (plugin: Plugin): plugin is ComposedPlugin => 'parts' in plugin;

function checkSection({ name, check }: SinglePlugin, config: unknown): void {
  if (config === undefined) return;
  try {
    check?.(config as never);
  } catch (error) {
    throw new Error(`${name}.${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
