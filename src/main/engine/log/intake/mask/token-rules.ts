// Keys and tokens by their public shapes: makers' own documentation of prefixes and lengths, as gathered by the public rule sets that
// privacy-rules.md names (gitleaks, detect-secrets, secretlint), restated here in our own patterns. A new kind is one more row.
import { findJwts } from './jwt.ts';
import { isGenericSecret, isSecretField } from './generic.ts';
import { findPrivateKeys } from './private-keys.ts';
import { isDocumented } from './samples.ts';
import type { Candidate, Judgement, MaskRule } from './rule.ts';

/** Not in the middle of a word; an escaped line break before it (`\n` in JSON or code) is no word. */
const from = String.raw`(?:(?<![0-9A-Za-z])|(?<=\\[nrt]))`;
const until = '(?![0-9A-Za-z])';

const token = (body: string): RegExp => new RegExp(`${from}(?<secret>${body})${until}`, 'dg');

/** Words like `xxxx` and `your-token-here` in place of a value. */
const stands = /(?:x{6}|X{6}|\*{4}|your[-_]|YOUR[-_]|placeholder|PLACEHOLDER|redacted|REDACTED)/;

const plain = ({ secret }: Candidate): Judgement => (isDocumented(secret) ? 'sample' : stands.test(secret) ? 'nothing' : 'secret');

function shape(id: string, written: string, literals: readonly string[], body: string, more: Partial<MaskRule> = {}): MaskRule {
  return { id, token: written, literals, pattern: token(body), judge: plain, ...more };
}

const near = /telegr/i;

/** Order is rank: where two overlap, the earlier one names the whole. */
export const tokenRules: readonly MaskRule[] = [
  { id: 'private-key', token: 'PRIVATE-KEY', literals: ['PRIVATE KEY', 'PuTTY-User-Key-File-'], find: findPrivateKeys },
  shape('age-key', 'AGE-KEY', ['AGE-SECRET-KEY-1'], 'AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}'),
  shape('signer-key', 'SIGNER-KEY', ['PRIVATE+KEY+'], String.raw`PRIVATE\+KEY\+[^\s+]{1,200}\+[0-9a-fA-F]{8}\+[A-Za-z0-9+\/]{20,200}={0,2}`),
  shape('aws-key-id', 'AWS-KEY', ['AKIA', 'ASIA', 'ABIA', 'ACCA', 'A3T'], '(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z2-7]{16}', { minEntropy: 3 }),
  shape('github-token', 'GITHUB-TOKEN', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], 'gh[pousr]_[0-9A-Za-z]{36}', { minEntropy: 3 }),
  shape('github-token-fine', 'GITHUB-TOKEN', ['github_pat_'], String.raw`github_pat_\w{82}`, { minEntropy: 3 }),
  shape('gitlab-token', 'GITLAB-TOKEN', ['glpat-'], String.raw`glpat-[\w-]{20}(?![\w-])|glpat-[\w.-]{21,64}`, { minEntropy: 3 }),
  shape('anthropic-key', 'ANTHROPIC-KEY', ['sk-ant-'], String.raw`sk-ant-(?:api03|admin01)-[\w-]{93}AA`),
  shape('openai-key', 'OPENAI-KEY', ['T3BlbkFJ'], String.raw`sk-[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}|sk-(?:proj|svcacct|admin)-(?:[\w-]{74}|[\w-]{58})T3BlbkFJ(?:[\w-]{74}|[\w-]{58})`, { minEntropy: 3 }),
  shape('google-key', 'GOOGLE-KEY', ['AIza'], String.raw`AIza[\w-]{35}(?![\w-])`, { minEntropy: 4 }),
  shape('slack-token', 'SLACK-TOKEN', ['xoxb-', 'xoxp-', 'xoxe-', 'xoxa-', 'xoxr-', 'xoxs-'], 'xox[abeprs]-[0-9]{10,13}-[0-9A-Za-z-]{10,250}', { minEntropy: 3 }),
  shape('slack-webhook', 'SLACK-WEBHOOK', ['hooks.slack.com/services/'], String.raw`hooks\.slack\.com\/services\/[A-Za-z0-9+\/]{43,56}`, { minEntropy: 3 }),
  shape('stripe-key', 'STRIPE-KEY', ['_test_', '_live_', '_prod_'], '[sr]k_(?:test|live|prod)_[0-9A-Za-z]{10,99}', { minEntropy: 2 }),
  shape('npm-token', 'NPM-TOKEN', ['npm_'], 'npm_[0-9A-Za-z]{36}', { minEntropy: 2 }),
  shape('pypi-token', 'PYPI-TOKEN', ['pypi-AgEIcHlwaS5vcmc'], String.raw`pypi-AgEIcHlwaS5vcmc[\w-]{50,1000}`, { minEntropy: 3 }),
  shape('huggingface-token', 'HUGGINGFACE-TOKEN', ['hf_'], 'hf_[A-Za-z]{34}', { minEntropy: 2 }),
  shape('perplexity-key', 'PERPLEXITY-KEY', ['pplx-'], 'pplx-[0-9A-Za-z]{48}', { minEntropy: 4 }),
  shape('digitalocean-token', 'DIGITALOCEAN-TOKEN', ['dop_v1_', 'doo_v1_', 'dor_v1_'], 'do[opr]_v1_[0-9a-f]{64}', { minEntropy: 3 }),
  shape('sendgrid-key', 'SENDGRID-KEY', ['SG.'], String.raw`SG\.[\w=.-]{66}(?![\w=-])`, { minEntropy: 2 }),
  shape('twilio-key', 'TWILIO-KEY', ['SK'], 'SK[0-9a-fA-F]{32}', { minEntropy: 3 }),
  shape('telegram-token', 'TELEGRAM-TOKEN', [':A'], String.raw`[0-9]{5,16}:A[\w-]{34}(?![\w-])`, {
    judge: (candidate) => (near.test(candidate.field) || near.test(candidate.text) ? plain(candidate) : 'nothing')
  }),
  { id: 'jwt', token: 'JWT', literals: ['eyJ'], find: findJwts, minEntropy: 3, judge: plain },
  {
    id: 'url-password', token: 'URL-PASSWORD', literals: ['://'],
    pattern: /(?<=[A-Za-z][A-Za-z0-9+.-]{0,30}):\/\/[^\s:@/?#"'<>]{0,200}:(?<secret>[^\s@/?#"'<>]{1,200})@(?=[\w[.-])/dg,
    judge: (candidate) => (/^(?:\$|\{|%[A-Z(]|<)/.test(candidate.secret) ? 'nothing' : plain(candidate))
  },
  {
    // Names such as api_key, client-secret, accessToken; then a sign, then 10 to 150 characters that look like chance.
    id: 'named-secret', token: 'SECRET', literals: ['key', 'token', 'secret', 'passw', 'auth', 'api', 'credential', 'senha', 'segredo'], anyCase: true,
    pattern: /(?:key|token|secret|passw|auth|api|credential|senha|segredo)(?:[\w.-]{0,20})\\?["'`]?\s{0,3}(?::=|=>|=|:)\s{0,3}(?:(?:bearer|basic|token)\s{1,3})?\\?["'`]?(?<secret>[\w+/=.~-]{10,150})(?![\w+/=.~-])/dgi,
    inField: isSecretField, minEntropy: 3.5, judge: isGenericSecret
  }
];
