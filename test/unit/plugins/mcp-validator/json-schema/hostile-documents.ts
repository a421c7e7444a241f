import type { Json } from '../arguments/compiled';

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const map = (count: number, make: (i: number) => unknown, prefix = 'p'): Json =>
  Object.fromEntries(times(count, (i) => [`${prefix}${i}`, make(i)]));

/** Schemas within 64 KiB that make compilers slow, and whether they can be used. */
export const HOSTILE_DOCUMENTS: readonly (readonly [name: string, schema: Json, canBeUsed: boolean])[] = [
  [
    'unevaluatedProperties over many allOf',
    { allOf: times(1400, (i) => ({ properties: { [`p${i}`]: {} } })), unevaluatedProperties: false },
    true,
  ],
  [
    'unevaluatedProperties over many anyOf',
    { anyOf: times(1400, (i) => ({ properties: { [`p${i}`]: {} } })), unevaluatedProperties: false },
    true,
  ],
  [
    'unevaluatedItems at each level',
    times(9, () => 0).reduce<Json>(
      (inner) => ({ properties: { a: { anyOf: [inner, inner], unevaluatedItems: false } } }),
      {},
    ),
    true,
  ],
  ['thousands of properties', { properties: map(4000, () => ({})) }, true],
  ['too many properties', { properties: map(5200, () => ({})) }, false],
  ['thousands of required names', { required: times(6000, (i) => `p${i}`) }, true],
  ['dependentRequired', { dependentRequired: map(300, () => times(30, (i) => `p${i}`)) }, true],
  ['dependentSchemas', { dependentSchemas: map(2000, () => ({ minProperties: 1 })) }, true],
  [
    'patternProperties beside properties',
    { patternProperties: map(1000, () => ({}), '^x'), properties: map(2000, () => ({})), additionalProperties: false },
    true,
  ],
  ['enum of unlike objects', { properties: { a: { enum: times(4000, (a) => ({ a })) } } }, true],
  ['huge enum', { properties: { a: { enum: times(9000, (i) => i) } } }, true],
  ['enum of equal objects', { properties: { a: { enum: times(6000, () => ({ a: 1 })) } } }, true],
  [
    'draft-07: enum of equal objects',
    { $schema: 'http://json-schema.org/draft-07/schema#', properties: { a: { enum: times(6000, () => ({ a: 1 })) } } },
    true,
  ],
  ['equal required names', { required: times(9000, () => 'p') }, true],
  ['equal types', { properties: { a: { type: times(6000, () => 'string') } } }, true],
  [
    'references to references',
    { $ref: '#/$defs/p0', $defs: map(2000, (i) => (i < 1999 ? { $ref: `#/$defs/p${i + 1}` } : {})) },
    true,
  ],
  [
    'references that double',
    {
      $ref: '#/$defs/p0',
      $defs: map(900, (i) => (i < 899 ? { allOf: times(2, () => ({ $ref: `#/$defs/p${i + 1}` })) } : {})),
    },
    true,
  ],
  [
    'references to a large definition',
    {
      $defs: { big: { properties: map(1000, () => ({ type: 'string' })) } },
      properties: map(1000, () => ({ $ref: '#/$defs/big' })),
    },
    true,
  ],
  ['many $id', { $defs: map(1200, (i) => ({ $id: `https://example.com/${i}` })) }, true],
  [
    'long pointers',
    { $defs: map(1, () => ({})), properties: map(700, () => ({ $ref: `#/$defs/p0${'/x'.repeat(20)}` })) },
    false,
  ],
  ['deep alternatives', times(28, () => 0).reduce<Json>((inner) => ({ oneOf: [inner, {}] }), {}), true],
  ['deep properties', times(30, () => 0).reduce<Json>((inner) => ({ properties: { a: inner } }), {}), true],
  ['many small patterns', { properties: map(1500, (i) => ({ pattern: `^[a-z]${i}$` })) }, true],
  ['patterns that repeat', { properties: map(1500, (i) => ({ pattern: `a{1000}${i}` })) }, false],
  ['patterns that repeat repetitions', { properties: { a: { pattern: '((a{30}){30}){30}' } } }, false],
  ['patterns of Unicode classes', { properties: map(1500, (i) => ({ pattern: `\\p{L}\\p{N}${i}` })) }, false],
  ['patterns that repeat Unicode classes', { properties: map(57, () => ({ pattern: '\\p{L}{1000}' })) }, false],
  ['one pattern of Unicode classes', { properties: { a: { pattern: '\\p{L}'.repeat(790) } } }, false],
  [
    'patterns of alternatives',
    { properties: map(20, (i) => ({ pattern: times(90, (k) => `w${k}x${i}`).join('|') })) },
    true,
  ],
  ['a pattern of groups', { properties: { a: { pattern: `${'('.repeat(1900)}${')'.repeat(1900)}` } } }, true],
  [
    'a pattern of optional groups',
    { properties: { a: { pattern: `${'(?:a'.repeat(200)}${')?'.repeat(200)}` } } },
    true,
  ],
  ['case-insensitive classes', { properties: { a: { pattern: `(?i)${'[a-zé\\p{Lu}]'.repeat(300)}` } } }, true],
];
