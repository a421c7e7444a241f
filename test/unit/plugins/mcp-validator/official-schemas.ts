import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020';
import { AJV_OPTIONS } from '../../../../plugins/mcp-validator/json-schema/schema-error';
import type { Revision } from '../../../../plugins/shared/mcp/revisions';
import { samplesOf } from './schema-samples';

type Json = Record<string, unknown>;

/** Where the official schemas stand, one folder per revision. */
const directory = process.env['MCP_SPEC_DIR'] ?? path.resolve(__dirname, '../../../../../shared/data/mcp-spec');

/** False on a machine without the official schemas; tests that need them skip. */
export const hasOfficialSchemas = existsSync(path.join(directory, '2026-07-28', 'schema.json'));

const readJson = (...parts: string[]): Json => JSON.parse(readFileSync(path.join(directory, ...parts), 'utf8')) as Json;

/** The official example messages of a revision, by definition; only 2026-07-28 has them. */
export function officialExamples(revision: Revision): { definition: string; file: string; value: unknown }[] {
  const root = path.join(directory, revision, 'examples');
  return readdirSync(root).flatMap((definition) =>
    readdirSync(path.join(root, definition)).map((file) => ({
      definition,
      file,
      value: readJson(revision, 'examples', definition, file),
    })),
  );
}

/** The official definitions of a revision, compiled when asked for. */
export class OfficialSchema {
  private readonly definitions: Record<string, Json>;
  private readonly ajv: Ajv | Ajv2020;
  private readonly root: string;

  constructor(readonly revision: Revision) {
    const schema = readJson(revision, 'schema.json');
    this.root = '$defs' in schema ? '$defs' : 'definitions';
    this.definitions = schema[this.root] as Record<string, Json>;
    patchErrata(this.definitions);
    this.ajv = this.root === '$defs' ? new Ajv2020(AJV_OPTIONS) : new Ajv(AJV_OPTIONS);
    this.ajv.addSchema(schema, 'mcp');
  }

  validator(definition: string): ValidateFunction {
    const validate = this.ajv.getSchema(`mcp#/${this.root}/${definition}`);
    if (!validate) throw new Error(`no definition ${definition}`);
    return validate;
  }

  /** The definitions of what clients send, by method. */
  methods(union: 'ClientRequest' | 'ClientNotification'): Map<string, string> {
    const members = this.definitions[union]?.['anyOf'] as { $ref: string }[] | undefined;
    // 2026-07-28 writes out its only notification instead of referring to it.
    const names = members?.map(({ $ref }) => $ref.slice($ref.lastIndexOf('/') + 1)) ?? ['CancelledNotification'];
    return new Map(names.map((name) => [this.methodOf(name), name]));
  }

  /** Messages that a definition describes. */
  samples(definition: string): Json[] {
    return samplesOf(this.definitions[definition] ?? {}, this.definitions) as Json[];
  }

  private methodOf(name: string): string {
    const properties = this.definitions[name]?.['properties'] as { method: { const: string } };
    return properties.method.const;
  }
}

/**
 * Faults of the published files against the protocol's own text (schema.ts), which a gateway must not share:
 * JSON values and elicited answers may be any number, and null where JSON has it.
 */
function patchErrata(definitions: Record<string, Json>): void {
  const widen = (holder: unknown): void => {
    const types = (holder as { type?: unknown } | undefined)?.type;
    if (Array.isArray(types) && types.includes('integer') && types.includes('boolean')) types.push('number');
  };
  const jsonValue = definitions['JSONValue']?.['anyOf'] as { type?: string[] }[] | undefined;
  jsonValue?.forEach((member) => {
    widen(member);
    if (Array.isArray(member.type)) member.type.push('null');
  });
  const content = (definitions['ElicitResult']?.['properties'] as { content?: Json } | undefined)?.content;
  const values = content?.['additionalProperties'] as { anyOf?: unknown[] } | undefined;
  widen(values);
  values?.anyOf?.forEach(widen);
}
