import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globalRowsFor } from '../../bench/gateway/global-rows';
import { rowsFor, type Row } from '../../bench/gateway/rows';

const page = readFileSync(join(__dirname, '../../../docs/performance.md'), 'utf8');
const surroundings = {
  sinkUrl: 'http://127.0.0.1:1',
  logFile: '/requests.log',
  redisPort: 6379,
  intake: { address: '127.0.0.1:2', file: '/log-intake.yml' },
};
const [, section = ''] = /^## The rows$([\s\S]*?)^## /m.exec(page) ?? [];
const documented = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
const namesOf = (rows: readonly Row[]) => rows.map(({ name }) => name);

it('explains every row of the table, in its order', () => {
  expect(documented).toEqual(namesOf(rowsFor(surroundings)));
});

it('has a name for each row only once', () => {
  const names = namesOf([...rowsFor(surroundings), ...globalRowsFor(surroundings)]);
  expect(new Set(names).size).toBe(names.length);
});

it('leaves out what needs Redis without Redis', () => {
  const without = { ...surroundings, redisPort: undefined };
  const names = namesOf([...rowsFor(without), ...globalRowsFor(without)]);
  expect(names.filter((name) => name.includes('redis'))).toEqual([]);
});

it('has the markers between which the benchmark writes', () => {
  expect(page).toMatch(/<!-- gateway benchmark -->[\s\S]*<!-- \/gateway benchmark -->/);
});
