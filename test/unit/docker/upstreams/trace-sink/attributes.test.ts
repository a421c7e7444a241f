import { numberOf, readAttributes, textOf } from '../../../../../docker/upstreams/trace-sink/attributes';
import type { AnyValue } from '../../../../../docker/upstreams/trace-sink/otlp-messages';

describe('readAttributes', () => {
  it.each<[AnyValue | undefined, unknown]>([
    [{ stringValue: '' }, ''],
    [{ boolValue: false }, false],
    [{ intValue: '42' }, 42],
    [{ intValue: '9007199254740993' }, '9007199254740993'],
    [{ doubleValue: 0 }, 0],
    [{ doubleValue: NaN }, 'NaN'],
    [{ arrayValue: { values: [{ intValue: '1' }, {}] } }, [1, null]],
    [{ arrayValue: {} }, []],
    [{ kvlistValue: { values: [{ key: 'a', value: { boolValue: true } }] } }, { a: true }],
    [{ bytesValue: 'AQI=' }, 'AQI='],
    [{}, null],
    [undefined, null],
  ])('reads %j', (value, expected) => {
    expect(readAttributes([{ key: 'k', ...(value && { value }) }])).toEqual({ k: expected });
  });

  it('accepts any name', () => {
    const read = readAttributes([{ key: '__proto__', value: { stringValue: 'x' } }]);
    expect(Object.keys(read)).toEqual(['__proto__']);
    expect(textOf(readAttributes([]), 'constructor')).toBeUndefined();
  });

  it('looks up names in order, by type', () => {
    const read = readAttributes([
      { key: 'a', value: { intValue: '1' } },
      { key: 'b', value: { stringValue: 'text' } },
    ]);
    expect([textOf(read, 'a', 'b'), numberOf(read, 'b', 'a'), numberOf(read, 'b')]).toEqual(['text', 1, undefined]);
  });
});
