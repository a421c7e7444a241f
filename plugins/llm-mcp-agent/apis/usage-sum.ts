import { isJsonObject, type JsonObject } from '../../shared/json/json-object';

/** Adds the numbers of two usage objects, also in nested objects. Other members are those of the second one. */
export function addUsage(a: JsonObject, b: JsonObject): JsonObject {
  const sum: Record<string, unknown> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const before = sum[name];
    if (typeof value === 'number' && typeof before === 'number') sum[name] = before + value;
    else if (isJsonObject(value) && isJsonObject(before)) sum[name] = addUsage(before, value);
    else if (value !== null || before === undefined) sum[name] = value;
  }
  return sum;
}

/** The usage of several rounds: unknown as soon as one round did not report its own, since a sum would be too low. */
export class UsageSum {
  private sum: JsonObject | undefined;
  private isKnown = true;
  private input = 0;
  private output = 0;

  /** Adds the usage of a round, with its counts. */
  add(usage: JsonObject | undefined, input: number | undefined, output: number | undefined): void {
    if (!usage || input === undefined || output === undefined) this.isKnown = false;
    if (usage) this.sum = this.sum ? addUsage(this.sum, usage) : usage;
    this.input += input ?? 0;
    this.output += output ?? 0;
  }

  /** Adds a round whose usage will never be known. */
  addUnknown(): void {
    this.isKnown = false;
  }

  /** Undefined if a round did not report its usage. */
  get usage(): JsonObject | undefined {
    return this.isKnown ? this.sum : undefined;
  }

  get tokens(): { readonly input: number | undefined; readonly output: number | undefined } {
    const isUsable = this.isKnown && this.sum !== undefined;
    return { input: isUsable ? this.input : undefined, output: isUsable ? this.output : undefined };
  }
}

/** Input and output together; undefined if neither is known. */
export const totalOf = (input: number | undefined, output: number | undefined): number | undefined =>
  input === undefined && output === undefined ? undefined : (input ?? 0) + (output ?? 0);
