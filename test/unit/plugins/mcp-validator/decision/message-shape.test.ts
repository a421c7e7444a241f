import { answerOf, LEGACY, MODERN, passOf, post, versionHeader } from '../request';

const response = { jsonrpc: '2.0', id: 'r', result: {} };

describe('ids', () => {
  it.each(['1', '"a"', '""', '-3', '0'])('%s passes', (id) => {
    expect(passOf(post(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`))).toBeDefined();
  });

  it.each(['null', '1.5', '7.0', '1e2', '9007199254740993', '01', 'true', '{}', '[]'])('%s gets 400', (id) => {
    expect(answerOf(post(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`))).toMatchObject({ status: 400, id: null });
  });
});

describe('params', () => {
  it.each([[[]], [[1]], ['x'], [5], [null], [true]])('%j gets 400 and -32600', (params) => {
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/list', params };
    expect(answerOf(post(body))).toMatchObject({ status: 400, code: -32600, id: 1 });
  });
});

describe('responses of clients', () => {
  it.each(LEGACY)('pass in %s', (version) => {
    expect(passOf(post(response, versionHeader(version))).summary?.messages).toEqual([{ kind: 'response', id: 'r' }]);
  });

  it(`are rejected in ${MODERN}`, () => {
    expect(answerOf(post(response, versionHeader(MODERN)))).toMatchObject({ status: 400, code: -32600, id: null });
  });

  it.each([
    ['2024-11-05', false],
    ['2025-03-26', false],
    ['2025-06-18', false],
    ['2025-11-25', true],
  ])('an error without id passes in %s: %j', (version, passes) => {
    const facts = post({ jsonrpc: '2.0', error: { code: -1, message: 'x' } }, versionHeader(version));
    if (passes) expect(passOf(facts)).toBeDefined();
    else expect(answerOf(facts)).toMatchObject({ status: 400, code: -32600, id: null });
  });

  it.each([
    { jsonrpc: '2.0', id: 1, result: {}, error: { code: 1, message: 'x' } },
    { jsonrpc: '2.0', id: null, error: { code: 1, message: 'x' } },
    { jsonrpc: '2.0', id: 1, error: 'x' },
    { jsonrpc: '2.0', id: 1, result: null },
  ])('%j gets 400', (body) => {
    expect(answerOf(post(body))).toMatchObject({ status: 400, code: -32600, id: null });
  });
});
