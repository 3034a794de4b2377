// Keys and tokens never reach the record: every rule on values made for it, on what only looks alike, and on seeded rubbish.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMask, standardMask as mask, tokenRules, type Finding } from './index.ts';
import { longestMatch } from './rule.ts';
import { chance, makeJwt, makePem, makeTokens } from './testing.ts';

const rulesOf = (findings: readonly Finding[]): string[] => findings.map(({ rule }) => rule);
const uuid = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
const sha256 = chance('sha', 64, '0123456789abcdef');

describe('every kind of key and token', () => {
  const tokens = makeTokens('each');
  it('has a made-up value in this test', () => {
    expect(Object.keys(tokens).sort()).toEqual(tokenRules.map(({ id }) => id).sort());
  });

  it.each(Object.entries(tokens))('%s is replaced by its typed word, wherever it stands', (id, values) => {
    const written = `[${tokenRules.find((rule) => rule.id === id)?.token}]`;
    for (const value of values) {
      // The part that is secret: a rule that goes by a name or a neighbour keeps that.
      const core = /[A-Za-z0-9+/_-]{20,}|(?<=:)[A-Za-z0-9]{12}(?=@)/.exec(value.replaceAll(/^(?:telegram bot |PuTTY[^\n]*\n[^\n]*\n[^\n]*\n)/g, ''))?.[0] ?? value;
      for (const text of [value, `before ${value} after`, `"${value}"`, `line one\\n${value}\\nline three`, `(${value})`, `x=${value};`, `ação ${value}…`]) {
        const masked = mask.text(text);
        expect(masked.text, text).toContain(written);
        expect(masked.text, text).not.toContain(core);
        expect(rulesOf(masked.findings), text).toContain(id);
        expect(masked.findings.every((finding) => !finding.sample)).toBe(true);
      }
    }
  });

  it.each(Object.entries(tokens).filter(([id]) => !['private-key', 'named-secret', 'url-password', 'jwt', 'telegram-token', 'slack-webhook'].includes(id)))('%s is not seen inside a longer word, nor without its last character', (id, values) => {
    for (const value of values) {
      expect(rulesOf(mask.text(`prefix${value}`).findings)).not.toContain(id);
      const short = id === 'pypi-token' ? value.slice(0, 60) : id === 'stripe-key' ? value.slice(0, 15) : id === 'slack-token' ? value.slice(0, 12) : id === 'signer-key' ? value.slice(0, 24) : id === 'gitlab-token' ? value.slice(0, 24) : value.slice(0, -1);
      expect(rulesOf(mask.text(short).findings), short).not.toContain(id);
    }
  });

  it('is also found percent-encoded in an address, and exactly that part is replaced', () => {
    const [value = ''] = tokens['signer-key'] ?? [];
    const address = `https://lab.example.org/?a=1&note=${encodeURIComponent(value)}&b=2`;
    expect(mask.text(address).text).toBe('https://lab.example.org/?a=1&note=[SIGNER-KEY]&b=2');
    expect(mask.text('100 %25 of it, 50%20%').findings).toEqual([]);
  });

  it('in great number is counted', () => {
    const [value = ''] = tokens['github-token'] ?? [];
    const { text, findings } = mask.text(Array.from({ length: 50 }, () => value).join(' '));
    expect(text).toBe(Array.from({ length: 50 }, () => '[GITHUB-TOKEN]').join(' '));
    expect(findings).toEqual([{ rule: 'github-token', field: '', count: 50, sample: false }]);
  });
});

