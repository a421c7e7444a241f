import { errorBody, errorType } from '../../../../../kong/stand-in/request/errors';

describe('errorType', () => {
  it.each([
    [undefined, 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
    ['text/html,application/xhtml+xml;q=0.9', 'text/html; charset=utf-8'],
    ['text/*', 'text/plain; charset=utf-8'],
    ['application/xml;q=0.4, text/plain;q=0.5', 'text/plain; charset=utf-8'],
    ['application/json, text/event-stream', 'application/json; charset=utf-8'],
    ['\xff nonsense', 'application/json; charset=utf-8'],
  ])('%s', (accept, type) => {
    expect(errorType(accept)).toBe(type);
  });
});

it("errorBody is Kong's template to the byte", () => {
  expect(errorBody('application/json; charset=utf-8', 'no Route matched with those values', 'abc')).toBe(
    '{\n  "message":"no Route matched with those values",\n  "request_id":"abc"\n}',
  );
});
