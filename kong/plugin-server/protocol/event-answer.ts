import type { Outcome } from '../../pdk';
import { effectsOf } from '../../pdk/effects';
import { END_OF_CALLS, frame } from './frames';
import { messages } from './messages';
import { encodeEffect } from './pdk-codec';

/** The bytes that end an event. */
export interface EventAnswer {
  /** All effects and the end of the event: one write. */
  readonly bytes: Buffer;
  /** Number of replies to effects that Kong will send; they carry no information. */
  readonly replies: number;
  /** Whether Kong ends the request; then nothing follows on this connection. */
  readonly isExit: boolean;
}

/**
 * Encodes an outcome as the effects that carry it out.
 *
 * @param sequence the number of Kong's call
 * @throws when the outcome contains a value that no message can represent
 */
export function encodeAnswer(outcome: Outcome, sequence: unknown): EventAnswer {
  const effects = effectsOf(outcome);
  const frames = effects.flatMap(encodeEffect);
  const isExit = outcome.kind === 'reject';
  if (!isExit) frames.push(END_OF_CALLS, frame(messages.rpcReturn.encode({ sequence })));
  return { bytes: Buffer.concat(frames), replies: effects.length - (isExit ? 1 : 0), isExit };
}
