import type { MessagePort } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import { Headers } from '../../../kong/pdk';
import { compileToolSchema, type ToolSchema } from '../arguments/compile-tool-schema';
import { checkMessages } from '../decision/check-messages';
import type { Decision } from '../decision/decision';
import { readMessages } from '../decision/read-messages';
import type { CachedSchema } from '../learning/schemas/schema-cache';
import {
  toolKnowledgeOf,
  type AnnouncedTools,
  type Findings,
  type LearnConfig,
} from '../learning/tools/announced-tool';
import type { CallerFacts } from '../policy/caller-rules';
import { compileRules, type Rules, type RulesConfig } from '../rules';
import { calledTools } from './called-tools';

/** The part of the configuration that decides about a request. */
export type DecideConfig = RulesConfig & LearnConfig;

/** A request whose body is read in another thread. */
export interface DecideInput {
  /** JSON text of {@link DecideConfig}. */
  readonly config: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly headersTruncated: boolean;
  readonly caller?: CallerFacts | undefined;
  readonly bytes: Uint8Array;
  /**
   * Answers an array of tool names with the {@link AnnouncedTools} of the server among them. The names are known only
   * once the body is parsed, and all announced tools would be too much to copy. Undefined if there are none.
   */
  readonly port?: MessagePort;
}

/** A decision, and what the learned schemas showed on the way. */
export interface DecideResult {
  readonly decision: Decision;
  readonly findings: Findings | undefined;
}

interface Configuration {
  readonly config: DecideConfig;
  readonly rules: Rules;
}

/** Configurations and schemas that the thread keeps compiled; the least recently used is dropped first. */
const MAX_CONFIGURATIONS = 32;
const MAX_SCHEMAS = 500;

const configurations = new LRUCache<string, Configuration>({ max: MAX_CONFIGURATIONS, memoMethod: compileConfig });
const compiledSchemas = new LRUCache<string, ToolSchema>({ max: MAX_SCHEMAS });

/** Decides as `decide` does, in the thread that calls it, from values that can be passed between threads. */
export async function decideTask(input: DecideInput): Promise<DecideResult> {
  const { rules, config } = configurations.memo(input.config);
  const { method, path, headersTruncated, caller, bytes, port } = input;
  const headers = Headers.from(input.headers);
  const facts = { method, path, headers, headersTruncated, caller, body: { kind: 'bytes', bytes } as const };
  const read = readMessages(facts, rules);
  if (read.kind !== 'messages') return { decision: read, findings: undefined };
  const names = port ? calledTools(read.messages) : [];
  const announced = port && names.length > 0 ? await ask(port, names) : undefined;
  if (!announced) return { decision: checkMessages(read, facts, rules, rules.configuredTools), findings: undefined };
  const tools = toolKnowledgeOf(config, rules.configuredTools, (tool) => announced.get(tool), compiled);
  return { decision: checkMessages(read, facts, rules, tools), findings: tools.findings };
}

const ask = (port: MessagePort, names: readonly string[]): Promise<AnnouncedTools | undefined> =>
  new Promise((resolve, reject) => {
    port.once('message', resolve);
    port.once('close', () => {
      reject(new Error('the port closed before an answer'));
    });
    port.postMessage(names);
  });

function compileConfig(text: string): Configuration {
  const config = JSON.parse(text) as DecideConfig;
  return { config, rules: compileRules(config) };
}

/** @throws Error if a schema that was compiled before cannot be compiled again, which is a bug */
function compiled({ key, text }: CachedSchema): ToolSchema {
  const known = compiledSchemas.get(key);
  if (known) return known;
  const made = compileToolSchema(text);
  if (!made.ok) throw new Error(`a learned schema ${made.problem}`);
  compiledSchemas.set(key, made.schema);
  return made.schema;
}
