import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { checkFile } from '../../../../kong/check/check-file';
import { checkText } from '../../../../kong/check/command';
import { definePlugin, field } from '../../../../kong/pdk';
import { plugins } from '../../../../plugins';

const check = (text: string, isStrict = false) => checkText('kong.yml', text, plugins, isStrict);

/** A file with one service and one plugin on it, whose `config` is the given lines. */
const withPlugin = (name: string, ...config: string[]): string =>
  [
    '_format_version: "3.0"',
    'services:',
    '  - name: calculator',
    '    url: http://127.0.0.1:1',
    '    routes: [{ name: calculator, paths: [/c], response_buffering: false }]',
    '    plugins:',
    `      - name: ${name}`,
    '        config:',
    ...config.map((line) => `          ${line}`),
  ].join('\n');

const RULE = 'rules: [{ windows: [{ limit: 5, window_seconds: 60 }] }]';
const at = (line: number, plugin: string) => `kong.yml:${line}: error: plugin ${plugin} on service calculator, `;

it('reports no errors for the reference configuration', () => {
  const { output, isUsable } = checkText('kong.yml', readFileSync('kong/kong.yml', 'utf8'), plugins, false);
  expect(output).not.toContain('error:');
  expect(isUsable).toBe(true);
});

it('reports no errors for the profile with authorization', () => {
  expect(checkText('secure.yml', readFileSync('kong/profiles/secure.yml', 'utf8'), plugins, true)).toEqual({
    output: 'secure.yml: ok\n',
    isUsable: true,
  });
});

it('reports a correct configuration as valid', () => {
  expect(check(withPlugin('mcp-tool-rate-limit', RULE))).toEqual({ output: 'kong.yml: ok\n', isUsable: true });
});

it.each<[string, string, string, string]>([
  [
    'a value of another type',
    'mcp-validator',
    'mode: 5',
    'config.mode: expected a string, got 5. Fix: use one of: enforce, report.',
  ],
  [
    'a word that is not among the allowed ones',
    'mcp-validator',
    'mode: enforced',
    'config.mode: "enforced" is not one of: enforce, report. Fix: use one of: enforce, report.',
  ],
  [
    'a number out of its range',
    'mcp-validator',
    'max_depth: 1',
    'config.max_depth: 1 is not between 4 and 512. Fix: use a whole number from 4 to 512.',
  ],
  [
    'a fraction for a whole number',
    'mcp-validator',
    'max_depth: 4.5',
    'config.max_depth: expected a whole number, got 4.5. Fix: use a whole number from 4 to 512.',
  ],
  ['a misspelt field', 'mcp-validator', 'mod: report', 'config.mod: unknown field. Fix: did you mean "mode"?'],
  [
    'a required field that is missing',
    'mcp-tool-rate-limit',
    'policy: local',
    'config.rules: required, but missing. Fix: add it.',
  ],
  [
    'an empty list of rules',
    'mcp-tool-rate-limit',
    'rules: []',
    'config.rules: [] is shorter than 1. Fix: its length must be at least 1 and at most 100.',
  ],
  [
    'a value deep inside',
    'mcp-tool-rate-limit',
    'rules: [{ windows: [{ limit: 0, window_seconds: 60 }] }]',
    'config.rules[1].windows[1].limit: 0 is not between 1 and 1000000. Fix: use a whole number from 1 to 1000000.',
  ],
])('reports %s as an error with path, value and fix', (_, plugin, line, expected) => {
  const { output, isUsable } = check(withPlugin(plugin, line));
  expect(output).toContain(`${at(expected.includes('missing') ? 8 : 9, plugin)}${expected}\n`);
  expect(output).toContain('kong.yml: 1 error, 0 warnings\n');
  expect(isUsable).toBe(false);
});

it.each<[string, string, readonly string[], string]>([
  [
    'a rule that needs the name of a header',
    'mcp-tool-rate-limit',
    ['rules: [{ limit_by: [header], windows: [{ limit: 5, window_seconds: 60 }] }]'],
    'config.rules[1].header_name: ',
  ],
  [
    'a schema of a tool that is not JSON',
    'mcp-validator',
    ["tools: { schemas: { add: '{' } }"],
    'config.tools.schemas: the schema of add is not strict JSON',
  ],
  [
    'Sentinels without a master',
    'mcp-tool-rate-limit',
    [RULE, 'policy: redis', 'redis: { sentinel_nodes: [{ host: a, port: 1 }] }'],
    'config.redis.sentinel_master: ',
  ],
])(
  'reports %s, which breaks a rule across fields, as an error before the first request fails with 500',
  (_, plugin, lines, expected) => {
    const { output, isUsable } = check(withPlugin(plugin, ...lines));
    expect(output).toContain(`on service calculator, ${expected}`);
    expect(isUsable).toBe(false);
  },
);

