import type { SinglePlugin } from '../../kong/pdk';
import { phaseNeedsOf } from '../../kong/pdk/phase-needs';
import { hasResponsePhase, type Configuration } from '../../kong/plugin-server/configurations';

/** The configuration of a plugin whose `prepare` returned this state. */
export const preparedConfiguration = (plugin: SinglePlugin, state?: unknown): Configuration => ({
  plugin,
  parts: [{ plugin, state, needs: phaseNeedsOf(plugin, {}) }],
  isBoundToService: false,
  isHoldable: hasResponsePhase(plugin),
  isHeldBefore: () => false,
});
