// Tokens that let a program or a browser in over HTTP. Values are shown once, stored hashed.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Instant } from './ids.ts';

/** `owner` may do everything; `read` only look; `append` only add to the log. */
export const Scope = z.enum(['owner', 'read', 'append']);
export type Scope = z.infer<typeof Scope>;

export const Token = z.object({
  id: z.string(),
  label: z.string(),
  scope: Scope,
  createdAt: Instant,
  expiresAt: Instant.nullable(),
  lastUsedAt: Instant.nullable(),
  revokedAt: Instant.nullable()
});
export type Token = z.infer<typeof Token>;

export const gateway = {
  tokens: {
    create: procedure.input(z.object({ label: z.string().min(1).max(100), scope: Scope.default('owner'), expiresInDays: z.number().int().min(1).max(3650).optional() })).output(z.object({ token: Token, value: z.string() })),
    list: procedure.input(z.object({})).output(z.array(Token)),
    revoke: procedure.input(z.object({ id: z.string() })).output(Token)
  }
};
