// Writes the generated blocks of the repository: the plugins in kong.conf, the Lua functions in kong.yml, the tables of
// config fields in the READMEs.
// Runs on the build: `npm run build && npm run generate`.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { generateLua } from './generate-lua.mjs';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const { generatedBlocks, withBlock } = require('../dist/kong/generate/blocks.js');
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
