import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { transformSync } from '@swc/core';
import * as pdk from '../../kong/pdk';
import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { send } from '../../kong/testkit/http';

const path = join(__dirname, '..', '..', 'docs', 'response-phase.md');

/** The plugin in the document, from its text. */
function documentedPlugin(): pdk.Plugin {
  const [, source = ''] = /^```ts\n([^]*?)^```$/m.exec(readFileSync(path, 'utf8')) ?? [];
  const { code } = transformSync(source, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  const module = { exports: {} as { withoutDebug: pdk.Plugin } };
  const run = runInThisContext(`(exports, require) => {${code}\n}`) as (exports: object, require: () => object) => void;
  run(module.exports, () => pdk);
  return module.exports.withoutDebug;
}

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    plugins: [documentedPlugin()],
    config: { 'without-debug': { max_bytes: 100 } },
    upstream: (request, response) => {
      response.setHeader('Content-Type', 'application/json');
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://upstream');
      response.end(searchParams.get('body') ?? JSON.stringify({ pathname, debug: 1 }));
    },
  });
});
afterAll(() => gateway.close());

it.each([
  ['/other', 200, '{"pathname":"/other","debug":1}'],
  ['/reports/1', 200, '{"pathname":"/reports/1"}'],
  ['/reports/1?body={"a":1}', 200, '{"a":1}'],
  ['/reports/1?body={"a"', 502, '{"message":"The report could not be checked"}'],
  [`/reports/1?body="${'x'.repeat(100)}"`, 502, '{"message":"The report could not be checked"}'],
])('the plugin in docs/response-phase.md answers %s', async (target, status, body) => {
  const answer = await send(gateway.url + encodeURI(target));
  expect([answer.status, String(answer.body)]).toEqual([status, body]);
});
