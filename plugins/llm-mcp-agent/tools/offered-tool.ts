import type { JsonObject } from '../../shared/json/json-object';

/** A tool of a server, as it is offered to the model. */
export interface OfferedTool {
  /** The name that the model sees. */
  readonly publicName: string;
  /** The name of the server in the configuration. */
  readonly server: string;
  /** The name at the server. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly schema: JsonObject;
}

/** The offered tools, by the names that the model sees, in the order in which it sees them. */
export type OfferedTools = ReadonlyMap<string, OfferedTool>;
