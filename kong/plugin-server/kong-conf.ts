import { join } from 'node:path';

/**
 * The settings of kong.conf that make Kong use plugins behind one socket, in the order in which kong.conf has them. Each
 * plugin is a plugin server of its own to Kong, which takes one plugin from each.
 *
 * @param names of the plugins
 * @param descriptions the directory of `dump --all --out`
 */
export function pluginSettings(names: readonly string[], socket: string, descriptions: string): Record<string, string> {
  const settings: Record<string, string> = {
    plugins: ['bundled', ...names].join(),
    pluginserver_names: names.join(),
  };
  for (const name of names) {
    // Kong replaces the hyphens of a name in the names of settings.
    const prefix = `pluginserver_${name.replaceAll('-', '_')}`;
    settings[`${prefix}_socket`] = socket;
    settings[`${prefix}_query_cmd`] = `cat ${join(descriptions, `${name}.json`)}`;
  }
  return settings;
}