describe('what only looks like a secret', () => {
  it.each([
    sha256, uuid, `sha256:${sha256}`, '2026-11-21T10:00:00.123Z', 'varve/0123456789abcdef0123456789abcdef', 'git@github.com:lab/project.git', 'ssh://git@example.org/lab.git', 'https://example.org:8080/a@b',
    'AKIA is how an AWS key begins', `ghp_${'x'.repeat(36)}`, 'glpat-xxxxxxxxxxxxxxxxxxxx', 'eyJhbGciOiJub25lIn0', 'eyJub3QiOiJhIHRva2VuIn0.eyJhIjoxfQ.c2ln', 'see -----BEGIN RSA PRIVATE KEY----- in the manual',
    'api_key = process.env.API_KEY', 'token: ${TOKEN}', 'api_key=<your-key-here>', 'password: changeme123456', 'keyword: photosynthesis2024', 'author=maria-da-silva-2024', 'primary_key: measurement_000123', 'key=raw/2026/11/run-0042.csv',
    'token_count: 1234567890', 'api: v2.10.4-beta.3', 'auth=disabled', `key_id: ${sha256}`, 'secret: abcdefghijklmnop1234', 'monkey: abc123def456ghi789', `public_key = ${chance('public', 44)}`, 'the key: temperature_sensor_03 reads 21.5'
  ])('stays as it is: %s', (text) => {
    expect(mask.text(text)).toEqual({ text, findings: [] });
  });

  it('leaves hashes, ids and signatures alone by their fields, but not a token that is filed under such a name', () => {
    const [token = ''] = makeTokens('filed')['github-token'] ?? [];
    const untouched = { sha256, commit: chance('c', 40, '0123456789abcdef'), session_id: uuid, keyId: sha256.slice(0, 32), signature: `${chance('s', 86)}==`, tokenHash: sha256, secret_digest: chance('d', 43), api_key_fingerprint: `sha256:${sha256}` };
    expect(mask.value(untouched, '/payload')).toEqual({ value: untouched, findings: [] });
    expect(mask.value(untouched, '/payload').value).toBe(untouched);
    expect(mask.value({ id: token }, '/payload')).toEqual({ value: { id: '[GITHUB-TOKEN]' }, findings: [{ rule: 'github-token', field: '/payload/id', count: 1, sample: false }] });
  });

  it('that documentation prints stays and is reported as a sample', () => {
    const aws = ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('');
    const jwt = [Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url'), 'eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ', 'SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c'].join('.');
    for (const [rule, text] of [['aws-key-id', aws], ['jwt', jwt]] as const) expect(mask.text(text)).toEqual({ text, findings: [{ rule, field: '', count: 1, sample: true }] });
  });
});

describe('a payload', () => {
  const secret = chance('field', 32);
  const [github = ''] = makeTokens('payload')['github-token'] ?? [];

  it('is masked in strings at any depth and in names of members, and says where, never what', () => {
    const { value, findings } = mask.value({ config: { api_key: secret, list: ['fine', `token ${github}`] }, [github]: 1, [`${github} `]: 2, count: 3 }, '/payload');
    expect(value).toEqual({ config: { api_key: '[SECRET]', list: ['fine', 'token [GITHUB-TOKEN]'] }, '[GITHUB-TOKEN]': 1, '[GITHUB-TOKEN] ': 2, count: 3 });
    expect(findings).toEqual([
      { rule: 'named-secret', field: '/payload/config/api_key', count: 1, sample: false },
      { rule: 'github-token', field: '/payload/config/list/1', count: 1, sample: false },
      { rule: 'github-token', field: '/payload/[GITHUB-TOKEN]', count: 1, sample: false },
      { rule: 'github-token', field: '/payload/[GITHUB-TOKEN] ', count: 1, sample: false }
    ]);
    expect(JSON.stringify(findings)).not.toContain(github);
  });

  it('keeps both of two members whose names become one', () => {
    const [other = ''] = makeTokens('other')['github-token'] ?? [];
    expect(mask.value({ [github]: 1, [other]: 2 }, '/payload').value).toEqual({ '[GITHUB-TOKEN]': 1, '[GITHUB-TOKEN] (2)': 2 });
  });

  it('without anything to mask comes back as the very same value', () => {
    const payload = { a: [1, 'two', { three: null }], __proto__: undefined };
    expect(mask.value(payload, '/payload').value).toBe(payload);
  });

  it('may have a member called __proto__', () => {
    const payload = JSON.parse(`{"__proto__": {"text": "${github}"}}`) as object;
    const { value } = mask.value(payload, '/payload');
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"text":"[GITHUB-TOKEN]"}}');
  });
});

