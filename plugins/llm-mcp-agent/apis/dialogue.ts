import type { JsonObject } from '../../shared/json/json-object';
import type { AnsweredCall, WaitingCall } from '../run/approvals';

/** A call of a tool, as the model wrote it. */
export interface ToolCall {
  readonly id: string;
  /** The name under which the tool was offered. */
  readonly name: string;
  /** The arguments as JSON text, as the model wrote them. */
  readonly args: string;
}

/** A tool as the model sees it. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly schema: JsonObject;
}

/** An image in the result of a tool. */
export interface ResultImage {
  readonly mimeType: string;
  /** In base64. */
  readonly data: string;
}

/** The result of a call, as the model sees it. */
export interface CallResult {
  readonly call: ToolCall;
  readonly text: string;
  readonly images: readonly ResultImage[];
  readonly isError: boolean;
}

/** A call of a gateway tool, as the client sees it. */
export interface ShownCall {
  readonly call: ToolCall;
  readonly server: string;
  /** The name of the tool at its server. */
  readonly tool: string;
  readonly args: JsonObject;
  /** The id of the request that the user approved. */
  readonly approvalId?: string;
}

/** A request for the approval of a call. */
export interface ApprovalRequest {
  readonly id: string;
  readonly call: WaitingCall;
}

/** The last message of the user, and the answer. */
export interface DialogueContent {
  readonly input: string;
  readonly output: string;
}

/** A record of the stream to the client. */
export interface ClientRecord {
  /** The name of a server-sent event. */
  readonly event?: string;
  readonly data: JsonObject;
}

/** One answer of the model. */
export interface Turn {
  /** The calls of gateway tools and unknown tools, in the model's order. */
  readonly calls: readonly ToolCall[];
  /** The number of calls that the client has to answer. */
  readonly clientCalls: number;
  /** Input and output tokens together; undefined if the model reported none. */
  readonly tokens: number | undefined;
  /** The message of an error in the stream, or why the stream is not complete. */
  readonly error?: string;
}

/** Why a run ends without an error. */
export type Ending = 'answered' | 'handed_back' | 'approval' | 'cut';

/** What the gateway did, for the member `agent` of a whole answer. */
export interface RunSummary {
  readonly run: string;
  readonly rounds: number;
  readonly tool_calls: number;
  readonly stopped_by?: string;
}

/** The facts of a run for its span. */
export interface DialogueFacts {
  readonly responseModel: string | undefined;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** Why the answer ended, in the words of the API. */
  readonly finishReason: string;
}

/**
 * A client's request and all that follows from it, in the words of one API. The rounds of the model become one answer.
 *
 * Knows neither sockets nor tools: it turns records of the model into records for the client, and keeps the history.
 */
export interface Dialogue {
  readonly wantsStream: boolean;
  readonly model: string | undefined;
  /** The names of the tools that the request defines itself. */
  readonly clientTools: ReadonlySet<string>;
  /** False if the request forbids tools. */
  readonly allowsTools: boolean;
  /** False if the request allows one call per turn only. */
  readonly allowsParallelCalls: boolean;
  /** True if results may contain images. */
  readonly takesImages: boolean;
  /** True if the API has words to ask the user for an approval. */
  readonly asksApproval: boolean;
  /** The calls that the user has approved or rejected in this request. */
  readonly answered: readonly AnsweredCall[];
  /** The gateway's servers whose results are in the history of the request. */
  readonly shownServers: ReadonlySet<string>;
  /** The body of the next request to the model. `isLast`: the model must not call tools any more. */
  request(tools: readonly ToolDefinition[], isLast: boolean): JsonObject;
  /** Reads one record of the model's stream; returns what the client receives of it. */
  read(record: JsonObject, event: string): readonly ClientRecord[];
  /** Ends the model's stream. */
  endTurn(): Turn;
  /** The calls that the client has to answer, held back until the end of the turn. */
  handBack(): readonly ClientRecord[];
  /** Shows a call of a gateway tool to the client. */
  showCall(call: ShownCall): readonly ClientRecord[];
  /** Shows the result of a call. */
  showResult(call: ShownCall, result: CallResult, durationMs: number): readonly ClientRecord[];
  /** Asks the user for approvals. Called only if {@link asksApproval}. */
  askApproval(requests: readonly ApprovalRequest[]): readonly ClientRecord[];
  /** Appends the turn and the results of its calls to the history; before the first turn: the results of answered calls. */
  continueWith(results: readonly CallResult[]): void;
  /** Closes what the model had begun when its stream was cut. */
  interrupt(): readonly ClientRecord[];
  /** The last records of an answer. */
  finish(ending: Ending): readonly ClientRecord[];
  /** The last record of an answer that failed after its start. */
  fail(message: string): readonly ClientRecord[];
  /** What shows the client that the run goes on. */
  keepAlive(): ClientRecord | 'comment';
  /** The whole answer, after {@link finish}. */
  document(summary: RunSummary): JsonObject;
  facts(): DialogueFacts;
  /** If the provider keeps an answer under another id than the client has seen: both ids. */
  alias(): { readonly shown: string; readonly kept: string } | undefined;
  content(): DialogueContent;
}

/** A request that cannot be served: the text of a 400. */
export interface Unusable {
  readonly problem: string;
}

/** What an API needs to know besides the body of a request. */
export interface OpenOptions {
  /** Whether calls are shown in APIs without words of their own. */
  readonly showsCalls: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The id under which the provider keeps an answer, by the id that the client has seen. */
  readonly keptResponseId: (id: string) => string;
  /** The call of a request for an approval; undefined if the caller cannot answer it (any more). */
  readonly readApproval: (id: string) => WaitingCall | undefined;
}

/** What an API needs to be served. */
export interface AgentApi {
  readonly name: 'ollama_chat' | 'openai_chat' | 'openai_responses' | 'anthropic_messages';
  /** The path below that of the agent and of the route of the LLM. */
  readonly path: string;
  readonly framing: 'ndjson' | 'sse';
  /** Text after the last record of a stream that did not fail. */
  readonly end: string;
  /** The body of an error response. */
  errorBody(status: number, message: string): JsonObject;
  open(body: JsonObject, options: OpenOptions): Dialogue | Unusable;
}
