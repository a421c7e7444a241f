import { Headers, Metrics, type AnswerOutcome } from '../../../../kong/pdk';
import { readConfig } from '../../../../kong/pdk/read-config';
import { silentLog } from '../../../../kong/testkit/silent-log';
import { response } from '../../../../plugins/mcp-validator/response';
import { fields } from '../../../../plugins/mcp-validator/schema';
import { prepare } from '../../../../plugins/mcp-validator/state';
import { page, tool, tools } from './lists/held';

const held = JSON.stringify({
  requests: [{ id: 1, method: 'tools/list' }],
  batch: false,
  isModern: false,
  service: 'calc',
  endpoints: ['/mcp'],
});

/** What becomes of a response to tools/list, of which tools that begin with `hidden` are denied. */
function judge(
  mode: 'enforce' | 'report',
  body: string | undefined,
  deny: readonly string[] = ['hidden*'],
): Promise<AnswerOutcome> {
  const state = prepare(readConfig(fields, { mode, tools: { deny } }), {
    metrics: new Metrics(),
    log: silentLog,
    now: () => 0,
    env: {},
    scope: {},
  });
  return response(state, {
    held,
    status: 200,
    headers: Headers.from({ 'content-type': 'application/json' }),
    body: body === undefined ? { kind: 'too_long', maxBytes: 4_194_304 } : { kind: 'bytes', bytes: Buffer.from(body) },
  });
}

function bodyOf(outcome: AnswerOutcome): string {
  if (outcome.kind !== 'replace') throw new Error(`the outcome is ${outcome.kind}`);
  return String(Buffer.from(outcome.body as Uint8Array));
}

const list = page(tools(tool('hidden-a'), tool('shown'), tool('hidden-b')));

describe('a list in report mode', () => {
  it.each([
    ['says how many elements would be hidden', list, 'list=tools; would_hide=2'],
    ['says that it could not be read', '[', 'list=tools; outcome=unreadable'],
    ['says that it is too long', undefined, 'list=tools; outcome=too_long'],
    ['says nothing if all of it would be shown', page(tools(tool('shown'))), undefined],
  ])('%s', async (_, body, expected) => {
    const outcome = await judge('report', body);
    expect(outcome.kind).toBe('keep');
    expect(outcome).toMatchObject({ headers: expected === undefined ? {} : { 'X-MCP-Validator-Report': expected } });
    if (expected === undefined) expect(outcome).toHaveProperty('headers', {});
  });
});

it('cuts the same list in enforce mode, without the header', async () => {
  const outcome = await judge('enforce', list);
  expect(bodyOf(outcome)).toBe(page(tools(tool('shown'))));
  expect(outcome).not.toHaveProperty('headers.X-MCP-Validator-Report');
});

it('judges each page by the rules of its moment, also when they change while the server prepares it', async () => {
  const pageOf = (cursor: string) => page(`{"tools":[${tool('hidden-a')},${tool('shown')}],"nextCursor":"${cursor}"}`);
  expect(bodyOf(await judge('enforce', pageOf('2')))).not.toContain('hidden-a');
  const second = bodyOf(await judge('enforce', pageOf('3'), ['shown']));
  expect(second).toBe(page(`{"tools":[${tool('hidden-a')}],"nextCursor":"3"}`));
  // No rule is left: the list is not cut, although the request was held for one.
  expect((await judge('enforce', pageOf('4'), [])).kind).toBe('keep');
});
