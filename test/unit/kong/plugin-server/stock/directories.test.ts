import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePlugin } from '../../../../../kong/pdk';
import { writeStockDirectories } from '../../../../../kong/plugin-server/stock/directories';

const out = mkdtempSync(join(tmpdir(), 'stock-directories-'));
afterAll(() => {
  rmSync(out, { recursive: true });
});

const plugins = ['one', 'two'].map((name) =>
  definePlugin({ name, version: '1', priority: 1, onError: 'pass', fields: {}, prepare: () => undefined }),
);
const suite = { plugins, module: join(out, 'suite.js') };

it('writes one directory with one entry per plugin, also if it already exists', () => {
  writeStockDirectories(suite, out);
  writeStockDirectories(suite, out);
  for (const name of ['one', 'two']) {
    expect(readdirSync(join(out, name))).toEqual([`${name}.js`]);
    const entry = readFileSync(join(out, name, `${name}.js`), 'utf8');
    expect(entry).toContain('require("../suite.js")');
    expect(entry).toContain(`name === "${name}"`);
  }
});

it('rejects a directory with other files, and deletes none of them', () => {
  const sources = join(out, 'sources');
  mkdirSync(join(sources, 'one'), { recursive: true });
  writeFileSync(join(sources, 'one', 'index.ts'), 'kept');
  expect(() => {
    writeStockDirectories(suite, sources);
  }).toThrow('holds other files: choose another --out');
  expect(readFileSync(join(sources, 'one', 'index.ts'), 'utf8')).toBe('kept');
});
