import { compileAccessRules, type AccessConfig, type AccessRules } from './access/access-rules';
import { compileArgumentRules, type ArgumentConfig, type ArgumentRules } from './arguments/argument-rules';
import { compileResponseRules, type ResponseConfig, type ResponseRules } from './denial-response';
import { compileHttpRules, type HttpConfig, type HttpRules } from './http/http-rules';
import { compileMethodRules, type MethodConfig, type MethodRules } from './methods/method-rules';
import { compileParamsRules, type ParamsConfig, type ParamsRules } from './params/params-rules';
import { compilePathRules, type PathConfig, type PathRules } from './paths/path-rules';
import { compilePolicyRules, type PolicyConfig, type PolicyRules } from './policy/policy-rules';
import { compileRevisionRules, type RevisionConfig, type RevisionRules } from './revision/revision-rules';

type Configs = AccessConfig & PathConfig & HttpConfig & RevisionConfig & MethodConfig & ParamsConfig & ResponseConfig;

/** The parts of the configuration that decide about a request. */
export interface RulesConfig extends Configs {
  readonly tools: PolicyConfig['tools'] & ArgumentConfig['tools'];
  readonly prompts: PolicyConfig['prompts'];
  readonly resources: PolicyConfig['resources'];
  readonly unknown_tools: ArgumentConfig['unknown_tools'];
  readonly argument_errors: ArgumentConfig['argument_errors'];
}

/** What a configuration requires of requests, compiled once: the rules of all checks. */
export interface Rules
  extends AccessRules, HttpRules, RevisionRules, MethodRules, ParamsRules, PolicyRules, ArgumentRules, ResponseRules {
  readonly paths: PathRules;
}

/**
 * Compiles the rules of a configuration.
 *
 * @throws Error that names the field, if it cannot be used
 */
export const compileRules = (config: RulesConfig): Rules => ({
  paths: compilePathRules(config),
  ...compileAccessRules(config),
  ...compileHttpRules(config),
  ...compileRevisionRules(config),
  ...compileMethodRules(config),
  ...compileParamsRules(config),
  ...compilePolicyRules(config),
  ...compileArgumentRules(config),
  ...compileResponseRules(config),
});
