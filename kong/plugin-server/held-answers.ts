import {
  read,
  reject,
  type Hold,
  type HoldFailure,
  type KongRead,
  type Outcome,
  type PdkEffect,
  type Plugin,
  type Reject,
  type SinglePlugin,
} from '../pdk';

/** The key of `kong.ctx.shared` under which plugins say that they hold the answer of a request. */
const HELD = 'held';

/** What plugins that hold an answer tell each other, and the function of kong.yml that replaces what cannot be judged. */
export interface Held {
  /** The plugins, in the order in which Kong runs them; see {@link holderName}. */
  readonly by: readonly string[];
  /** The status and the JSON body for an answer that cannot be judged: those of the first plugin that holds it. */
  readonly status: number;
  readonly failure: string;
  /** A plugin changed the answer for the next one: what Kong itself has is not for the client. */
  readonly passed_on?: true;
}

/** Reads who holds the answer; undefined for nobody. */
export const heldRead: KongRead<Held | undefined> = read.shared(HELD, shapeHeld);

function shapeHeld(value: unknown): Held | undefined {
  const { by, status, failure, passed_on } = (value ?? {}) as Partial<Record<keyof Held, unknown>>;
  if (!Array.isArray(by) || typeof status !== 'number' || typeof failure !== 'string') return undefined;
  return { by: by.map(String), status, failure, ...(passed_on === true && { passed_on }) };
}

/** The protocol to which the upstream may switch, else empty. Kong never holds the answer to such a request. */
export const upgradeRead: KongRead<string> = {
  method: 'kong.nginx.get_var',
  argument: 'upstream_upgrade',
  shape: (value) => (typeof value === 'string' ? value : ''),
};

/** Whether Kong holds the answer. It does not if the description that it has of the plugin lacks the response phase. */
export const armedRead: KongRead<boolean> = {
  method: 'kong.nginx.get_ctx',
  argument: 'buffered_proxying',
  shape: (value) => value === true,
};

/** The response in place of an answer that cannot be judged. */
export const failureOf = ({ status, body }: HoldFailure): Reject =>
  reject({ status, headers: { 'Content-Type': 'application/json' }, body, reason: 'not judged' });

/** The effect that says who holds the answer. */
export const shareHeld = ({ by, status, failure, passed_on }: Held): PdkEffect => ({
  method: 'kong.ctx.shared.set',
  key: HELD,
  value: { by, status, failure, ...(passed_on && { passed_on }) },
});

/** How a plugin, or a part of a composed one, is named among those that hold an answer. */
export const holderName = (plugin: Plugin, part: SinglePlugin): string =>
  plugin === part ? plugin.name : `${plugin.name}/${part.name}`;

/** One part's wish to hold the answer. */
export interface Wish {
  readonly by: string;
  readonly hold: Hold;
}

/** Whether a part wants to hold the answer. */
export const isWish = ({ outcome }: { readonly outcome: Outcome }): boolean =>
  outcome.kind === 'proceed' && outcome.hold !== undefined;

/** The wishes of the parts of a plugin, in order. */
export const wishesOf = (
  plugin: Plugin,
  results: readonly { readonly plugin: SinglePlugin; readonly outcome: Outcome }[],
): Wish[] =>
  results.flatMap(({ plugin: part, outcome }) =>
    outcome.kind === 'proceed' && outcome.hold ? [{ by: holderName(plugin, part), hold: outcome.hold }] : [],
  );

const RELEASE: PdkEffect = { method: 'kong.nginx.set_ctx', key: 'buffered_proxying', value: false };

/**
 * What an access phase of a plugin with a response phase tells Kong. Kong holds every answer of such a plugin, unless it
 * is released; that would also undo what an earlier plugin wishes.
 *
 * @param held the wishes of earlier plugins
 */
export function holdOrRelease(wishes: readonly Wish[], held: Held | undefined): PdkEffect[] {
  const [first] = wishes;
  if (!first) return held ? [] : [RELEASE];
  const { status, body } = first.hold.failure;
  const known = held ?? { by: [], status, failure: body };
  return [shareHeld({ ...known, by: [...known.by, ...wishes.map(({ by }) => by)] })];
}
