import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { describePlugin } from '../../../kong/plugin-server/describe';
import { readDeclarative } from '../../../kong/stand-in/config/declarative';
import { pluginSchema, type KnownPlugin, type PluginSchema } from '../../../kong/stand-in/config/plugin-schema';
import { LuaMachine } from '../../../kong/stand-in/lua/machine';
import { luaFunctions } from '../../../kong/stand-in/pdk/table';
import { bundledPlugins } from '../../../kong/stand-in/plugins';
import type { Exchange } from '../../../kong/stand-in/request/exchange';
import { plugins } from '../../../plugins';

interface Fragment {
  readonly plugins?: readonly Readonly<Record<string, unknown>>[];
  readonly services?: readonly object[];
}

const root = join(__dirname, '..', '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');

/** The code blocks of a language in a document. */
const blocks = (document: string, language: string): string[] =>
  [...read(document).matchAll(new RegExp(`^( *)\`\`\`${language}\n([^]*?)^\\1\`\`\`$`, 'gm'))].map(([, indent, text]) =>
    (text ?? '').replaceAll(new RegExp(`^${indent ?? ''}`, 'gm'), ''),
  );

const fragments = documents.flatMap((document) =>
  blocks(document, 'yaml').flatMap((text) => {
    const value = parse(text) as Fragment | null;
    return Array.isArray(value?.plugins) || Array.isArray(value?.services) ? [{ document, text, value }] : [];
  }),
);

const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

let lua: LuaMachine<Exchange>;
let known: ReadonlyMap<string, KnownPlugin>;

beforeAll(async () => {
  lua = await LuaMachine.open(luaFunctions);
  const bundled = bundledPlugins(lua).list.map(({ handler, schema }) => [handler.name, schema] as const);
  const ours = plugins.map(
    (plugin) => [plugin.name, describePlugin(plugin).Schema as unknown as PluginSchema] as const,
  );
  known = new Map([...bundled, ...ours].map(([name, schema]) => [name, pluginSchema(schema)]));
});

afterAll(() => {
  lua.shutDown();
});

/** The fragment as a complete file, with the services, routes and consumers that its plugins refer to. */
function wholeFile({ services = [], plugins: list = [], ...rest }: Fragment): string {
  const named = (key: string) => [...new Set(list.flatMap((plugin) => (plugin[key] ? [plugin[key]] : [])))];
  return stringify({
    _format_version: '3.0',
    ...rest,
    services: [...services, ...named('service').map((name) => ({ name, url: 'http://127.0.0.1' }))],
    ...(named('route').length > 0 && { routes: named('route').map((name, at) => ({ name, paths: [`/${at}`] })) }),
    ...(named('consumer').length > 0 && { consumers: named('consumer').map((username) => ({ username })) }),
    plugins: list,
  });
}

it('finds the documents and their fragments', () => {
  expect(documents).toEqual(
    expect.arrayContaining(['README.md', ...plugins.map((p) => `plugins/${p.name}/README.md`)]),
  );
  expect(fragments.length).toBeGreaterThanOrEqual(plugins.length);
});

it.each(documents)('%s links only to existing files', (document) => {
  const targets = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, target = '']) => target);
  const missing = targets.filter((target) => !existsSync(join(root, dirname(document), target)));
  expect(missing).toEqual([]);
});

/** The anchor of a heading, as GitHub generates it. */
const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/[`*]/g, '')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

it.each(documents)('%s links only to existing headings', (document) => {
  const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)];
  const missing = links.filter(([, path = '', anchor]) => {
    const target = path === '' ? document : join(dirname(document), path);
    const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading ?? ''));
    return !headings.includes(anchor ?? '');
  });
  expect(missing.map(([link]) => link)).toEqual([]);
});

it.each(documents)('%s names only existing npm scripts', (document) => {
  const names = [...read(document).matchAll(/npm (?:run (?:--silent )?)?(\S+)/g)].map(([, name = '']) => name);
  const ours = names.map((name) => name.replace(/[`.,;:)]+$/, '')).filter((name) => /^(?:start|test)|:/.test(name));
  expect(ours.filter((name) => !(name in scripts))).toEqual([]);
});

it.each(fragments)('$document has valid fragments of kong.yml: $text', ({ value }) => {
  const match = (text: string, pattern: string) => lua.matches(text, pattern);
  expect(() => readDeclarative(wholeFile(value), known, match, 0)).not.toThrow();
});
