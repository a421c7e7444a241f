import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedBlocks, withBlock, type GeneratedBlock } from '../../../../kong/generate/blocks';
import { plugins } from '../../../../plugins';

const blocks = generatedBlocks(plugins);

it('covers kong.conf, the values for the chart of Kong, and the README of every plugin', () => {
  const readmes = plugins.map(({ name }) => `plugins/${name}/README.md`);
  expect(blocks.map(({ file }) => file)).toEqual(['kong/kong.conf', 'kubernetes/kong-chart.yml', ...readmes]);
});

it.each(blocks)('$file is current', (block) => {
  const content = readFileSync(join(__dirname, '../../../..', block.file), 'utf8');
  if (withBlock(content, block) !== content) {
    throw new Error(`the block of ${block.file} is not current: run \`npm run build && npm run generate\``);
  }
});

const block: GeneratedBlock = { file: 'a.md', begin: '<b>', end: '</b>', text: 'new' };

it('replaces the text between the markers, and nothing else', () => {
  expect(withBlock('x\n<b>\nold\nold\n</b>\ny\n', block)).toBe('x\n<b>\nnew\n</b>\ny\n');
  expect(withBlock('<b>\n</b>', block)).toBe('<b>\nnew\n</b>');
});

it.each(['no markers', '<b>\nno end', '</b>\n<b>', '<b>\n</b>\n<b>\n</b>'])('rejects %j', (content) => {
  expect(() => withBlock(content, block)).toThrow('a.md must have the lines "<b>" and "</b>" once, in this order');
});
