import { calculationIn } from './calculation';
import type { Model } from './models';
import type { OfferedTool } from './requests';
import { countTokens, tokenize } from './tokens';
import { callTools, type ToolCall } from './tool-calls';

/** A part of an answer, sent as one chunk. `tokens` is added to `eval_count`. */
export type Part =
  | { kind: 'content' | 'thinking'; text: string; tokens: number }
  | { kind: 'tool_calls'; calls: ToolCall[]; tokens: number };

/** A question to a model, from any of the endpoints. */
export interface Question {
  model: Model;
  /** The last message of the user. */
  prompt: string;
  /** The result of a tool, if that is the last message. */
  toolResult?: string;
  tools: readonly OfferedTool[];
  think: boolean;
  json: boolean;
  /** Maximum number of tokens; if not positive, only the limit of the server applies. */
  numPredict: number;
  stop: readonly string[];
}

/** A complete answer, determined before the first chunk is sent. */
export interface Reply {
  parts: readonly Part[];
  doneReason: 'stop' | 'length';
  /** The model fails after all parts with this message, and there is no final record. */
  failure?: string;
}

/** The limit of the server for one answer. */
export const MAX_TOKENS = 4_096;
/** Tokens of the broken demo model before it fails. */
const BROKEN_AFTER = 5;

/** Determines the answer to a question: the same question always gets the same answer. */
export function replyTo(question: Question): Reply {
  const calls = question.toolResult === undefined ? callTools(question.tools, question.prompt) : [];
  const thinking = question.think
    ? textParts('thinking', `The user asks: ${quote(question.prompt)} I answer briefly.`)
    : [];
  const answer: Part[] =
    calls.length > 0
      ? [{ kind: 'tool_calls', calls, tokens: countTokens(JSON.stringify(calls)) }]
      : textParts('content', cutAtStop(textFor(question), question.stop));
  const whole = [...thinking, ...answer];

  if (question.model.behaviour === 'broken') {
    const failure = 'an error was encountered while running the model: this demo model always fails';
    return { parts: whole.slice(0, BROKEN_AFTER), doneReason: 'stop', failure };
  }
  const limit = question.numPredict > 0 ? Math.min(question.numPredict, MAX_TOKENS) : MAX_TOKENS;
  const parts = upTo(whole, limit);
  return { parts, doneReason: parts.length < whole.length ? 'length' : 'stop' };
}

/** The number of tokens of an answer: `eval_count`. */
export function evalCount(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.tokens, 0);
}

function textFor({ model, prompt, toolResult, json }: Question): string {
  if (model.behaviour === 'long') return 'This model talks until it is stopped. '.repeat(MAX_TOKENS / 4);
  if (toolResult !== undefined) {
    const calculation = calculationIn(prompt);
    const isNumber = /^\s{0,9}-?\d{1,20}(?:\.\d{1,20})?\s{0,9}$/.test(toolResult);
    return calculation && isNumber
      ? `${calculation.expression} = ${toolResult.trim()}`
      : `The tool says: ${quote(toolResult)}`;
  }
  if (json) return JSON.stringify({ answer: 'This is the demo model.', question: quote(prompt) });
  return (
    `You said: ${quote(prompt)} This is a demo model: it knows nothing, but it streams its answer token by token, ` +
    'counts what it produces and reports its timings, just as a real one does.'
  );
}

function textParts(kind: 'content' | 'thinking', text: string): Part[] {
  return tokenize(text).map((piece) => ({ kind, text: piece, tokens: 1 }));
}

function upTo(parts: readonly Part[], limit: number): Part[] {
  const kept: Part[] = [];
  let tokens = 0;
  for (const part of parts) {
    tokens += part.tokens;
    // A tool call is never cut: half a call is useless.
    if (tokens > limit && part.kind !== 'tool_calls') break;
    kept.push(part);
  }
  return kept;
}

function cutAtStop(text: string, stop: readonly string[]): string {
  const ends = stop.filter((word) => word !== '').map((word) => text.indexOf(word));
  return text.slice(0, Math.min(text.length, ...ends.filter((at) => at >= 0)));
}

function quote(text: string): string {
  // The cut may split a surrogate pair.
  const short = text
    .trim()
    .slice(0, 120)
    .replace(/\p{Surrogate}/gu, '\u{fffd}');
  return `"${short}${text.trim().length > 120 ? '…' : ''}"`;
}
