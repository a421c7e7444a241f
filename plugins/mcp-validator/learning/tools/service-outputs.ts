import type { ToolDefinition } from '../lists/tool-definition';
import type { Probe } from '../schemas/probe-schema';
import { SchemaCache, type CachedSchema, type UncheckedReason } from '../schemas/schema-cache';
import type { PinOf } from './pin-states';
import { ServiceTools } from './service-tools';

/** The schemas that the output of a tool may match, or why it cannot be checked; undefined if there is none. */
export type AnnouncedOutput = readonly CachedSchema[] | UncheckedReason | undefined;

/** The output schemas that the server of one service announced. */
export class ServiceOutputs {
  private readonly tools = new ServiceTools();
  private readonly schemas: SchemaCache;

  /** `now` returns milliseconds. */
  constructor(
    probe: (text: string) => Promise<Probe>,
    now: () => number,
    private readonly pinOf: PinOf,
  ) {
    this.schemas = new SchemaCache(probe, now);
  }

  /**
   * Adds what a page announces, to one caller or to all. Where a pin names the output schema, no other one counts: the
   * server cannot weaken it, nor take it back.
   *
   * @param onProbe a new schema is being compiled
   */
  announce(
    caller: string | undefined,
    definition: ToolDefinition,
    isPrivate: boolean,
    onProbe: (tool: string, probed: Promise<Probe>) => void,
  ): void {
    const { name, outputText } = definition;
    if (this.pinOf(name)?.changesOutput?.(definition)) return;
    const put = outputText === undefined ? undefined : this.schemas.put(outputText);
    this.tools.announce(caller, name, put?.key, isPrivate);
    if (put?.probed) onProbe(name, put.probed);
  }

  /** The tools of the caller have changed. */
  forget(caller: string | undefined): void {
    this.tools.forgetSchemas(caller, (tool) => this.pinOf(tool)?.changesOutput !== undefined);
  }

  /** Of a tool that some server behind the service announced without output schema, the output is not checked. */
  of(caller: string | undefined, tool: string): AnnouncedOutput {
    const keys = this.tools.schemasOf(caller, tool);
    if (keys.length === 0 || keys.includes(undefined)) return undefined;
    const found = keys.flatMap((key) => (key === undefined ? [] : [this.schemas.get(key)]));
    return found.find((one) => typeof one === 'string') ?? found.filter((one) => typeof one !== 'string');
  }

  settled(): Promise<void> {
    return this.schemas.settled();
  }
}
