import { messageOf, valuesOf } from '../../../kong/testkit/http';
import { echoed } from '../../../kong/testkit/upstream';
import { routed } from '../../support/routed';
import { useGateway } from '../../support/use-gateway';

const proxy = useGateway(
  ({ url }) => `
services:
- { ${routed('key', url)}, plugins: [{ name: key-auth, config: { hide_credentials: true, realm: here } }, { name: acl, config: { allow: [gold] } }] }
- { ${routed('anonymous', url)}, plugins: [{ name: key-auth, config: { anonymous: guest } }] }
consumers:
- { username: ann, custom_id: "7", keyauth_credentials: [{ key: gold-key }], acls: [{ group: gold }, { group: blue }] }
- { username: bob, keyauth_credentials: [{ key: plain-key }] }
- { username: guest }
plugins:
- { name: request-size-limiting, consumer: bob, service: anonymous, config: { allowed_payload_size: 1, size_unit: bytes } }
`,
);

describe('key-auth and acl', () => {
  it('allow a consumer with the group, hide the key and set the consumer headers', async () => {
    const { headers, url } = echoed(await proxy.ask('/key?apikey=gold-key&x=1', { 'X-Consumer-Username': 'forged' }));
    expect(url).toBe('/?x=1');
    expect([valuesOf(headers, 'x-consumer-username'), valuesOf(headers, 'x-consumer-custom-id')]).toEqual([
      ['ann'],
      ['7'],
    ]);
    expect(valuesOf(headers, 'x-consumer-groups')).toEqual(['gold, blue']);
    expect(valuesOf(headers, 'x-credential-identifier')).toHaveLength(1);
  });

  it.each<[string, Record<string, string>, string, number, string]>([
    ['no key', {}, '/key', 401, 'No API key found in request'],
    ['a wrong key', { apikey: 'x' }, '/key', 401, 'Unauthorized'],
    ['two keys', {}, '/key?apikey=a&apikey=b', 401, 'Duplicate API key found'],
    ['a consumer without the group', { apikey: 'plain-key' }, '/key', 403, 'You cannot consume this service'],
  ])('reject %s', async (_, headers, path, status, message) => {
    const answer = await proxy.ask(path, headers);
    expect([answer.status, messageOf(answer)]).toEqual([status, message]);
    if (status === 401) expect(answer.headers['www-authenticate']).toBe('Key realm="here"');
  });

  it('allows a request without a key as the anonymous consumer', async () => {
    const { headers } = echoed(await proxy.ask('/anonymous', { 'X-Credential-Identifier': 'forged' }));
    expect([valuesOf(headers, 'x-consumer-username'), valuesOf(headers, 'x-anonymous-consumer')]).toEqual([
      ['guest'],
      ['true'],
    ]);
    expect(valuesOf(headers, 'x-credential-identifier')).toEqual([]);
  });

  it('determine which configuration of a later plugin applies', async () => {
    expect((await proxy.ask('/anonymous', { apikey: 'plain-key' }, 'POST', 'xx')).status).toBe(413);
    expect((await proxy.ask('/anonymous', { apikey: 'gold-key' }, 'POST', 'xx')).status).toBe(200);
  });
});
