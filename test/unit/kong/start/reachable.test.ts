import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedFolder } from '../../../../kong/start/reachable';

const top = mkdtempSync(join(tmpdir(), 'reachable-'));
const inner = join(top, 'inner');

beforeAll(() => {
  mkdirSync(inner);
  chmodSync(inner, 0o755);
});
afterAll(() => {
  rmSync(top, { recursive: true });
});

it('returns the folder that other users cannot enter', () => {
  chmodSync(top, 0o700);
  expect(closedFolder(inner)).toBe(top);
});

it('returns nothing if all folders are open', () => {
  chmodSync(top, 0o755);
  expect(closedFolder(inner)).toBeUndefined();
});
