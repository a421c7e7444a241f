import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildProfile } from '../../../support/profile-gateway';

const folder = join(__dirname, '../../../../kong/profiles');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const overlays = readdirSync(folder)
  .filter((name) => name.endsWith('.yml') && read(name).startsWith('# Overlay:'))
  .map((name) => name.replace('.yml', ''));
const settings = readdirSync(folder).filter((name) => name.endsWith('.conf'));

/** A value for each variable that an overlay requires. */
const VARIABLES = {
  PUBLIC_ORIGIN: 'https://app.example.com',
  JWT_SECRET: 's'.repeat(32),
  JWT_PUBLIC_KEY: 'a PEM',
  API_KEY: 'k',
};

it('finds the overlays', () => {
  expect(overlays.length).toBeGreaterThan(15);
});

it.each(overlays)('%s builds on kong.yml, passes the check, and says when to use it', (name) => {
  expect(buildProfile([name], VARIABLES)).toContain('py-calculator');
  expect(read(`${name}.yml`).split('\n').slice(0, 4).join(' ')).toMatch(/[Uu]se it/);
});

it.each(
  overlays.filter((name) =>
    /\$\{PUBLIC_ORIGIN\}|\$\{(?:JWT_SECRET|JWT_PUBLIC_KEY|API_KEY)\}/.test(read(`${name}.yml`)),
  ),
)('%s requires its variables', (name) => {
  expect(() => buildProfile([name])).toThrow(/the variable \w+ has no value/);
});

it('builds overlays together: the order of those for different subjects does not matter', () => {
  const names = ['redis', 'jwt', 'cache', 'logs-http', 'canary', 'prod'];
  expect(buildProfile(names, VARIABLES).split('_format_version')[1]).toHaveLength(
    buildProfile([...names].reverse(), VARIABLES).split('_format_version')[1]!.length,
  );
});

it.each(settings)('%s has settings only, each once', (name) => {
  const keys = read(name)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => /^([a-z_]+) = \S+$/.exec(line)?.[1]);
  expect(keys).not.toContain(undefined);
  expect(new Set(keys).size).toBe(keys.length);
});

it('lists every file in docs/profiles.md', () => {
  const page = readFileSync(join(folder, '../../docs/profiles.md'), 'utf8');
  for (const name of readdirSync(folder)) expect(page).toContain(`(../kong/profiles/${name})`);
});
