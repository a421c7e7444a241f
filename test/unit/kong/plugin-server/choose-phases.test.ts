import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chosenPhasesOf, phasesForFiles, phasesFromOptions } from '../../../../kong/plugin-server/choose-phases';
import { plugins } from '../../../../plugins';

const folder = mkdtempSync(join(tmpdir(), 'phases-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const written = (text: string, name = 'kong.yml'): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

/** The phases of each plugin of the suite, for files with these texts. */
function phasesFor(...texts: string[]): Record<string, string> {
  const files = texts.map((text, index) => written(text, `${index}.yml`));
  const choices = phasesForFiles(plugins, files);
  return Object.fromEntries(plugins.map((plugin) => [plugin.name, chosenPhasesOf(plugin, choices).join()]));
}

const guard = (validator: string): string => `
services:
  - name: a
    plugins:
      - name: mcp-guard
        config:
          mcp-validator: ${validator}
`;
const auth = (upstream: string): string => `
services:
  - name: a
    plugins:
      - name: mcp-auth
        config: { resource: 'https://ai.example.com/mcp', issuers: [{ issuer: 'https://as.example' }], upstream: ${upstream} }
`;
const FETCHED = '{ mode: token_exchange, client_id: gateway, client_secret: secret }';
const telemetry = (config: string): string => `
plugins:
  - { name: mcp-telemetry, config: ${config} }
`;

it('describes plugins that no file configures as without files, so that no guard loses a phase', () => {
  expect(phasesFor('services: []')).toEqual({
    'llm-mcp-agent': 'access',
    'mcp-auth': 'access,log',
    'mcp-guard': 'access,response,log',
    'mcp-validator': 'access,response,log',
    'mcp-tool-rate-limit': 'access',
    'llm-telemetry': 'log',
    'mcp-telemetry': 'log',
  });
});

it.each([
  ['no field of it needs another phase', [guard('{}')], 'access'],
  ['it hides tools', [guard('{ tools: { deny: [a] } }')], 'access,response'],
  ['it denies tools, and lists show them', [guard("{ tools: { deny: [a] }, list_policy: 'off' }")], 'access'],
  ['it learns', [guard('{ tools: { learn: report } }')], 'access,response'],
  ['it pins', [guard(`{ tools: { pins: { add: ${'0'.repeat(64)} } } }`)], 'access,response,log'],
  ['one of two learns', [guard('{}'), guard('{ tools: { learn: enforce } }')], 'access,response'],
  [
    'only another section is there',
    [
      'plugins: [{ name: mcp-guard, config: { mcp-tool-rate-limit: { rules: [{ windows: [{ limit: 1, window_seconds: 1 }] }] } } }]',
    ],
    'access',
  ],
  ['it learns by a merged map', [`_x: &x { tools: { learn: enforce } }\n${guard('{ <<: *x }')}`], 'access,response'],
  // Everything that is only known when Kong has the configuration counts as needed.
  ['its field is a placeholder', [guard("{ tools: { learn: '${LEARN}' } }")], 'access,response,log'],
  ['its section is a placeholder', [guard("'${SECTION}'")], 'access,response,log'],
  ['its config is a placeholder', ["plugins: [{ name: mcp-guard, config: '${CONFIG}' }]"], 'access,response,log'],
  ['its config is elsewhere', ['plugins: [{ name: mcp-guard, _config: shared }]'], 'access,response,log'],
  [
    'another field is a vault reference',
    [
      "plugins: [{ name: mcp-guard, config: { mcp-tool-rate-limit: { rules: [{ windows: [{ limit: 1, window_seconds: 1 }] }], redis: { password: '{vault://env/p}' } } } }]",
    ],
    'access',
  ],
  [
    'its section mcp-auth exchanges tokens',
    [
      `plugins: [{ name: mcp-guard, config: { mcp-auth: { resource: 'https://ai.example.com/mcp', issuers: [{ issuer: 'https://as.example' }], upstream: ${FETCHED} } } }]`,
    ],
    'access,log',
  ],
])('mcp-guard if %s', (_, texts, phases) => {
  expect(phasesFor(...texts)['mcp-guard']).toBe(phases);
});

it.each([
  ['{}', 'log'],
  ['{ propagate: true }', 'access,log'],
  ['{ track_open_streams: true }', 'access,log'],
  ['{ session_key: "{vault://env/session-key}" }', 'log'],
])('mcp-telemetry with %s', (config, phases) => {
  expect(phasesFor(telemetry(config))['mcp-telemetry']).toBe(phases);
});

it.each(['propagate', 'track_open_streams', 'inject_stream_usage'])('llm-telemetry with %s', (name) => {
  expect(phasesFor(`plugins: [{ name: llm-telemetry, config: { ${name}: true } }]`)['llm-telemetry']).toBe(
    'access,log',
  );
});

it.each([
  ['does not exist', join(folder, 'none.yml'), /cannot read .*none\.yml: .*ENOENT/],
  ['is not YAML', written('{{ template }', 'template.yml'), /template\.yml:1: not valid YAML/],
  ['has another shape', written('services: { a: {} }', 'shape.yml'), /shape\.yml:1: services: expected a list/],
])('describes nothing for a file that %s', (_, file, message) => {
  expect(() => phasesForFiles(plugins, [file])).toThrow(message);
});

it('takes the phases of an option', () => {
  expect([...phasesFromOptions(plugins, ['mcp-guard=access', 'mcp-telemetry=log, access'])]).toEqual([
    ['mcp-guard', ['access']],
    ['mcp-telemetry', ['access', 'log']],
  ]);
});

it.each([
  ['mcp-guard', 'expected <plugin>=<phase>,<phase>'],
  ['mcp-gard=access', 'unknown plugin; available: mcp-auth, '],
  ['mcp-guard=acces', 'mcp-guard has only the phases access, response, log'],
  ['mcp-guard=response,log', 'mcp-guard cannot work without the phase access'],
  ['mcp-guard=', 'mcp-guard has only the phases access, response, log'],
  ['mcp-guard=log', 'mcp-guard cannot work without the phase access'],
  ['mcp-telemetry=access', 'mcp-telemetry cannot work without the phase log'],
])('rejects --phases %s', (text, message) => {
  expect(() => phasesFromOptions(plugins, [text])).toThrow(`--phases ${text}: ${message}`);
});

it.each([
  ['fetches no credentials', '{}', 'access'],
  ['has a fixed credential', '{ mode: static, value: v }', 'access'],
  ['exchanges tokens, which it drops when the server rejects them', FETCHED, 'access,log'],
  ['has a token of its own', FETCHED.replace('token_exchange', 'client_credentials'), 'access,log'],
])('mcp-auth if it %s', (_, upstream, phases) => {
  expect(phasesFor(auth(upstream))['mcp-auth']).toBe(phases);
});