describe('long and hostile texts', () => {
  it('are looked at in windows that miss nothing at their edges', () => {
    const [token = ''] = makeTokens('edge')['pypi-token'] ?? [];
    const step = 65_536 - longestMatch - 128;
    for (const at of [step - token.length, step - 100, step - 1, step, step + 1, step + 64, 65_536 - token.length - 64, 65_536 - 10, 65_536, 65_600, 2 * step - 70, 2 * step + 60]) {
      const text = `${'. '.repeat(100_000).slice(0, at)} ${token} ${'. '.repeat(30_000)}`;
      const masked = mask.text(text);
      expect(masked.findings, `at ${at}`).toEqual([{ rule: 'pypi-token', field: '', count: 1, sample: false }]);
      expect(masked.text.length).toBe(text.length - token.length + '[PYPI-TOKEN]'.length);
    }
  });

  it('no pattern can match more than the windows overlap by', () => {
    for (const { pattern } of tokenRules) {
      if (pattern === undefined) continue;
      const repeats = pattern.source.replaceAll(/\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
      expect(repeats, pattern.source).not.toMatch(/[*+]|\{\d+,\}/); // none without a bound
      expect(repeats, pattern.source).not.toMatch(/\{[^(]*\)\{/); // none inside another
      const longest = [...pattern.source.matchAll(/\{(?:\d+,)?(\d+)\}/g)].reduce((sum, match) => sum + Number(match[1]), 0);
      expect(longest).toBeLessThan(longestMatch - 128);
    }
  });

  it.each([
    ['openings of private keys', '-----BEGIN PRIVATE KEY-----'], ['names of secrets', 'api_key='], ['starts of tokens', 'eyJ'], ['starts of tokens with dots', 'eyJ.eyJ-'], ['addresses', 'a://b:c'], ['dashes', '-'], ['letters', 'a'], ['digits', '1:A'],
    ['percent signs', '%41'], ['starts of a PyPI token', ['pypi', '-AgEIcHlwaS5vcmc'].join('')], ['name signs', 'key.'], ['PuTTY headers', 'PuTTY-User-Key-File-2: '], ['slack', 'xoxb-1111111111-a-']
  ])('cost no more than their length: 256 KiB of %s', (_name, piece) => {
    // Steps are counted by the engine's own limit: a quadratic one would take minutes and fail by the test's time.
    const text = piece.repeat(Math.ceil(262_144 / piece.length));
    expect(mask.text(text, { name: 'text', field: '/payload/text' }).text.length).toBeGreaterThan(0);
  }, 20_000);

  it('never throw, and a second masking changes nothing', () => {
    const pieces = [...Object.values(makeTokens('fuzz')).flat(), makeJwt('f'), makePem('f'), '"', '\\n', ' ', '=', ':', '://', '@', '%3D', '%', '[', ']', 'key', 'token=', 'a', '.', '-', '_', '\u0000', '😀', '\ud800', 'ção'];
    const rubbish = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(rubbish, fc.constantFrom('', 'api_key', 'id', 'hash', 'text'), (text, name) => {
        const once = mask.text(text, { name, field: '/payload/x' });
        expect(mask.text(once.text, { name, field: '/payload/x' }).text).toBe(once.text);
        if (once.findings.every(({ sample }) => sample)) expect(once.text).toBe(text);
      }),
      { seed: 20261121, numRuns: 3000 }
    );
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const once = mask.value(value, '/payload');
        expect(mask.value(once.value, '/payload')).toEqual({ value: once.value, findings: once.findings.filter(({ sample }) => sample) });
      }),
      { seed: 20261121, numRuns: 500 }
    );
  });
});

it('other rules come in by the same hook', () => {
  const custom = createMask([{ id: 'sample-number', token: 'SAMPLE-NUMBER', literals: ['SN-'], pattern: /(?<secret>SN-\d{6})/dg, judge: ({ secret }) => (secret.endsWith('0') ? 'secret' : 'nothing') }]);
  expect(custom.value({ a: 'SN-123450 and SN-123451' }, '/payload')).toEqual({ value: { a: '[SAMPLE-NUMBER] and SN-123451' }, findings: [{ rule: 'sample-number', field: '/payload/a', count: 1, sample: false }] });
});
