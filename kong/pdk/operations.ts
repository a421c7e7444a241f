/** The operations of Kong's PDK that return a fact. */
export type PdkRead =
  | 'kong.client.get_consumer'
  | 'kong.client.get_credential'
  | 'kong.client.get_forwarded_ip'
  | 'kong.client.load_consumer'
  | 'kong.ctx.shared.get'
  | 'kong.log.serialize'
  | 'kong.nginx.get_ctx'
  | 'kong.nginx.get_var'
  | 'kong.request.get_headers'
  | 'kong.request.get_method'
  | 'kong.request.get_path'
  | 'kong.request.get_raw_body'
  | 'kong.request.get_raw_query'
  | 'kong.response.get_headers'
  | 'kong.response.get_status'
  | 'kong.router.get_service'
  | 'kong.service.response.get_raw_body';

/** The operations of Kong's PDK that change something, with their arguments in Lua's order. */
export type PdkEffect =
  | ({ readonly method: 'kong.client.authenticate' } & Authentication)
  | { readonly method: 'kong.ctx.shared.set'; readonly key: string; readonly value: SharedValue }
  // `false`: the request is not held. Kong's conversion makes nil of it.
  | { readonly method: 'kong.nginx.set_ctx'; readonly key: 'buffered_proxying'; readonly value: false }
  | { readonly method: 'kong.nginx.set_ctx'; readonly key: 'buffered_body'; readonly value: Uint8Array }
  | { readonly method: 'kong.response.clear_header'; readonly name: string }
  | { readonly method: 'kong.response.set_headers'; readonly headers: ResponseHeaders }
  | { readonly method: 'kong.response.set_status'; readonly status: number }
  | { readonly method: 'kong.service.request.set_headers'; readonly headers: ResponseHeaders }
  | { readonly method: 'kong.service.request.clear_header'; readonly name: string }
  | { readonly method: 'kong.service.request.set_raw_body'; readonly body: Uint8Array }
  | {
      readonly method: 'kong.response.exit';
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly body: Uint8Array;
    };

/** Who calls, as Kong and its plugins are told: a consumer, a credential, or both. */
export interface Authentication {
  readonly consumer?: Consumer;
  readonly credential?: Credential;
}

/** A consumer of Kong. */
export interface Consumer {
  readonly id: string;
  readonly username: string;
  readonly customId: string;
  readonly tags: readonly string[];
  /** Seconds since the epoch. */
  readonly createdAt?: number;
}

/** A credential. The acl plugin fails for one without the id of a consumer, so it always has one, even of nobody. */
export interface Credential {
  readonly id: string;
  readonly consumerId: string;
}

/**
 * A value that survives `kong.ctx.shared` over both transports.
 *
 * `false` and null do not exist, and an empty list equals an empty record, because Kong's conversion loses them
 * (`kong/runloop/plugin_servers/rpc/pb_rpc.lua`, structpb_value). Leave such members out.
 */
export type SharedValue = string | number | true | readonly SharedValue[] | { readonly [key: string]: SharedValue };

/** Headers by name; a list sends the header once for each value. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[]>>;
