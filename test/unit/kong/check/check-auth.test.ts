import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { checkAuth } from '../../../../kong/check/check-auth';
import { findPlaces } from '../../../../kong/check/find-places';
import { findPlugins } from '../../../../kong/check/find-plugins';

const RULES = '{ access: { rules: [{ names: ["*"], authenticated: true }] } }';
const AUTH = '{ name: mcp-auth, config: {} }';
const SEALED = '{ name: mcp-auth, config: { session_binding: sealed } }';
const SEAL = `{ name: pre-function, config: { header_filter: ["local key = kong.ctx.shared.mcp_session_key"] } }`;

const findingsOf = (yaml: string) => checkAuth(findPlugins(parse(yaml)), findPlaces(parse(yaml)));
const findings = (yaml: string): string[] => findingsOf(yaml).map(({ path }) => path.join('.'));
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

/** A service with the routes x and y; each text is a list of plugins. */
const withRoutes = (service: string, x: string, y = ''): string =>
  `services: [{ name: a, plugins: [${service}], routes: [{ name: x, plugins: [${x}] }, { name: y, plugins: [${y}] }] }]`;
const VALIDATOR = `{ name: mcp-validator, config: ${RULES} }`;
const GUARD = `{ name: mcp-guard, config: { mcp-auth: {}, mcp-validator: ${RULES} } }`;

it.each<[string, string, string[]]>([
  [
    'mcp-auth on one of two routes',
    withRoutes(VALIDATOR, AUTH),
    ['no mcp-auth applies to the requests of the route y, so whatever the rules match is rejected'],
  ],
  ['mcp-auth on both routes', withRoutes(VALIDATOR, AUTH, AUTH), []],
  [
    'mcp-auth on neither',
    withRoutes(VALIDATOR, ''),
    ['no mcp-auth applies to these requests, so whatever the rules match is rejected'],
  ],
  ['another validator without rules on the other route', withRoutes(VALIDATOR, AUTH, '{ name: mcp-validator }'), []],
  [
    'a guard with mcp-auth, which a guard without it replaces on one route',
    withRoutes(`${GUARD}, ${VALIDATOR}`, '', '{ name: mcp-guard, config: { mcp-validator: {} } }'),
    ['no mcp-auth applies to the requests of the route y, so whatever the rules match is rejected'],
  ],
  [
    'a validator for all, and mcp-auth on one of two services',
    `plugins: [${VALIDATOR}]\nservices: [{ name: a, plugins: [${AUTH}] }, { name: b }]`,
    ['no mcp-auth applies to the requests of the route b, so whatever the rules match is rejected'],
  ],
  [
    'a route at the top level of the file',
    `services: [{ name: a, plugins: [${VALIDATOR}] }]
routes: [{ name: x, service: a, plugins: [${AUTH}] }, { name: y, service: { name: a } }]`,
    ['no mcp-auth applies to the requests of the route y, so whatever the rules match is rejected'],
  ],
  [
    'a plugin at the top level that names its route',
    `services: [{ name: a, plugins: [${VALIDATOR}], routes: [{ name: x }, { name: y }] }]
plugins: [{ name: mcp-auth, route: x, config: {} }, { name: mcp-auth, route: y, config: {} }]`,
    [],
  ],
  [
    'report mode for all services',
    'plugins: [{ name: mcp-auth, config: { mode: report } }, { name: mcp-guard, config: { mcp-auth: { mode: report } } }]',
    [
      'report lets strangers pass, so it needs a service or a route',
      'report lets strangers pass, so it needs a service or a route',
    ],
  ],
  ['report mode for one service', onService('{ name: mcp-auth, config: { mode: report } }'), []],
])('judges each route by the plugins that run there: %s', (_, yaml, expected) => {
  expect(findingsOf(yaml).map(({ problem }) => problem)).toEqual(expected);
});

it('finds nothing in the profile', () => {
  expect(findings(readFileSync('kong/profiles/secure.yml', 'utf8'))).toEqual([]);
});
