import { answerOf, LEGACY, modernMeta, modernPost, passOf, post, request, versionHeader } from '../request';

describe('_meta', () => {
  it.each([
    ['a', true],
    ['a.b-c_d', true],
    ['com.example/key', true],
    ['com.example/', true],
    ['', true],
    ['-a', false],
    ['a b', false],
    ['1com/key', false],
    ['com./key', false],
    ['a/b/c', false],
    ['é', false],
  ])('key %j is well formed: %j', (key, isWellFormed) => {
    const facts = post(request('tools/list', { _meta: { [key]: 1 } }));
    expect(passOf(facts).metaKeyProblem).toBe(isWellFormed ? undefined : 'malformed');
    expect(passOf(facts, { meta_key_check: 'off' }).metaKeyProblem).toBeUndefined();
    if (!isWellFormed) {
      expect(answerOf(facts, { meta_key_check: 'deny' })).toMatchObject({ status: 200, code: -32602, id: 1 });
    }
  });

  it.each([
    ['text', true],
    [7, true],
    [1.5, false],
    [{}, false],
    [null, false],
  ])('progressToken %j passes: %j', (progressToken, passes) => {
    for (const version of LEGACY) {
      const facts = post(request('tools/list', { _meta: { progressToken } }), versionHeader(version));
      if (passes) expect(passOf(facts)).toBeDefined();
      else expect(answerOf(facts)).toMatchObject({ status: 200, code: -32602, id: 1 });
    }
    const modern = modernPost('tools/list', { _meta: modernMeta({ progressToken }) });
    if (passes) expect(passOf(modern)).toBeDefined();
    else expect(answerOf(modern)).toMatchObject({ status: 400, code: -32602, id: 1 });
  });

  it('trace context keys are free', () => {
    const _meta = { traceparent: 'x', tracestate: 'y', baggage: 'z' };
    expect(passOf(post(request('tools/list', { _meta }))).metaKeyProblem).toBeUndefined();
  });

  it.each([
    ['modelcontextprotocol.io/x', true],
    ['mcp.dev/x', true],
    ['tools.mcp.com/x', true],
    ['a.b.mcp.c/x', true],
    ['com.mcp/x', true],
    ['com.mcp.tools/x', true],
    ['org.modelcontextprotocol/x', true],
    ['io.modelcontextprotocol/related-task', false],
    ['io.modelcontextprotocol/ui', false],
    ['com.example.mcp/x', false],
    ['com.mcpx/x', false],
    ['mcp/x', false],
    ['mcp.dev', false],
    ['x', false],
  ])('the prefix of %j is reserved: %j, which is logged, never rejected', (key, isReserved) => {
    const facts = post(request('tools/list', { _meta: { [key]: 1 } }));
    for (const check of ['warn', 'deny']) {
      expect(passOf(facts, { meta_key_check: check }).metaKeyProblem).toBe(isReserved ? 'reserved' : undefined);
    }
    expect(passOf(facts, { meta_key_check: 'off' }).metaKeyProblem).toBeUndefined();
  });

  it('of a batch the worst problem is logged', () => {
    const ping = (key: string, id: number) => request('ping', { _meta: { [key]: 1 } }, id);
    const batch = [ping('mcp.dev/x', 1), ping('a b', 2), ping('x', 3)];
    expect(passOf(post(batch)).metaKeyProblem).toBe('malformed');
    expect(passOf(post(batch.slice(0, 1))).metaKeyProblem).toBe('reserved');
  });
});
