import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isScalar, parseDocument, visit, type Scalar } from 'yaml';
import type { Reads } from '../../../kong/pdk';
import { capturePlugin } from '../../../kong/plugin-server/commands/capture-plugin';
import { llmTelemetry } from '../../../plugins/llm-telemetry';
import { mcpTelemetry } from '../../../plugins/mcp-telemetry';

const root = join(__dirname, '..', '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const document = parseDocument(read('kong/kong.yml'));
const profiles = readdirSync(join(root, 'kong/profiles')).map((name) => parseDocument(read(`kong/profiles/${name}`)));

const snippets: Scalar<string>[] = [];
for (const file of [document, ...profiles]) {
  visit(file, {
    Scalar: (_key, node) => {
      if (isScalar<string>(node) && node.type === 'BLOCK_LITERAL') snippets.push(node);
    },
  });
}
const fileOf = ({ comment }: Scalar): string => (comment ?? '').trim();

it('contains every file of kong/lua, in kong.yml or a profile, and no other snippet of more than three lines', () => {
  const files = readdirSync(join(root, 'kong', 'lua')).map((name) => `kong/lua/${name}`);
  expect([...new Set(snippets.map(fileOf))].sort()).toEqual(files.sort());
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

it('shares with http-log what the log phases of the telemetry plugins read', () => {
  const [, list = ''] = /ipairs\(\{([^}]*)\}\)/.exec(read('kong/lua/share-with-http-log.lua')) ?? [];
  const shared = [...list.matchAll(/"(\w+)"/g)].map(([, key]) => key!);
  // With every option on, the log phases read all that they ever read.
  const config = { track_open_streams: true, propagate: true, inject_stream_usage: true };
  const reads = [llmTelemetry, mcpTelemetry].flatMap(({ phases }) => {
    const { reads: readsOf } = phases.log!;
    return Object.values(typeof readsOf === 'function' ? readsOf({ config } as never) : (readsOf as Reads));
  });
  const keys = reads.flatMap((one) =>
    'method' in one && one.method === 'kong.ctx.shared.get' ? [String(one.argument)] : [],
  );
  expect(shared).toEqual([...new Set(keys)].sort());
});
