import { answerOf, decideWith, factsOf, post, request, STREAM_HEADERS } from '../request';

const RESUMED = { ...STREAM_HEADERS, 'last-event-id': '7' };
const hiding = { tools: { deny: ['admin'] } };

describe('a stream that is resumed while lists are cut', () => {
  it('is rejected with 405, as a server that has no such streams', () => {
    const { status, reason, headers } = answerOf(factsOf('GET', RESUMED, ''), hiding);
    expect([status, reason, headers['Allow']]).toEqual([405, 'resumption_denied', 'POST, DELETE']);
  });

  it('cannot be resumed by a header that some servers read alike', () => {
    expect(answerOf(factsOf('GET', { ...STREAM_HEADERS, last_event_id: '7' }, ''), hiding).status).toBe(400);
  });

  it.each<[string, Record<string, unknown>]>([
    ['resumption: allow', { ...hiding, resumption: 'allow' }],
    ['list_policy: off', { ...hiding, list_policy: 'off' }],
    ['no rule that hides anything', {}],
  ])('can be resumed with %s', (_, config) => {
    expect(decideWith(factsOf('GET', RESUMED, ''), config).kind).toBe('pass');
  });

  it('does not concern a new stream, or a POST', () => {
    expect(decideWith(factsOf('GET', STREAM_HEADERS, ''), hiding).kind).toBe('pass');
    expect(decideWith(post(request('ping'), { 'last-event-id': '7' }), hiding).kind).toBe('pass');
  });
});
