import type { Field, Plugin } from '../pdk';
import { pluginSettings } from '../plugin-server/kong-conf';
import { configTable } from './config-table';

/** A part of a file that `npm run generate` writes, between two lines that mark it. */
export interface GeneratedBlock {
  /** Path from the root of the repository. */
  readonly file: string;
  /** The whole line before the block. */
  readonly begin: string;
  /** The whole line after it. */
  readonly end: string;
  readonly text: string;
}

/** Where the container of the plugin server has its socket and the descriptions of the plugins. */
const RUN_FOLDER = '/run/kong-ai-plugins';

/** Every generated block of the repository, for the plugins of the suite. */
export function generatedBlocks(plugins: readonly Plugin[]): GeneratedBlock[] {
  const names = plugins.map(({ name }) => name);
  return [
    { file: 'kong/kong.conf', begin: '# <plugins>', end: '# </plugins>', text: confText(names) },
    {
      file: 'kubernetes/kong-chart.yml',
      begin: '  # <plugins>',
      end: '  # </plugins>',
      text: `  preInstalled: ${names.join(',')}`,
    },
    ...plugins.map((plugin) => ({
      file: `plugins/${plugin.name}/README.md`,
      begin: '<!-- config -->',
      end: '<!-- /config -->',
      text: `\n${configTable(tableFields(plugin))}\n`,
    })),
  ];
}

/** The sections of a composed plugin have the fields of its parts, whose READMEs list them. */
function tableFields(plugin: Plugin): Plugin['fields'] {
  if (!('parts' in plugin)) return plugin.fields;
  const sections = Object.entries(plugin.fields).map(([name, { type, attributes }]) => [name, { type, attributes }]);
  return Object.fromEntries(sections) as Readonly<Record<string, Field>>;
}

const confText = (names: readonly string[]): string =>
  Object.entries(pluginSettings(names, `${RUN_FOLDER}/plugins.sock`, RUN_FOLDER))
    .map(([name, value]) => `${name.endsWith('_socket') ? '\n' : ''}${name} = ${value}`)
    .join('\n');

/**
 * A file's text with its block written anew.
 *
 * @throws Error when the file does not have each marker once, in order
 */
export function withBlock(content: string, { file, begin, end, text }: GeneratedBlock): string {
  const lines = content.split('\n');
  const [from, to] = [lines.indexOf(begin), lines.indexOf(end)];
  const isUnique = lines.lastIndexOf(begin) === from && lines.lastIndexOf(end) === to;
  if (from < 0 || to < from || !isUnique) {
    throw new Error(`${file} must have the lines "${begin}" and "${end}" once, in this order`);
  }
  return [...lines.slice(0, from + 1), text, ...lines.slice(to)].join('\n');
}
