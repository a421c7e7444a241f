import type { ApiName } from '../../../../../../../plugins/llm-telemetry/request/apis';
import type { Framing } from '../../../../../../../plugins/llm-telemetry/response/framing';
import type { LlmResponse } from '../../../../../../../plugins/llm-telemetry/response/llm-response';

/** A response in the words of its API, written after the sources and documents of the servers, and what it says. */
export interface Example {
  readonly name: string;
  readonly api: ApiName;
  readonly framing: Framing;
  readonly body: string;
  readonly says: { readonly [K in keyof LlmResponse]?: LlmResponse[K] | undefined };
}
