import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { checkAuth } from '../../../../kong/check/check-auth';
import { findPlugins } from '../../../../kong/check/find-plugins';

const RULES = '{ access: { rules: [{ names: ["*"], authenticated: true }] } }';
const AUTH = '{ name: mcp-auth, config: {} }';
const SEALED = '{ name: mcp-auth, config: { session_binding: sealed } }';
const SEAL = `{ name: pre-function, config: { header_filter: ["local key = kong.ctx.shared.mcp_session_key"] } }`;

const findings = (yaml: string): string[] => checkAuth(findPlugins(parse(yaml))).map(({ path }) => path.join('.'));
const onService = (...plugins: string[]): string => `services: [{ name: a, plugins: [${plugins.join(', ')}] }]`;

it.each<[string, string, string[]]>([
  [
    'access rules without mcp-auth',
    onService(`{ name: mcp-validator, config: ${RULES} }`),
    ['services.0.plugins.0.config.access'],
  ],
  [
    'access rules within mcp-guard without mcp-auth',
    onService(`{ name: mcp-guard, config: { mcp-validator: ${RULES} } }`),
    ['services.0.plugins.0.config.mcp-validator.access'],
  ],
  [
    'what no rule matches denied, without mcp-auth',
    onService('{ name: mcp-validator, config: { access: { default: deny } } }'),
    ['services.0.plugins.0.config.access'],
  ],
  [
    'mcp-auth on another service only',
    `${onService(`{ name: mcp-validator, config: ${RULES} }`).slice(0, -1)}, { name: b, plugins: [${AUTH}] }]`,
    ['services.0.plugins.0.config.access'],
  ],
  ['mcp-auth on the same service', onService(AUTH, `{ name: mcp-validator, config: ${RULES} }`), []],
  ['mcp-auth for all', `plugins: [${AUTH}]\n${onService(`{ name: mcp-validator, config: ${RULES} }`)}`, []],
  ['mcp-auth in mcp-guard', onService(`{ name: mcp-guard, config: { mcp-auth: {}, mcp-validator: ${RULES} } }`), []],
  ['no rules', onService('{ name: mcp-validator, config: { access: { rules: [] } } }'), []],
  [
    'sealed sessions without the function',
    onService(SEALED, '{ name: pre-function, config: { header_filter: ["return"] } }'),
    ['services.0.plugins.0.config.session_binding'],
  ],
  ['sealed sessions with the function', onService(SEALED, SEAL), []],
])('finds what misses its counterpart: %s', (_, yaml, expected) => {
  expect(findings(yaml)).toEqual(expected);
});

it('finds nothing in the profile', () => {
  expect(findings(readFileSync('kong/profiles/secure.yml', 'utf8'))).toEqual([]);
});
