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
  /** True if the server says that the tool changes nothing. The hint only ever restricts other tools. */
  readonly isReadOnly: boolean;
  /** True if the configuration wants the approval of the user for each call. */
  readonly needsApproval: boolean;
  /** True if the server reads texts of others: after its results, tools that may change something need an approval. */
  readonly isUntrusted: boolean;
}

/** The offered tools, by the names that the model sees, in the order in which it sees them. */
export type OfferedTools = ReadonlyMap<string, OfferedTool>;
