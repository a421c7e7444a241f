import { parse } from 'yaml';
import { checkFile } from '../../../../kong/check/check-file';
import { composePlugins, definePlugin, field } from '../../../../kong/pdk';

const limiter = definePlugin({
  name: 'limiter',
  version: '1.0.0',
  priority: 5,
  onError: 'reject',
  fields: { limit: field.integer({ description: 'The limit.', default: 1, between: [1, 9] }) },
  check: ({ limit }) => {
    if (limit === 7) throw new Error('limit: must not be 7');
  },
  prepare: () => undefined,
});
const other = definePlugin({
  name: 'other',
  version: '1.0.0',
  priority: 4,
  onError: 'reject',
  fields: {},
  prepare: () => undefined,
});
const guard = composePlugins({ name: 'guard', version: '1.0.0', priority: 9, parts: [limiter, other] });

const findings = (yaml: string) =>
  checkFile(parse(`_format_version: "3.0"\n${yaml}`), [guard, limiter]).map(({ path, problem }) => [
    path.join('.'),
    problem,
  ]);

const TWICE = 'limiter is also a section of guard for the same requests, and would run twice';
const GUARD = '{ name: guard, config: { limiter: {} } }';

it.each([
  ['the same service', `services: [{ name: a, plugins: [${GUARD}, { name: limiter }] }]`, 'services.0.plugins.1'],
  ['all services', `plugins: [{ name: limiter }]\nservices: [{ name: a, plugins: [${GUARD}] }]`, 'plugins.0'],
  [
    'one consumer',
    `services: [{ name: a, plugins: [${GUARD}] }]\nconsumers: [{ username: u, plugins: [{ name: limiter }] }]`,
    'consumers.0.plugins.0',
  ],
])('reports a plugin that is a section and separate for %s', (_, yaml, path) => {
  expect(findings(yaml)).toEqual([[path, TWICE]]);
});

it.each([
  ['other services', `services: [{ name: a, plugins: [${GUARD}] }, { name: b, plugins: [{ name: limiter }] }]`],
  [
    'a guard without the section',
    'services: [{ name: a, plugins: [{ name: guard, config: { other: {} } }, { name: limiter }] }]',
  ],
])('accepts a separate plugin beside %s', (_, yaml) => {
  expect(findings(yaml)).toEqual([]);
});

it.each([
  ['a value', '{ limiter: { limit: 10 } }', 'plugins.0.config.limiter.limit'],
  ['a rule across fields', '{ limiter: { limit: 7 } }', 'plugins.0.config.limiter.limit'],
  ['an unknown field', '{ limiter: { limits: 1 } }', 'plugins.0.config.limiter.limits'],
])('checks %s of a section like that of the plugin', (_, config, path) => {
  expect(findings(`plugins: [{ name: guard, config: ${config} }]`)).toEqual([[path, expect.any(String)]]);
});

it.each(['{ name: guard }', '{ name: guard, config: {} }'])(
  'reports a composed plugin without sections: %s',
  (entry) => {
    expect(findings(`services: [{ name: a, plugins: [${entry}] }]`)).toEqual([
      ['services.0.plugins.0.config', 'config has no section, so nothing runs; add limiter or other'],
    ]);
  },
);
