/** The config fields about `params`. */
export interface ParamsConfig {
  readonly meta_key_check: 'off' | 'warn' | 'deny';
}

/** How `params` are checked. */
export interface ParamsRules {
  readonly metaKeyCheck: ParamsConfig['meta_key_check'];
}

/** Compiles the rules about `params`. */
export const compileParamsRules = (config: ParamsConfig): ParamsRules => ({ metaKeyCheck: config.meta_key_check });
