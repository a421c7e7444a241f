import type { ApiName } from '../../../../../../plugins/llm-telemetry/apis';
import type { Framing } from '../../../../../../plugins/llm-telemetry/readers/framing';
import type { Reply } from '../../../../../../plugins/llm-telemetry/readers/reply';

/** An answer in the words of its API, written after the sources and documents of the servers, and what it says. */
export interface Example {
  readonly name: string;
  readonly api: ApiName;
  readonly framing: Framing;
  readonly body: string;
  readonly says: { readonly [K in keyof Reply]?: Reply[K] | undefined };
}
