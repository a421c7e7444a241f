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
});

/** What becomes of a response to tools/list, of which tools that begin with `hidden` are denied. */
function judge(mode: 'enforce' | 'report', body: string | undefined): Promise<AnswerOutcome> {
  const state = prepare(readConfig(fields, { mode, tools: { deny: ['hidden*'] } }), {
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
  if (outcome.kind !== 'replace') throw new Error(`the outcome is ${outcome.kind}`);
  expect(String(Buffer.from(outcome.body as Uint8Array))).toBe(page(tools(tool('shown'))));
  expect(outcome.headers).not.toHaveProperty('X-MCP-Validator-Report');
});
