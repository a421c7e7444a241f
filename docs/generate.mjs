// Writes the generated blocks of the repository: the plugins in kong.conf, the Lua functions in kong.yml, the tables of
// config fields in the READMEs; and the files of the Helm chart.
// Runs on the build: `npm run build && npm run generate`.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { generateLua } from './generate-lua.mjs';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const { generatedBlocks, withBlock } = require('../dist/kong/generate/blocks.js');
const { CHART_FILES, chartFiles } = require('../dist/kong/generate/chart-files.js');
const { plugins } = require('../dist/plugins/index.js');

for (const block of generatedBlocks(plugins)) {
  const path = join(root, block.file);
  const before = readFileSync(path, 'utf8');
  const after = withBlock(before, block);
  if (after === before) continue;
  writeFileSync(path, after);
  process.stdout.write(`${block.file} is rewritten\n`);
}
generateLua(root);

// Last: they contain files of above.
const repository = {
  read: (path) => readFileSync(join(root, path), 'utf8'),
  list: (folder) => readdirSync(join(root, folder)),
};
const chart = chartFiles(repository, plugins);
rmSync(join(root, CHART_FILES), { recursive: true, force: true });
for (const [name, text] of chart) {
  const path = join(root, CHART_FILES, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
