// A second opinion that nobody here wrote: secretlint sees the made-up tokens as what they are, and sees none once they are masked.
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import { expect, it } from 'vitest';
import { standardMask as mask } from './index.ts';
import { makeTokens } from './testing.ts';

const rules = [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, options: {} }];
async function seenIn(content: string): Promise<string[]> {
  const { messages } = await lintSource({ source: { filePath: '/log.txt', content, contentType: 'text', ext: '.txt' }, options: { config: { rules } } });
  return messages.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}
/** Kinds that both know. */
const shared = ['anthropic-key', 'github-token', 'github-token-fine', 'gitlab-token', 'huggingface-token', 'npm-token', 'openai-key', 'sendgrid-key', 'slack-token', 'stripe-key', 'url-password'];

it.each(['a', 'b', 'c'])('secretlint finds what we make of the kinds it knows, and nothing of it after masking (%s)', async (seed) => {
  const found = new Set<string>();
  for (const [id, values] of Object.entries(makeTokens(seed))) {
    for (const value of values) {
      if ((await seenIn(value)).length > 0) found.add(id);
      const masked = mask.text(value).text;
      // It takes whatever stands before the @ of an address for a password, our own word included.
      expect(await seenIn(masked.replace('[URL-PASSWORD]@', '@')), masked).toEqual([]);
    }
  }
  expect([...found].sort()).toEqual(expect.arrayContaining(shared));
});
