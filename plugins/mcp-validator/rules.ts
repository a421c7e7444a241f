import { compileAccessRules, type AccessConfig, type AccessRules } from './access/access-rules';
import { compileArgumentRules, type ArgumentConfig, type ArgumentRules } from './arguments/argument-rules';
import { compileResponseRules, type ResponseConfig, type ResponseRules } from './denial-response';
import { compileHttpRules, type HttpConfig, type HttpRules } from './http/http-rules';
import { compileListRules, type ListConfig, type ListRules } from './lists/list-rules';
import { compileMethodRules, type MethodConfig, type MethodRules } from './methods/method-rules';
import { compileOutputRules, type OutputConfig, type OutputRules } from './outputs/output-rules';
import { compileParamsRules, type ParamsConfig, type ParamsRules } from './params/params-rules';
import { compilePathRules, type PathConfig, type PathRules } from './paths/path-rules';
import { compileCallerPolicy, type CallerPolicy, type PolicyConfig } from './policy/policy-rules';
import { compileRevisionRules, type RevisionConfig, type RevisionRules } from './revision/revision-rules';

type Configs = AccessConfig & PathConfig & HttpConfig & RevisionConfig & MethodConfig & ParamsConfig & ResponseConfig;

/** The parts of the configuration that decide about a request. */
export interface RulesConfig extends Configs {
  readonly tools: PolicyConfig['tools'] & ArgumentConfig['tools'] & ListConfig['tools'] & OutputConfig['tools'];
  readonly prompts: PolicyConfig['prompts'];
  readonly resources: PolicyConfig['resources'];
  readonly trust_acl_groups: PolicyConfig['trust_acl_groups'];
  readonly unknown_tools: ArgumentConfig['unknown_tools'];
  readonly argument_errors: ArgumentConfig['argument_errors'];
  readonly output_schemas: OutputConfig['output_schemas'];
  readonly mode: ListConfig['mode'];
  readonly list_policy: ListConfig['list_policy'];
  readonly max_list_bytes: ListConfig['max_list_bytes'];
  readonly list_max_ttl_ms: ListConfig['list_max_ttl_ms'];
  readonly resumption: ListConfig['resumption'];
  readonly pin: ListConfig['pin'];
}

/** What a configuration requires of requests, compiled once: the rules of all checks. */
export interface Rules
  extends AccessRules, HttpRules, RevisionRules, MethodRules, ParamsRules, CallerPolicy, ArgumentRules, ResponseRules {
  readonly paths: PathRules;
  readonly lists: ListRules;
  readonly outputs: OutputRules;
}

/**
 * Compiles the rules of a configuration.
 *
 * @throws Error that names the field, if it cannot be used
 */
export const compileRules = (config: RulesConfig): Rules => ({
  paths: compilePathRules(config),
  lists: compileListRules(config),
  outputs: compileOutputRules(config),
  ...compileAccessRules(config),
  ...compileHttpRules(config),
  ...compileRevisionRules(config),
  ...compileMethodRules(config),
  ...compileParamsRules(config),
  ...compileCallerPolicy(config),
  ...compileArgumentRules(config),
  ...compileResponseRules(config),
});
