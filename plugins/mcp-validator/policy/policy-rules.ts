import { nameRule, type NameLists, type NameRule } from '../../shared/name-rules/name-rule';
import { uriRule, type UriRule } from './uri-rule';

/** The config fields about tools, prompts and resources that clients may use. */
export interface PolicyConfig {
  readonly tools: NameLists;
  readonly prompts: NameLists;
  readonly resources: NameLists;
}

/** Which tools, prompts and resources clients may use, compiled once. */
export interface PolicyRules {
  readonly tools: NameRule;
  readonly prompts: NameRule;
  readonly resources: UriRule;
}

/** Compiles the allow- and deny-lists. */
export const compilePolicyRules = ({ tools, prompts, resources }: PolicyConfig): PolicyRules => ({
  tools: nameRule(tools),
  prompts: nameRule(prompts),
  resources: uriRule(resources),
});
