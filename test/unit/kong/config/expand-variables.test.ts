import { expandVariables } from '../../../../kong/config/expand-variables';

const variables = { HOST: 'redis.internal', PORT: '6380', EMPTY: '', FLAG: 'true', LONG: '12345678901234567890' };

it.each<[string, unknown]>([
  ['${HOST}', 'redis.internal'],
  ['http://${HOST}:${PORT}/x', 'http://redis.internal:6380/x'],
  ['${PORT}', 6380],
  ['${FLAG}', true],
  ['${MISSING:-8000}', 8000],
  ['${MISSING:-}', ''],
  ['${EMPTY:-standard}', 'standard'],
  ['${EMPTY}', ''],
  // More digits than a double has: an id, not a number.
  ['${LONG}', '12345678901234567890'],
  ['$${HOST}', '${HOST}'],
  ['{vault://env/redis-password}', '{vault://env/redis-password}'],
  ['costs $5', 'costs $5'],
])('expands %s', (text, expected) => {
  expect(expandVariables({ list: [text] }, variables)).toEqual({ value: { list: [expected] } });
});

it('reports every variable without value, with its path', () => {
  const result = expandVariables({ a: '${NONE}', b: { c: ['x', '${OTHER}'] } }, variables);
  expect(result).toEqual({
    findings: [
      {
        severity: 'error',
        path: ['a'],
        problem: 'the variable NONE has no value',
        fix: 'set it in the environment, or write ${NONE:-a default}',
      },
      {
        severity: 'error',
        path: ['b', 'c', 1],
        problem: 'the variable OTHER has no value',
        fix: 'set it in the environment, or write ${OTHER:-a default}',
      },
    ],
  });
});

it('does not take a property that every object has for a variable', () => {
  expect(expandVariables('${constructor:-none}', {})).toEqual({ value: 'none' });
});
