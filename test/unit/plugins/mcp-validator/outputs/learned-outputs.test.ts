import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashParts } from '../../../../../plugins/mcp-validator/pins/definition-parts';
import { writeLock } from '../../../../../plugins/mcp-validator/pins/lock-file';
import { gateway, list, PRIVATE, schema, sse, EVENTS } from '../learning/gateway';
import { request } from '../request';

const folder = mkdtempSync(join(tmpdir(), 'outputs-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const sum = { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] };
const toolOf = (outputSchema?: object) => ({ name: 'add', inputSchema: schema, ...(outputSchema && { outputSchema }) });
const LEARN = { learn: 'enforce' };
const STRICT = { output_schemas: 'strict' };
const resultOf = (structuredContent: unknown) => ({
  jsonrpc: '2.0',
  id: 1,
  result: { content: [], structuredContent },
});
const VALID = resultOf({ sum: 3, more: 1 });
const INVALID = resultOf({ sum: '3' });
const call = request('tools/call', { name: 'add', arguments: { a: 1 } });
const TOOL_ERROR = { result: { isError: true } };

type Gateway = ReturnType<typeof gateway>;
const learn = ({ answer }: Gateway, outputSchema?: object, more: object = {}) =>
  answer({ answer: list([toolOf(outputSchema)], (more as { result?: object }).result ?? {}), ...more });
/** What the client gets for a result of the tool. */
const result = ({ answer }: Gateway, returned: object, by?: string) =>
  answer({ asked: call, answer: returned, ...(by !== undefined && { by }) });
const violations = ({ metric }: Gateway, mode: string) =>
  metric(`mcp_validator_output_violations_total{kong_service="one",mode="${mode}"}`);

describe('an output schema that the server announced', () => {
  it('makes an invalid result an error of the tool, in strict', async () => {
    const kong = gateway(LEARN, STRICT);
    expect(await result(kong, INVALID)).toEqual(INVALID);
    await learn(kong, sum);
    expect(await result(kong, INVALID)).toMatchObject(TOOL_ERROR);
    expect(await result(kong, { jsonrpc: '2.0', id: 1, result: { content: [] } })).toMatchObject(TOOL_ERROR);
    expect(await result(kong, VALID)).toEqual(VALID);
    expect(await result(kong, { jsonrpc: '2.0', id: 1, result: { content: [], isError: true } })).toMatchObject(
      TOOL_ERROR,
    );
    expect(await violations(kong, 'strict')).toBe('2');
  });

  it('is applied as it is announced: nothing is converted, and a closed object stays closed', async () => {
    const kong = gateway(LEARN, STRICT);
    await learn(kong, { ...sum, additionalProperties: false });
    expect(await result(kong, VALID)).toMatchObject(TOOL_ERROR);
    expect(await result(kong, resultOf({ sum: 3 }))).toEqual(resultOf({ sum: 3 }));
  });

  it('replaces a response that cannot be read', async () => {
    const kong = gateway(LEARN, STRICT);
    await learn(kong, sum);
    expect(await kong.answer({ asked: call, answer: '{"jsonrpc":"2.0","id":1,"result":{' })).toMatchObject({
      error: { code: -32603, message: 'The response could not be checked' },
    });
  });

  it('is only compared in warn, in the log phase, for the caller to whom it was announced', async () => {
    const kong = gateway(LEARN, { output_schemas: 'warn' });
    await learn(kong, sum, { result: PRIVATE, by: 'ann' });
    expect(await result(kong, INVALID, 'ann')).toEqual(INVALID);
    expect(await result(kong, VALID, 'ann')).toEqual(VALID);
    expect(await result(kong, INVALID, 'bob')).toEqual(INVALID);
    expect(await violations(kong, 'warn')).toBe('1');
    expect(kong.lines).toMatchObject([
      [{ tool: 'add', problem: '/structuredContent/sum must be number' }, expect.anything()],
    ]);
  });

  it('rejects nothing with learn: report, but is compared in the log phase', async () => {
    const kong = gateway({ learn: 'report' }, STRICT);
    await learn(kong, sum);
    expect(await result(kong, INVALID)).toEqual(INVALID);
    expect([await violations(kong, 'strict'), await violations(kong, 'warn')]).toEqual([undefined, '1']);
  });

  it.each([
    ['off', LEARN],
    ['strict', { learn: 'off' }],
    ['warn', { learn: 'off' }],
  ])('is not used with output_schemas: %s and %j', async (mode, tools) => {
    const kong = gateway(tools, { output_schemas: mode });
    await learn(kong, sum);
    expect(await result(kong, INVALID)).toEqual(INVALID);
  });

  it('never takes the place of a configured one', async () => {
    const kong = gateway({ ...LEARN, output_schemas: { add: JSON.stringify(sum) } }, STRICT);
    await learn(kong, { type: 'object' });
    expect(await result(kong, INVALID)).toMatchObject(TOOL_ERROR);
  });

  it.each(['{}', ' { } '])('does not count for a tool that is exempt by %j: its responses stream', async (exempt) => {
    const kong = gateway({ ...LEARN, output_schemas: { add: exempt } }, STRICT);
    await learn(kong, sum);
    expect(await result(kong, INVALID)).toEqual(INVALID);
    const held = await kong.metric('mcp_validator_judge_seconds_count{kong_service="one"}');
    expect(held).toBe('1');
  });

  it('is one of several while the servers behind a service differ: a result passes that one accepts', async () => {
    const kong = gateway(LEARN, STRICT);
    await learn(kong, sum, { by: 'ann' });
    await learn(kong, { ...sum, properties: { sum: { type: 'string' } } }, { by: 'bob' });
    expect([await result(kong, INVALID), await result(kong, VALID)]).toEqual([INVALID, VALID]);
    expect(await result(kong, resultOf({}))).toMatchObject(TOOL_ERROR);
    await learn(kong, undefined, { by: 'eve' });
    expect(await result(kong, resultOf({}))).toEqual(resultOf({}));
  });

  it('is not used after list_changed, until the next list', async () => {
    const kong = gateway(LEARN, STRICT);
    await learn(kong, sum);
    const changed = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
    await kong.answer({
      answer: sse(changed, { jsonrpc: '2.0', id: 1, error: { code: 1, message: '' } }),
      headers: EVENTS,
    });
    expect(await result(kong, INVALID)).toEqual(INVALID);
    await learn(kong, sum);
    expect(await result(kong, INVALID)).toMatchObject(TOOL_ERROR);
  });

  it.each([
    ['unsupported', { type: 'object', $ref: 'https://example.com/other' }],
    ['unsupported', { type: 'object', properties: { a: { pattern: '(a)\\1' } } }],
    ['too_large', { type: 'object', description: 'x'.repeat(270_000) }],
  ])('that cannot be used (%s) lets results pass, and is counted', async (reason, outputSchema) => {
    const kong = gateway(LEARN, STRICT);
    await learn(kong, outputSchema);
    expect(await result(kong, INVALID)).toEqual(INVALID);
    expect(await kong.metric(`mcp_validator_unchecked_outputs_total{kong_service="one",reason="${reason}"}`)).toBe('1');
  });

  it('belongs to the revision of the call: from 2026-07-28 on, output may be any value', async () => {
    const kong = gateway(LEARN, STRICT);
    await learn(kong, { type: 'array', items: { type: 'number' } });
    expect(await result(kong, resultOf([1]))).toMatchObject(TOOL_ERROR);
  });
});

describe('an output schema that is pinned', () => {
  const path = join(folder, 'mcp-pins.lock.json');
  const pinned = (pin: string): Gateway => {
    writeFileSync(path, writeLock(new Map([['one', new Map([['add', hashParts(toolOf(sum))]])]])));
    return gateway({ ...LEARN, pins_file: path }, { ...STRICT, pin });
  };

  it.each([
    ['a weaker one', { type: 'object' }],
    ['none', undefined],
  ])('is not weakened by a later list with %s, also while pins only report', async (_, later) => {
    const kong = pinned('report');
    await learn(kong, sum);
    await learn(kong, later);
    await learn(kong, later, { result: PRIVATE, by: 'ann' });
    const changed = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
    await kong.answer({ asked: request('ping'), answer: sse(changed), headers: EVENTS });
    expect(await result(kong, INVALID)).toMatchObject(TOOL_ERROR);
    expect(await result(kong, VALID)).toEqual(VALID);
  });

  it('is learned from a definition that has drifted in other parts', async () => {
    const kong = pinned('report');
    await kong.answer({ answer: list([{ ...toolOf(sum), title: 'Sum' }]) });
    expect(await result(kong, INVALID)).toMatchObject(TOOL_ERROR);
  });

  it('is not needed with pin: enforce, where a tool with another one cannot be called', async () => {
    const kong = pinned('enforce');
    await learn(kong, { type: 'object' });
    expect(kong.call({ a: 1 })).toBe('tool_changed');
  });
});
