import type { Plugin, Suite } from '../../pdk';

/** The plugins of these names, in this order. @throws Error naming an unknown one */
export function choosePlugins({ plugins }: Suite, names: readonly string[]): Plugin[] {
  return names.map((name) => {
    const plugin = plugins.find((candidate) => candidate.name === name.trim());
    if (plugin) return plugin;
    throw new Error(`unknown plugin "${name}"; available: ${plugins.map((one) => one.name).join(', ')}`);
  });
}
