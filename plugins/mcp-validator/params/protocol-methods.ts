import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import type { JsonObject } from '../../shared/json/json-object';
import { REVISIONS, type Revision } from '../../shared/mcp/revisions';
import { listValues } from '../json-schema/list-values';
import { foldMethod } from '../protocol/fold-method';
import { requestMeta } from './client';
import { object, text, type Schema } from './fragments';
import { schemasOf, type ParamsSchema, type RevisionSchemas } from './schemas';
import { shapeOf, type Shape } from './shapes';

/**
 * How every schema of the validator is compiled: no coercion, no defaults, own properties only, the first error ends.
 *
 * Formats are not checked: servers accept URIs that the usual expressions refuse.
 */
export const AJV_OPTIONS: Options = {
  strict: false,
  strictNumbers: true,
  ownProperties: true,
  allErrors: false,
  validateFormats: false,
  logger: false,
};

type Kind = 'request' | 'notification';

/** The place and the rule that a value breaks. */
export interface SchemaError {
  /** JSON pointer into the value; empty for the value itself. */
  readonly pointer: string;
  /** What the keyword demands, in words without any value of the client's. */
  readonly problem: string;
}

/** What MCP says of each revision's methods; compiles a schema when it is first asked for and keeps it. */
class Catalogue {
  private readonly schemas: ReadonlyMap<Revision, RevisionSchemas> = new Map(
    REVISIONS.map((revision) => [revision, schemasOf(revision)]),
  );
  private readonly schemasOfMethod = new Map<string, Schema[]>();
  private readonly shapes = new Map<string, Shape>();
  private foldedMethods: ReadonlySet<string> | undefined;
  private readonly validators = new Map<ParamsSchema, ValidateFunction>();
  private readonly ajv = new Ajv(AJV_OPTIONS);

  constructor() {
    for (const { requests, notifications } of this.schemas.values()) {
      for (const [method, { schema }] of [...requests, ...notifications]) {
        this.schemasOfMethod.set(method, [...(this.schemasOfMethod.get(method) ?? []), schema]);
      }
    }
  }

  /** Is the method one that clients send in this revision? */
  has(revision: Revision, kind: Kind, method: string): boolean {
    return this.find(revision, kind, method) !== undefined;
  }

  /** Is the method one that clients send in any revision? */
  isCore(method: string): boolean {
    return this.schemasOfMethod.has(method);
  }

  /** Would some server take the method for one that clients send in some revision, though it is none? */
  resemblesCore(method: string): boolean {
    if (this.isCore(method)) return false;
    this.foldedMethods ??= new Set([...this.schemasOfMethod.keys()].map(foldMethod));
    return this.foldedMethods.has(foldMethod(method));
  }

  /** What all revisions together know of the method's `params`; undefined for a method of none. */
  shapeOf(method: string): Shape | undefined {
    const schemas = this.schemasOfMethod.get(method);
    let shape = this.shapes.get(method);
    if (schemas && !shape) {
      const { members, ...rest } = shapeOf(schemas);
      this.shapes.set(method, (shape = { ...rest, members: new Map([...members, ['_meta', this.metaShape]]) }));
    }
    return shape;
  }

  /** What all revisions together know of `params._meta`. */
  readonly metaShape: Shape = shapeOf(META_SCHEMAS);

  /** Checks `params` by the schema of the method; a method without schema passes. */
  check(revision: Revision, kind: Kind, method: string, params: JsonObject | undefined): SchemaError | undefined {
    const found = this.find(revision, kind, method);
    if (!found || (params === undefined && found.optional)) return undefined;
    if (params === undefined) return { pointer: '', problem: 'is missing' };
    const validate = this.validatorOf(found);
    return validate(params) ? undefined : toSchemaError(validate.errors);
  }

  private find(revision: Revision, kind: Kind, method: string): ParamsSchema | undefined {
    const schemas = this.schemas.get(revision);
    return (kind === 'request' ? schemas?.requests : schemas?.notifications)?.get(method);
  }

  private validatorOf(params: ParamsSchema): ValidateFunction {
    let validate = this.validators.get(params);
    if (!validate) this.validators.set(params, (validate = this.ajv.compile(params.schema)));
    return validate;
  }
}

const META_SCHEMAS: readonly Schema[] = [
  ...REVISIONS.map(requestMeta),
  object({ traceparent: text, tracestate: text, baggage: text }),
];

let catalogue: Catalogue | undefined;

/** The catalogue of the process; built at the first call. */
export const mcpCatalogue = (): Catalogue => (catalogue ??= new Catalogue());

/** The deepest of ajv's errors in our words; the last one is a keyword such as `anyOf` that sums up the others. */
export function toSchemaError(errors: readonly ErrorObject[] | null | undefined): SchemaError {
  const error = errors?.[errors.length - 1];
  return { pointer: error?.instancePath ?? '', problem: error ? problemOf(error) : 'is not allowed' };
}

function problemOf({ message = 'is not allowed', params }: ErrorObject): string {
  const { allowedValues, allowedValue, type } = params as Record<string, unknown>;
  if (Array.isArray(allowedValues)) return `${message}: ${listValues(allowedValues)}`;
  if (allowedValue !== undefined) return `must be equal to ${listValues([allowedValue])}`;
  return Array.isArray(type) ? `must be ${type.join(' or ')}` : message;
}
