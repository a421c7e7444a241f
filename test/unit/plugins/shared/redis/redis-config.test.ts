import { readConfig } from '../../../../../kong/pdk/read-config';
import { redisField } from '../../../../../plugins/shared/redis/kong-redis-fields';
import { checkRedisConfig, redisKey } from '../../../../../plugins/shared/redis/redis-config';
import { failureOf, RedisFailure } from '../../../../../plugins/shared/redis/redis-failure';

const configOf = (redis: object) => readConfig({ redis: redisField }, { redis }).redis;
const nodes = [{ host: '127.0.0.1', port: 26_379 }];
const cluster_nodes = [{ ip: '127.0.0.1', port: 7000 }];

it.each([
  [{ sentinel_nodes: nodes }, 'redis.sentinel_master'],
  [{ sentinel_master: 'main' }, 'redis.sentinel_nodes'],
  [{ sentinel_master: 'main', sentinel_nodes: nodes, cluster_nodes }, 'redis.cluster_nodes'],
  [{ cluster_nodes, database: 2 }, 'redis.database'],
])('rejects %j', (redis, field) => {
  expect(() => {
    checkRedisConfig(configOf(redis));
  }).toThrow(field);
});

it.each([{}, { sentinel_master: 'main', sentinel_nodes: nodes }, { cluster_nodes }])('accepts %j', (redis) => {
  expect(() => {
    checkRedisConfig(configOf(redis));
  }).not.toThrow();
});

it('identifies a server by its whole configuration, without revealing the password', () => {
  expect(redisKey(configOf({ port: 1, host: 'a' }))).toBe(redisKey(configOf({ host: 'a', port: 1 })));
  expect(redisKey(configOf({ password: 'one' }))).not.toBe(redisKey(configOf({ password: 'two' })));
  expect(redisKey(configOf({ password: 'secret' }))).not.toContain('secret');
});

it.each([
  ['NOAUTH Authentication required.', 'ReplyError', 'auth'],
  ['WRONGPASS invalid username-password pair', 'ReplyError', 'auth'],
  ['OOM command not allowed', 'ReplyError', 'out_of_memory'],
  ['ERR Error running script: @user_script:9: -OOM command not allowed', 'ReplyError', 'out_of_memory'],
  ['Connection is closed.', 'Error', 'connection'],
])('classifies %s (%s) as %s', (message, name, reason) => {
  expect(failureOf(Object.assign(new Error(message), { name }))).toMatchObject({ reason });
});

it('keeps a failure that is already classified', () => {
  const failure = new RedisFailure('timeout', 'late');
  expect(failureOf(failure)).toBe(failure);
});
