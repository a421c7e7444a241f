import { parse } from 'yaml';
import { buildConfig, type BuildInput } from '../../../../kong/config/build-config';
import { plugins } from '../../../../plugins';

const base = {
  name: 'kong.yml',
  text: "_format_version: '3.0'\n_transform: true\nservices:\n  - { name: calc, url: 'http://calc' }\n",
};
const build = (overlay: string, more: Partial<BuildInput> = {}) =>
  buildConfig({
    base,
    overlays: [{ name: 'overlay.yml', text: overlay }],
    variables: {},
    plugins,
    format: 'kong',
    ...more,
  });

it('builds a file that Kong reads as the same values', () => {
  const built = build("plugins:\n  - name: cors\n    config: { origins: ['off', 'http://a'], code: \"a\\nb\\n\" }\n");
  expect(built).toMatchObject({ ok: true, warnings: expect.stringContaining('no plugin of this suite') as string });
  const { text } = built as { text: string };
  expect(text).toContain('#   kong.yml\n#   overlay.yml\n');
  // Without quotes, Kong reads off as false.
  expect(text).toContain('- "off"\n');
  expect(parse(text)).toEqual({
    _format_version: '3.0',
    _transform: true,
    services: [{ name: 'calc', url: 'http://calc' }],
    plugins: [{ name: 'cors', config: { origins: ['off', 'http://a'], code: 'a\nb\n' } }],
  });
});

it('leaves out what decK does not know', () => {
  expect((build('{}', { format: 'deck' }) as { text: string }).text).not.toContain('_transform');
});

it.each<[string, string, string]>([
  [
    'an overlay that does not apply',
    'services:\n  - { name: calk }\n',
    'overlay.yml:2: error: services[1]: the base has no service calk. Fix: did you mean calc?\n',
  ],
  [
    'a missing variable',
    'services:\n  - name: calc\n    url: ${URL}\n',
    'overlay.yml:3: error: services[1].url: the variable URL has no value. Fix: set it in the environment, or write ${URL:-a default}.\n',
  ],
  ['a file that is not YAML', 'services: [', 'overlay.yml:1: error: not valid YAML: '],
  [
    'a result that the plugins reject',
    'plugins:\n  - { name: mcp-validator, config: { mode: x } }\n',
    'the built configuration: error: plugin mcp-validator, config.mode: ',
  ],
])('reports %s with file and path, and builds nothing', (_, overlay, text) => {
  const built = build(overlay);
  expect(built).toMatchObject({ ok: false, report: expect.stringContaining(text) as string });
  expect(built).not.toHaveProperty('text');
});
