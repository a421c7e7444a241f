import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupIdOf } from '../../../../kong/plugin-server/group-id';

const folder = mkdtempSync(join(tmpdir(), 'group-id-'));
const file = join(folder, 'group');
beforeAll(() => {
  writeFileSync(file, 'root:x:0:\nkong:x:1042:alice,bob\nbroken\nodd:x:abc:\n');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it.each([
  ['kong', 1042],
  ['root', 0],
  ['65534', 65534],
  ['broken', undefined],
  ['odd', undefined],
  ['', undefined],
  ['kong:x', undefined],
  ['nobody-here', undefined],
])('returns for the group %j the id %j', (group, id) => {
  expect(groupIdOf(group, file)).toBe(id);
});

it('resolves only a number if the groups file is missing', () => {
  expect(groupIdOf('kong', join(folder, 'missing'))).toBeUndefined();
  expect(groupIdOf('12', join(folder, 'missing'))).toBe(12);
});
