import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isScalar, parseDocument, visit, type Scalar } from 'yaml';
import { capturePlugin } from '../../../kong/plugin-server/commands/capture-plugin';

const root = join(__dirname, '..', '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const document = parseDocument(read('kong/kong.yml'));

const snippets: Scalar<string>[] = [];
visit(document, {
  Scalar: (_key, node) => {
    if (isScalar<string>(node) && node.type === 'BLOCK_LITERAL') snippets.push(node);
  },
});
const fileOf = ({ comment }: Scalar): string => (comment ?? '').trim();

it('contains every file of kong/lua, and no other snippet of more than three lines', () => {
  const files = readdirSync(join(root, 'kong', 'lua')).map((name) => `kong/lua/${name}`);
  expect(snippets.map(fileOf).sort()).toEqual(files.sort());
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && node.value.trim().split('\n').length > 3) {
        expect(snippets).toContain(node);
      }
    },
  });
});

it.each(snippets.map((snippet) => [fileOf(snippet), snippet.value]))(
  'contains the current %s; after a change of the file run `npm run generate`',
  (path, value) => {
    expect(value).toBe(read(path));
  },
);

it('uses the capture that `dump --capture` prints', () => {
  const { services } = document.toJS() as { services: { plugins?: { name: string; config: object }[] }[] };
  const [printed] = parseDocument(capturePlugin()).toJS() as [{ name: string; config: object }];
  const captures = services.flatMap(({ plugins = [] }) => plugins.filter(({ name }) => name === 'pre-function'));
  expect(captures).toHaveLength(3);
  for (const capture of captures) expect(capture).toEqual(printed);
});