it('never prints a secret', () => {
  const { output } = check(withPlugin('mcp-tool-rate-limit', RULE, 'policy: redis', 'redis: { password: [hunter2] }'));
  expect(output).toContain('config.redis.password: expected a string, got a value that is not shown');
  expect(output).not.toContain('hunter2');
});

it('accepts a vault reference, whose value is not known to the check', () => {
  const file = withPlugin('mcp-tool-rate-limit', RULE, 'policy: redis', "redis: { password: '{vault://env/pw}' }");
  expect(check(file)).toEqual({ output: 'kong.yml: ok\n', isUsable: true });
});

it('reports a rule across fields as a warning if the field is a vault reference', () => {
  const secretive = definePlugin({
    name: 'secretive',
    version: '1',
    priority: 1,
    onError: 'pass',
    fields: { url: field.string({ description: 'A URL', referenceable: true }) },
    check: ({ url = '' }) => {
      if (!url.startsWith('http')) throw new Error('url: not a URL');
    },
    prepare: () => undefined,
  });
  const checked = (url: string) => checkText('kong.yml', withPlugin('secretive', `url: '${url}'`), [secretive], false);
  expect(checked('{vault://env/url}').output).toContain(
    'warning: plugin secretive on service calculator, config.url: not a URL, if',
  );
  expect(checked('{vault://env/url}').isUsable).toBe(true);
  expect(checked('ftp://x').isUsable).toBe(false);
});

it.each<[string, string]>([
  [
    'on a route',
    'routes:\n  - { name: r, paths: [/], response_buffering: false, plugins: [{ name: mcp-validator, config: { mode: x } }] }',
  ],
  [
    'on a route of a service',
    'services:\n  - { name: s, host: h, routes: [{ name: r, paths: [/], response_buffering: false, plugins: [{ name: mcp-validator, config: { mode: x } }] }] }',
  ],
  ['for a consumer', 'consumers:\n  - { username: alex, plugins: [{ name: mcp-validator, config: { mode: x } }] }'],
  [
    'at the top level, with a reference to a service',
    'plugins:\n  - { name: mcp-validator, service: s, config: { mode: x } }',
  ],
])('checks a plugin %s', (_, text) => {
  expect(check(text).output).toContain('config.mode: "x" is not one of: enforce, report');
});

it('reports the same plugin twice in one scope as an error', () => {
  const twice = `plugins:\n  - { name: mcp-validator, service: s }\n  - { name: mcp-validator, service: s }\n  - { name: mcp-validator, service: other }`;
  const { output } = check(twice);
  expect(output.match(/mcp-validator is configured twice for the same scope/g)).toHaveLength(1);
  expect(output).toContain('kong.yml:3: error: ');
});

it('reports the line of the anchor for a value from a YAML alias', () => {
  const file = `x: &shared\n  mode: wrong\nplugins:\n  - name: mcp-validator\n    config: *shared`;
  expect(check(file).output).toContain('kong.yml:2: error: plugin mcp-validator, config.mode');
});

it('reports a warning for a route that buffers responses and has a plugin of the suite', () => {
  const file = withPlugin('mcp-tool-rate-limit', RULE).replace(', response_buffering: false', '');
  const { output, isUsable } = check(file);
  expect(output).toContain('kong.yml:5: warning: services[1].routes[1]: response_buffering is not false');
  expect([isUsable, check(file, true).isUsable]).toEqual([true, false]);
});

it('reports no warning for the routes of services without a plugin of the suite', () => {
  const other = '\n  - { name: web, host: web, routes: [{ name: web, paths: [/w] }] }';
  expect(check(withPlugin('mcp-tool-rate-limit', RULE) + other).output).toBe('kong.yml: ok\n');
});

it('reports a misspelt plugin name as a warning, and ignores an unrelated name', () => {
  const file = withPlugin('mcp-tool-rate-limit', RULE);
  expect(check(`${file}\n      - name: mcp-validater`).output).toContain(
    'unknown plugin "mcp-validater". Fix: did you mean "mcp-validator"?',
  );
  expect(check(`${file}\n      - name: key-auth`).output).toBe('kong.yml: ok\n');
});

