import { createElsewhere } from '../../../../../plugins/mcp-validator/lists/elsewhere';
import { gateway, list, add } from '../learning/gateway';
import { request, rulesOf } from '../request';

const { paths } = rulesOf();
const at = (path: string, service = 'one') => ({ service, endpoints: paths.endpointsOf(path) });

describe('the endpoints of a path', () => {
  it.each([
    ['/mcp', ['/mcp']],
    ['/calc/mcp', ['/mcp']],
    ['/MESSAGES/', ['/messages']],
    ['/x/../messages;v=1', ['/messages']],
    ['/messages/0123', []],
    ['/messages%3F/mcp', ['/mcp', '/messages']],
    [`/messages/%${'25'.repeat(90)}41`, []],
  ])('%s', (path, expected) => {
    expect(paths.endpointsOf(path)).toEqual(expected);
  });

  it('are one if every path is an endpoint', () => {
    const every = rulesOf({ paths: ['*'] }).paths;
    expect([every.endpointsOf(''), every.areAllEndpoints]).toEqual([['*'], true]);
  });
});

describe('an endpoint that answers elsewhere', () => {
  it('is closed in all spellings of its path, and no other endpoint or service', () => {
    const elsewhere = createElsewhere();
    elsewhere.add(at('/messages'));
    expect(
      ['/messages/', '/x/..//Messages', '/calc/messages', '/messages%3F/mcp'].map((one) => elsewhere.has(at(one))),
    ).toEqual([true, true, true, true]);
    expect([at('/mcp'), at('/messages', 'two'), at('/messages/1')].map(elsewhere.has)).toEqual([false, false, false]);
  });

  it('is one for all paths that are not listed, since a client can invent them', () => {
    const elsewhere = createElsewhere();
    elsewhere.add(at('/session/1'));
    expect([at('/session/2'), at('/a/b'), at('/mcp')].map(elsewhere.has)).toEqual([true, true, false]);
  });

  it('cannot be closed by a path that may be of another one', () => {
    const elsewhere = createElsewhere();
    elsewhere.add(at('/messages%3F/mcp'));
    expect([at('/mcp'), at('/messages'), at('/messages%3F/mcp')].map(elsewhere.has)).toEqual([false, false, true]);
  });
});

it('a client of the older transport does not close the lists of others', async () => {
  const { answer, state } = gateway({ deny: ['hidden'] });
  await answer({ answer: '', status: 202, path: '/messages' });
  const shown = await answer({ answer: list([add, { ...add, name: 'hidden' }]), path: '/mcp' });
  expect(shown).toEqual(list([add]));
  const closed = await answer({ asked: request('tools/list', {}, 7), answer: list([add]), path: '/messages' });
  expect(closed).toMatchObject({ id: 7, error: { code: -32603, message: 'The list could not be checked' } });
  expect(state.elsewhere.has({ service: 'one', endpoints: ['/mcp'] })).toBe(false);
});

it('closes calls whose output must be checked, too, and no others', async () => {
  const config = { output_schemas: { add: '{"type":"object"}' } };
  const { answer } = gateway(config, { output_schemas: 'strict' });
  const call = (name: string) => request('tools/call', { name, arguments: {} });
  const result = { jsonrpc: '2.0', id: 1, result: { content: [], structuredContent: {} } };
  await answer({ asked: call('add'), answer: '', status: 202, path: '/messages' });
  expect(await answer({ asked: call('add'), answer: result, path: '/mcp' })).toEqual(result);
  expect(await answer({ asked: call('add'), answer: result, path: '/messages' })).toMatchObject({
    error: { code: -32603, message: 'The response could not be checked' },
  });
  expect(await answer({ asked: call('other'), answer: result, path: '/messages' })).toEqual(result);
});
