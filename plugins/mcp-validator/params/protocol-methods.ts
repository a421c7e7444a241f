import { Ajv, type ValidateFunction } from 'ajv';
import type { JsonObject } from '../../shared/json/json-object';
import { REVISIONS, type Revision } from '../../shared/mcp/revisions';
import { AJV_OPTIONS, toSchemaError, type SchemaError } from '../json-schema/schema-error';
import { foldMethod } from '../protocol/fold-method';
import { requestMeta } from './client';
import { object, text, type Schema } from './fragments';
import { schemasOf, type ParamsSchema, type RevisionSchemas } from './schemas';
import { shapeOf, type Shape } from './shapes';

type Kind = 'request' | 'notification';

/** The methods of each revision of MCP, with the schemas of their params. Compiles each schema at its first use. */
class ProtocolMethods {
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

  /** True if clients send the method in this revision. */
  has(revision: Revision, kind: Kind, method: string): boolean {
    return this.find(revision, kind, method) !== undefined;
  }

  /** True if clients send the method in any revision. */
  isCore(method: string): boolean {
    return this.schemasOfMethod.has(method);
  }

  /** True if the method is not defined, but some server may take it for one that is. */
  resemblesCore(method: string): boolean {
    if (this.isCore(method)) return false;
    this.foldedMethods ??= new Set([...this.schemasOfMethod.keys()].map(foldMethod));
    return this.foldedMethods.has(foldMethod(method));
  }

  /** The members that any revision defines in the method's `params`; undefined for an unknown method. */
  shapeOf(method: string): Shape | undefined {
    const schemas = this.schemasOfMethod.get(method);
    let shape = this.shapes.get(method);
    if (schemas && !shape) {
      const { members, ...rest } = shapeOf(schemas);
      this.shapes.set(method, (shape = { ...rest, members: new Map([...members, ['_meta', this.metaShape]]) }));
    }
    return shape;
  }

  /** The members that any revision defines in `params._meta`. */
  readonly metaShape: Shape = shapeOf(META_SCHEMAS);

  /** Checks `params` against the schema of the method; a method without schema passes. */
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

let instance: ProtocolMethods | undefined;

/** The instance of the process; created at the first call. */
export const protocolMethods = (): ProtocolMethods => (instance ??= new ProtocolMethods());
