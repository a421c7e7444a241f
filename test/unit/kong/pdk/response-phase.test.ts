import { definePlugin, keep, proceed, read, type Reads } from '../../../../kong/pdk';

const declare = (access: Reads | undefined, response: Reads | undefined) => () =>
  definePlugin({
    name: 'one',
    version: '1',
    priority: 1,
    onError: 'reject',
    fields: {},
    prepare: () => undefined,
    ...(access && { access: { reads: access, handle: () => proceed() } }),
    ...(response && { response: { reads: response, handle: () => keep() } }),
  });

it.each([
  ['a response phase alone', undefined, {}, 'one: a response phase needs an access phase'],
  ['the request body in response', {}, { sent: read.rawBody() }, 'one: sent cannot be read in a response phase'],
  ['the log entry in response', {}, { entry: read.logEntry() }, 'one: entry cannot be read in a response phase'],
  [
    'an answer in access',
    { got: read.answer.body(1) },
    undefined,
    'one: got of an answer can only be read in a response',
  ],
])('does not declare %s', (_, access, response, message) => {
  expect(declare(access, response)).toThrow(message);
});

it('declares access and response', () => {
  const reads = { body: read.answer.body(1), status: read.answer.status(), sent: read.headers() };
  expect(Object.keys(declare({}, reads)().phases)).toEqual(['access', 'response']);
});
