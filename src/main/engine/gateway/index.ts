// Public face of the gateway domain: tokens, login codes, and who a value belongs to. The HTTP server itself is the transport's.
import { Gateway, type GatewayDeps } from './service.ts';

export type { Gateway, GatewayDeps } from './service.ts';
export type { Caller } from './model.ts';
export { createOnce, type Once } from './once.ts';
export { gatewayMigrations } from './migrations.ts';

export function createGateway(deps: GatewayDeps): Gateway {
  return new Gateway(deps);
}
