/** Groups of the official test suite that are rejected by design. */
export interface Exclusion {
  readonly why: string;
  /** A part of what the compiler says of each. */
  readonly problem: string;
  /** By draft and file: names of groups, or all of the file. */
  readonly groups: Readonly<Record<string, 'all' | readonly string[]>>;
}

const REMOTE = 'remote ref, containing refs itself';

export const EXCLUSIONS: readonly Exclusion[] = [
  {
    why: 'a reference out of the document would have to be loaded; the schema is not fetched, and the metaschemas are not there to refer to',
    problem: 'has a $ref without target inside it',
    groups: {
      'draft7/definitions': 'all',
      'draft7/ref': [REMOTE],
      'draft7/refRemote': 'all',
      'draft2019-09/defs': 'all',
      'draft2019-09/ref': [REMOTE],
      'draft2019-09/refRemote': 'all',
      'draft2020-12/defs': 'all',
      'draft2020-12/ref': [REMOTE],
      'draft2020-12/refRemote': 'all',
      'draft2020-12/dynamicRef': [
        'strict-tree schema, guards against misspelled properties',
        'tests for implementation dynamic anchor and reference link',
        '$ref and $dynamicAnchor are independent of order - $defs first',
        '$ref and $dynamicAnchor are independent of order - $ref first',
        '$ref to $dynamicRef finds detached $dynamicAnchor',
      ],
    },
  },
  {
    why: 'a reference that means another place at each use: schemas of tools have no use for it',
    problem: 'uses $dynamicRef or $recursiveRef',
    groups: {
      'draft2019-09/recursiveRef': 'all',
      'draft2019-09/unevaluatedItems': ['unevaluatedItems with $recursiveRef'],
      'draft2019-09/unevaluatedProperties': ['unevaluatedProperties with $recursiveRef'],
      'draft2020-12/unevaluatedItems': ['unevaluatedItems with $dynamicRef'],
      'draft2020-12/unevaluatedProperties': ['unevaluatedProperties with $dynamicRef'],
      'draft2020-12/dynamicRef': [
        'A $dynamicRef to a $dynamicAnchor in the same schema resource behaves like a normal $ref to an $anchor',
        'A $dynamicRef to an $anchor in the same schema resource behaves like a normal $ref to an $anchor',
        'A $dynamicRef resolves to the first $dynamicAnchor still in scope that is encountered when the schema is evaluated',
        'A $dynamicRef without anchor in fragment behaves identical to $ref',
        "A $dynamicRef with intermediate scopes that don't include a matching $dynamicAnchor does not affect dynamic scope resolution",
        'An $anchor with the same name as a $dynamicAnchor is not used for dynamic scope resolution',
        'A $dynamicRef without a matching $dynamicAnchor in the same schema resource behaves like a normal $ref to $anchor',
        'A $dynamicRef with a non-matching $dynamicAnchor in the same schema resource behaves like a normal $ref to $anchor',
        'A $dynamicRef that initially resolves to a schema with a matching $dynamicAnchor resolves to the first $dynamicAnchor in the dynamic scope',
        'A $dynamicRef that initially resolves to a schema without a matching $dynamicAnchor behaves like a normal $ref to $anchor',
        'multiple dynamic paths to the $dynamicRef keyword',
        'after leaving a dynamic scope, it is not used by a $dynamicRef',
        '$dynamicRef points to a boolean schema',
        '$dynamicRef skips over intermediate resources - direct reference',
      ],
    },
  },
  {
    why: 'a metaschema of its own could switch keywords off',
    problem: 'names a dialect',
    groups: { 'draft2019-09/vocabulary': 'all', 'draft2020-12/vocabulary': 'all' },
  },
  {
    why: 'optional: what an unknown keyword holds is no schema',
    problem: 'has a $ref to something that is not a schema',
    groups: { 'draft2019-09/optional/refOfUnknownKeyword': 'all', 'draft2020-12/optional/refOfUnknownKeyword': 'all' },
  },
];
