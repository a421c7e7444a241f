import { RESTRICTING } from '../plugins/not-emulated';
import type { Complaint } from './complaint';
import type { Entities, PluginEntity, Route, Service } from './model';

/**
 * What the stand-in does not emulate although security may depend on it. It rejects such a file, so that it never
 * allows what Kong rejects. Empty when there is nothing of the kind.
 */
export function notEmulated({ services, routes, plugins }: Entities): Complaint[] {
  return [...services.flatMap(ofService), ...routes.flatMap(ofRoute), ...plugins.flatMap(ofPlugin)];
}

function ofService({ name, id, protocol, tls_verify }: Service): Complaint[] {
  const path = `services.${name ?? id}`;
  if (protocol !== 'http' && protocol !== 'https') {
    return [{ path: `${path}.protocol`, message: `the stand-in does not emulate ${protocol}` }];
  }
  return tls_verify === true
    ? [{ path: `${path}.tls_verify`, message: 'the stand-in does not verify certificates of upstreams' }]
    : [];
}

function ofRoute({ name, id, protocols, path_handling }: Route): Complaint[] {
  const path = `routes.${name ?? id}`;
  // In Kong these routes never match a plain HTTP request.
  const other = protocols.filter((protocol) => protocol !== 'http' && protocol !== 'https');
  return [
    ...(other.length === 0
      ? []
      : [{ path: `${path}.protocols`, message: `the stand-in does not emulate ${other.join(', ')}` }]),
    ...(path_handling === 'v0'
      ? []
      : [{ path: `${path}.path_handling`, message: `the stand-in emulates only v0, not ${path_handling}` }]),
  ];
}

function ofPlugin({ name, id, instance_name, enabled }: PluginEntity): Complaint[] {
  if (!enabled || !RESTRICTING.includes(name)) return [];
  const message =
    `the stand-in does not emulate ${name}, which restricts requests: ` +
    'use Kong for this file, or disable the plugin (enabled: false)';
  return [{ path: `plugins.${instance_name ?? id}`, message }];
}
