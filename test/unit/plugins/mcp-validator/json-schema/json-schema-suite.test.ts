import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compileDocument } from '../../../../../plugins/mcp-validator/json-schema/compile-document';
import { dialectOf } from '../../../../../plugins/mcp-validator/json-schema/dialects';
import type { Dialect } from '../../../../../plugins/mcp-validator/json-schema/keywords/compile-context';
import { Run } from '../../../../../plugins/mcp-validator/json-schema/keywords/run';
import type { JsonObject } from '../../../../../plugins/shared/json/json-object';
import { EXCLUSIONS } from './json-schema-suite-exclusions';

interface Group {
  readonly file: string;
  readonly description: string;
  readonly schema: JsonObject | boolean;
  readonly tests: readonly { description: string; data: unknown; valid: boolean }[];
}

const fixtures = path.resolve(__dirname, '../../../../fixtures/json-schema-test-suite');

function groupsOf(draft: string): readonly Group[] {
  const lines = readFileSync(path.join(fixtures, `${draft}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Group);
}

/** Tools always have objects as schemas. */
const asObject = (schema: JsonObject | boolean): JsonObject =>
  typeof schema === 'boolean' ? { allOf: [schema] } : schema;

function compile(group: Group, dialect: Dialect) {
  const schema = asObject(group.schema);
  if ('$schema' in schema && dialectOf(schema['$schema']) === undefined) {
    return { ok: false, problem: 'names a dialect that is not known' } as const;
  }
  return compileDocument(schema, dialect);
}

describe.each<[draft: string, dialect: Dialect, tests: number]>([
  ['draft7', 'draft-07', 992],
  ['draft2019-09', '2019-09', 1294],
  ['draft2020-12', '2020-12', 1318],
])('the official test suite of JSON Schema, %s', (draft, dialect, testCount) => {
  const groups = groupsOf(draft);
  const exclusionOf = ({ file, description }: Group) =>
    EXCLUSIONS.find(({ groups: excluded }) => {
      const names = excluded[`${draft}/${file}`];
      return names === 'all' || names?.includes(description);
    });
  const included = groups.filter((group) => !exclusionOf(group));

  it.each([...new Set(included.map(({ file }) => file))])('%s', (file) => {
    const wrong = included
      .filter((group) => group.file === file)
      .flatMap((group) => {
        const compiled = compile(group, dialect);
        if (!compiled.ok) return [`${group.description}: ${compiled.problem}`];
        return group.tests
          .filter(({ data, valid }) => (compiled.checker(data, new Run()) === undefined) !== valid)
          .map((test) => `${group.description}: ${test.description}: is ${test.valid ? 'valid' : 'invalid'}`);
      });
    expect(wrong).toEqual([]);
  });

  it('is complete', () => {
    expect(included.reduce((sum, { tests }) => sum + tests.length, 0)).toBe(testCount);
  });

  it('excludes no group that could be included', () => {
    for (const group of groups) {
      const exclusion = exclusionOf(group);
      if (exclusion)
        expect(compile(group, dialect)).toMatchObject({
          ok: false,
          problem: expect.stringContaining(exclusion.problem) as string,
        });
    }
    const known = new Set(
      groups.flatMap(({ file, description }) => [`${draft}/${file}`, `${draft}/${file}: ${description}`]),
    );
    const listed = EXCLUSIONS.flatMap(({ groups: excluded }) =>
      Object.entries(excluded).flatMap(([file, names]) =>
        names === 'all' ? [file] : names.map((name) => `${file}: ${name}`),
      ),
    );
    expect(listed.filter((name) => name.startsWith(`${draft}/`) && !known.has(name))).toEqual([]);
  });
});
