import { isJsonObject, type JsonObject } from '../../../shared/json/json-object';
import { countOf, listOf, recordOf } from '../../../shared/json/lenient-json';
import type { ToolCall } from '../dialogue';

/** More calls in one turn are an attack on memory; the loop has its own, lower bound. */
const MAX_CALLS = 1024;

/**
 * A message that grows by deltas: strings are appended, calls are joined by their index, other members are replaced.
 *
 * Members that no specification names are kept, since some providers want them back in the next round.
 */
export class GrowingMessage {
  readonly members: Record<string, unknown> = {};
  private readonly calls: Record<string, unknown>[] = [];

  add(delta: JsonObject): void {
    const { tool_calls: calls, ...rest } = delta;
    grow(this.members, rest, ['role', 'id']);
    for (const piece of listOf(calls)) if (isJsonObject(piece)) this.addCall(piece);
  }

  /** The calls as the model wrote them, in the order of their index, of which some may be missing. */
  get rawCalls(): readonly JsonObject[] {
    return Object.values(this.calls);
  }

  private addCall({ index, ...piece }: JsonObject): void {
    const at = countOf(index) ?? this.placeOf(piece);
    if (at >= MAX_CALLS) return;
    grow((this.calls[at] ??= {}), piece, ['id', 'type', 'index']);
  }

  /** Some servers send no index: a piece with an id begins a call, one without belongs to the last call. */
  private placeOf({ id }: JsonObject): number {
    const known = this.calls.findIndex((call) => call['id'] === id);
    if (id !== undefined && known >= 0) return known;
    return id === undefined ? Math.max(0, this.calls.length - 1) : this.calls.length;
  }
}

function grow(target: Record<string, unknown>, piece: JsonObject, fixed: readonly string[]): void {
  for (const [name, value] of Object.entries(piece)) {
    const before = target[name];
    if (value === null || value === undefined) target[name] = before ?? value;
    else if (typeof value === 'string' && typeof before === 'string' && !fixed.includes(name))
      target[name] = before + value;
    else if (isJsonObject(value)) grow((target[name] = { ...recordOf(before) }), value, fixed);
    else if (Array.isArray(value) && Array.isArray(before))
      target[name] = [...(before as unknown[]), ...(value as unknown[])];
    else target[name] = value;
  }
}

/** A call in the form of the loop. Its id is generated if the model gave none. */
export function callOf(raw: JsonObject, place: number): ToolCall {
  const { name, arguments: args } = recordOf(raw['function']);
  return {
    id: typeof raw['id'] === 'string' && raw['id'] !== '' ? raw['id'] : `call_${place}`,
    name: typeof name === 'string' ? name : '',
    args: typeof args === 'string' ? args : '',
  };
}
