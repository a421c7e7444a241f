import { sessionHashOf } from '../../../../../plugins/shared/mcp/session-hash';

const ID = 'session-4f0c';

it('reveals nothing about the id', () => {
  const hash = sessionHashOf(undefined, {})(ID);
  expect(hash).toMatch(/^[0-9a-f]{32}$/);
  expect(hash).not.toBe(sessionHashOf(undefined, {})('session-4f0d'));
});

it('is the same for all configurations of a process', () => {
  expect(sessionHashOf(undefined, {})(ID)).toBe(sessionHashOf(undefined, {})(ID));
});

it('is the same on every node with the same key, from the environment or from the configuration', () => {
  const byEnvironment = sessionHashOf(undefined, { KONG_AI_SESSION_KEY: ' shared-by-all-nodes ' })(ID);
  expect(sessionHashOf('shared-by-all-nodes', {})(ID)).toBe(byEnvironment);
  expect(sessionHashOf('the configuration wins', { KONG_AI_SESSION_KEY: 'k' })(ID)).not.toBe(byEnvironment);
  expect(sessionHashOf(undefined, { KONG_AI_SESSION_KEY: '' })(ID)).toBe(sessionHashOf(undefined, {})(ID));
});
