import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KONG_VERSION } from '../../../../kong/stand-in/kong-version';

const root = join(__dirname, '..', '..', '..', '..');

it('is of the line of the Kong image in docker/compose.yml', () => {
  const compose = readFileSync(join(root, 'docker', 'compose.yml'), 'utf8');
  const [, line = 'none'] = /image: \$\{KONG_IMAGE:-kong:([\d.]+)\}/.exec(compose) ?? [];
  expect(`${KONG_VERSION}.`.startsWith(`${line}.`)).toBe(true);
});

it('is named in the README of the stand-in', () => {
  expect(readFileSync(join(root, 'kong', 'stand-in', 'README.md'), 'utf8')).toContain(`Kong Gateway ${KONG_VERSION}`);
});
