import { answerOf, decideWith, MODERN, modernMeta, passOf, ping, post, request, versionHeader } from '../request';

const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };
const response = { jsonrpc: '2.0', id: 'r', result: {} };

describe('batches', () => {
  it.each([
    ['2024-11-05', true],
    ['2025-03-26', true],
    [undefined, true],
    ['2025-06-18', false],
    ['2025-11-25', false],
    [MODERN, false],
  ])('with version header %j pass: %j', (version, passes) => {
    const facts = post([ping, notification], { 'mcp-protocol-version': version });
    if (passes) expect(passOf(facts).summary).toMatchObject({ batch: true, messages: [{ id: 1 }, {}] });
    else expect(answerOf(facts)).toMatchObject({ status: 400, code: -32600, id: null });
  });

  it('can be allowed in every older revision, or in none', () => {
    expect(passOf(post([ping], versionHeader('2025-11-25')), { batches: 'legacy' })).toBeDefined();
    expect(answerOf(post([ping], versionHeader(MODERN)), { batches: 'legacy' })).toMatchObject({
      status: 400,
      code: -32600,
    });
    expect(answerOf(post([ping]), { batches: 'deny' })).toMatchObject({ status: 400, code: -32600, id: null });
  });

  it('with an unknown version header are rejected for that reason', () => {
    expect(answerOf(post([ping], versionHeader('1999-01-01')))).toMatchObject({ status: 400, code: -32022, id: null });
  });

  it.each([
    ['an empty one', [], 'empty_batch'],
    ['initialize inside', [request('initialize', {})], 'initialize_in_batch'],
    ['calls beside responses', [ping, response], 'mixed_batch'],
    ['a bad element', [ping, 5], 'not_an_object'],
    ['a bad id', [ping, { ...ping, id: 1.5 }], 'invalid_id'],
    ['the same id twice', [ping, ping], 'duplicate_id'],
    ['a stateless request', [request('tools/list', { _meta: modernMeta() })], 'batch_not_allowed'],
    ['a folded member', [request('tools/call', { name: 'a', Name: 'b' })], 'case_folded_member'],
  ])('%s: rejected as a whole', (_, batch, reason) => {
    expect(answerOf(post(batch))).toMatchObject({ status: 400, code: -32600, id: null, reason });
  });

  it('have a bounded size', () => {
    const batch = Array.from({ length: 3 }, (_, id) => request('ping', {}, id));
    expect(passOf(post(batch), { max_batch: 3 })).toBeDefined();
    expect(answerOf(post(batch), { max_batch: 2 })).toMatchObject({
      status: 400,
      code: -32600,
      reason: 'batch_too_large',
    });
  });

  it('responses alone pass', () => {
    expect(passOf(post([response, { ...response, id: 's' }])).summary?.messages).toHaveLength(2);
  });

  it('one bad notification, which has no response of its own: the status shows it', () => {
    const batch = [ping, { jsonrpc: '2.0', method: 'notifications/progress' }];
    expect(answerOf(post(batch))).toMatchObject({ status: 400, code: -32602, id: null, reason: 'invalid_params' });
  });

  it('one denied call: nothing is forwarded and every request gets an error', () => {
    const batch = [ping, notification, request('tools/call', { name: 'rm' }, 'two')];
    const config = { tools: { allow: [], deny: ['rm'] } };
    expect(batchAnswer(batch, config)).toEqual([
      [1, -32600],
      ['two', -32602],
    ]);
  });
});

function batchAnswer(batch: object[], config: Record<string, unknown>): unknown {
  const decision = decideWith(post(batch), config);
  if (decision.kind === 'pass') return 'pass';
  expect(decision.response.status).toBe(200);
  const answers = JSON.parse(decision.response.body) as { id: unknown; error: { code: number } }[];
  return answers.map(({ id, error }) => [id, error.code]);
}
