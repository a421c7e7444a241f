import { requestFinder } from '../../../../../plugins/mcp-validator/lists/asked-requests';
import { judgeBody } from '../../../../../plugins/mcp-validator/lists/judge-body';
import { checkOutput, outputErrorResult } from '../../../../../plugins/mcp-validator/outputs/check-output';
import { compileOutputSchema } from '../../../../../plugins/mcp-validator/outputs/compile-output-schema';

function schemaOf(schema: object) {
  const compiled = compileOutputSchema(JSON.stringify(schema));
  if (!compiled.ok) throw new Error(compiled.problem);
  return compiled.schema;
}
const sum = schemaOf({ type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] });
const content = [{ type: 'text', text: '3' }];

describe('the output of a tool', () => {
  it.each([
    ['a valid one', { content, structuredContent: { sum: 3, more: 1 } }, undefined],
    ['a final one', { content, structuredContent: { sum: 3 }, resultType: 'complete' }, undefined],
    ['another type', { content, structuredContent: { sum: '3' } }, '/structuredContent/sum must be number'],
    ['none', { content }, '/structuredContent is missing'],
    ['null', { content, structuredContent: null }, '/structuredContent must be an object'],
    ['a list', { content, structuredContent: [3] }, '/structuredContent must be an object'],
    ['an error of the tool', { content, isError: true, structuredContent: { sum: '3' } }, undefined],
    ['isError: false', { content, isError: false }, '/structuredContent is missing'],
    ['a request for input', { resultType: 'input_required', inputRequests: {} }, undefined],
    ['a task', { task: { taskId: '1' } }, undefined],
  ])('%s', (_, result, problem) => {
    expect(checkOutput(result, sum, false)?.problem).toBe(problem);
  });

  it('may be any value in 2026-07-28', () => {
    const numbers = schemaOf({ type: 'array', items: { type: 'number' } });
    const problemOf = (structuredContent: unknown, isModern: boolean) =>
      checkOutput({ structuredContent }, numbers, isModern)?.problem;
    expect(problemOf([1, 2], true)).toBeUndefined();
    expect(problemOf([1, 'x'], true)).toBe('/structuredContent/1 must be number');
    expect(problemOf(null, true)).toBe('/structuredContent must be array');
    expect(problemOf([1, 2], false)).toBe('/structuredContent must be an object');
    expect(checkOutput({ structuredContent: 5 }, schemaOf({}), true)).toBeUndefined();
  });

  it('a hostile schema stops', () => {
    const branch = (ref: string) => ({ anyOf: [{ $ref: ref }, { $ref: ref }] });
    const $defs = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`d${i}`, i < 29 ? branch(`#/$defs/d${i + 1}`) : { type: 'string' }]),
    );
    const hostile = schemaOf({ type: 'object', properties: { x: { $ref: '#/$defs/d0' } }, $defs });
    expect(checkOutput({ structuredContent: { x: 1 } }, hostile, false)).toBeDefined();
  });
});

describe('a held call', () => {
  const requests = [{ id: 7, method: 'tools/call', name: 'add' }];
  const judge = (body: string) =>
    judgeBody(Buffer.from(body), true, requests, {
      hides: new Set(),
      lists: { shows: () => true, hidesResource: () => false, caching: undefined },
      replaceOutput: (_, result) => (checkOutput(result, sum, true) ? outputErrorResult(true) : undefined),
    })!;
  const progress = 'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}\n\n';

  it('gets an error of the tool in place of an invalid result, after all of its progress', () => {
    const { bytes, responses } = judge(
      `${progress}${progress}id: 3\ndata: {"jsonrpc":"2.0","id":7,"result":{"content":[],"structuredContent":{}}}\n\n`,
    );
    const error = outputErrorResult(true);
    expect(bytes.toString()).toBe(`${progress}${progress}id: 3\ndata: {"jsonrpc":"2.0","id":7,"result":${error}}\n\n`);
    expect(JSON.parse(error)).toMatchObject({ isError: true, resultType: 'complete' });
    expect(outputErrorResult(false)).not.toContain('resultType');
    expect(responses.map(({ outcome }) => outcome)).toEqual(['output']);
  });

  it('gets a valid result, an error and other responses byte for byte', () => {
    const body = `${progress}data: {"jsonrpc":"2.0","id":7,"result":{"structuredContent":{ "sum":1.0 }}}\n\ndata: {"jsonrpc":"2.0","id":8,"result":{}}\n\n`;
    expect(judge(body)).toMatchObject({ isChanged: false });
    expect(judge('data: {"jsonrpc":"2.0","id":7,"error":{"code":1,"message":""}}\n\n').isChanged).toBe(false);
    expect(requestFinder(requests)(8)).toBeUndefined();
  });
});
