import type { Field } from '../../../../../kong/stand-in/config/field';
import { resolveReferences } from '../../../../../kong/stand-in/config/vault';

const secret: Field = { type: 'string', referenceable: true };
const record: Field = {
  type: 'record',
  fields: [
    { plain: { type: 'string' } },
    { secret },
    { list: { type: 'array', elements: secret } },
    { redis: { type: 'record', fields: [{ password: secret }] } },
    { headers: { type: 'map', keys: { type: 'string' }, values: secret } },
    { labels: { type: 'map', keys: { type: 'string' }, values: { type: 'string' } } },
    {
      targets: {
        type: 'array',
        elements: { type: 'record', fields: [{ headers: { type: 'map', keys: { type: 'string' }, values: secret } }] },
      },
    },
    { users: { type: 'map', values: { type: 'record', fields: [{ password: secret }] } } },
  ],
};
const env = { REDIS_PASSWORD: 'hush é', JSON: '{"key":"inner"}' };
const warnings: string[] = [];
const resolve = (config: Record<string, unknown>) => {
  warnings.length = 0;
  return resolveReferences(record, config as never, env, (message) => warnings.push(message));
};

it('puts values in the place of references, and keeps the references beside them', () => {
  const config = {
    plain: '{vault://env/x}',
    secret: '{vault://env/redis-password}',
    list: ['a', '{vault://env/json/key}'],
  };
  expect(resolve(config)).toEqual({
    plain: '{vault://env/x}',
    secret: 'hush \xc3\xa9',
    list: ['a', 'inner'],
    $refs: { secret: '{vault://env/redis-password}', list: ['{vault://env/json/key}'] },
  });
});

it('reaches into records', () => {
  expect(resolve({ redis: { password: '{vault://env/redis_password}' } })).toMatchObject({
    redis: { password: 'hush \xc3\xa9' },
  });
});

it('reaches into maps', () => {
  const headers = { Authorization: '{vault://env/redis-password}', Accept: 'text/plain' };
  expect(resolve({ headers })).toEqual({
    headers: { Authorization: 'hush \xc3\xa9', Accept: 'text/plain' },
    $refs: { headers: { Authorization: '{vault://env/redis-password}' } },
  });
});

it('reaches into records in lists and maps', () => {
  const reference = '{vault://env/json/key}';
  expect(resolve({ targets: [{ headers: { a: reference } }], users: { ann: { password: reference } } })).toMatchObject({
    targets: [{ headers: { a: 'inner' }, $refs: { headers: { a: reference } } }],
    users: { ann: { password: 'inner' } },
  });
});

it('resolves nothing where the schema does not say so', () => {
  expect(resolve({ labels: { a: '{vault://env/redis-password}' } })).toEqual({
    labels: { a: '{vault://env/redis-password}' },
  });
});

it.each(['{vault://env/missing}', '{vault://env/json/none}', '{vault://aws/x}'])(
  'makes %s empty, and says so',
  (reference) => {
    expect(resolve({ secret: reference })).toMatchObject({ secret: '' });
    expect(warnings).toEqual([`unable to resolve reference ${reference}`]);
  },
);

it('leaves a configuration without references as it is', () => {
  expect(resolve({ secret: 'plain', plain: 'x' })).toEqual({ secret: 'plain', plain: 'x' });
});
