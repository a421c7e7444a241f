import { answerOf, MODERN, modernPost, passOf, ping, post } from '../request';

describe('Mcp-Method', () => {
  it.each([undefined, 'tools/call', 'Tools/List', '', 'tools/list2'])('%j for tools/list gets -32020', (method) => {
    expect(answerOf(modernPost('tools/list', {}, { 'mcp-method': method }))).toMatchObject({
      status: 400,
      code: -32020,
      id: 1,
    });
  });

  it.each([
    [undefined, true],
    ['notifications/cancelled', true],
    ['tools/call', false],
  ])('%j of a notification passes: %j', (method, passes) => {
    const body = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    const facts = post(body, { 'mcp-protocol-version': MODERN, 'mcp-method': method });
    if (passes) expect(passOf(facts)).toBeDefined();
    else expect(answerOf(facts)).toMatchObject({ status: 400, code: -32020, id: null });
  });

  it('is ignored in older revisions', () => {
    expect(passOf(post(ping, { 'mcp-method': 'tools/call' }))).toBeDefined();
  });
});

const base64 = (text: string): string => `=?base64?${Buffer.from(text).toString('base64')}?=`;

describe('Mcp-Name', () => {
  it.each([
    ['tools/call', { name: 'add' }, 'add', true],
    ['tools/call', { name: 'add' }, ' add\t', true],
    ['tools/call', { name: 'add' }, base64('add'), true],
    ['tools/call', { name: 'zählen' }, base64('zählen'), true],
    ['tools/call', { name: '' }, '', true],
    ['tools/call', { name: '' }, '=?base64??=', true],
    ['tools/call', { name: ' x' }, base64(' x'), true],
    ['tools/call', { name: '=?base64?YQ==?=' }, base64('=?base64?YQ==?='), true],
    ['prompts/get', { name: 'p' }, 'p', true],
    ['resources/read', { uri: 'file:///a' }, 'file:///a', true],
    ['tasks/get', { taskId: 't' }, 't', true],
    ['tools/list', {}, 'whatever', true],
    ['tools/call', { name: 'add' }, undefined, false],
    ['tools/call', { name: 'add' }, 'Add', false],
    ['tools/call', { name: 'add' }, 'sub', false],
    ['tools/call', { name: 'add' }, '', false],
    ['tools/call', { name: 'zählen' }, 'zählen', false],
    ['tools/call', { name: 'zählen' }, Buffer.from('zählen').toString('latin1'), false],
    ['tools/call', { name: 'add' }, '=?base64?YWRk', false],
    ['tools/call', { name: 'add' }, '=?BASE64?YWRk?=', false],
    ['tools/call', { name: 'a' }, '=?base64?YQ?=', false],
    ['tools/call', { name: 'a' }, '=?base64?YR==?=', false],
    ['tools/call', { name: 'a' }, '=?base64?Y Q==?=', false],
    ['tools/call', { name: '=?base64?YQ==?=' }, '=?base64?YQ==?=', false],
    ['tools/call', { name: '\ufffd' }, `=?base64?${Buffer.from([0xff]).toString('base64')}?=`, false],
    ['tools/call', { arguments: {} }, 'add', false],
    ['prompts/get', { name: 'p' }, undefined, false],
    ['resources/read', { uri: 'file:///a' }, 'file:///b', false],
    ['tasks/get', { taskId: 't' }, undefined, false],
    ['tasks/update', { taskId: 't' }, 'u', false],
    ['tasks/cancel', { taskId: 't' }, undefined, false],
  ])('%s %j with %j passes: %j', (method, params, name, passes) => {
    const facts = modernPost(method, params, { 'mcp-name': name });
    if (passes) expect(passOf(facts)).toBeDefined();
    else expect(answerOf(facts)).toMatchObject({ status: 400, code: -32020, id: 1 });
  });
});
