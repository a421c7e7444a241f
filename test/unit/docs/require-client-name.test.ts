import { Headers } from '../../../kong/pdk';
import { requireClientName } from '../../fixtures/require-client-name';

const decide = (headers: Record<string, string>): unknown =>
  requireClientName.phases.access!.handle(
    { header: 'x-client-name' } as never,
    { headers: Headers.from(headers) } as never,
  );

it('refuses a client without a name, and passes one that has it', () => {
  expect(decide({})).toMatchObject({ kind: 'reject', status: 400 });
  expect(decide({ 'X-Client-Name': 'me' })).toMatchObject({ kind: 'proceed' });
});
