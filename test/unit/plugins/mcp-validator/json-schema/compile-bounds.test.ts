import { compileToolSchema } from '../../../../../plugins/mcp-validator/arguments/compile-tool-schema';
import { compileDocument } from '../../../../../plugins/mcp-validator/json-schema/compile-document';
import { MAX_INSTRUCTIONS } from '../../../../../plugins/mcp-validator/json-schema/patterns/compile-pattern';
import { MAX_SCHEMA_NODES } from '../../../../../plugins/mcp-validator/json-schema/resources';
import { compiled, schemaOf } from '../arguments/compiled';
import { HOSTILE_DOCUMENTS } from './hostile-documents';

describe('schemas that make compilers slow', () => {
  it.each(HOSTILE_DOCUMENTS)('%s', (_, schema, canBeUsed) => {
    expect(JSON.stringify(schema).length).toBeLessThan(65_536);
    const { $schema, ...rest } = schema;
    const document = compileDocument({ type: 'object', ...rest }, $schema === undefined ? '2020-12' : 'draft-07');
    expect(document).toMatchObject(
      canBeUsed ? { ok: true } : { ok: false, problem: expect.stringMatching(/^(has|is) /) as string },
    );
    expect(compiled(schema).ok).toBe(canBeUsed);
    if (!document.ok) return;
    expect(document.schemas).toBeLessThanOrEqual(MAX_SCHEMA_NODES);
    expect(document.instructions).toBeLessThanOrEqual(MAX_INSTRUCTIONS);
  });

  it('are never turned into code', () => {
    // The validators of the dialects are made of code, once.
    for (const $schema of [undefined, 'http://json-schema.org/draft-07/schema#']) schemaOf({ $schema });
    const functions = jest.spyOn(globalThis, 'Function');
    for (const [, schema] of HOSTILE_DOCUMENTS) compiled(schema);
    expect(functions).not.toHaveBeenCalled();
    functions.mockRestore();
  });
});

it('a compiled schema returns the memory that it uses', () => {
  const bytesOf = (schema: object): number => {
    const result = compileToolSchema(JSON.stringify({ type: 'object', ...schema }));
    return result.ok ? result.bytes : 0;
  };
  const properties = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`p${i}`, {}]));
  expect(bytesOf({ properties })).toBeGreaterThan(bytesOf({}) * 100);
  expect(compileToolSchema('[]')).not.toHaveProperty('bytes');
});
