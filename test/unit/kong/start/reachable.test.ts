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

it('names the folder that keeps other users out', () => {
  chmodSync(top, 0o700);
  expect(closedFolder(inner)).toBe(top);
});

it('names none where all are open', () => {
  chmodSync(top, 0o755);
  expect(closedFolder(inner)).toBeUndefined();
});
