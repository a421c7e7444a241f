import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv, type AnySchema } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020';
import fc from 'fast-check';
import { compileToolSchema } from '../../../../../plugins/mcp-validator/arguments/compile-tool-schema';
import { isObject } from '../accepts-message';
import { valuesOf } from '../json-schema/valid-values';
import { mutationsOf } from '../schema-samples';
import type { Json } from './compiled';

interface RealTool {
  readonly package: string;
  readonly tool: string;
  readonly inputSchema: Json;
}

const file = path.resolve(__dirname, '../../../../fixtures/mcp-tools/tools.jsonl');
const tools = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as RealTool);
const packages = [...new Set(tools.map((tool) => tool.package))];

const options = { strict: false, validateFormats: false, ownProperties: true, logger: false } as const;
const oracles = { draft7: new Ajv(options), later: new Ajv2020(options) };

/** A general validator without any of our bounds says what is valid. */
function oracleOf(schema: AnySchema): (value: unknown) => boolean {
  const isDraft7 = String((schema as Json)['$schema']).includes('draft-07');
  const validate = (isDraft7 ? oracles.draft7 : oracles.later).compile(schema);
  return (value) => validate(value) as boolean;
}

const VALUES = 8;
const MUTATIONS = 80;

describe.each(packages)('tools of %s', (name) => {
  it('compile, and pass or reject each call as an independent validator does', () => {
    const problems: unknown[] = [];
    for (const { tool, inputSchema } of tools.filter((one) => one.package === name)) {
      const compiled = compileToolSchema(JSON.stringify(inputSchema));
      if (!compiled.ok) {
        problems.push({ tool, problem: compiled.problem });
        continue;
      }
      const isValid = oracleOf(inputSchema);
      const calls = fc.sample(valuesOf(inputSchema, inputSchema), { numRuns: VALUES, seed: 7 });
      const valid = calls.filter(isValid);
      if (valid.length === 0) problems.push({ tool, problem: 'no valid call was generated' });
      const mutated = calls.slice(0, 3).flatMap((call) => Array.from(mutationsOf(call), ({ value }) => value));
      for (const args of [...calls, ...mutated.slice(0, MUTATIONS)]) {
        if (!isObject(args)) continue;
        const error = compiled.schema.check(args);
        if ((error === undefined) !== isValid(args)) problems.push({ tool, args, error });
      }
    }
    expect(problems.slice(0, 5)).toEqual([]);
  });
});

it('there are enough of them to be representative', () => {
  expect(tools.length).toBeGreaterThan(300);
  expect(packages.length).toBeGreaterThan(15);
});
