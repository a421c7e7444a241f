import { MAX_CONFIGURED, type Labels } from '../../shared/telemetry/labels';

/** The config field that names the namespace. */
export interface NamespaceOptions {
  readonly namespace?: string;
}

/** The namespace as a label: the configured one, else the name of the route. */
export const namespaceLabel = (labels: Labels, route: string | undefined, { namespace }: NamespaceOptions): string =>
  labels.bounded('namespace', namespace ?? route ?? '', MAX_CONFIGURED);
