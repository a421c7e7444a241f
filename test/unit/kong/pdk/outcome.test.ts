import { rejectJson } from '../../../../kong/pdk';

it('sets the content type of a JSON response', () => {
  expect(rejectJson(400, { message: 'é' })).toEqual({
    kind: 'reject',
    status: 400,
    headers: { 'Content-Type': 'application/json' },
    body: '{"message":"é"}',
  });
});

it('accepts headers, a reason and values to share', () => {
  const options = { headers: { 'Retry-After': '1' }, reason: 'busy', share: { denied: true } } as const;
  expect(rejectJson(503, [], options)).toEqual({
    kind: 'reject',
    status: 503,
    headers: { 'Content-Type': 'application/json', 'Retry-After': '1' },
    body: '[]',
    reason: 'busy',
    share: { denied: true },
  });
});