it.each<[string, string]>([
  ['broken YAML', 'a: [1'],
  ['a tab as indentation', 'a:\n\t- 1'],
  ['the same key twice', 'a: 1\na: 2'],
])('reports %s as an error with its line', (_, text) => {
  const { output, isUsable } = check(text);
  expect(output).toMatch(/^kong\.yml:\d: error: not valid YAML: \S.*\n/);
  expect(isUsable).toBe(false);
});

it('reports aliases that expand exponentially as an error, in bounded time', () => {
  const lines = Array.from({ length: 30 }, (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : `*a${i - 1}, *a${i - 1}`}]`);
  expect(check(lines.join('\n')).isUsable).toBe(false);
});

it.each(['', 'services: []', 'plugins: {}', 'plugins: [{ name: cors }]', 'services: [{ name: a }]'])(
  'reports that a file has no plugins of the suite: %j',
  (text) => {
    expect(check(text).output).toContain('warning: no plugin of this suite is in the file');
  },
);

it('never throws, for any configuration', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const { name } of plugins) check(JSON.stringify({ plugins: [{ name, config: value }] }));
    }),
    { numRuns: 200 },
  );
});

it.each(['off', 'Off', 'no', 'on', 'YES'])(
  'reads the word %s without quotes as a boolean, as Kong does, and the fix explains it',
  (word) => {
    const { output, isUsable } = check(withPlugin('mcp-validator', `tools: { learn: ${word} }`));
    expect(output).toContain('config.tools.learn: expected a string, got ');
    expect(output).toContain("unless in quotes: 'off'");
    expect(isUsable).toBe(false);
  },
);

it("reads the word 'off' in quotes as a string", () => {
  expect(check(withPlugin('mcp-validator', "tools: { learn: 'off' }")).isUsable).toBe(true);
});

it('reads octal and base-60 numbers as Kong does', () => {
  expect(check(withPlugin('mcp-validator', 'max_depth: 0100')).isUsable).toBe(true);
  expect(check(withPlugin('mcp-validator', 'max_depth: 010000')).output).toContain('4096 is not between 4 and 512');
  expect(check(withPlugin('mcp-validator', 'allowed_hosts: [10:30]')).output).toContain('expected a string, got 630');
});

it.each([
  ['a list', '[]'],
  ['a string', 'words'],
  ['bytes that are not text', '\0\u0001\ufffd'],
  ['services that are a number', '_format_version: "3.0"\nservices: 5'],
  ['services that are not entities', '_format_version: "3.0"\nservices: [5, null, [x]]'],
  ['services under an anchor that is not a list', 'services: { a: { plugins: [{ name: mcp-validator }] } }'],
  ['plugins that are a map', 'plugins: { mcp-validator: { mode: report } }'],
  ['a plugin without a name', 'plugins: [{ config: { mode: report } }]'],
])('reports an error for a file that Kong rejects as a whole: %s', (_what, text) => {
  const { output, isUsable } = check(text);
  expect(output).toContain('error: ');
  expect(isUsable).toBe(false);
});

it('does not read the groups of a consumer as entities', () => {
  const file = 'consumers: [{ username: ann, groups: [a], consumer_groups: [a], plugins: [{ name: mcp-validator }] }]';
  expect(check(file).isUsable).toBe(true);
});

it('merges maps with << as Kong does', () => {
  const text = withPlugin('mcp-tool-rate-limit', '<<: &all { match: al }', RULE);
  expect(check(text).output).toContain(`${at(8, 'mcp-tool-rate-limit')}config.match: "al" is not one of: first, all.`);
});

describe('with the descriptions that Kong has', () => {
  const guard = withPlugin('mcp-guard', 'mcp-validator:', '  tools: { learn: report }');
  const checkFor = (text: string, phases: readonly string[]) =>
    checkText('kong.yml', text, plugins, false, (file) => checkFile(file, plugins, new Map([['mcp-guard', phases]])))
      .output;

  it('reports a field that needs a phase which they leave out', () => {
    expect(checkFor(guard, ['access'])).toContain(
      `${at(10, 'mcp-guard')}config.mcp-validator.tools.learn: has no effect, because the description of mcp-guard leaves out the phase response. Fix: run dump again with --for and this file, and reload Kong.`,
    );
  });

  it('reports nothing if they have it, or if no field needs it', () => {
    expect(checkFor(guard, ['access', 'response'])).toBe('kong.yml: ok\n');
    expect(checkFor(withPlugin('mcp-guard', 'mcp-validator: {}'), ['access'])).toBe('kong.yml: ok\n');
  });
});
