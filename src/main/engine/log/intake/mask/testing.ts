// Tokens for tests, put together at run time from pieces and seeded chance: nothing in the sources looks like a leak.
import { createHash, createHmac } from 'node:crypto';

/** The same characters for the same seed. */
export function chance(seed: string, length: number, alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'): string {
  let text = '';
  for (let i = 0; text.length < length; i++) for (const byte of createHash('sha256').update(`${seed}/${i}`).digest()) text += alphabet[byte % alphabet.length];
  return text.slice(0, length);
}

const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const hex = '0123456789abcdef';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const bech32 = 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L';
const p = (...pieces: string[]): string => pieces.join('');

export function makeJwt(seed: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = p(part({ alg: 'HS256', typ: 'JWT' }), '.', part({ sub: seed, iat: 1_700_000_000 }));
  return p(head, '.', createHmac('sha256', seed).update(head).digest('base64url'));
}

export function makePem(seed: string, kind = 'RSA '): string {
  const lines = Array.from({ length: 8 }, (_, i) => chance(`${seed}${i}`, 64));
  return [p('-----BEGIN ', kind, 'PRIVATE', ' KEY-----'), ...lines, p('-----END ', kind, 'PRIVATE', ' KEY-----')].join('\n');
}

/** One or more made-up values for every rule: id -> values that must be found. */
export function makeTokens(seed: string): Record<string, string[]> {
  const r = (length: number, alphabet?: string): string => chance(`${seed}-${length}`, length, alphabet);
  return {
    'private-key': [makePem(seed), makePem(seed, 'OPENSSH '), makePem(seed, ''), p('PuTTY-User', '-Key-File-2: ssh-rsa\nEncryption: none\nPrivate-Lines: 1\n', r(60), '\nPrivate-MAC: ', r(40, hex))],
    'age-key': [p('AGE-SECRET', '-KEY-1', r(58, bech32))],
    'signer-key': [p('PRIVATE', '+KEY+', 'varve/log+', r(8, hex), '+', r(44))],
    'aws-key-id': [p('AK', 'IA', r(16, upper)), p('AS', 'IA', r(16, upper)), p('A3', 'TX', r(16, upper))],
    'github-token': ['p', 'o', 'u', 's', 'r'].map((kind) => p('gh', kind, '_', r(36))),
    'github-token-fine': [p('github', '_pat_', r(82))],
    'gitlab-token': [p('gl', 'pat-', r(20)), p('gl', 'pat-', r(27), '.', r(9))],
    'anthropic-key': [p('sk-', 'ant-', 'api03-', r(93), 'AA')],
    'openai-key': [p('sk-', r(20), 'T3Blbk', 'FJ', r(20)), p('sk-', 'proj-', r(74), 'T3Blbk', 'FJ', r(74)), p('sk-', 'admin-', r(58), 'T3Blbk', 'FJ', r(58))],
    'google-key': [p('AI', 'za', r(35))],
    'slack-token': [p('xo', 'xb-', r(12, '123456789'), '-', r(12, '123456789'), '-', r(24)), p('xo', 'xp-', r(11, '123456789'), '-', r(11, '123456789'), '-', r(12, '123456789'), '-', r(32, hex))],
    'slack-webhook': [p('hooks.slack', '.com/services/', 'T', r(8, upper), '/B', r(10, upper), '/', r(24))],
    'stripe-key': [p('sk_', 'live_', r(24)), p('rk_', 'test_', r(40))],
    'npm-token': [p('np', 'm_', r(36))],
    'pypi-token': [p('py', 'pi-', 'AgEIcHlwaS5vcmc', r(150))],
    'huggingface-token': [p('h', 'f_', r(34, letters))],
    'perplexity-key': [p('pp', 'lx-', r(48))],
    'digitalocean-token': [p('do', 'p_v1_', r(64, hex))],
    'sendgrid-key': [p('S', 'G.', r(22), '.', r(43))],
    'twilio-key': [p('S', 'K', r(32, hex))],
    'telegram-token': [p('telegram bot ', r(10, '123456789'), ':', 'A', r(34))],
    jwt: [makeJwt(seed)],
    'url-password': [p('postgres', '://app:', r(12), '@db.example.org:5432/lab')],
    'named-secret': [p('api', '_key = "', r(32), '"'), p('"client_', 'secret": "', r(40), '"'), p('Author', 'ization: Bearer ', r(48)), p('senha', '=', r(20))]
  };
}
