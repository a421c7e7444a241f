import type { JsonObject } from '../../../shared/json/json-object';
import type { LinearPattern } from '../patterns/compile-pattern';
import type { Trial } from './schema-node';

/** A draft of JSON Schema. */
export type Dialect = 'draft-07' | '2019-09' | '2020-12';

/** What keywords need to compile. */
export interface CompileContext {
  readonly dialect: Dialect;
  /** The compiled form of a schema inside the document. */
  readonly trialOf: (schema: unknown) => Trial;
  /** The target of the schema's `$ref`. */
  readonly targetOf: (schema: JsonObject) => JsonObject | boolean | undefined;
  readonly patternOf: (source: string) => LinearPattern;
}
